package io.kookoo.server.dispatch;

/** How a job ended. */
public enum Outcome {
    /** WORK_COMPLETE. */
    DONE("done"),
    /** WORK_FAIL. */
    FAILED("failed"),
    /** WORK_EXCEPTION. */
    EXCEPTION("exception"),
    /** No run was left after lost workers and leases that ran out. */
    RETRIES_EXHAUSTED("retries_exhausted"),
    /** Somebody cancelled it, or dropped its function. */
    CANCELLED("cancelled"),
    /** Its poller was lost: a call of the catalog is not repeated. */
    LOST("lost");

    /** As the log and the store write it. */
    public final String word;

    Outcome(String word) {
        this.word = word;
    }
}
