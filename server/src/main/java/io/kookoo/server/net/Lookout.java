package io.kookoo.server.net;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * Lets a reading thread look out for the next bytes for a moment before it sleeps in {@code read}. A peer that waits for one answer before it
 * asks again asks within microseconds, while to put a thread to sleep and wake it takes tens of them. One instance for all
 * connections of a listening socket; thread-safe.
 *
 * <p>What it costs is processor time that nobody else wants: a thread looks out only where the bytes before came quickly, and not for a while
 * after it has done so in vain; it gives its processor away at each look where another thread of the machine wants it; at most half of the
 * processors have such a thread; and there are none while more connections are open than processors: then others have something to do
 * meanwhile.
 */
final class Lookout {
    /** How long to look out: about what it takes to sleep and be woken. */
    private static final long LIMIT_NANOS = 50_000;

    /** How many reads to sleep in after a look-out that saw nothing. */
    private static final int PAUSE = 16;

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private static final AtomicLongFieldUpdater<Watched> WAITING_SINCE =
            AtomicLongFieldUpdater.newUpdater(Watched.class, "waitingSince");

    private final Semaphore places = new Semaphore(Math.max(1, PROCESSORS / 2));
    private final BooleanSupplier few;

    /** @param connections how many are open now */
    Lookout(IntSupplier connections) {
        this.few = () -> PROCESSORS > 1 && connections.getAsInt() <= PROCESSORS;
    }

    /** The same bytes, looked out for. For one thread at a time. */
    Watched over(InputStream in) {
        return new Watched(in);
    }

    /** Bytes that are looked out for, and for how long nothing has come. */
    final class Watched extends InputStream {
        private final InputStream in;
        /** When the read that waits now has begun, by the nanoseconds of the system with their last bit set; 0 while none waits. */
        private volatile long waitingSince;
        /** Whether the bytes before came so quickly that it is worth it. */
        private boolean quick;
        /** Reads to come before which there is no look-out, since the last one was in vain. */
        private int pause;

        Watched(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            long begun = System.nanoTime();
            // Written with each read, and looked at every few seconds: without the fence of a volatile write.
            WAITING_SINCE.lazySet(this, begun | 1);
            if (pause > 0) {
                pause--;
            } else if (quick && few.getAsBoolean() && places.tryAcquire()) {
                try {
                    while (in.available() == 0) {
                        if (System.nanoTime() - begun >= LIMIT_NANOS) {
                            pause = PAUSE;
                            break;
                        }
                        Thread.yield();
                    }
                } finally {
                    places.release();
                }
            }
            int n = in.read(bytes, from, length);
            WAITING_SINCE.lazySet(this, 0);
            // Twice: a thread that slept was woken late.
            quick = System.nanoTime() - begun < 2 * LIMIT_NANOS;
            return n;
        }

        /** For how long the reading thread has waited for a byte, in nanoseconds; 0 while it does something else. Any thread may ask. */
        long silentNanos() {
            long since = waitingSince;
            return since == 0 ? 0 : Math.max(0, System.nanoTime() - since);
        }
    }
}
