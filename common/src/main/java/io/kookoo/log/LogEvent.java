package io.kookoo.log;

import java.util.Objects;

/**
 * Builds the message of an event, {@code handed_out client=7 handle=H:box:1:42 call="add(1, 2)"}, so that one search for
 * {@code handle=H:box:1:42} finds all that befell it.
 *
 * <p>A value that is empty or contains a blank, a double quote, {@code =} or a control character stands in double quotes,
 * in which {@code "} and the backslash have a backslash before them and control characters are escaped. Any other value
 * stands as it is. For one thread.
 */
public final class LogEvent {

    private final StringBuilder text;

    private LogEvent(String event) {
        assert isName(event) : event;
        text = new StringBuilder(96).append(event);
    }

    /** Starts the message of {@code event}, a name of lower-case letters, digits, {@code _} and {@code .}. */
    public static LogEvent of(String event) {
        return new LogEvent(event);
    }

    /** Adds {@code key=value}, the value as its text; null is {@code null}. */
    public LogEvent with(String key, Object value) {
        appendValue(key(key), Objects.toString(value));
        return this;
    }

    /** Adds {@code key=value}. */
    public LogEvent with(String key, long value) {
        key(key).append(value);
        return this;
    }

    /** The message. */
    @Override
    public String toString() {
        return text.toString();
    }

    private StringBuilder key(String key) {
        assert isName(key) : key;
        return text.append(' ').append(key).append('=');
    }

    /** Appends a value, in quotes where it needs them. */
    static void appendValue(StringBuilder out, String value) {
        if (isPlain(value)) {
            out.append(value);
            return;
        }
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (ControlCharacters.is(c)) {
                ControlCharacters.appendEscaped(out, c);
            } else {
                if (c == '"' || c == '\\') {
                    out.append('\\');
                }
                out.append(c);
            }
        }
        out.append('"');
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '=' || ControlCharacters.is(c) || Character.isSpaceChar(c)) {
                return false;
            }
        }
        return !value.isEmpty();
    }

    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.');
    }
}
