package io.kookoo.call;

/** A text that is no call, or no argument list: where it goes wrong, and why. */
public final class CallSyntaxException extends Exception {
    private final int column;
    private final String reason;

    CallSyntaxException(int column, String reason) {
        super("column " + column + ": " + reason);
        this.column = column;
        this.reason = reason;
    }

    /** The place of the error in the text that was parsed: 1 is its first character; a character outside the BMP counts once. */
    public int column() {
        return column;
    }

    /** What is wrong there, in words, without the column. */
    public String reason() {
        return reason;
    }
}
