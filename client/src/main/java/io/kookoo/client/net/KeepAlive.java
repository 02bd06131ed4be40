package io.kookoo.client.net;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Finds out whether the server of one connection is alive, whatever else is said on it and whoever reads meanwhile: every ping interval
 * an ECHO_REQ, whose data tell how long the one before took there and back. One that is not answered within the ping timeout ends the
 * connection; there is never more than one unanswered.
 *
 * <pre>
 *   kookoo-ping  ECHO_REQ, then reads until the answer is here, but only while the connection's own thread does not
 *   the watch    looks whether the answer has come: when the next ping would be due, and at the ping timeout
 * </pre>
 *
 * <p>A server that is busy with a large packet is not dead: the timeout begins again with every {@value #ALIVE_BYTES} bytes that come
 * from it, and grows by what it took to write results since the last answer.
 */
final class KeepAlive {
    private static final String PING = "kookoo-ping";
    private static final String ROUND_TRIP = PING + " rtt_us=";
    private static final int ALIVE_BYTES = 64 * 1024;

    private final ServerConnection connection;
    private final ConnectionLimits limits;
    private final ScheduledExecutorService watch;
    private final PingListener listener;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** How many pings have been sent. Guarded by this, as all below. */
    private long sent;

    /** The data of the last one; null once it is answered. */
    private Data unanswered;

    private long sentNanos;
    /** From when the ping timeout counts. */
    private long silentSinceNanos;
    /** How many bytes had come then. */
    private long bytesThen;
    /** What writing had taken in all when the last answer came. */
    private long writingNanosThen;
    /** Of the ping answered last; below 0 before the first. */
    private long roundTripMicros = -1;

    /** @param watch must not be blocked for long */
    KeepAlive(
            ServerConnection connection,
            ConnectionLimits limits,
            ScheduledExecutorService watch,
            PingListener listener) {
        this.connection = connection;
        this.limits = limits;
        this.watch = watch;
        this.listener = listener;
    }

    /** Whether {@code data} are those of an answer to a ping, by whomever it was sent. */
    static boolean isPing(Data data) {
        // Most data are not: a look at their length decides.
        return data.length() >= PING.length()
                && data.length() < ROUND_TRIP.length() + 20
                && (data.text().equals(PING) || data.text().startsWith(ROUND_TRIP));
    }

    /** The data of a ping that tells nothing. */
    static Data plainPing() {
        return Data.of(PING);
    }

    void start() {
        Thread thread = new Thread(this::run, "kookoo-ping");
        thread.setDaemon(true);
        thread.start();
    }

    /** No more pings; does not wait. */
    void stop() {
        ended.countDown();
    }

    private void run() {
        long interval = limits.pingInterval().toNanos();
        long next = System.nanoTime() + interval;
        try {
            while (!ended.await(next - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                ping();
                connection.readAhead(this::isUnanswered);
                next = Math.max(next + interval, System.nanoTime());
            }
        } catch (IOException e) {
            connection.lose(e);
        } catch (InterruptedException | RuntimeException | Error e) {
            // Such as no memory. A connection that nobody watches over must not go on.
            connection.lose(new IOException("no more pings can be sent: " + e, e));
        }
    }

    private void ping() throws IOException {
        Data data;
        synchronized (this) {
            data = roundTripMicros < 0 ? plainPing() : Data.of(ROUND_TRIP + roundTripMicros);
        }
        connection.send(writer -> {
            writer.packet(PacketType.ECHO_REQ, data);
            leaves(data);
        });
        long number;
        synchronized (this) {
            number = sent;
        }
        lookAfter(limits.pingInterval(), number);
    }

    /** Its bytes are the next ones on the wire: what was waited for before, such as the end of a large result, is not its time. */
    private synchronized void leaves(Data data) {
        sent++;
        unanswered = data;
        sentNanos = System.nanoTime();
        silentSinceNanos = sentNanos;
        bytesThen = connection.bytesRead();
    }

    private synchronized boolean isUnanswered() {
        return unanswered != null && ended.getCount() > 0;
    }

    /** An answer to a ping has come. */
    void answered(Data data) {
        long micros;
        synchronized (this) {
            if (!data.equals(unanswered)) {
                return;
            }
            unanswered = null;
            micros = (System.nanoTime() - sentNanos) / 1000;
            roundTripMicros = micros;
            writingNanosThen = connection.writingNanos();
        }
        listener.answered(Duration.ofNanos(micros * 1000));
    }

    private void lookAfter(Duration duration, long number) {
        watch.schedule(new RepeatedTask("check_ping", () -> look(number)), duration.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** In the watch: whether the answer to that ping has come; again and again, until it has. */
    private void look(long number) {
        Duration waited;
        Duration left;
        synchronized (this) {
            if (sent != number || !isUnanswered()) {
                return;
            }
            long now = System.nanoTime();
            if (connection.bytesRead() - bytesThen >= ALIVE_BYTES) {
                silentSinceNanos = now;
                bytesThen = connection.bytesRead();
            }
            waited = Duration.ofNanos(now - sentNanos);
            left = limits.pingTimeout()
                    .plusNanos(connection.writingNanos() - writingNanosThen)
                    .minusNanos(now - silentSinceNanos);
        }
        boolean over = left.isNegative() || left.isZero();
        // What is here and not read yet may be the answer: then this process has stood still, and not the server.
        if (over && !connection.hasUnreadBytes()) {
            listener.lost(waited);
            connection.lose(new SocketTimeoutException(
                    "no answer to a ping within " + ServerConnection.seconds(limits.pingTimeout())));
            return;
        }
        listener.unanswered(waited);
        lookAfter(over || left.compareTo(limits.pingInterval()) > 0 ? limits.pingInterval() : left, number);
    }
}
