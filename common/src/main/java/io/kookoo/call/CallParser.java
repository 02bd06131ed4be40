package io.kookoo.call;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one text by the grammar of {@link FunctionCall}. Used once, by one thread. */
final class CallParser {
    /** What closes an argument list that stands alone: the end of the text. */
    private static final int END = -1;

    private static final Pattern NUMBER =
            Pattern.compile("-?(0|[1-9][0-9]*+)(?:\\.([0-9]++))?(?:[eE]([+-]?)0*+([0-9]*+))?");

    private final String text;
    private int position;
    private int nesting;

    CallParser(String text) {
        this.text = text;
    }

    FunctionCall wholeCall() throws CallSyntaxException {
        skipBlanks();
        String name = name();
        skipBlanks();
        if (peek() == END) {
            return new FunctionCall(name, "");
        }
        if (peek() != '(') {
            throw error("expected '(' after the name " + name + ", found " + found());
        }
        int from = ++position;
        values(')');
        int to = position - 1;
        skipBlanks();
        if (peek() != END) {
            throw error("expected nothing after the call, found " + found());
        }
        return new FunctionCall(name, text.substring(from, to));
    }

    List<Object> wholeArguments() throws CallSyntaxException {
        return values(END);
    }

    void wholeName() throws CallSyntaxException {
        name();
        if (peek() != END) {
            throw error(found() + " cannot be part of a name");
        }
    }

