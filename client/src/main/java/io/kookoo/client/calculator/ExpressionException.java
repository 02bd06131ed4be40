package io.kookoo.client.calculator;

/** A text that is no expression, or an expression without a result: where, and why. Has no stack trace: a file may have many such lines. */
public final class ExpressionException extends Exception {
    private final int column;
    private final String reason;

    ExpressionException(int column, String reason) {
        super("column " + column + ": " + reason, null, false, false);
        this.column = column;
        this.reason = reason;
    }

    /** The place of what is wrong: 1 is the first character of the text that was given. */
    public int column() {
        return column;
    }

    /** What is wrong there, in words, without the column. */
    public String reason() {
        return reason;
    }
}
