package io.kookoo.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Bytes as one column of a line of text, which nothing in them can end, and from which they can be had back: a backslash is
 * written {@code \\}, tab, LF and CR are {@code \t}, {@code \n} and {@code \r}, and each byte of another control character is
 * {@code \xNN}. Where the bytes are not UTF-8, so is each byte of 0x80 and above.
 */
public final class EscapedText {
    private EscapedText() {}

    /** All of the data. */
    public static String encode(Data data) {
        return encode(data, Integer.MAX_VALUE);
    }

    /**
     * The beginning of the data in at most {@code length} characters, none of them a part of an escape or of a character that
     * is cut. The rest is not looked at, however long it is.
     */
    public static String encode(Data data, int length) {
        // No character of the column stands for more than four bytes.
        byte[] bytes = data.beginning(4L * length).toBytes();
        CharBuffer decoded = CharBuffer.allocate(bytes.length);
        boolean malformed = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes), decoded, true)
                .isError();
        CharSequence text = malformed ? new String(bytes, StandardCharsets.ISO_8859_1) : decoded.flip();
        StringBuilder column = new StringBuilder(Math.min(length, text.length() + 16));
        int end = 0;
        for (int i = 0; i < text.length(); i++) {
            append(column, text.charAt(i), malformed);
            if (column.length() > length) {
                break;
            }
            // Half of a surrogate pair is no place to end.
            end = Character.isHighSurrogate(text.charAt(i)) ? end : column.length();
        }
        column.setLength(end);
        return column.toString();
    }

    /** @param malformed whether {@code c} is a byte of what is not UTF-8 */
    private static void append(StringBuilder column, char c, boolean malformed) {
        switch (c) {
            case '\\' -> column.append("\\\\");
            case '\t' -> column.append("\\t");
            case '\n' -> column.append("\\n");
            case '\r' -> column.append("\\r");
            default -> {
                if (c < 0x80 && Character.isISOControl(c) || malformed && c >= 0x80) {
                    appendByte(column, c);
                } else if (Character.isISOControl(c)) {
                    // U+0080 to U+009F have two bytes in UTF-8.
                    appendByte(column, 0xc0 | c >> 6);
                    appendByte(column, 0x80 | c & 0x3f);
                } else {
                    column.append(c);
                }
            }
        }
    }

    private static void appendByte(StringBuilder column, int value) {
        column.append("\\x").append(hex(value >> 4)).append(hex(value & 15));
    }

    private static char hex(int digit) {
        return Character.toUpperCase(Character.forDigit(digit, 16));
    }

    /**
     * The bytes that {@link #encode(Data)} wrote as {@code column}.
     *
     * @throws IllegalArgumentException where a backslash begins none of the escapes
     */
    public static byte[] decode(String column) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(column.length());
        int plain = 0;
        int backslash;
        while ((backslash = column.indexOf('\\', plain)) >= 0) {
            bytes.writeBytes(WireName.utf8(column.substring(plain, backslash)));
            char kind = backslash + 1 < column.length() ? column.charAt(backslash + 1) : '\0';
            plain = backslash + 2;
            switch (kind) {
                case '\\' -> bytes.write('\\');
                case 't' -> bytes.write('\t');
                case 'n' -> bytes.write('\n');
                case 'r' -> bytes.write('\r');
                case 'x' -> {
                    int high = plain + 1 < column.length() ? Character.digit(column.charAt(plain), 16) : -1;
                    int low = high < 0 ? -1 : Character.digit(column.charAt(plain + 1), 16);
                    if (low < 0) {
                        throw badEscape(column, backslash);
                    }
                    bytes.write(high << 4 | low);
                    plain += 2;
                }
                default -> throw badEscape(column, backslash);
            }
        }
        bytes.writeBytes(WireName.utf8(column.substring(plain)));
        return bytes.toByteArray();
    }

    private static IllegalArgumentException badEscape(String column, int at) {
        return new IllegalArgumentException("\"" + column.substring(at, Math.min(column.length(), at + 4))
                + "\" at character " + (at + 1) + " is no escape; expected \\\\, \\t, \\n, \\r or \\xNN");
    }
}
