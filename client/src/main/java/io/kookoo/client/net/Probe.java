package io.kookoo.client.net;

import io.kookoo.settings.Settings.Client.Balance;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.LoggerFactory;

/**
 * Looks whether a better server is back, over a connection of its own, which becomes that of whoever {@link #take}s it: after each interval the
 * server has to answer; while it does not, it is tried with growing pauses, or once a
 * minute where it is there and wants another token. Has one thread, from {@link #start} to {@link #end}.
 */
final class Probe {
    private final Connector connector;
    private final Balance balance;
    private final Duration interval;
    private final ServerChoice choice;
    private final LongSupplier currentLoad;
    private final Backoff backoff = new Backoff(new Random());
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Null while there is none. Guarded by this, as below. */
    private ServerConnection connection;
    /** Whether the server has answered on it, may be used again, and is not being asked right now. */
    private boolean ready;

    /**
     * @param interval between two questions
     * @param choice decides, and is told who answers
     * @param currentLoad that of the server in use; may block for the ping timeout
     */
    Probe(Connector connector, Balance balance, Duration interval, ServerChoice choice, LongSupplier currentLoad) {
        this.connector = connector;
        this.balance = balance;
        this.interval = interval;
        this.choice = choice;
        this.currentLoad = currentLoad;
    }

    void start() {
        Thread thread = new Thread(this::run, "kookoo-probe-" + connector.address());
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            Duration pause = turn();
            while (!ended.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                pause = turn();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    /** Asks once; returns the pause until the next time. */
    private Duration turn() {
        ServerAddress server = connector.address();
        try {
            long load = SignOfLife.ask(connection(), balance);
            choice.answered(server);
            backoff.reset();
            if (choice.mayReturn(server)) {
                if (balance == Balance.LEAST && load >= currentLoad.getAsLong()) {
                    choice.dismiss(server);
                    end();
                }
                offer();
                return interval;
            }
            Duration left = choice.until(server);
            return left.isZero() || left.compareTo(interval) > 0 ? interval : left;
        } catch (IOException | RuntimeException | Error e) {
            if (!isEnded()) {
                choice.silent(server);
                LoggerFactory.getLogger(Probe.class).debug("no_answer server={}", server, e);
            }
            drop();
            return e instanceof TokenException ? TokenException.PAUSE : backoff.next();
        }
    }

    /** The one there is, which nobody can take any more, or a new one. */
    private ServerConnection connection() throws IOException {
        synchronized (this) {
            ready = false;
            if (connection != null) {
                return connection;
            }
        }
        ServerConnection opened = connector.open();
        synchronized (this) {
            connection = opened;
            if (isEnded()) {
                drop();
            }
        }
        return opened;
    }

    private synchronized void offer() {
        ready = connection != null;
    }

    private synchronized void drop() {
        ready = false;
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    /**
     * The connection, on which the server has answered within the interval, where the choice now is for that server; it belongs to the caller, and
     * the probe has ended. Never blocks.
     */
    synchronized Optional<ServerConnection> take() {
        if (!ready || !choice.moveTo(connector.address())) {
            return Optional.empty();
        }
        ServerConnection taken = connection;
        connection = null;
        ready = false;
        ended.countDown();
        return Optional.of(taken);
    }

    boolean isEnded() {
        return ended.getCount() == 0;
    }

    /** Closes the connection, unless it was taken; does not wait for the thread. */
    void end() {
        ended.countDown();
        drop();
    }
}
