package io.kookoo.server.access;

import io.kookoo.log.LogEvent;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines of the log about what was refused: at most {@value #LINES_PER_SECOND} a second, and one more with the number of those left out.
 * Thread-safe.
 */
public final class RefusalLog {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    static final int LINES_PER_SECOND = 20;

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Clock clock;
    private final Deadlines deadlines;
    // Guarded by this.
    private long secondStartedNanos;
    private int said;
    private long skipped;

    public RefusalLog(Clock clock, Deadlines deadlines) {
        this.clock = clock;
        this.deadlines = deadlines;
        this.secondStartedNanos = clock.nanoTime();
    }

    /** Logs a warning, if this second still has room for it. */
    public void warn(LogEvent event) {
        if (admits()) {
            LOG.warn("{}", event);
        }
    }

    private synchronized boolean admits() {
        long now = clock.nanoTime();
        if (now - secondStartedNanos >= SECOND.toNanos()) {
            secondStartedNanos = now;
            said = 0;
        }
        if (said < LINES_PER_SECOND) {
            said++;
            return true;
        }
        if (skipped++ == 0) {
            deadlines.after(SECOND, this::tellSkipped);
        }
        return false;
    }

    private void tellSkipped() {
        long count;
        synchronized (this) {
            count = skipped;
            skipped = 0;
        }
        LOG.warn("{}", LogEvent.of("refused_more").with("count", count));
    }
}
