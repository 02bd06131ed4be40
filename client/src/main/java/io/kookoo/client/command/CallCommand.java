package io.kookoo.client.command;

import io.kookoo.call.CallSyntaxException;
import io.kookoo.call.FunctionCall;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.protocol.PacketType;
import io.kookoo.settings.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            "  java -jar client.jar call --background 'sleep(60)'      # prints the handle and does not wait"
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

    @Option(
            names = "--wait-worker",
            paramLabel = "SECONDS",
            description =
                    "How long a call waits for a worker that offers its function, instead of [Client] wait_worker.")
    private String waitWorker;

    @Option(names = "--json", description = "A JSON array of call, handle, and result or error.")
    private boolean json;

    CallCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<SubmittedCall> calls = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            calls.add(new SubmittedCall(parse(i)));
        }
        Optional<Duration> limit = timeout.limit();
        PacketType type = submission();
        Map<String, String> given = new LinkedHashMap<>();
        CommonOptions.put(given, "wait-worker", waitWorker);
        Settings settings = program.settings(given);

        CallPrinter printer = new CallPrinter(program.console(), calls, background, json);
        try (ServerConnection connection = background ? Program.connectToStore(settings) : Program.connect(settings)) {
            new Submission(connection, calls, type, limit, settings.client(), printer).run();
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

    private PacketType submission() {
        return switch (priority) {
            case "high" -> background ? PacketType.SUBMIT_JOB_HIGH_BG : PacketType.SUBMIT_JOB_HIGH;
            case "normal" -> background ? PacketType.SUBMIT_JOB_BG : PacketType.SUBMIT_JOB;
            case "low" -> background ? PacketType.SUBMIT_JOB_LOW_BG : PacketType.SUBMIT_JOB_LOW;
            default -> throw usage("--priority " + priority + ": expected high, normal or low");
        };
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
