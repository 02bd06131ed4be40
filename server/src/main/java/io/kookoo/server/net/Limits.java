package io.kookoo.server.net;

import java.time.Duration;

/**
 * What one connection may cost, and how many there may be.
 *
 * @param maxPacketBytes the largest body of a packet
 * @param maxLineBytes the longest line of text
 * @param maxOutboxBytes what may wait to be written to one peer
 * @param handshake how long it may take to agree on TLS
 * @param writeStall how long a peer may read nothing of what is being written to it before the connection is closed
 * @param maxConnections how many may be open at a time
 * @param firstMessage how long a peer may take until its first message is there and it is {@link Conversation#isKnown known}; one that is
 *     known from the start, from the first byte on
 */
public record Limits(
        int maxPacketBytes,
        int maxLineBytes,
        long maxOutboxBytes,
        Duration handshake,
        Duration writeStall,
        int maxConnections,
        Duration firstMessage) {
    /** The largest packet, and the longest line, of one who is not known: all that it may say is small. */
    static final int STRANGER_BYTES = 16 * 1024;

    public Limits {
        if (maxPacketBytes < 1
                || maxLineBytes < 1
                || maxOutboxBytes < 1
                || handshake.isNegative()
                || handshake.isZero()
                || writeStall.isNegative()
                || writeStall.isZero()
                || maxConnections < 1
                || firstMessage.isNegative()
                || firstMessage.isZero()) {
            throw new IllegalArgumentException("Limits must be positive: " + maxPacketBytes + ", " + maxLineBytes + ", "
                    + maxOutboxBytes + ", " + handshake + ", " + writeStall + ", " + maxConnections + ", "
                    + firstMessage);
        }
    }
}
