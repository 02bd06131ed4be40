package io.kookoo.client.command;

import io.kookoo.call.CallSyntaxException;
import io.kookoo.call.FunctionCall;
import io.kookoo.client.Kookoo;
import io.kookoo.protocol.Priority;
import io.kookoo.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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
            "",
            "Ctrl-C cancels what has not ended, and ends with 130."
        })
final class CallCommand implements Callable<Integer> {
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

    CallCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws Exception {
        List<SubmittedCall> calls = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            calls.add(new SubmittedCall(parse(i)));
        }
        Optional<Duration> limit = timeout.limit();
        Priority given = priority();
        Settings settings = program.settings(waitWorker.given());

        Moves moves = new Moves();
        try (Kookoo kookoo = background
                ? Program.kookooOfStore(settings, again.resubmit(), moves)
                : Program.kookoo(settings, again.resubmit(), moves)) {
            return Interruption.during(
                    () -> run(kookoo, moves, calls, given, limit, settings.client()), program.process());
        }
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
            return printer.finish();
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
