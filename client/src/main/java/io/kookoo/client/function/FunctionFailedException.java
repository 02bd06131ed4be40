package io.kookoo.client.function;

/**
 * A call that has no result. The message is for the person who called, names the function and says what to do differently:
 * {@code pow_2 takes 1 argument, got 2}. The cause, if any, is what the function threw.
 */
public final class FunctionFailedException extends Exception {
    FunctionFailedException(String message) {
        super(message);
    }

    FunctionFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
