package io.kookoo.server.dispatch;

import io.kookoo.server.net.Outbox;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * What calls of the dispatcher leave to be done outside its lock: the outboxes it has added to, and lines for the log.
 * Used by one thread at a time, which calls {@link #flush} when it has read all that was there. A list for each thread and not a
 * flag on each outbox: a shared flag loses wake-ups between threads.
 */
public final class Deliveries {
    private final Outbox own;
    private final List<Outbox> dirty = new ArrayList<>(4);
    private final List<Line> lines = new ArrayList<>(2);

    private final List<Runnable> texts = new ArrayList<>(0);
    /** Answers of the own outbox are decided with it; null for none. */
    private Commit commit;

    private record Line(Level level, String text) {}

    /** @param own the outbox of the peer the thread belongs to, whose writes may block; null for a thread of nobody */
    public Deliveries(Outbox own) {
        this.own = own;
    }

    /** The outbox of the peer this thread belongs to, marked as added to. */
    public Outbox own() {
        return to(own);
    }

    /** Marks an outbox as added to, and returns it. */
    public Outbox to(Outbox outbox) {
        // The last one only: to flush an outbox twice is harmless, to search a long list is not.
        if (dirty.isEmpty() || dirty.get(dirty.size() - 1) != outbox) {
            dirty.add(outbox);
        }
        return outbox;
    }

    /**
     * Lets the next answer of the own outbox wait for a commit, and for those that its earlier answers wait for.
     *
     * @param next null for none
     * @return the commit that the answer must wait for; null where it may be given at once
     */
    Commit later(Commit next) {
        if (next != null && (commit == null || commit.number < next.number)) {
            commit = next;
        }
        if (commit != null && commit.isDecided()) {
            // Its answers are in the outbox, before whatever follows.
            commit = null;
        }
        if (commit != null) {
            to(own);
        }
        return commit;
    }

    /** Whether there are answers that wait for a commit: what is written to the own outbox would overtake them. */
    public boolean awaitsCommit() {
        return commit != null;
    }

    /** A text that may be long: it is made when it is written, without a lock. */
    void text(Outbox outbox, Supplier<String> text) {
        texts.add(() -> to(outbox).text(text.get()));
    }

    /** Writes a line to the log once no lock is held. */
    public void log(Level level, String text) {
        lines.add(new Line(level, text));
    }

    /**
     * Writes the lines, then the outboxes: who hears of a job finds it in the log. Blocks on the own peer, and before that on
     * the commit that its answers wait for. Call without any lock.
     */
    public void flush(Logger log) {
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            log.atLevel(line.level).log(line.text);
        }
        lines.clear();
        for (int i = 0; i < texts.size(); i++) {
            texts.get(i).run();
        }
        texts.clear();
        // The others first: the own peer may be slow.
        boolean ownDirty = false;
        for (int i = 0; i < dirty.size(); i++) {
            Outbox outbox = dirty.get(i);
            if (outbox == own) {
                ownDirty = true;
            } else {
                outbox.flush(false);
            }
        }
        dirty.clear();
        if (commit != null) {
            commit.await();
            commit = null;
        }
        if (ownDirty) {
            own.flush(true);
        }
    }
}
