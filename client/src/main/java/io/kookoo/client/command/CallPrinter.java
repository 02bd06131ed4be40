package io.kookoo.client.command;

import io.kookoo.Json;
import io.kookoo.client.terminal.TerminalText;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.EscapedText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints what has become of calls, in their order, each as soon as those before it are printed. */
final class CallPrinter {
    /** Of several calls the end of which the program's exit code tells. */
    private static final List<Integer> WORST_FIRST = List.of(
            ExitCode.INTERRUPTED,
            ExitCode.INTERNAL_ERROR,
            ExitCode.CANNOT_CONNECT,
            ExitCode.TIMEOUT,
            ExitCode.FUNCTION_FAILED);

    private final Console console;
    private final List<SubmittedCall> calls;
    private final boolean background;
    private final boolean json;
    private final Progress progress;
    private final List<Map<String, Object>> objects = new ArrayList<>();
    private int printed;
    /** How many calls had become final when that was last shown. */
    private long shownFinal;
    /** Of a single call: what it said last of all there is to do; 0 where it has said nothing. */
    private long total;

    CallPrinter(Console console, List<SubmittedCall> calls, boolean background, boolean json, Progress progress) {
        this.console = console;
        this.calls = calls;
        this.background = background;
        this.json = json;
        this.progress = progress;
    }

    /** Whether nothing more is to be waited for with this call. */
    boolean isFinal(SubmittedCall call) {
        return call.isEnded() || background && call.handle() != null;
    }

    /** Prints what is final now. */
    void print() {
        while (printed < calls.size() && isFinal(calls.get(printed))) {
            SubmittedCall call = calls.get(printed++);
            progress.clear();
            if (json) {
                objects.add(object(call));
            }
            if (call.failure() != null) {
                // A worker's words, which must not do anything to a terminal.
                console.err().println(call.title() + ": " + TerminalText.printable(call.failure()));
            } else if (!json && background) {
                console.out().println(call.handle());
            } else if (!json && call.node().isPresent()) {
                // A line a node, whatever the result is.
                String text = EscapedText.encode(new Data(call.result(), 0, call.result().length));
                console.outLine(call.title() + "\t" + text);
            } else if (!json) {
                console.result(call.result());
            }
        }
        showFinal();
    }

    private void showFinal() {
        long now = finals();
        if (now == shownFinal) {
            return;
        }
        shownFinal = now;
        if (calls.size() > 1) {
            progress.show(now, calls.size(), "");
        } else if (total > 0 && calls.get(0).failure() == null) {
            progress.show(total, total, "");
        }
    }

    private long finals() {
        return calls.stream().filter(this::isFinal).count();
    }

    /** A remark that belongs to no result. */
    void remark(String text) {
        progress.clear();
        console.err().println(TerminalText.printable(text));
    }

    /** How far a call is; of several, the bar counts those that have ended. */
    void progress(SubmittedCall call, long done, long all) {
        if (calls.size() == 1) {
            total = all;
            progress.show(done, all, "");
        } else {
            progress.show(finals(), calls.size(), call.function() + " " + done + (all == 0 ? "" : "/" + all));
        }
    }

    /** Prints the rest and returns the exit code for all. */
    int finish() {
        print();
        if (json) {
            console.out().print(Json.array(objects));
        }
        return WORST_FIRST.stream()
                .filter(code -> calls.stream().anyMatch(call -> call.exitCode() == code))
                .findFirst()
                .orElse(ExitCode.OK);
    }

    private static Map<String, Object> object(SubmittedCall call) {
        Map<String, Object> object = new LinkedHashMap<>();
        call.node().ifPresent(node -> {
            object.put("node", node.id());
            object.put("name", node.name());
        });
        object.put("call", call.call());
        object.put("handle", call.handle());
        if (call.failure() != null) {
            object.put("error", call.failure());
        } else if (call.result() != null) {
            object.put("result", new Data(call.result(), 0, call.result().length).text());
        }
        return object;
    }
}
