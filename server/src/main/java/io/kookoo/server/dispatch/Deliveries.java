package io.kookoo.server.dispatch;

import io.kookoo.server.net.Outbox;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * What calls of the dispatcher leave to be done outside its lock: the outboxes it has added to, and lines for the log.
 * Confined to one thread, which calls {@link #flush} when it has read all that was there. A list for each thread and not a
 * flag on each outbox: a shared flag loses wake-ups between threads.
 */
public final class Deliveries {
    private final Outbox own;
    private final List<Outbox> dirty = new ArrayList<>(4);
    private final List<Line> lines = new ArrayList<>(2);

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
    Outbox to(Outbox outbox) {
        // The last one only: to flush an outbox twice is harmless, to search a long list is not.
        if (dirty.isEmpty() || dirty.get(dirty.size() - 1) != outbox) {
            dirty.add(outbox);
        }
        return outbox;
    }

    void log(Level level, String text) {
        lines.add(new Line(level, text));
    }

    /**
     * Writes the lines, then the outboxes: who hears of a job finds it in the log. Blocks on the own peer at most. Call
     * without any lock.
     */
    public void flush(Logger log) {
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            log.atLevel(line.level).log(line.text);
        }
        lines.clear();
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
        if (ownDirty) {
            own.flush(true);
        }
    }
}
