package io.kookoo.client.command;

import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option {@code --timeout} of the commands that wait for results. */
final class TimeoutOption {
    private static final Duration MOST = Duration.ofDays(1);

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
        return Optional.ofNullable(timeout).map(text -> Seconds.parse(command, "--timeout", text, MOST));
    }
}
