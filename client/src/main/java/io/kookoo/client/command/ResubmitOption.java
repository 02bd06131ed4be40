package io.kookoo.client.command;

import picocli.CommandLine.Option;

/** The option {@code --no-resubmit} of the commands that have functions run. */
final class ResubmitOption {
    @Option(
            names = "--no-resubmit",
            description =
                    "When the connection is lost, what may have been run fails, instead of being submitted again.")
    private boolean no;

    /** Whether what may have been run is submitted again when its connection is lost. */
    boolean resubmit() {
        return !no;
    }
}
