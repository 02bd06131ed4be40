package io.kookoo.server;

import io.kookoo.Version;
import io.kookoo.log.KookooLog;
import io.kookoo.log.LogEvent;
import io.kookoo.server.time.Clock;
import io.kookoo.settings.Settings;
import io.kookoo.settings.SettingsException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The program {@code server.jar}: reads arguments and settings, starts the {@link Server}, and stops it when told to end. */
public final class ServerMain {
    private static final Logger LOG = LoggerFactory.getLogger(ServerMain.class);

    /** What stopping may take besides the time of running jobs: last answers, local clients, the log. */
    private static final Duration STOP_SLACK = Duration.ofSeconds(15);

    private ServerMain() {}

    public static void main(String[] arguments) {
        tuneVirtualThreads();
        int exitCode = run(arguments, System.getenv(), System.err);
        if (exitCode != ExitCode.OK) {
            System.exit(exitCode);
        }
    }

    /**
     * How the JVM (21 and later) runs virtual threads, said before the first one exists; what the command line of java says
     * wins. One poller thread of the operating system instead of pollers that are virtual themselves: docs/performance.md.
     */
    private static void tuneVirtualThreads() {
        if (System.getProperty("jdk.pollerMode") == null) {
            System.setProperty("jdk.pollerMode", "1");
        }
    }

    /** Starts the server and returns 0 with it running, or returns why it does not run. */
    private static int run(String[] arguments, Map<String, String> environment, PrintStream err) {
        CommandLine line = ServerOptions.commandLine();
        Map<String, String> given;
        try {
            CommandLine.ParseResult parsed = line.parseArgs(arguments);
            if (CommandLine.printHelpIfRequested(parsed)) {
                return ExitCode.OK;
            }
            given = ServerOptions.given(parsed);
        } catch (ParameterException e) {
            err.println(e.getMessage());
            err.println("Try: java -jar server.jar --help");
            return ExitCode.USAGE;
        }
        Path jarFolder = Settings.jarFolder(ServerMain.class);
        Settings settings;
        try {
            settings = Settings.load(Path.of(""), jarFolder, environment, given);
        } catch (SettingsException e) {
            err.println(e.getMessage());
            return ExitCode.SETTINGS;
        }
        KookooLog log = KookooLog.open(settings.logger(), "Server", true);
        settings.warnings().forEach(LOG::warn);
        logSettings(settings);
        AtomicBoolean graceful = new AtomicBoolean(true);
        try {
            Server server = Server.bind(settings, Clock.SYSTEM, jarFolder.resolve("client.jar"), wait -> {
                graceful.set(wait);
                // On a thread of its own: exit runs the hook below and does not return.
                new Thread(() -> System.exit(ExitCode.OK), "kookoo-exit").start();
            });
            AtomicInteger exitCode = new AtomicInteger(ExitCode.OK);
            // Before it opens: who finds the pid file may send TERM at once.
            stopWhenTold(
                    () -> server.stop(graceful.get() ? settings.server().shutdownTimeout() : Duration.ZERO),
                    settings.server().shutdownTimeout().plus(STOP_SLACK),
                    log,
                    exitCode);
            try {
                server.open();
            } catch (Server.StartException e) {
                exitCode.set(e.exitCode());
                throw e;
            }
            return ExitCode.OK;
        } catch (Server.StartException e) {
            LOG.error(KookooLog.CRITICAL, "{}", e.getMessage());
            err.println(e.getMessage());
            log.close();
            return e.exitCode();
        } catch (RuntimeException | Error e) {
            LOG.error(KookooLog.CRITICAL, "internal error", e);
            err.println("internal error: " + e);
            log.close();
            return ExitCode.INTERNAL;
        }
    }

    /** What applies, once, so that a log can be read without the machine it came from. */
    private static void logSettings(Settings settings) {
        LogEvent event = LogEvent.of("starting")
                .with("version", Version.TEXT)
                .with("java", Runtime.version())
                .with("pid", ProcessHandle.current().pid())
                .with("home", settings.home());
        settings.file().ifPresent(file -> event.with("settings", file));
        for (Settings.Origin origin : settings.origins()) {
            if (!origin.where().equals("default")) {
                event.with(origin.key(), origin.text());
            }
        }
        LOG.info("{}", event);
    }

    /**
     * INT and TERM: the list of {@link Server#stop}, and then the end with 0 whatever the JVM would have made of it.
     *
     * @param limit after which the end comes all the same, with 1: something of the list is stuck
     * @param exitCode what the program ends with; 0 unless the start failed
     */
    private static void stopWhenTold(Runnable stop, Duration limit, KookooLog log, AtomicInteger exitCode) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            haltAfter(limit);
                            try {
                                stop.run();
                                log.close();
                            } finally {
                                Runtime.getRuntime().halt(exitCode.get());
                            }
                        },
                        "kookoo-stop"));
    }

    private static void haltAfter(Duration limit) {
        Thread thread = new Thread(
                () -> {
                    try {
                        // Not one of Deadlines, which ends with the server: this is for an end that hangs.
                        Thread.sleep(limit.toMillis());
                        Runtime.getRuntime().halt(ExitCode.INTERNAL);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "kookoo-stop-limit");
        thread.setDaemon(true);
        thread.start();
    }
}
