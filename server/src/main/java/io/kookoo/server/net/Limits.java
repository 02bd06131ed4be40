package io.kookoo.server.net;

import java.time.Duration;

/**
 * What one connection may cost.
 *
 * @param maxPacketBytes the largest body of a packet
 * @param maxLineBytes the longest line of text
 * @param maxOutboxBytes what may wait to be written to one peer
 * @param handshake how long it may take to agree on TLS
 * @param writeStall how long a peer may read nothing of what is being written to it before the connection is closed
 */
public record Limits(
        int maxPacketBytes, int maxLineBytes, long maxOutboxBytes, Duration handshake, Duration writeStall) {
    public Limits {
        if (maxPacketBytes < 1
                || maxLineBytes < 1
                || maxOutboxBytes < 1
                || handshake.isNegative()
                || handshake.isZero()
                || writeStall.isNegative()
                || writeStall.isZero()) {
            throw new IllegalArgumentException("Limits must be positive: " + maxPacketBytes + ", " + maxLineBytes + ", "
                    + maxOutboxBytes + ", " + handshake + ", " + writeStall);
        }
    }
}
