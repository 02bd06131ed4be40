package io.kookoo.client.net;

import io.kookoo.log.LogEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one thread in conversation with a server: connects, lets a {@link Session} speak, and when that connection is lost
 * begins again, with growing pauses, until stopped. Of a server that is away the first failure and the return are logged,
 * not the attempts between. Where there are several servers it may be another one each time.
 *
 * <pre>
 *          connect            first answer             stop and done
 *   pause ---------> session ------------> session ------------------> end
 *     ^ failed |        | lost (pauses         | lost (shortest     | a better server
 *     +--------+--------+ go on growing)-------+ pause)             +----------------&gt; session with that
 * </pre>
 */
public final class ReconnectLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ReconnectLoop.class);

    /** What is said on one connection. */
    @FunctionalInterface
    public interface Session {
        /**
         * Speaks until the connection is lost or the loop is stopped. Runs in the loop's thread, which is the reading
         * thread of the connection.
         *
         * @param answered to be run, once or more often, when the server has answered: only then it counts as back
         * @throws NotTakenException when the server does not want this client yet: tried again after growing pauses
         * @throws IOException when the connection is lost
         */
        void speak(ServerConnection connection, Runnable answered) throws IOException, InterruptedException;
    }

    private final String name;
    private final ConnectionSource source;
    private final Backoff backoff;
    private final CountDownLatch stopped = new CountDownLatch(1);
    /** Ends the pauses of the session: the loop is stopped, or the connection closed. */
    private volatile CountDownLatch awake = new CountDownLatch(1);

    /** Confined to the thread in {@link #run}, as all below. */
    private int failures;

    private long awaySinceNanos;
    /** The one of the session; null for none. */
    private ServerAddress server;
    /** The last that was used, as far as the log says; null before the first. */
    private ServerAddress before;

    private boolean connected;
    /** That to a server which is to be used instead; null for none. */
    private ServerConnection better;
    /** Logged already; not again each time. */
    private String lastInternalError;

    /** @param name of the connection, for the log */
    public ReconnectLoop(String name, ConnectionSource source, Backoff backoff) {
        this.name = name;
        this.source = source;
        this.backoff = backoff;
    }

    /** Runs sessions, one after the other, until {@link #stop}; blocks. Called once. */
    public void run(Session session) throws InterruptedException {
        try {
            while (!isStopped()) {
                runOnce(session);
                if (!isStopped() && better == null) {
                    stopped.await(backoff.next().toNanos(), TimeUnit.NANOSECONDS);
                }
            }
        } finally {
            if (better != null) {
                better.close();
            }
        }
    }

    private void runOnce(Session session) throws InterruptedException {
        server = null;
        try (ServerConnection connection = next()) {
            server = connection.address();
            connected = false;
            CountDownLatch closed = new CountDownLatch(1);
            awake = closed;
            connection.whenClosed(closed::countDown);
            if (isStopped()) {
                closed.countDown();
            }
            session.speak(connection, this::answered);
        } catch (CannotConnectException e) {
            failed(e.reason());
        } catch (TokenException e) {
            // Another server may take it. Others at this address would have to wait for each wrong one.
            source.lost(server);
            failed(e.getMessage());
            stopped.await(TokenException.PAUSE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (NotTakenException e) {
            // Another server may.
            source.lost(server);
            LOG.debug("not_taken connection={} server={}", name, server, e);
        } catch (IOException e) {
            failed(e.getMessage());
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) {
            // A mistake of this program must not leave a client that looks alive and takes no calls.
            if (!e.toString().equals(lastInternalError)) {
                lastInternalError = e.toString();
                LOG.error("{}", event("internal_error"), e);
            }
            failed("internal error: " + e);
        }
    }

    private ServerConnection next() throws CannotConnectException, InterruptedException {
        ServerConnection next = better;
        better = null;
        return next == null ? source.open() : next;
    }

    /**
     * Whether another server is to be used from now on: then the session should end in good order, and the next begins at once. Only for the
     * session's thread.
     */
    public boolean isToMove() {
        if (better == null) {
            better = source.better().orElse(null);
        }
        return better != null;
    }

    private void answered() {
        if (connected) {
            return;
        }
        connected = true;
        backoff.reset();
        if (failures == 0 && server.equals(before)) {
            // A better server did not want this client: nothing has changed.
            LOG.debug("connected connection={} server={}", name, server);
            return;
        }
        boolean another = before != null && !before.equals(server);
        LogEvent event = event(another ? "server_changed" : failures == 0 ? "connected" : "server_back");
        if (another) {
            event.with("before", before);
        }
        if (failures > 0) {
            event.with("away_s", (System.nanoTime() - awaySinceNanos) / 10_000_000L / 100.0)
                    .with("failures", failures);
        }
        LOG.info("{}", event);
        before = server;
        failures = 0;
    }

    private void failed(String reason) {
        if (server != null) {
            source.lost(server);
        }
        if (isStopped()) {
            return;
        }
        if (failures++ == 0) {
            awaySinceNanos = System.nanoTime();
            before = server == null ? before : server;
            LOG.warn("{}", event("server_away").with("reason", reason).with("effect", "trying until a server answers"));
        } else if (LOG.isDebugEnabled()) {
            LOG.debug("{}", event("server_away").with("reason", reason).with("failures", failures));
        }
    }

    private LogEvent event(String event) {
        return LogEvent.of(event).with("connection", name).with("server", server == null ? source.place() : server);
    }

    /**
     * For the session: waits, or ends earlier because of {@link #stop}, or because its connection is lost, which it then learns when it
     * speaks; returns whether the loop is stopped.
     */
    public boolean pause(Duration duration) throws InterruptedException {
        awake.await(duration.toNanos(), TimeUnit.NANOSECONDS);
        return isStopped();
    }

    public boolean isStopped() {
        return stopped.getCount() == 0;
    }

    /** No further connection is opened and pauses end; the session that speaks ends by itself. */
    public void stop() {
        stopped.countDown();
        awake.countDown();
    }
}
