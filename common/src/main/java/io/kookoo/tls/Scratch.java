package io.kookoo.tls;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Arrays that one record each fits into. The engine wants so much room however little it seals, and ten thousand connections at rest must
 * not have one each. Thread-safe.
 */
final class Scratch {
    private static final int SPARE = 64;

    private final int bytes;
    private final BlockingQueue<byte[]> spare = new ArrayBlockingQueue<>(SPARE);

    Scratch(int bytes) {
        this.bytes = bytes;
    }

    byte[] take() {
        byte[] taken = spare.poll();
        return taken != null ? taken : new byte[bytes];
    }

    void give(byte[] back) {
        spare.offer(back);
    }
}
