package io.kookoo.server.net;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.Magic;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.protocol.WireName;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What waits to be written to one peer. Anybody adds to it, in memory alone and without blocking; who added flushes it
 * afterwards, holding no lock. Bytes leave in the order in which they were added, written by one thread at a time.
 *
 * <p><b>Who may write.</b> A blocking write has no time limit, so a thread that writes to somebody else's socket could be
 * stuck by a peer that stops reading. Therefore a write that may block is done only by a thread that belongs to this peer.
 * A write that surely fits into the socket's send buffer may be done by anybody, and almost all are:
 *
 * <pre>
 *   socket's send buffer   [######## unread ########|.... credit ....|......... slack .........]
 *
 *   size &lt;= credit         anybody writes at once; credit shrinks by it and by what a write costs besides
 *   size &gt;  credit         a thread of this peer lowers the send buffer to half, writes, and raises it again. That a
 *                          write to the lowered buffer has ended proves that the other half is free: credit is whole again
 * </pre>
 *
 * That is no proof where the peer has stopped reading a moment ago: Linux looks for room only when a write begins another segment, and a
 * small one is often added to the last that is not sent yet. So a write by anybody is watched by {@link StuckWrites}: should it block, the
 * send buffer is raised to a size that is kept for that, which lets it end. From then on nobody but a thread of this peer writes, at the
 * lowest size, until it has written more than two segments can hold: some of that has needed room, and found it.
 *
 * <p>The peer's own reading thread is such a thread. Anybody else hands over to a thread that is the peer's until the
 * outbox is empty. A write that may block is watched: after {@code writeStall} the connection is closed. So is one whose
 * outbox exceeds its bound.
 */
public final class Outbox {
    /** The socket's side of an outbox. */
    interface Wire {
        /** Writes {@code length} bytes; blocks while the send buffer is full. */
        void write(byte[] bytes, int from, int length) throws IOException;

        /** What a write of so many bytes takes of the send buffer at most. */
        default long cost(int length) {
            return (long) length + WRITE_COST_BYTES;
        }

        /** Sets the size of the socket's send buffer: to half of it, or to the whole. */
        void halveSendBuffer(boolean half) throws IOException;

        /** Raises the send buffer so far above the whole that a write which blocks goes on, and anybody's ends. Must not block. */
        void raiseSendBuffer() throws IOException;

        /** Calls {@link #giveUp} unless the returned action is run before the limit of a stalled write. */
        Runnable watchStall();

        /** Has another thread do a write that may block. Does not block itself. */
        void startWriter(Runnable write);

        /** Closes the socket at once, from any thread; the connection's reading thread finds out and cleans up. */
        void abort(String reason);

        /** The same of a peer whose connection is well: it does not do its part, which is told in the log. Does not block. */
        void giveUp(String reason);
    }

    private static final int LARGE_BYTES = 64 * 1024;

    private static final int WATCHED_BYTES = 64 * 1024;

    /** More than two segments can hold, with what the kernel may still add to the last one. */
    private static final int PROOF_BYTES = 192 * 1024;

    /**
     * What a write costs the send buffer besides its bytes: each may be a segment of its own, and the kernel counts what that
     * takes. Where a peer vanished from a network with small segments, 14 KB in writes of 12 bytes filled half a buffer.
     */
    static final int WRITE_COST_BYTES = 768;

    private final Wire wire;
    private final long maxBytes;
    private final int fullCredit;
    private final StuckWrites stuckWrites;
    private final PacketWriter waiting = new PacketWriter(Magic.RESPONSE);

    // All guarded by this.
    private byte[] spare;
    private int credit;
    private boolean writing;
    /** A thread waits in {@link #finish}; to notify nobody with each write is not free. */
    private boolean awaited;

    private boolean closed;
    private boolean overflowed;
    /** Anybody's write has blocked, and the peer has not read enough since: it has no credit. */
    private boolean distrusted;
    /** What was written at the lowest size since then. */
    private long provenBytes;

    /** The look of {@link StuckWrites} at which anybody's write began; -1 while there is none. */
    private volatile long foreignSince = -1;

