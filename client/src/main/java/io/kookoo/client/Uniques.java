package io.kookoo.client;

import io.kookoo.protocol.UniqueId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Uniques for submissions that have none of their own: a beginning that is drawn once and a count. Nobody else has them, so that they join a
 * submission to nothing but itself when it is sent once more. Thread-safe.
 */
final class Uniques {
    /** The most that one has. */
    static final int MAX_BYTES = 24;

    /** 84 random bits: two programs with the same beginning would be given each other's results. */
    private static final int BEGINNING = 14;

    private static final byte[] DIGITS =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-".getBytes(StandardCharsets.US_ASCII);

    private static final int BITS = 6;
    private static final int MASK = (1 << BITS) - 1;

    private final byte[] beginning = new byte[BEGINNING];
    private final AtomicLong count = new AtomicLong();

    Uniques() {
        new SecureRandom().nextBytes(beginning);
        for (int i = 0; i < BEGINNING; i++) {
            beginning[i] = DIGITS[beginning[i] & MASK];
        }
    }

    /** The next one, 15 bytes or a few more. */
    UniqueId next() {
        long number = count.getAndIncrement();
        int length = BEGINNING + Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(number) + BITS - 1) / BITS);
        byte[] unique = Arrays.copyOf(beginning, length);
        for (int i = length - 1; i >= BEGINNING; i--) {
            unique[i] = DIGITS[(int) number & MASK];
            number >>>= BITS;
        }
        return UniqueId.of(unique);
    }
}
