package io.kookoo.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import io.kookoo.settings.Settings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one door to the log: between {@link #open} and {@link #close} whatever is logged through slf4j goes to the weekly
 * file in {@code log_dir}, which server and clients share, and where asked for to standard output and a syslog server.
 * Lines are {@code 2026-11-21 10:00:00 - Server - INFO - message}, in the local time zone.
 *
 * <p>Logging throws nothing and goes on whatever becomes of the disk; lines that cannot be written are reported on
 * standard error, at once and then at most once a minute. Nor does it wait for whoever reads standard output: lines that
 * find no room on the way there, some 40,000 after the reader has stopped, are missing there, but not in the file, and
 * {@code console_lost lines=N} in both tells how many.
 *
 * <p>Owns the thread that writes to standard output, {@code kookoo-console}, a daemon.
 */
public final class KookooLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KookooLog.class);

    private final List<Appender<ILoggingEvent>> appenders;

    private KookooLog(List<Appender<ILoggingEvent>> appenders) {
        this.appenders = List.copyOf(appenders);
    }

    /**
     * Starts to log. Blocking: it opens the file and resolves the syslog server's name; an unknown name is a warning in
     * the log, and no copy is sent.
     *
     * @param program names this process in every line: {@code Server} or {@code Client}
     * @param console whether the lines also go to standard output
     */
    public static KookooLog open(Settings.Logger settings, String program, boolean console) {
        return open(settings, program, console, Clock.systemDefaultZone());
    }

    static KookooLog open(Settings.Logger settings, String program, boolean console, Clock clock) {
        WeeklyFile file = new WeeklyFile(settings.dir(), program, clock, System.err::println);
        List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
        appenders.add(
                new SharedLogAppender(new EventText(program, settings.verbose()), file, console ? System.out : null));
        InetSocketAddress syslog = settings.syslog().orElse(null);
        boolean known = syslog != null && isKnown(syslog.getHostString());
        if (known) {
            appenders.add(new SyslogCopy(program, syslog));
        }

        ch.qos.logback.classic.Logger root = root();
        root.setLevel(Level.convertAnSLF4JLevel(settings.level()));
        for (Appender<ILoggingEvent> appender : appenders) {
            appender.setContext(root.getLoggerContext());
            appender.start();
            root.addAppender(appender);
        }
        if (syslog != null && !known) {
            LOG.warn(
                    "{}",
                    LogEvent.of("syslog_unknown_host")
                            .with("syslog", syslog.getHostString() + ":" + syslog.getPort())
                            .with("effect", "no copy of the log is sent until a restart; correct [Logger] syslog"));
        }
        return new KookooLog(appenders);
    }

    /**
     * Stops to log and closes the file. Blocking: for at most a second it waits until standard output has taken the lines
     * logged so far; then they are in the file only. What is logged later is lost. A second call does nothing.
     */
    @Override
    public void close() {
        for (Appender<ILoggingEvent> appender : appenders) {
            root().detachAppender(appender);
            appender.stop();
        }
    }

    private static boolean isKnown(String host) {
        try {
            InetAddress.getByName(host);
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static ch.qos.logback.classic.Logger root() {
        return ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(Logger.ROOT_LOGGER_NAME);
    }
}
