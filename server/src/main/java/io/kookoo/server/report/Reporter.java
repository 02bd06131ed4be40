package io.kookoo.server.report;

import io.kookoo.log.LogEvent;
import io.kookoo.server.dispatch.Observer;
import io.kookoo.server.dispatch.Peer;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import io.kookoo.settings.Settings;
import io.kookoo.settings.Settings.Report.When;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a session has ended, and has its report written: when nobody was there for the grace, when the span is as long as it may be,
 * when somebody asks, and at the end of the server. All writing is done by the thread {@code kookoo-report}, which runs {@link #run}; the
 * dispatcher and the deadlines only leave word for it. A report that cannot be written is one ERROR in the log, and its counts are gone;
 * while that goes on no further ERROR is logged. Thread-safe.
 */
public final class Reporter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);

    /** How long somebody who asks for a report waits for it. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Settings.Report settings;
    private final Session session;
    private final ReportFolder folder;
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** For the thread alone: the last report could not be written. */
    private boolean failing;

    /** @param written the file; null where there was nothing to write; fails where it cannot be written */
    private record Request(Report.Reason reason, CompletableFuture<Optional<Path>> written) {}

    /** Why there is no report, as one answer for people. */
    public static final class NoReportException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String code;

        NoReportException(String code, String message) {
            super(message, null, false, false);
            this.code = code;
        }

        /** In capital letters, as errors of the text protocol have it. */
        public String code() {
            return code;
        }
    }

    /** The moments that are waited for. Told under the locks of the dispatcher and of the session. */
    private static final class Moments implements Session.Listener {
        private final Settings.Report settings;
        private final Deadlines deadlines;
        private final BlockingQueue<Request> requests;
        private Deadlines.Deadline end;
        private Deadlines.Deadline nobody;

        Moments(Settings.Report settings, Deadlines deadlines, BlockingQueue<Request> requests) {
            this.settings = settings;
            this.deadlines = deadlines;
            this.requests = requests;
        }

        @Override
        public void began() {
            if (end != null) {
                end.cancel();
            }
            end = after(settings.every(), Report.Reason.EVERY);
        }

        @Override
        public void arrived() {
            if (nobody != null) {
                nobody.cancel();
            }
        }

        @Override
        public void deserted() {
            if (settings.when() == When.IDLE) {
                nobody = after(settings.grace(), Report.Reason.IDLE);
            }
        }

        private Deadlines.Deadline after(Duration delay, Report.Reason reason) {
            return deadlines.after(delay, () -> requests.add(new Request(reason, new CompletableFuture<>())));
        }
    }

    /**
     * @param isLocal whether a client id is that of one of the server's own workers; must not wait for anything
     * @param address where the server listens, once it does
     */
    public Reporter(
            Settings.Report settings,
            Clock clock,
            Deadlines deadlines,
            Predicate<String> isLocal,
            Supplier<InetSocketAddress> address) {
        this.settings = settings;
        this.folder = new ReportFolder(settings.dir(), settings.keep(), address);
        this.session = new Session(clock, isLocal, new Moments(settings, deadlines, requests));
    }

    /** What the dispatcher is to tell; does nothing where there are no reports. */
    public Observer observer() {
        return isOn() ? session : Observer.NONE;
    }

    /** A connection has taken a name; told by its reading thread, without the dispatcher's lock. */
    public void tookName(Peer peer, String name) {
        if (isOn()) {
            session.tookName(peer, name);
        }
    }

    private boolean isOn() {
        return settings.when() != When.NEVER;
    }

    /** Ends the session, and returns the file with its report; blocks until that is written. */
    public Path reportNow() throws NoReportException {
        if (!isOn()) {
            throw new NoReportException("NO_REPORTS", "this server writes no reports ([Report] when = never)");
        }
        try {
            return ask(Report.Reason.COMMAND)
                    .get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
                    .orElseThrow(() -> new NoReportException("NO_CALLS", "there was no call since the last report"));
        } catch (ExecutionException e) {
            throw new NoReportException("REPORT_FAILED", e.getCause().getMessage());
        } catch (TimeoutException e) {
            throw new NoReportException(
                    "REPORT_SLOW", "the report is not written after " + PATIENCE.toSeconds() + " s; it may come later");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoReportException("REPORT_FAILED", "the server stops");
        }
    }

    private CompletableFuture<Optional<Path>> ask(Report.Reason reason) {
        Request request = new Request(reason, new CompletableFuture<>());
        requests.add(request);
        return request.written();
    }

    /**
     * Writes the last report, if there were calls, and ends {@link #run}. Blocks; for once, when the connections have ended.
     *
     * @return false where it has not ended within the limit
     */
    public boolean stop(Duration limit) throws InterruptedException {
        ask(Report.Reason.SHUTDOWN);
        try {
            ended.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Writes one report after the other until {@link #stop}. */
    @Override
    public void run() {
        try {
            while (runOnce()) {}
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.complete(null);
        }
    }

    /** Waits for a request and serves it; false where it was the last. */
    private boolean runOnce() throws InterruptedException {
        Request request = requests.take();
        try {
            Optional<Path> written = write(request.reason());
            failing &= written.isEmpty();
            request.written().complete(written);
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            request.written().completeExceptionally(new IOException("it cannot be written: " + e));
        }
        return request.reason() != Report.Reason.SHUTDOWN;
    }

    private Optional<Path> write(Report.Reason reason) throws IOException {
        Optional<Report> report = session.take(reason, reason == Report.Reason.IDLE);
        if (report.isEmpty()) {
            return Optional.empty();
        }
        Path file = folder.write(report.get());
        LOG.info(LogEvent.of("report_written")
                .with("file", file)
                .with("calls", report.get().totals().calls())
                .with("failures", report.get().totals().failures())
                .with("reason", reason.words)
                .toString());
        return Optional.of(file);
    }

    private void fail(Throwable e) {
        String line = LogEvent.of("report_failed")
                .with("folder", settings.dir())
                .with("reason", e)
                .with("effect", "the counts of this session are lost; nothing else is")
                .toString();
        if (failing) {
            LOG.debug(line);
        } else {
            LOG.error(line);
        }
        failing = true;
    }
}
