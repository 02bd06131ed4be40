package io.kookoo.server.dispatch;

import java.util.Set;

/**
 * What is written to the store.
 *
 * @param run the id of this run of the server, which begins the numbers of its jobs; see {@link io.kookoo.server.store.JobStore#begin}
 * @param durable whether a background job is accepted only once it has been committed
 * @param outcomes the ends of which jobs are kept
 */
public record Keeping(long run, boolean durable, Set<Outcomes> outcomes) {
    /** Kinds of ends. Dead jobs are always kept, along with what it takes to run them again. */
    public enum Outcomes {
        /** Of background jobs. */
        BACKGROUND,
        /** Of calls of the catalog. */
        CATALOG,
        /** Of foreground jobs that did not succeed. */
        FAILED,
        /** Of foreground jobs that did. */
        SUCCEEDED
    }

    /** Nothing is. */
    public static final Keeping NOTHING = new Keeping(0, false, Set.of());

    public Keeping {
        outcomes = Set.copyOf(outcomes);
    }

    boolean keeps(Job job) {
        Outcomes kind;
        if (job.isCatalogCall()) {
            kind = Outcomes.CATALOG;
        } else if (job.background) {
            kind = Outcomes.BACKGROUND;
        } else {
            kind = job.runs.outcome == Outcome.DONE ? Outcomes.SUCCEEDED : Outcomes.FAILED;
        }
        return outcomes.contains(kind);
    }
}
