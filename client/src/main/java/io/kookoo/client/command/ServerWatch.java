package io.kookoo.client.command;

import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Connector;
import io.kookoo.client.net.RepeatedTask;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks at a server again and again, over one connection, and over a new one when that is lost. One thread at a time looks: the one that
 * made it, until it is told to {@link #repeat}, and then one of its own.
 */
final class ServerWatch implements AutoCloseable {
    /** A person who watches should not be left in doubt for as long as a program that waits for a result. */
    private static final Duration SILENCE = Duration.ofSeconds(5);
    /** One looks, and one sees to it that it does not stand still. */
    private static final int THREADS = 2;

    /**
     * What a look has shown.
     *
     * @param sample null where the server did not answer
     * @param reason why it did not, for a person; null where it did
     */
    record Look(ServerSample sample, String reason) {}

    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS, runnable -> {
        Thread thread = new Thread(runnable, "kookoo-watch");
        thread.setDaemon(true);
        return thread;
    });
    private final Connector connector;
    /** Null while there is none. */
    private ServerConnection connection;

    ServerWatch(ServerAddress address, ConnectionLimits limits) {
        this.connector = new Connector(address, limits.withSilence(SILENCE), threads);
    }

    /**
     * Looks once; blocks, for seconds at most.
     *
     * @throws IOException where the server does not answer; the next look connects again
     */
    ServerSample sample() throws IOException {
        try {
            if (connection == null) {
                connection = connector.open();
            }
            return ServerSample.take(connection);
        } catch (IOException | RuntimeException | Error e) {
            if (connection != null) {
                connection.close();
                connection = null;
            }
            throw e;
        }
    }

    /** Looks again after each interval, until it is closed, and tells what it has seen; called once. */
    void repeat(Duration interval, Consumer<Look> seen) {
        threads.scheduleWithFixedDelay(
                new RepeatedTask("watch_server", () -> seen.accept(look())),
                interval.toNanos(),
                interval.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private Look look() {
        try {
            return new Look(sample(), null);
        } catch (CannotConnectException e) {
            return new Look(null, e.reason());
        } catch (IOException e) {
            return new Look(null, e.getMessage());
        }
    }

    /** Ends; what it has open ends with the process. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
