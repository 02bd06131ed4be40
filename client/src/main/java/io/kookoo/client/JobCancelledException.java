package io.kookoo.client;

/**
 * Somebody else has cancelled the job, or dropped its function: it will not be run again by itself. A worker whose function fails with
 * exactly the server's word for it, {@code cancelled}, is taken for that.
 */
public final class JobCancelledException extends JobFailedException {
    private static final long serialVersionUID = 1L;

    /** As the server says it, with the option {@code exceptions}. */
    static final String WORD = "cancelled";

    JobCancelledException() {
        super(WORD);
    }
}
