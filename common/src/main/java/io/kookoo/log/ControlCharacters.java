package io.kookoo.log;

/** Escapes what could end a line, move a terminal's cursor or turn the direction of text: one event, or one name, stays on one line. */
public final class ControlCharacters {

    private ControlCharacters() {}

    /** The text with the control characters in it escaped as in Java. */
    public static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length());
        appendEscaped(out, text);
        return out.toString();
    }

    /** Whether {@code c} is a control character, a line or paragraph separator, or directs bidirectional text. */
    static boolean is(char c) {
        return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    }

    /** Appends {@code text}, the control characters in it escaped as in Java. */
    static void appendEscaped(StringBuilder out, String text) {
        int plain = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (is(c)) {
                out.append(text, plain, i);
                appendEscaped(out, c);
                plain = i + 1;
            }
        }
        out.append(text, plain, text.length());
    }

    /** Appends one control character as {@code \n}, {@code \r}, {@code \t} or {@code \\u} and four digits. */
    static void appendEscaped(StringBuilder out, char control) {
        switch (control) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                out.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    out.append(Character.forDigit(control >> shift & 0xf, 16));
                }
            }
        }
    }
}
