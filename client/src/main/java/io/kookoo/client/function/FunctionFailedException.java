package io.kookoo.client.function;

/**
 * A call that has no result. The message is for the person who called, names the function and says what to do differently:
 * {@code pow_2 takes 1 argument, got 2}. The cause, if any, is what the function threw. It has no stack trace of its own: it tells
 * nothing, and a batch may have many lines that fail.
 */
public final class FunctionFailedException extends Exception {
    FunctionFailedException(String message) {
        this(message, null);
    }

    FunctionFailedException(String message, Throwable cause) {
        super(message, cause, true, false);
    }
}
