package io.kookoo.client.net;

import java.time.Duration;
import java.util.Objects;

/**
 * What a connection to a server may take, how long it may be silent, and how it is secured.
 *
 * @param connectTimeout until a connection has to be there, over 0
 * @param pingInterval after so long a silence of a server whose answer is waited for it is sent an ECHO_REQ, on a connection that is kept
 *     alive always so often; over 0
 * @param pingTimeout after so long a silence, so long without an answer to such an ECHO_REQ, or so long a standstill in writing, the
 *     server counts as lost; more than {@code pingInterval}
 * @param storeTimeout the same where the server has to write to its store before it answers, and reads nothing until then; at least
 *     {@code pingTimeout}
 * @param maxPacketBytes the largest body of a packet taken
 * @param maxLineBytes the longest line of text taken
 * @param credentials how both sides know each other
 */
public record ConnectionLimits(
        Duration connectTimeout,
        Duration pingInterval,
        Duration pingTimeout,
        Duration storeTimeout,
        int maxPacketBytes,
        int maxLineBytes,
        Credentials credentials) {
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    public static final Duration PING_INTERVAL = Duration.ofSeconds(5);
    public static final Duration PING_TIMEOUT = Duration.ofSeconds(15);

    /** What a server accepts unless its settings say otherwise, over plain connections. */
    public static final ConnectionLimits USUAL = ofSizes(64 * 1024 * 1024, 64 * 1024);

    public ConnectionLimits {
        if (connectTimeout.toMillis() < 1 || pingInterval.toMillis() < 1) {
            throw new IllegalArgumentException("timeouts of connections are at least a millisecond");
        }
        if (pingTimeout.compareTo(pingInterval) <= 0) {
            throw new IllegalArgumentException("the ping timeout " + pingTimeout + " is not more than the interval "
                    + pingInterval + " of the pings");
        }
        if (storeTimeout.compareTo(pingTimeout) < 0) {
            throw new IllegalArgumentException(
                    "the timeout " + storeTimeout + " of the store is less than that of pings, " + pingTimeout);
        }
        if (maxPacketBytes < 1 || maxLineBytes < 1) {
            throw new IllegalArgumentException("packets and lines have at least a byte");
        }
        Objects.requireNonNull(credentials);
    }

    /** Of plain connections; a store is given no more time than anything else. */
    public ConnectionLimits(
            Duration connectTimeout,
            Duration pingInterval,
            Duration pingTimeout,
            int maxPacketBytes,
            int maxLineBytes) {
        this(connectTimeout, pingInterval, pingTimeout, pingTimeout, maxPacketBytes, maxLineBytes, Credentials.NONE);
    }

    /** The usual times, with these sizes. */
    public static ConnectionLimits ofSizes(int maxPacketBytes, int maxLineBytes) {
        return new ConnectionLimits(CONNECT_TIMEOUT, PING_INTERVAL, PING_TIMEOUT, maxPacketBytes, maxLineBytes);
    }

    /** The same, but the ping timeout is {@code silence}, at least 0.1 s, whatever the server does meanwhile. */
    public ConnectionLimits withSilence(Duration silence) {
        long millis = silence.toMillis();
        long pings = Math.max(2, ceilDiv(millis, pingInterval.toMillis()));
        // A whole number of intervals, so that the end of the silence is noticed when it comes.
        return new ConnectionLimits(
                connectTimeout,
                Duration.ofMillis(ceilDiv(millis, pings)),
                silence,
                silence,
                maxPacketBytes,
                maxLineBytes,
                credentials);
    }

    /** The same, but a store may take so long, where that is more than the ping timeout. */
    public ConnectionLimits withStoreTimeout(Duration timeout) {
        return new ConnectionLimits(
                connectTimeout,
                pingInterval,
                pingTimeout,
                timeout.compareTo(pingTimeout) < 0 ? pingTimeout : timeout,
                maxPacketBytes,
                maxLineBytes,
                credentials);
    }

    /** The same, but for lines of up to {@code bytes}. */
    public ConnectionLimits withLines(int bytes) {
        return new ConnectionLimits(
                connectTimeout, pingInterval, pingTimeout, storeTimeout, maxPacketBytes, bytes, credentials);
    }

    /** The same, but for how both sides know each other. */
    public ConnectionLimits with(Credentials others) {
        return new ConnectionLimits(
                connectTimeout, pingInterval, pingTimeout, storeTimeout, maxPacketBytes, maxLineBytes, others);
    }

    private static long ceilDiv(long a, long b) {
        return (a + b - 1) / b;
    }
}
