package io.kookoo.client.command;

import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option {@code --timeout} of the commands that wait for results. */
final class TimeoutOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "The longest wait for all results, decimals allowed; without it there is no limit.")
    private String timeout;

    /**
     * The longest wait, over 0 and at most a day; empty without a limit.
     *
     * @throws ParameterException where it is none
     */
    Optional<Duration> limit() {
        if (timeout == null) {
            return Optional.empty();
        }
        try {
            double seconds = Double.parseDouble(timeout);
            if (seconds > 0 && seconds <= Duration.ofDays(1).toSeconds()) {
                return Optional.of(Duration.ofNanos((long) (seconds * 1e9)));
            }
        } catch (NumberFormatException e) {
            throw bad();
        }
        throw bad();
    }

    private ParameterException bad() {
        return new ParameterException(
                command.commandLine(),
                "--timeout " + timeout + ": expected seconds, more than 0 and at most 86400, decimals allowed");
    }
}
