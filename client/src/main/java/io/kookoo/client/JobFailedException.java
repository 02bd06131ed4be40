package io.kookoo.client;

/** A job has ended without a result. The message is the reason that its worker gave, or the server on behalf of a lost one. */
public final class JobFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    JobFailedException(String reason) {
        super(reason);
    }
}
