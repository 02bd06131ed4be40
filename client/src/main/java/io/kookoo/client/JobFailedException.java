package io.kookoo.client;

/** A job has ended without a result. The message is the reason that its worker gave, or the server on behalf of a lost one. */
public sealed class JobFailedException extends Exception permits JobCancelledException {
    private static final long serialVersionUID = 1L;

    JobFailedException(String reason) {
        super(reason);
    }
}
