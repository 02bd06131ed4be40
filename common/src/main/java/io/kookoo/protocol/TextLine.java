package io.kookoo.protocol;

import java.util.Objects;

/**
 * A line of text, for people: what stood before LF, without a CR at its end. Bytes that are not UTF-8 are read as ISO 8859-1.
 *
 * @param text never null, may be empty
 */
public record TextLine(String text) implements Message {
    /** What a message to other connections may have, in UTF-8: with its command it fits into a line of the shipped {@code max_line}. */
    public static final int MESSAGE_BYTES = 60 * 1024;

    public TextLine {
        Objects.requireNonNull(text);
    }
}
