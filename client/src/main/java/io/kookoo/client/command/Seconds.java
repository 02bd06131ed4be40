package io.kookoo.client.command;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A span of time that an option gives in seconds, decimals allowed. */
final class Seconds {
    private Seconds() {}

    /**
     * The span, more than 0.
     *
     * @param command to whose usage a mistake belongs
     * @throws ParameterException where the text is none, or more than {@code most}
     */
    static Duration parse(CommandSpec command, String option, String text, Duration most) {
        try {
            double seconds = Double.parseDouble(text);
            if (seconds > 0 && seconds <= most.toSeconds()) {
                return Duration.ofNanos((long) Math.ceil(seconds * 1e9));
            }
        } catch (NumberFormatException e) {
            throw bad(command, option, text, most);
        }
        throw bad(command, option, text, most);
    }

    private static ParameterException bad(CommandSpec command, String option, String text, Duration most) {
        return new ParameterException(
                command.commandLine(),
                option + " " + text + ": expected seconds, more than 0 and at most " + most.toSeconds()
                        + ", decimals allowed");
    }
}
