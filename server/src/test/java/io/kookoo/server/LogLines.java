package io.kookoo.server;

import static org.junit.jupiter.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Every line that Kookoo logs while this is open, as {@code LEVEL message}. Thread-safe. */
public final class LogLines implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.kookoo");
    private final Recorder recorder = new Recorder();

    private static final class Recorder extends AppenderBase<ILoggingEvent> {
        private final List<String> lines = new ArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            synchronized (lines) {
                lines.add(event.getLevel() + " " + event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : " " + event.getThrowableProxy().getClassName()));
                lines.notifyAll();
            }
        }
    }

    public LogLines() {
        logger.setLevel(Level.DEBUG);
        recorder.start();
        logger.addAppender(recorder);
    }

    /** The lines so far that hold each of these texts, in order. */
    public List<String> with(String... texts) {
        synchronized (recorder.lines) {
            return recorder.lines.stream()
                    .filter(line -> List.of(texts).stream().allMatch(line::contains))
                    .toList();
        }
    }

    /** The lines of level ERROR so far. */
    public List<String> errors() {
        return with("ERROR").stream().filter(line -> line.startsWith("ERROR ")).toList();
    }

    /** Waits until {@code count} lines hold each of these texts, and returns them; fails after ten seconds. */
    public List<String> await(int count, String... texts) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        synchronized (recorder.lines) {
            while (true) {
                List<String> found = with(texts);
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (found.size() >= count) {
                    return found;
                }
                if (millis <= 0) {
                    return fail("Not logged: " + List.of(texts) + "; but: " + recorder.lines);
                }
                try {
                    recorder.lines.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return fail("interrupted");
                }
            }
        }
    }

    /** Waits for a line that holds each of these texts, and returns the first. */
    public String await(String... texts) {
        return await(1, texts).get(0);
    }

    @Override
    public void close() {
        logger.detachAppender(recorder);
    }
}
