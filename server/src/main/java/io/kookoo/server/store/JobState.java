package io.kookoo.server.store;

import java.util.Locale;

/** Where a job stands, as lists, results and the database name it. */
public enum JobState {
    /** It waits for its moment: an epoch job, or one that failed and will be run again. */
    DELAYED,
    QUEUED,
    RUNNING,
    /** WORK_COMPLETE. */
    DONE,
    /** A foreground call or a call of the catalog ended without a result. */
    FAILED,
    /** A background job ended without a result and no run is left; it stays until it is retried or purged. */
    DEAD,
    /** Somebody cancelled it, or dropped its function. */
    CANCELLED;

    /** Its name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it will not change any more by itself. */
    public boolean isEnd() {
        return ordinal() >= DONE.ordinal();
    }
}
