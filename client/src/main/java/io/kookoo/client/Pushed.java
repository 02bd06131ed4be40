package io.kookoo.client;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line that the server sends unasked, and never inside an answer, to a connection that has subscribed to a channel or taken a name
 * ({@code docs/protocol.md}, Channels).
 */
public sealed interface Pushed {
    /** As the server sent it, without its end. */
    String line();

    /**
     * {@code message <channel> <from> <time> <text>}: what somebody has published.
     *
     * @param text any line, not empty
     */
    record Message(String channel, String from, Instant time, String text, String line) implements Pushed {}

    /** {@code tell <from> <time> <text>}: what somebody has told this connection alone. */
    record Tell(String from, Instant time, String text, String line) implements Pushed {}

    /** {@code dropped <channel> <reason>}: this connection is no subscriber any more. */
    record Dropped(String channel, String reason, String line) implements Pushed {}

    /** What a line is; empty where it is none such. */
    static Optional<Pushed> parse(String line) {
        Matcher words = Forms.MESSAGE.matcher(line);
        if (words.matches()) {
            return time(words.group(3))
                    .map(time -> new Message(words.group(1), words.group(2), time, words.group(4), line));
        }
        words.usePattern(Forms.TELL);
        if (words.matches()) {
            return time(words.group(2)).map(time -> new Tell(words.group(1), time, words.group(3), line));
        }
        words.usePattern(Forms.DROPPED);
        return words.matches() ? Optional.of(new Dropped(words.group(1), words.group(2), line)) : Optional.empty();
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Apart, since whatever an interface has is public. */
    final class Forms {
        private static final Pattern MESSAGE = Pattern.compile("(?s)message (\\S+) (\\S+) (\\S+) (.*)");
        private static final Pattern TELL = Pattern.compile("(?s)tell (\\S+) (\\S+) (.*)");
        /** A row of a list has tabs. */
        private static final Pattern DROPPED = Pattern.compile("dropped (\\S+) ([^\\t]+)");

        private Forms() {}
    }
}
