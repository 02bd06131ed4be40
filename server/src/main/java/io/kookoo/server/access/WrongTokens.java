package io.kookoo.server.access;

import io.kookoo.server.time.Clock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts wrong tokens by address: after {@value #FREE} of them an address has to wait. Addresses of IPv6 that differ in their last 64 bits
 * alone are one, since whoever has one has all of them. Knows at most {@value #MAX_ADDRESSES}: the one heard of least lately goes.
 * Thread-safe.
 */
final class WrongTokens {
    static final int FREE = 5;
    static final int MAX_ADDRESSES = 10_000;
    static final Duration WAIT = Duration.ofMinutes(1);
    /** After so long without another one they are forgotten. */
    static final Duration MEMORY = Duration.ofMinutes(10);

    private static final int IPV6_BYTES = 16;

    private final Clock clock;
    /** Guarded by this. */
    private final Map<String, Count> counts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };

    private static final class Count {
        private int wrong;
        private long lastNanos;
    }

    WrongTokens(Clock clock) {
        this.clock = clock;
    }

    /** How long the address still has to wait; zero where it need not. */
    synchronized Duration wait(String address) {
        Count count = counts.get(network(address));
        if (count == null || count.wrong < FREE) {
            return Duration.ZERO;
        }
        Duration left = WAIT.minusNanos(clock.nanoTime() - count.lastNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** The address has shown a wrong one, and was not waiting. */
    synchronized void add(String address) {
        Count count = counts.computeIfAbsent(network(address), unknown -> new Count());
        long now = clock.nanoTime();
        // One who has waited begins anew, as one of whom nothing was heard for long.
        if (count.wrong >= FREE || now - count.lastNanos > MEMORY.toNanos()) {
            count.wrong = 0;
        }
        count.wrong++;
        count.lastNanos = now;
    }

    synchronized int size() {
        return counts.size();
    }

    private static String network(String address) {
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return bytes.length == IPV6_BYTES ? HexFormat.of().formatHex(bytes, 0, IPV6_BYTES / 2) : address;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not a numeric address: " + address, e);
        }
    }
}
