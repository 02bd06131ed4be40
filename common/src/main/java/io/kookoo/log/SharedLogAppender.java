package io.kookoo.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.PrintStream;
import java.util.Objects;

/**
 * Logback's way into the {@link WeeklyFile}, and from there, for the daemons, to standard output. Logback's own file
 * appender cannot do this: with a fixed file it renames at the turn, which loses lines between processes, its prudent mode
 * tears lines, and on a full disk it loses them without a word.
 */
final class SharedLogAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private final EventText text;
    private final WeeklyFile file;
    private final PrintStream console; // null: none

    /** Owns {@code file}: stopping closes it. The console, if not null, stays open. */
    SharedLogAppender(EventText text, WeeklyFile file, PrintStream console) {
        this.text = Objects.requireNonNull(text);
        this.file = Objects.requireNonNull(file);
        this.console = console;
    }

    @Override
    protected void append(ILoggingEvent event) {
        byte[] line = file.write(text.of(event));
        if (console != null) {
            // A console that is gone sets a flag in the stream, and throws nothing.
            console.write(line, 0, line.length);
            console.flush();
        }
    }

    @Override
    public void stop() {
        super.stop();
        file.close();
    }
}