    private String name() throws CallSyntaxException {
        int from = position;
        if (peek() == END) {
            throw error("expected a function's name");
        }
        int first = text.codePointAt(position);
        if (!Character.isLetter(first) && first != '_') {
            throw error("a function's name begins with a letter or '_', found " + found());
        }
        while (position < text.length() && isNamePart(text.codePointAt(position))) {
            position += Character.charCount(text.codePointAt(position));
        }
        if (text.startsWith("[]", position)) {
            position += 2;
        }
        String name = text.substring(from, position);
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > FunctionCall.MAX_NAME_BYTES) {
            throw error(from, "a name of " + bytes + " bytes; at most " + FunctionCall.MAX_NAME_BYTES);
        }
        return name;
    }

    private static boolean isNamePart(int character) {
        return Character.isLetterOrDigit(character) || "_.-:@".indexOf(character) >= 0;
    }

    /** The values up to and with what closes them. */
    private List<Object> values(int closing) throws CallSyntaxException {
        skipBlanks();
        if (peek() == closing) {
            position++;
            return List.of();
        }
        List<Object> values = new ArrayList<>();
        while (true) {
            skipBlanks();
            values.add(value(closing));
            skipBlanks();
            int next = peek();
            position++;
            if (next == closing) {
                return Collections.unmodifiableList(values);
            }
            if (next != ',') {
                position--;
                throw next == END
                        ? error("'" + (char) closing + "' is missing")
                        : error("expected ',' or " + nameOf(closing) + ", found " + found());
            }
        }
    }

    private Object value(int closing) throws CallSyntaxException {
        int next = peek();
        if (next == ',' || next == closing) {
            throw error("an argument is missing before " + nameOf(next) + " (an empty text is \"\")");
        }
        if (next == END) {
            throw error("'" + (char) closing + "' is missing");
        }
        if (next == '"' || next == '\'') {
            return quoted();
        }
        if (next == '[') {
            deeper(++nesting);
            position++;
            List<Object> list = values(']');
            nesting--;
            return list;
        }
        return bare(closing);
    }

    private String quoted() throws CallSyntaxException {
        int from = position;
        char quote = text.charAt(position++);
        StringBuilder value = new StringBuilder();
        while (position < text.length()) {
            char next = text.charAt(position++);
            if (next == quote) {
                return value.toString();
            }
            value.append(next == '\\' ? escaped(from) : next);
        }
        throw unended(from);
    }

    /** The character of an escape whose backslash has just been read. */
    private char escaped(int from) throws CallSyntaxException {
        if (position == text.length()) {
            throw unended(from);
        }
        int at = position - 1;
        char letter = text.charAt(position++);
        return switch (letter) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case '\\', '"', '\'', '/' -> letter;
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int next = peek();
                    // Not Character.digit alone, which takes the digits of all scripts.
                    int digit = next < 128 && next != END ? Character.digit(next, 16) : -1;
                    if (digit < 0) {
                        throw error(at, "\\u needs four hexadecimal digits");
                    }
                    code = code * 16 + digit;
                    position++;
                }
                yield (char) code;
            }
            default ->
                throw error(at, "unknown escape; the escapes are \\n \\r \\t \\b \\f \\\\ \\\" \\' \\/ and \\u0041");
        };
    }

    private Object bare(int closing) throws CallSyntaxException {
        int from = position;
        StringBuilder open = new StringBuilder();
        int lastOpened = from;
        while (true) {
            int next = peek();
            if (open.isEmpty() && (next == ',' || next == closing || next == END)) {
                return word(text.substring(from, position).strip(), from);
            }
            switch (next) {
                case END -> throw error(lastOpened, "the '" + text.charAt(lastOpened) + "' is not closed");
                case '(', '[' -> {
                    deeper(nesting + open.length() + 1);
                    open.append(next == '(' ? ')' : ']');
                    lastOpened = position;
                    position++;
                }
                case ')', ']' -> {
                    if (open.isEmpty() || open.charAt(open.length() - 1) != next) {
                        throw error("a '" + (char) next + "' that closes nothing; text with odd brackets needs quotes");
                    }
                    open.setLength(open.length() - 1);
                    position++;
                }
                case '"', '\'' -> {
                    if (open.isEmpty()) {
                        throw error("a quote inside text without quotes; put the whole argument in quotes");
                    }
                    quoted();
                }
                default -> position++;
            }
        }
    }

    private Object word(String word, int from) throws CallSyntaxException {
        switch (word) {
            case "true":
                return true;
            case "false":
                return false;
            case "null":
                return null;
            default:
                char first = word.charAt(0);
                return first == '-' || first >= '0' && first <= '9' ? numberOrText(word, from) : word;
        }
    }

    private Object numberOrText(String word, int from) throws CallSyntaxException {
        Matcher number = NUMBER.matcher(word);
        if (!number.matches() || number.end(3) == word.length()) {
            return word;
        }
        boolean whole = number.group(2) == null && number.group(4) == null;
        int digits = number.group(1).length()
                + (number.group(2) == null ? 0 : number.group(2).length());
        if (digits > FunctionCall.MAX_DIGITS) {
            throw error(from, "a number of " + digits + " digits; at most " + FunctionCall.MAX_DIGITS);
        }
        if (whole) {
            return new BigInteger(word);
        }
        String exponent = number.group(4) == null || number.group(4).isEmpty() ? "0" : number.group(4);
        if (exponent.length() > 9 || Integer.parseInt(exponent) > FunctionCall.MAX_EXPONENT) {
            throw error(from, "the exponent of a number is at most " + FunctionCall.MAX_EXPONENT);
        }
        // As it is printed: without its exponent, and with a digit behind the point.
        int printed = digits + Integer.parseInt(exponent) + (number.group(2) == null ? 1 : 0);
        if (printed > FunctionCall.MAX_DIGITS) {
            throw error(
                    from,
                    "a number of " + printed + " digits without its exponent; at most " + FunctionCall.MAX_DIGITS);
        }
        BigDecimal decimal = new BigDecimal(word);
        return decimal.scale() < 1 ? decimal.setScale(1) : decimal;
    }

    private void deeper(int depth) throws CallSyntaxException {
        if (depth > FunctionCall.MAX_NESTING) {
            throw error("brackets nested deeper than " + FunctionCall.MAX_NESTING);
        }
    }

    private void skipBlanks() {
        while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
            position++;
        }
    }

    private int peek() {
        return position < text.length() ? text.charAt(position) : END;
    }

    private String found() {
        return peek() == END ? "the end" : CallPrinter.value(Character.toString(text.codePointAt(position)));
    }

    private static String nameOf(int character) {
        return character == END ? "the end" : "'" + (char) character + "'";
    }

    private CallSyntaxException unended(int from) {
        return error(from, "the text in quotes does not end");
    }

    private CallSyntaxException error(String reason) {
        return error(position, reason);
    }

    private CallSyntaxException error(int at, String reason) {
        return new CallSyntaxException(text.codePointCount(0, Math.min(at, text.length())) + 1, reason);
    }
}
