package io.kookoo.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.PacketType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits for a peer, who writes it, and what becomes of a peer that does not read. */
final class OutboxTest {
    private static final int CREDIT = 10_000;
    /** What one write may have within the credit. */
    private static final int FITS = CREDIT - Outbox.WRITE_COST_BYTES;

    /** What the kernel counts for a segment besides its bytes. */
    private static final int SEGMENT_BYTES = 700;

    private static final int HALF = 20_000;

    /** A socket's send buffer with nobody reading at the other end, unless {@link #drain} says so. */
    private static class Buffer implements Outbox.Wire {
        final ByteArrayOutputStream written = new ByteArrayOutputStream();
        final ArrayDeque<Runnable> writers = new ArrayDeque<>();
        int unread;
        int limit = 2 * HALF;
        int raised;
        int watched;
        int watchesStarted;
        boolean onOwnThread = true;
        String aborted;
        String givenUp;
        WeakReference<byte[]> lastWritten;

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (!onOwnThread) {
                assertTrue(unread + length + SEGMENT_BYTES <= limit, "a foreign thread would block");
            } else if (unread + length > limit) {
                assertTrue(watched > 0, "blocks without a limit");
            }
            // Where it blocks the peer reads, else it would not return: the buffer is then full to its limit at most.
            unread = Math.min(unread + length + SEGMENT_BYTES, limit);
            written.write(bytes, from, length);
        }

        @Override
        public void halveSendBuffer(boolean half) {
            limit = half ? HALF : 2 * HALF;
        }

        @Override
        public void raiseSendBuffer() {
            raised++;
        }

        @Override
        public Runnable watchStall() {
            watched++;
            watchesStarted++;
            return () -> watched--;
        }

        @Override
        public void startWriter(Runnable write) {
            writers.add(write);
        }

        @Override
        public void abort(String reason) {
            aborted = reason;
        }

