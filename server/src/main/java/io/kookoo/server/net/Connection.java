package io.kookoo.server.net;

import io.kookoo.protocol.Magic;
import io.kookoo.protocol.MalformedInputException;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.PacketReader;
import io.kookoo.server.time.Deadlines;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;

/**
 * One peer's socket, with its reading thread and its {@link Outbox}. The reading thread blocks in {@code read}, gives every
 * message to the {@link Conversation}, and flushes once for all the messages that arrived together.
 */
public final class Connection {
    /**
     * The send buffer asked for. Linux doubles it for its own accounts, and caps it at 208 KiB unless told otherwise. Set
     * explicitly, because the credit of the {@link Outbox} relies on it.
     */
    private static final int SEND_BUFFER_BYTES = 96 * 1024;

    /**
     * Kept for a write that blocks although it must not. The kernel wakes who waits for room when a third of the buffer is free: the one
     * above is full with one segment of 64 KB more than it may have.
     */
    private static final int RAISED_SEND_BUFFER_BYTES = 208 * 1024;

    /** Below the free half of the send buffer, also when the kernel counts small segments at almost twice their cost. */
    private static final int CREDIT_BYTES = 44 * 1024;

    /** No divisor of the credit, and a good part of it. */
    private static final int SPREAD = 18_787;

    /** How much of what a peer still sends is read and dropped while it is being told why it is closed. */
    private static final int LINGER_BYTES = 256 * 1024;

    private static final Duration LINGER = Duration.ofMillis(500);

    private final long number;
    private final Socket socket;
    private final OutputStream out;
    private final String address;
    private final Limits limits;
    private final Deadlines deadlines;
    private final Outbox outbox;
    private volatile String abortReason;

    /** Once the server stops: opens when no connection hears anything any more. Null before. */
    private volatile CountDownLatch allHeard;

    private final CountDownLatch heard = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private final Lookout.Watched in;
    private final PacketReader reader;
    private final Function<Connection, Conversation> opening;
    /** Null before the first turn. */
    private Conversation conversation;

    /**
     * Takes the socket over; it is closed with the last {@link #turn}.
     *
     * @param opening makes the conversation, on the reading thread
     */
    Connection(
            long number,
            Socket socket,
            Limits limits,
            Deadlines deadlines,
            Lookout lookout,
            StuckWrites stuckWrites,
            Function<Connection, Conversation> opening)
            throws IOException {
        this.number = number;
        this.socket = socket;
        this.limits = limits;
        this.deadlines = deadlines;
        socket.setTcpNoDelay(true);
        socket.setSendBufferSize(SEND_BUFFER_BYTES);
        keepAlive(socket);
        InetSocketAddress remote = (InetSocketAddress) socket.getRemoteSocketAddress();
        this.address = remote.getAddress().getHostAddress();
        this.out = socket.getOutputStream();
        this.in = lookout.over(socket.getInputStream());
        this.reader = new PacketReader(in, Magic.REQUEST, limits.maxPacketBytes(), limits.maxLineBytes());
        this.opening = opening;
        // Between a half and the whole, spread over connections that came one after the other.
        int firstCredit = CREDIT_BYTES - (int) (number * SPREAD % (CREDIT_BYTES / 2));
        this.outbox = new Outbox(new SocketWire(), limits.maxOutboxBytes(), CREDIT_BYTES, firstCredit, stuckWrites);
    }

