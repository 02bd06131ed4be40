package io.kookoo.client.command;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option {@code --wait-worker} of the commands that have functions run. */
final class WaitWorkerOption {
    @Option(
            names = "--wait-worker",
            paramLabel = "SECONDS",
            description = "How long a worker that offers the function is waited for, instead of [Client] wait_worker.")
    private String waitWorker;

    /** What was given, as a setting; may be added to. */
    Map<String, String> given() {
        Map<String, String> given = new LinkedHashMap<>();
        CommonOptions.put(given, "wait-worker", waitWorker);
        return given;
    }
}
