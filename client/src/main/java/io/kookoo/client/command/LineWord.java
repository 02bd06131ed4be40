package io.kookoo.client.command;

import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.TextLine;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What a person names, as one word of a text command. */
final class LineWord {
    private LineWord() {}

    /**
     * The text itself.
     *
     * @param command to whose usage a mistake belongs
     * @throws ParameterException where it is empty or has blanks
     */
    static String of(CommandSpec command, String text) {
        if (text.matches("(?s).*\\s.*|")) {
            throw new ParameterException(
                    command.commandLine(),
                    "\"" + text + "\" cannot be named in a line of text: it is empty or has blanks");
        }
        return text;
    }

    /**
     * The text of a message, as it is.
     *
     * @throws ParameterException where it is blank, more than one line, or too long
     */
    static String line(CommandSpec command, String text) {
        if (text.isBlank() || text.indexOf('\n') >= 0 || text.endsWith("\r")) {
            throw new ParameterException(
                    command.commandLine(),
                    text.isBlank()
                            ? "the text is blank"
                            : "the text is more than one line; write \\n for the end of one");
        }
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (length > TextLine.MESSAGE_BYTES) {
            throw new ParameterException(
                    command.commandLine(),
                    "the text has " + length + " bytes, a message has at most " + TextLine.MESSAGE_BYTES);
        }
        return text;
    }

    /**
     * The name of a function, in which blanks and control characters are written {@code %20} and so on.
     *
     * @throws ParameterException where it is empty
     */
    static String ofFunction(CommandSpec command, String name) {
        if (name.isEmpty()) {
            throw new ParameterException(command.commandLine(), "a function's name cannot be empty");
        }
        return FunctionName.of(name).toString().replace(" ", "%20");
    }
}