    /**
     * @param maxBytes the bound of what may wait; one packet alone may exceed it
     * @param credit how many bytes surely fit into an empty half of the send buffer, what each write costs besides included
     */
    Outbox(Wire wire, long maxBytes, int credit) {
        this(wire, maxBytes, credit, credit, new StuckWrites());
    }

    /**
     * @param firstCredit at most {@code credit}: those who are sent the same, such as the subscribers of a channel, should not all have
     *     used theirs up at the same moment
     * @param stuckWrites watches over the writes of others' threads
     */
    Outbox(Wire wire, long maxBytes, int credit, int firstCredit, StuckWrites stuckWrites) {
        this.wire = wire;
        this.maxBytes = maxBytes;
        this.fullCredit = credit;
        this.credit = firstCredit;
        this.stuckWrites = stuckWrites;
    }

    /** An outbox that writes nowhere: for a dispatcher without sockets. {@code written} gets what a flush would send. */
    public static Outbox inMemory(Consumer<byte[]> written) {
        return new Outbox(new MemoryWire(written), Long.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** Adds a packet without a body. */
    public synchronized void packet(PacketType type) {
        if (admits()) {
            waiting.packet(type);
        }
    }

    /** Adds a packet of one argument. */
    public synchronized void packet(PacketType type, WireName argument) {
        if (admits()) {
            waiting.packet(type, argument);
        }
    }

    /** Adds a packet of arguments in UTF-8, separated by NUL. */
    public synchronized void packet(PacketType type, String... arguments) {
        if (admits()) {
            waiting.packet(type, arguments);
        }
    }

    /** Adds a packet of arguments and data. */
    public synchronized void packet(PacketType type, Data data, WireName... arguments) {
        if (admits()) {
            waiting.packet(type, data, arguments);
        }
    }

    /** Adds a packet with the body of another, byte for byte. */
    public synchronized void forward(PacketType type, Packet packet) {
        if (admits()) {
            waiting.forward(type, packet);
        }
    }

    /** Adds text, whose lines the caller ends. */
    public synchronized void text(String text) {
        if (admits()) {
            waiting.text(text);
        }
    }

    /** Adds a line of text, its end included, that many peers get: in UTF-8, and not to be changed afterwards. */
    public synchronized void line(byte[] utf8) {
        if (admits()) {
            waiting.line(utf8);
        }
    }

    /** How many bytes wait to be written; what is just being written is not among them. */
    public synchronized int size() {
        return waiting.size();
    }

    /**
     * Whether so much waits that it is better written before more is added: a few bytes can ask for long answers, and a peer
     * that sends many such requests at once must not be taken for one that does not read.
     */
    synchronized boolean isLarge() {
        return waiting.size() > LARGE_BYTES;
    }

    /** Whether nothing will be written any more: the connection has failed, and is about to end. */
    public synchronized boolean isClosed() {
        return closed;
    }

    private boolean admits() {
        if (!closed && !overflowed && waiting.size() > maxBytes) {
            overflowed = true;
        }
        return !closed && !overflowed;
    }

    /**
     * Writes what waits. Blocks only when {@code own}: that is, when the calling thread belongs to this peer. Does nothing
     * while another thread writes, which then writes this too. A write that fails closes the connection; nothing is thrown.
     */
    public void flush(boolean own) {
        while (true) {
            byte[] bytes;
            int length;
            boolean mayBlock;
            synchronized (this) {
                if (closed || (!overflowed && (writing || waiting.size() == 0))) {
                    return;
                }
                if (overflowed) {
                    close();
                    wire.giveUp("more than " + maxBytes + " bytes wait for it and it does not read them");
                    return;
                }
                length = waiting.size();
                long cost = wire.cost(length);
                // A thread of this peer renews the credit early, so that others seldom have to start one.
                mayBlock = distrusted || cost > credit || (own && credit < fullCredit / 2);
                writing = true;
                if (mayBlock && !own) {
                    startWriter();
                    return;
                }
                bytes = waiting.take(spare);
                spare = null;
                credit -= mayBlock ? 0 : (int) cost;
            }
            try {
                if (mayBlock) {
                    writeAndProve(bytes, length);
                } else if (own) {
                    wire.write(bytes, 0, length);
                } else {
                    writeWatched(bytes, length);
                }
            } catch (IOException e) {
                synchronized (this) {
                    close();
                }
                wire.abort(String.valueOf(e.getMessage()));
                return;
            }
            synchronized (this) {
                writing = false;
                if (awaited) {
                    notifyAll();
                }
                // Not a long answer's: a peer at rest costs little.
                spare = bytes.length <= LARGE_BYTES ? bytes : null;
                if (mayBlock) {
                    renewCredit(length);
                }
            }
        }
    }

    /**
     * Writes all that waits, or waits until another thread has, up to a limit. For the thread that belongs to this peer, at
     * the end.
     */
    void finish(Duration limit) throws InterruptedException {
        flush(true);
        long end = System.nanoTime() + limit.toNanos();
        synchronized (this) {
            awaited = true;
            while (!closed && (writing || waiting.size() > 0)) {
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return;
                }
                wait(millis);
            }
        }
    }

    /** Drops what waits and all that comes. What is being written goes on until the socket is closed. */
    public synchronized void close() {
        closed = true;
        notifyAll();
        waiting.take(null);
        spare = null;
    }

    private void startWriter() {
        try {
            wire.startWriter(this::writeAsOwner);
        } catch (RuntimeException | OutOfMemoryError e) {
            // OutOfMemoryError: "unable to create native thread". That is this peer's loss, not the caller's.
            close();
            wire.giveUp("no thread to write to it: " + e.getMessage());
        }
    }

    private void writeAsOwner() {
        synchronized (this) {
            writing = false;
        }
        flush(true);
    }

    private void writeWatched(byte[] bytes, int length) throws IOException {
        foreignSince = stuckWrites.begun(this);
        try {
            wire.write(bytes, 0, length);
        } finally {
            foreignSince = -1;
            stuckWrites.ended(this);
        }
    }

    /** Whether a write of anybody's that began before that look has not ended. */
    boolean isStuck(long look) {
        long since = foreignSince;
        return since >= 0 && since < look;
    }

    /** Lets a write of anybody's end that has blocked, and no other of those begin. Does not block. */
    void rescue() {
        synchronized (this) {
            if (closed || distrusted) {
                return;
            }
            distrusted = true;
            provenBytes = 0;
            credit = 0;
        }
        try {
            wire.raiseSendBuffer();
        } catch (IOException e) {
            synchronized (this) {
                close();
            }
            wire.abort(String.valueOf(e.getMessage()));
        }
    }

    /** A thread of this peer has written so much at the lowest size of the send buffer. */
    private void renewCredit(int length) {
        if (distrusted) {
            provenBytes += length;
            distrusted = provenBytes <= PROOF_BYTES;
        }
        credit = distrusted ? 0 : fullCredit;
    }

    private void writeAndProve(byte[] bytes, int length) throws IOException {
        wire.halveSendBuffer(true);
        // In parts, each with a limit of its own: a peer that reads slowly but steadily has not stopped reading.
        for (int from = 0; from < length; from += WATCHED_BYTES) {
            Runnable ended = wire.watchStall();
            try {
                wire.write(bytes, from, Math.min(WATCHED_BYTES, length - from));
            } finally {
                ended.run();
            }
        }
        wire.halveSendBuffer(false);
    }

    private record MemoryWire(Consumer<byte[]> written) implements Wire {
        @Override
        public void write(byte[] bytes, int from, int length) {
            written.accept(java.util.Arrays.copyOfRange(bytes, from, from + length));
        }

        @Override
        public void halveSendBuffer(boolean half) {}

        @Override
        public void raiseSendBuffer() {}

        @Override
        public Runnable watchStall() {
            return () -> {};
        }

        @Override
        public void startWriter(Runnable write) {
            write.run();
        }

        @Override
        public void abort(String reason) {}

        @Override
        public void giveUp(String reason) {}
    }
}