    /** A peer that vanished without a word is noticed by the kernel after about two minutes of silence. */
    private static void keepAlive(Socket socket) throws IOException {
        socket.setKeepAlive(true);
        Set<?> supported = socket.supportedOptions();
        if (supported.contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 60);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 15);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 4);
        }
    }

    /** The number of this connection, counted from 1 since the server's start: what the log and lists call it by. */
    public long number() {
        return number;
    }

    /** The peer's numeric address, without its port. */
    public String address() {
        return address;
    }

    /** Whether the peer is on this machine, and came by its loopback address. */
    public boolean isLoopback() {
        return socket.getInetAddress() != null && socket.getInetAddress().isLoopbackAddress();
    }

    /** The peer's port. */
    public int port() {
        return socket.getPort();
    }

    public Outbox outbox() {
        return outbox;
    }

    /**
     * Begins an orderly end: what has been read is still served, the connection waits until {@code allHeard} opens, writes what
     * waits for its peer, and closes. Does not block.
     */
    void stopHearing(CountDownLatch allHeard, String reason) {
        this.allHeard = allHeard;
        if (abortReason == null) {
            abortReason = reason;
        }
        try {
            socket.shutdownInput();
        } catch (IOException e) {
            // It has ended by itself.
        }
    }

    /** Waits until nothing is heard any more, and what was heard is flushed; false when that takes too long. */
    boolean awaitHeard(Duration limit) throws InterruptedException {
        return heard.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits until the connection is closed; false when that takes too long. */
    boolean awaitEnd(Duration limit) throws InterruptedException {
        return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * For how long not a byte has come although the reading thread waits for one; zero while it serves what has come, however long that
     * takes. Any thread may ask.
     */
    public Duration silence() {
        return Duration.ofNanos(in.silentNanos());
    }

    /** Whether bytes have come that nobody has read yet; false once the connection is closed. Does not block. */
    public boolean hasUnread() {
        try {
            return socket.getInputStream().available() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Closes the connection from any thread, without waiting for anything. */
    public void close(String reason) {
        if (abortReason == null) {
            abortReason = reason;
        }
        outbox.close();
        closeSocket();
    }

    /**
     * Reads, serves what has come, and flushes: what the connection's reading thread does again and again. Blocks.
     *
     * @return whether there is another turn; after the last, everything is closed
     */
    boolean turn() {
        String reason = null;
        boolean goesOn = false;
        try {
            if (conversation == null) {
                conversation = opening.apply(this);
            }
            reason = converse();
            goesOn = reason == null;
        } catch (IOException e) {
            reason = String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            reason = "failed: " + e;
            throw e;
        } finally {
            if (!goesOn) {
                end(reason);
            }
        }
        return goesOn;
    }

    private void end(String reason) {
        try {
            heard.countDown();
            finish();
        } finally {
            outbox.close();
            closeSocket();
            try {
                if (conversation != null) {
                    conversation.end(abortReason != null ? abortReason : reason);
                }
            } finally {
                ended.countDown();
            }
        }
    }

    /** When the server stops, the others may still have something for this peer, such as the result of its last job. */
    private void finish() {
        CountDownLatch others = allHeard;
        if (others == null) {
            return;
        }
        try {
            others.await();
            outbox.finish(limits.writeStall());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns why the connection ends, or null where it goes on. */
    private String converse() throws IOException {
        try {
            do {
                Message message = reader.read();
                if (message == null) {
                    conversation.heardAll();
                    conversation.flush();
                    return "closed by the peer";
                }
                if (!conversation.hear(message)) {
                    conversation.flush();
                    linger();
                    return "closed by this server";
                }
            } while (reader.hasMessage() && !outbox.isLarge());
            conversation.flush();
            return null;
        } catch (MalformedInputException e) {
            if (e.answer().isPresent()) {
                conversation.hear(e.answer().get());
            }
            conversation.flush();
            linger();
            return "malformed: " + e.getMessage();
        }
    }

    /**
     * Lets the peer read the last answer: closing a socket with unread input would reset the connection and take the answer
     * with it.
     */
    private void linger() throws IOException {
        socket.shutdownOutput();
        // Not the socket's own time limit, which begins again with every byte that trickles in.
        Deadlines.Deadline limit = deadlines.after(LINGER, this::closeSocket);
        try {
            InputStream in = socket.getInputStream();
            byte[] dropped = new byte[4096];
            for (int total = 0, n = 0; n >= 0 && total < LINGER_BYTES; total += n) {
                n = in.read(dropped);
            }
        } catch (IOException e) {
            // Time is up, or the peer has reset: either way this is the end, whose reason is known.
        } finally {
            limit.cancel();
        }
    }

    private void closeSocket() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    private final class SocketWire implements Outbox.Wire {
        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void halveSendBuffer(boolean half) throws IOException {
            socket.setOption(StandardSocketOptions.SO_SNDBUF, half ? SEND_BUFFER_BYTES / 2 : SEND_BUFFER_BYTES);
        }

        @Override
        public void raiseSendBuffer() throws IOException {
            socket.setOption(StandardSocketOptions.SO_SNDBUF, RAISED_SEND_BUFFER_BYTES);
        }

        @Override
        public Runnable watchStall() {
            return deadlines.after(
                    limits.writeStall(),
                    () -> abort("it has not read what was written to it for " + limits.writeStall()))::cancel;
        }

        @Override
        public void startWriter(Runnable write) {
            ConnectionThreads.start("kookoo-write-" + number, write);
        }

        @Override
        public void abort(String reason) {
            close(reason);
        }
    }
}