        @Override
        public void giveUp(String reason) {
            givenUp = reason;
        }
    }

    private final Buffer buffer = new Buffer();
    private final Outbox outbox = new Outbox(buffer, 100_000, CREDIT);

    private void flushAsForeigner() {
        buffer.onOwnThread = false;
        outbox.flush(false);
        buffer.onOwnThread = true;
    }

    private void add(int bytes) {
        outbox.text("x".repeat(bytes));
    }

    // ---- a write of a foreigner that blocks ----

    @Test
    void shouldLetABlockedWriteGoAndHandAllOthersToTheOwnThreadUntilThePeerHasRead() {
        StuckWrites stuckWrites = new StuckWrites();
        Buffer blocking = new Buffer() {
            @Override
            public void write(byte[] bytes, int from, int length) {
                if (!onOwnThread && raised == 0) {
                    // The first look may have come right after it began.
                    stuckWrites.runOnce();
                    assertEquals(0, raised);
                    stuckWrites.runOnce();
                }
                written.write(bytes, from, length);
            }
        };
        Outbox stuck = new Outbox(blocking, 100_000_000, CREDIT, CREDIT, stuckWrites);
        stuck.packet(PacketType.NOOP);
        blocking.onOwnThread = false;
        stuck.flush(false);
        assertEquals(1, blocking.raised);
        assertEquals(12, blocking.written.size());
        int part = 64 * 1024;
        for (int written = 0; written <= 192 * 1024; written += part) {
            stuck.text("x".repeat(part));
            blocking.onOwnThread = false;
            stuck.flush(false);
            assertEquals(1, blocking.writers.size(), "handed over");
            blocking.onOwnThread = true;
            blocking.writers.remove().run();
        }
        stuck.packet(PacketType.NOOP);
        blocking.onOwnThread = false;
        stuck.flush(false);
        assertEquals(0, blocking.writers.size());
        assertEquals(24 + 4 * part, blocking.written.size());
        assertEquals(1, blocking.raised);
    }

    @Test
    void shouldTryToLetEachBlockedWriteGoWhateverGoesWrongWithAnother() {
        StuckWrites stuckWrites = new StuckWrites();
        int[] tried = new int[1];
        class Failing extends Buffer {
            private final Runnable meanwhile;

            Failing(Runnable meanwhile) {
                this.meanwhile = meanwhile;
                onOwnThread = false;
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                meanwhile.run();
            }

            @Override
            public void raiseSendBuffer() {
                tried[0]++;
                throw new OutOfMemoryError("of the test");
            }
        }
        Outbox second = new Outbox(
                new Failing(() -> {
                    stuckWrites.runOnce();
                    stuckWrites.runOnce();
                }),
                100_000_000,
                CREDIT,
                CREDIT,
                stuckWrites);
        second.packet(PacketType.NOOP);
        Outbox first = new Outbox(new Failing(() -> second.flush(false)), 100_000_000, CREDIT, CREDIT, stuckWrites);
        first.packet(PacketType.NOOP);
        first.flush(false);
        assertEquals(2, tried[0]);
    }

    @Test
    void shouldLeaveWritesAloneThatDoNotBlock() {
        StuckWrites stuckWrites = new StuckWrites();
        Outbox quick = new Outbox(buffer, 100_000_000, CREDIT, CREDIT, stuckWrites);
        for (int i = 0; i < 5; i++) {
            quick.packet(PacketType.NOOP);
            buffer.onOwnThread = false;
            quick.flush(false);
            stuckWrites.runOnce();
        }
        assertEquals(0, buffer.raised);
        assertEquals(60, buffer.written.size());
    }

    // ---- the end of a connection ----

    @Test
    void shouldAbortWhenMoreWaitsThanItsBound() {
        add(100_001);
        outbox.packet(PacketType.NOOP);
        flushAsForeigner();
        assertEquals("more than 100000 bytes wait for it and it does not read them", buffer.givenUp);
        assertEquals(0, buffer.written.size());
        outbox.packet(PacketType.NOOP);
        outbox.flush(true);
        assertEquals(0, buffer.written.size());
    }

    @Test
    void shouldTakeOnePacketAboveItsBound() {
        outbox.packet(PacketType.ECHO_RES, Data.of("x".repeat(200_000)));
        outbox.flush(true);
        assertEquals(200_012, buffer.written.size());
        assertNull(buffer.aborted);
        assertNull(buffer.givenUp);
    }

    @Test
    void shouldAbortWhenAWriteFails() {
        Outbox failing = new Outbox(
                new Buffer() {
                    @Override
                    public void write(byte[] bytes, int from, int length) throws IOException {
                        throw new IOException("broken pipe");
                    }

                    @Override
                    public void abort(String reason) {
                        buffer.aborted = reason;
                    }
                },
                10_000,
                CREDIT);
        failing.packet(PacketType.NOOP);
        failing.flush(false);
        assertEquals("broken pipe", buffer.aborted);
        // Closed: nothing is added any more, and nothing is thrown.
        failing.packet(PacketType.NOOP);
        failing.flush(true);
    }

    @Test
    void shouldGiveUpWhenNoThreadCanBeStartedToWrite() {
        Outbox stranded = new Outbox(
                new Buffer() {
                    @Override
                    public void startWriter(Runnable write) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }

                    @Override
                    public void giveUp(String reason) {
                        buffer.givenUp = reason;
                    }
                },
                10_000,
                CREDIT);
        stranded.text("x".repeat(CREDIT + 1));
        // It is this peer that is lost, not the one whose thread found out.
        stranded.flush(false);
        assertTrue(buffer.givenUp.contains("unable to create native thread"), buffer.givenUp);
    }

    @Test
    void shouldDropWhatWaitsWhenClosed() {
        add(10);
        outbox.close();
        outbox.flush(true);
        add(10);
        outbox.flush(true);
        assertEquals(0, buffer.written.size());
        assertNull(buffer.aborted);
        assertNull(buffer.givenUp);
    }

    // ---- who writes ----

    @Test
    void shouldNotKeepTheMemoryOfALongAnswer() {
        Buffer forgetful = new Buffer() {
            @Override
            public void write(byte[] bytes, int from, int length) {
                lastWritten = new WeakReference<>(bytes);
            }
        };
        Outbox roomy = new Outbox(forgetful, 100_000_000, CREDIT);
        roomy.packet(PacketType.ECHO_RES, Data.of("x".repeat(1_000_000)));
        roomy.flush(true);
        for (int i = 0; i < 100 && forgetful.lastWritten.get() != null; i++) {
            System.gc();
        }
        assertNull(forgetful.lastWritten.get());
        Reference.reachabilityFence(roomy);
    }

    @Test
    void shouldLetAnybodyWriteWithinTheCredit() {
        add(FITS);
        flushAsForeigner();
        assertEquals(FITS, buffer.written.size());
        assertEquals(0, buffer.watchesStarted);
    }

    @Test
    void shouldCountWhatSmallWritesCostBesidesTheirBytes() {
        buffer.unread = HALF;
        for (int i = 0; i < 1000; i++) {
            outbox.packet(PacketType.NOOP);
            flushAsForeigner();
        }
        assertEquals(1, buffer.writers.size());
        buffer.writers.poll().run();
        assertEquals(1000 * 12, buffer.written.size());
    }

    @Test
    void shouldRenewTheCreditEarlyOnThePeersOwnThread() {
        for (int i = 0; i < 1000; i++) {
            outbox.packet(PacketType.NOOP);
            outbox.flush(true);
            outbox.packet(PacketType.NOOP);
            flushAsForeigner();
        }
        assertEquals(2000 * 12, buffer.written.size());
        assertTrue(buffer.writers.isEmpty());
    }

    @Test
    void shouldHandOverToAThreadOfThePeerWhenTheCreditIsSpent() {
        add(FITS);
        flushAsForeigner();
        add(1);
        flushAsForeigner();
        assertEquals(FITS, buffer.written.size());
        assertEquals(1, buffer.writers.size());
        // Others go on adding; no second thread is started.
        add(5);
        flushAsForeigner();
        assertEquals(1, buffer.writers.size());
        buffer.writers.poll().run();
        assertEquals(FITS + 6, buffer.written.size());
        assertEquals(1, buffer.watchesStarted);
        assertEquals(0, buffer.watched);
        assertEquals(2 * HALF, buffer.limit);
        // The write has proved half of the buffer empty: there is credit again.
        add(FITS);
        flushAsForeigner();
        assertEquals(2 * FITS + 6, buffer.written.size());
    }

    @Test
    void shouldWriteOnThePeersOwnThreadWhenTheCreditIsSpent() {
        add(FITS + 1);
        outbox.flush(true);
        assertEquals(FITS + 1, buffer.written.size());
        assertEquals(1, buffer.watchesStarted);
        assertTrue(buffer.writers.isEmpty());
    }

    @Test
    void shouldWatchEachPartOfALongWrite() {
        // A peer that reads slowly but steadily is not one that reads nothing.
        Outbox roomy = new Outbox(buffer, 100_000_000, CREDIT);
        roomy.packet(PacketType.ECHO_RES, Data.of("x".repeat(1_000_000)));
        roomy.flush(true);
        assertEquals(1_000_012, buffer.written.size());
        assertTrue(buffer.watchesStarted > 10, "watched " + buffer.watchesStarted + " times");
        assertEquals(0, buffer.watched);
    }

    /** In any order of peers' and others' writes, no foreign thread meets a full buffer; and no byte is lost or turned. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldNeverLetAForeignThreadBlock(long seed) {
        Random random = new Random(seed);
        StringBuilder expected = new StringBuilder();
        Outbox roomy = new Outbox(buffer, 100_000_000, CREDIT);
        for (int i = 0; i < 5000; i++) {
            String text = i + " ".repeat(random.nextInt(random.nextInt(10) == 0 ? 3 * CREDIT : 50)) + "\n";
            roomy.text(text);
            expected.append(text);
            switch (random.nextInt(4)) {
                case 0 -> roomy.flush(true);
                case 1 -> buffer.unread = Math.max(0, buffer.unread - random.nextInt(2 * CREDIT));
                case 2 -> {
                    if (!buffer.writers.isEmpty()) {
                        buffer.writers.poll().run();
                    }
                }
                default -> {
                    buffer.onOwnThread = false;
                    roomy.flush(false);
                    buffer.onOwnThread = true;
                }
            }
        }
        while (!buffer.writers.isEmpty()) {
            buffer.writers.poll().run();
        }
        roomy.flush(true);
        assertEquals(expected.toString(), buffer.written.toString());
        assertNull(buffer.aborted);
        assertNull(buffer.givenUp);
        assertFalse(buffer.watched > 0);
    }
}
