package io.kookoo.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.PrintStream;
import java.util.Objects;

/**
 * Logback's way into the {@link WeeklyFile}, and from there, for the daemons, to standard output. Logback's own file
 * appender cannot do this: with a fixed file it renames at the turn, which loses lines between processes, its prudent mode
 * tears lines, and on a full disk it loses them without a word.
 *
 * <p>For any number of threads. They wait for the disk alone: the console has a thread of its own, see
 * {@link ConsoleCopy}.
 */
final class SharedLogAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private final EventText text;
    private final WeeklyFile file;
    private final ConsoleCopy console; // null: none

    /**
     * Owns {@code file}: stopping closes it. The console, if not null, stays open. The number of lines that it did not get
     * is told there and in the file, as {@code console_lost lines=N}.
     */
    SharedLogAppender(EventText text, WeeklyFile file, PrintStream console) {
        this.text = Objects.requireNonNull(text);
        this.file = Objects.requireNonNull(file);
        this.console = console == null ? null : new ConsoleCopy(console, this::consoleLost);
    }

    private byte[] consoleLost(long lines) {
        LogEvent lost = LogEvent.of("console_lost").with("lines", lines);
        return file.write(text.form().notice(text.program(), lost));
    }

    @Override
    public void start() {
        if (console != null) {
            console.start();
        }
        super.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        byte[] line = file.write(text.of(event));
        if (console != null) {
            console.add(line);
        }
    }

    /** Waits up to a second for the console. */
    @Override
    public void stop() {
        super.stop();
        if (console != null) {
            console.close();
        }
        file.close();
    }
}
