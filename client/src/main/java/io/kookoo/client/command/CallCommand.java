package io.kookoo.client.command;

import io.kookoo.call.CallSyntaxException;
import io.kookoo.call.FunctionCall;
import io.kookoo.client.Kookoo;
import io.kookoo.client.RefusedException;
import io.kookoo.protocol.Priority;
import io.kookoo.settings.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "call",
        description = {
            "Has functions run by any worker of the server, waits, and prints each result on its own line, in the order of"
                    + " the calls. Failures are named on standard error."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar call 'add(1,2)'",
            "  java -jar client.jar call 'pow_2(7)' 'fibonacci(100)' hello_world",
            "  java -jar client.jar call --timeout 5 --priority high 'sleep(2)'",
            "  java -jar client.jar call --background 'sleep(60)'      # prints the handle and does not wait",
            "  java -jar client.jar call --node 3 'disk_usage(/)'      # on the machine of that node; nodes lists them",
            "  java -jar client.jar call --every-node load_average     # a line for each node",
            "",
            "Ctrl-C cancels what has not ended, and ends with 130."
        })
final class CallCommand implements Callable<Integer> {
    /** How long each node may take where nobody says. */
    private static final Duration NODE_TIMEOUT = Duration.ofSeconds(10);

    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "CALL",
            description = "A function's name and its arguments: add(1,2), echo(\"some text\"), hello_world.")
    private List<String> texts;

    @Option(
            names = "--background",
            description = "Do not wait: print the handle of each job; the server keeps it when this client is gone.")
    private boolean background;

    @Mixin
    private final TimeoutOption timeout = new TimeoutOption();

    @Option(
            names = "--priority",
            paramLabel = "PRIORITY",
            defaultValue = "normal",
            description = "high, normal (the default) or low: what waits at the server is run in this order.")
    private String priority;

    @Mixin
    private final WaitWorkerOption waitWorker = new WaitWorkerOption();

    @Mixin
    private final ResubmitOption again = new ResubmitOption();

    @Option(
            names = "--progress",
            description = "Show on a terminal what the functions say of their progress, with rate and time left.")
    private boolean showProgress;

    @Option(names = "--json", description = "A JSON array of call, handle, and result or error.")
    private boolean json;

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "Have it run by this node, its id or its name, instead of by any worker.")
    private String node;

    @Option(
            names = "--every-node",
            description =
                    "Have it run by each node of the server: a line for each, ID/NAME, a tab and the result, in which"
                            + " \\, tab, LF and CR are written \\\\, \\t, \\n and \\r. Those that do not answer within --timeout, 10 seconds"
                            + " where it is not given, are named on standard error, and the exit code is 5.")
    private boolean everyNode;

    CallCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws Exception {
        List<FunctionCall> calls = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            calls.add(parse(i));
        }
        checkNodes();
        Optional<Duration> limit = timeout.limit().or(() -> everyNode ? Optional.of(NODE_TIMEOUT) : Optional.empty());
        Priority given = priority();
        Settings settings = program.settings(waitWorker.given());

        Moves moves = new Moves();
        try (Kookoo kookoo = background
                ? Program.kookooOfStore(settings, again.resubmit(), moves)
                : Program.kookoo(settings, again.resubmit(), moves)) {
            return Interruption.during(
                    () -> run(kookoo, moves, submitted(kookoo, calls), given, limit, settings.client()),
                    program.process());
        }
    }

    private void checkNodes() {
        if (node != null && everyNode) {
            throw usage("expected either --node or --every-node");
        }
        if (node != null && !node.matches("[A-Za-z0-9._-]{1,64}")) {
            throw usage("--node " + node + ": expected the id or the name of a node; nodes lists them");
        }
        if (everyNode && background) {
            throw usage("--every-node prints what the nodes answer, so --background means nothing with it");
        }
        if (everyNode && texts.size() > 1) {
            throw usage("--every-node takes one call, not " + texts.size());
        }
    }

    /** The calls, each for those whom it is for; where those are not there it has failed already. */
    private List<SubmittedCall> submitted(Kookoo kookoo, List<FunctionCall> calls)
            throws IOException, InterruptedException {
        if (everyNode) {
            return forEachNode(kookoo, calls.get(0));
        }
        return node == null ? calls.stream().map(SubmittedCall::new).toList() : forNode(kookoo, calls);
    }

    private List<SubmittedCall> forEachNode(Kookoo kookoo, FunctionCall call) throws IOException, InterruptedException {
        List<SubmittedCall> calls = new ArrayList<>();
        for (NodeEntry each : NodeEntry.ask(kookoo)) {
            SubmittedCall submitted = new SubmittedCall(call, each);
            if (each.lost()) {
                submitted.failed(each.whyLost(), ExitCode.FUNCTION_FAILED);
            } else if (each.quiet()) {
                submitted.failed("it is quiet, and takes no jobs until resume", ExitCode.FUNCTION_FAILED);
            }
            calls.add(submitted);
        }
        if (calls.isEmpty()) {
            program.console()
                    .err()
                    .println(kookoo.address() + " has no nodes, which are clients with an id (--node-id)");
        }
        return calls;
    }

    private List<SubmittedCall> forNode(Kookoo kookoo, List<FunctionCall> calls)
            throws IOException, InterruptedException {
        List<SubmittedCall> submitted =
                calls.stream().map(call -> new SubmittedCall(call, node)).toList();
        List<NodeEntry> all;
        try {
            all = NodeEntry.ask(kookoo);
        } catch (RefusedException e) {
            // A server that knows nothing of nodes may have workers that do.
            return submitted;
        }
        List<NodeEntry> meant = all.stream().filter(each -> each.isCalled(node)).toList();
        if (meant.stream().allMatch(NodeEntry::lost)) {
            String why = meant.isEmpty()
                    ? kookoo.address() + " has no node " + node
                    : "node " + node + ": " + meant.get(0).whyLost();
            String others = all.stream()
                    .filter(each -> !each.lost())
                    .map(NodeEntry::title)
                    .collect(Collectors.joining(", "));
            String reason = why + (others.isEmpty() ? "; no node is there" : "; there are " + others);
            submitted.forEach(call -> call.failed(reason, ExitCode.FUNCTION_FAILED));
        } else if (meant.stream().allMatch(each -> each.lost() || each.quiet())) {
            program.console().err().println("node " + node + " is quiet: it runs this once somebody resumes it");
        }
        return submitted;
    }

    private int run(
            Kookoo kookoo,
            Moves moves,
            List<SubmittedCall> calls,
            Priority given,
            Optional<Duration> limit,
            Settings.Client settings) {
        try (Progress bar = showProgress && program.console().errIsTerminal()
                ? new TerminalProgress(program.console().err(), "", 1)
                : Progress.NONE) {
            CallPrinter printer = new CallPrinter(program.console(), calls, background, json, bar);
            CallRun run = new CallRun(kookoo, calls, given, background, limit, settings, printer);
            moves.tell(run::remark);
            run.run();
            int code = printer.finish();
            boolean silent = everyNode && (calls.isEmpty() || code == ExitCode.TIMEOUT);
            return silent ? ExitCode.FUNCTION_FAILED : code;
        }
    }

    private FunctionCall parse(int i) {
        try {
            return FunctionCall.parse(texts.get(i));
        } catch (CallSyntaxException e) {
            throw usage("the call " + texts.get(i) + " is not understood: column " + e.column() + ": " + e.reason());
        }
    }

    private Priority priority() {
        return switch (priority) {
            case "high" -> Priority.HIGH;
            case "normal" -> Priority.NORMAL;
            case "low" -> Priority.LOW;
            default -> throw usage("--priority " + priority + ": expected high, normal or low");
        };
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
