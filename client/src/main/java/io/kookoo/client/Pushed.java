package io.kookoo.client;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line that the server sends to a connection that has subscribed to a channel or taken a name, unasked and never inside an answer:
 * {@code message <channel> <from> <time> <text>} or {@code tell <from> <time> <text>}.
 *
 * @param channel null where it is for this connection alone
 * @param from the name of whoever sent it
 * @param text anything but an end of line; may be empty
 * @param line as the server sent it
 */
public record Pushed(String channel, String from, Instant time, String text, String line) {
    private static final Pattern FORM = Pattern.compile("(?s)(?:message (\\S+)|tell) (\\S+) (\\d\\S*)(?: (.*))?");

    /** What a line is; empty where it is none such. */
    public static Optional<Pushed> parse(String line) {
        Matcher matcher = FORM.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            String text = matcher.group(4) == null ? "" : matcher.group(4);
            return Optional.of(
                    new Pushed(matcher.group(1), matcher.group(2), Instant.parse(matcher.group(3)), text, line));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
