package io.kookoo.client.terminal;

import io.kookoo.log.ControlCharacters;
import org.jline.utils.WCWidth;

/** Text on a terminal: how much room it takes, and that it does nothing else there. */
public final class TerminalText {
    private TerminalText() {}

    /** The text with the control characters in it, which could move the cursor or worse, escaped as in Java. */
    public static String printable(String text) {
        return ControlCharacters.escaped(text);
    }

    /** The same for several lines: their ends and tabs stay. */
    public static String printableLines(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '\n' || next == '\t') {
                out.append(printable(text.substring(start, i))).append(next);
                start = i + 1;
            }
        }
        return out.append(printable(text.substring(start))).toString();
    }

    /** How many columns a text without control characters takes: wide characters count twice, combining ones not at all. */
    public static int columns(String text) {
        return isAscii(text)
                ? text.length()
                : text.codePoints().map(TerminalText::columns).sum();
    }

    /** The beginning of a text without control characters that takes at most so many columns; no character is halved. */
    public static String cut(String text, int columns) {
        // No char takes more than two columns.
        if (text.length() <= columns / 2) {
            return text;
        }
        int taken = 0;
        int end = 0;
        while (end < text.length()) {
            int character = text.codePointAt(end);
            taken += columns(character);
            if (taken > columns) {
                return text.substring(0, end);
            }
            end += Character.charCount(character);
        }
        return text;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static int columns(int character) {
        return Math.max(0, WCWidth.wcwidth(character));
    }
}
