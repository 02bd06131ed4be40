package io.kookoo.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import io.kookoo.settings.Settings;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * The one door to the log: between {@link #open} and {@link #close} whatever is logged through slf4j goes to the weekly
 * file in {@code log_dir}, which server and clients share, and where asked for to standard output and a syslog server.
 * Lines are {@code 2026-11-21 10:00:00 - Server - INFO - message}, or have the other form of {@code [Logger] format}, in the local time
 * zone.
 *
 * <p>Logging throws nothing and goes on whatever becomes of the disk; lines that cannot be written are reported on
 * standard error, at once and then at most once a minute. Nor does it wait for whoever reads standard output: lines that
 * find no room on the way there, some 40,000 after the reader has stopped, are missing there, but not in the file, and
 * {@code console_lost lines=N} in both tells how many.
 *
 * <p>Owns the thread that writes to standard output, {@code kookoo-console}, a daemon.
 */
public final class KookooLog implements AutoCloseable {

    /** Makes the level of an error CRITICAL: the program ends by it, or is of no use any more. */
    public static final Marker CRITICAL = MarkerFactory.getMarker("CRITICAL");

    private static final Logger LOG = LoggerFactory.getLogger(KookooLog.class);

    /** What goes to the file of pings, and nowhere else. */
    private static final String PINGS = "io.kookoo.pings";

    private final Settings.Logger settings;
    private final String program;
    private final Clock clock;
    private final List<Appender<ILoggingEvent>> appenders;

    /** Null until it is opened. */
    private Appender<ILoggingEvent> pings;

    private KookooLog(Settings.Logger settings, String program, Clock clock, List<Appender<ILoggingEvent>> appenders) {
        this.settings = settings;
        this.program = program;
        this.clock = clock;
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
        List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
        appenders.add(fileAppender(settings, "kookoo", program, clock, console ? System.out : null));
        InetSocketAddress syslog = settings.syslog().orElse(null);
        boolean known = syslog != null && isKnown(syslog.getHostString());
        if (known) {
            appenders.add(new SyslogCopy(program, syslog));
        }

        ch.qos.logback.classic.Logger root = root();
        root.setLevel(Level.convertAnSLF4JLevel(settings.level()));
        appenders.forEach(appender -> attach(appender, root));
        if (syslog != null && !known) {
            LOG.warn(
                    "{}",
                    LogEvent.of("syslog_unknown_host")
                            .with("syslog", syslog.getHostString() + ":" + syslog.getPort())
                            .with("effect", "no copy of the log is sent until a restart; correct [Logger] syslog"));
        }
        return new KookooLog(settings, program, clock, appenders);
    }

    private static Appender<ILoggingEvent> fileAppender(
            Settings.Logger settings, String name, String program, Clock clock, PrintStream console) {
        LineForm form = LineForm.of(settings.format());
        WeeklyFile file = new WeeklyFile(settings.dir(), name, form, program, clock, System.err::println);
        return new SharedLogAppender(new EventText(form, program, settings.verbose()), file, console);
    }

    private static void attach(Appender<ILoggingEvent> appender, ch.qos.logback.classic.Logger logger) {
        appender.setContext(logger.getLoggerContext());
        appender.start();
        logger.addAppender(appender);
    }

    /**
     * Opens the log of pings, a weekly file {@code ping-...} beside the other, of the same form and kept as long. What is logged there is
     * in no other place. Blocking; once.
     */
    public Logger openPings() {
        ch.qos.logback.classic.Logger logger = logger(PINGS);
        logger.setAdditive(false);
        pings = fileAppender(settings, "ping", program, clock, null);
        attach(pings, logger);
        return logger;
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
        if (pings != null) {
            logger(PINGS).detachAppender(pings);
            pings.stop();
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
        return logger(Logger.ROOT_LOGGER_NAME);
    }

    private static ch.qos.logback.classic.Logger logger(String name) {
        return ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(name);
    }
}
