package io.kookoo.server.net;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.Magic;
import io.kookoo.protocol.MalformedInputException;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.PacketReader;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.server.access.RefusalLog;
import io.kookoo.server.time.Deadlines;
import io.kookoo.tls.NotTlsException;
import io.kookoo.tls.Tls;
import io.kookoo.tls.TlsStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer's socket, with its reading thread and its {@link Outbox}. The reading thread blocks in {@code read}, gives every
 * message to the {@link Conversation}, and flushes once for all the messages that arrived together.
 */
public final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** For those who are here without it. */
    private static final String TLS_REQUIRED =
            "This server takes TLS connections only; a client of Kookoo needs [Security] truststore,"
                    + " or --tls where Java trusts who has signed the server's certificate";

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
    /** Null where the connection is a plain one. */
    private final TlsStream tls;

    private final OutputStream plainOut;
    private final OutputStream out;
    private final Wire wire = new Wire();
    private final String address;
    private final Limits limits;
    private final Deadlines deadlines;
    private final ConnectionThreads threads;
    private final Outbox outbox;
    private volatile String abortReason;
    /** Why this server has given a peer up whose connection was well; null where it has not. */
    private volatile String givenUp;

    /** Once the server stops: opens when no connection hears anything any more. Null before. */
    private volatile CountDownLatch allHeard;

    private final CountDownLatch heard = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private final Lookout.Watched in;
    private final PacketReader reader;
    private final RefusalLog refusals;
    private final Function<Connection, Conversation> opening;
    /** Ends a connection that does not finish its first message, or is not known, for too long; null before, and once that is settled. */
    private Deadlines.Deadline arrival;

    /** Null before the first turn. */
    private Conversation conversation;

    /**
     * Takes the socket over; it is closed with the last {@link #turn}.
     *
     * @param tls what the peer has to speak; empty where it must not
     * @param opening makes the conversation, on the reading thread
     */
    Connection(
            long number,
            Socket socket,
            Limits limits,
            Deadlines deadlines,
            Optional<Tls> tls,
            RefusalLog refusals,
            ConnectionThreads threads,
            Lookout lookout,
            StuckWrites stuckWrites,
            Function<Connection, Conversation> opening)
            throws IOException {
        this.number = number;
        this.socket = socket;
        this.limits = limits;
        this.deadlines = deadlines;
        this.threads = threads;
        socket.setTcpNoDelay(true);
        socket.setSendBufferSize(SEND_BUFFER_BYTES);
        keepAlive(socket);
        InetSocketAddress remote = (InetSocketAddress) socket.getRemoteSocketAddress();
        this.address = remote.getAddress().getHostAddress();
        this.in = lookout.over(socket.getInputStream());
        this.plainOut = socket.getOutputStream();
        this.tls = tls.map(side -> side.accept(in, plainOut, new WatchedOut())).orElse(null);
        this.out = this.tls == null ? plainOut : this.tls.output();
        this.reader = new PacketReader(
                this.tls == null ? in : this.tls.input(),
                Magic.REQUEST,
                limits.maxPacketBytes(),
                limits.maxLineBytes());
        reader.limit(
                Math.min(limits.maxPacketBytes(), Limits.STRANGER_BYTES),
                Math.min(limits.maxLineBytes(), Limits.STRANGER_BYTES));
        this.refusals = refusals;
        this.opening = opening;
        // Between a half and the whole, spread over connections that came one after the other.
        int firstCredit = CREDIT_BYTES - (int) (number * SPREAD % (CREDIT_BYTES / 2));
        this.outbox = new Outbox(wire, limits.maxOutboxBytes(), CREDIT_BYTES, firstCredit, stuckWrites);
    }

    private void closeUnknown() {
        close("it has not finished its first message, or shown its token, within " + limits.firstMessage());
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

    /**
     * The common name (CN) of the certificate that the peer has shown, and that is trusted; empty where it has shown none, or one without such
     * a name. Known when the conversation begins.
     */
    public Optional<String> commonName() {
        return tls == null ? Optional.empty() : tls.peerName();
    }

    /** Whether the peer has shown this server's own certificate: a local client, which shares its files. Known as {@link #commonName}. */
    public boolean isOwnPeer() {
        return tls != null && tls.isOwnPeer();
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
                reason = tls == null ? null : shakeHands();
                if (reason == null) {
                    conversation = opening.apply(this);
                    welcome();
                    awaitArrival();
                }
            }
            if (reason == null) {
                reason = converse();
            }
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

    /** One that is known may send large packets and lines. */
    private void welcome() {
        if (conversation.isKnown()) {
            reader.limit(limits.maxPacketBytes(), limits.maxLineBytes());
        }
    }

    /**
     * From now on time runs. One that is known already may be silent before, as the spare connections of a program are that keeps them for
     * later: its time begins with its first byte.
     */
    private void awaitArrival() throws IOException {
        if (conversation.isKnown()) {
            reader.await();
        }
        arrival = deadlines.after(limits.firstMessage(), this::closeUnknown);
    }

    /** A message has come. */
    private void arrived() {
        welcome();
        if (conversation.isKnown()) {
            arrival.cancel();
            arrival = null;
        }
    }

    private void end(String reason) {
        if (arrival != null) {
            arrival.cancel();
        }
        try {
            heard.countDown();
            finish();
            endTls();
        } finally {
            outbox.close();
            closeSocket();
            if (givenUp != null) {
                // Here, and not where it is found: others hold their locks there.
                LOG.warn("{}", event("peer_given_up").with("reason", givenUp));
            }
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

    /** Agrees with the peer on TLS, within a limit. Returns why the connection ends, or null where it goes on. */
    private String shakeHands() {
        Deadlines.Deadline limit = deadlines.after(
                limits.handshake(), () -> close("it has not agreed on TLS within " + limits.handshake()));
        try {
            tls.handshake();
            if (LOG.isDebugEnabled()) {
                LOG.debug(
                        "{}",
                        event("tls_agreed")
                                .with("with", tls.agreed())
                                .with("cn", commonName().orElse("none")));
            }
            return null;
        } catch (EOFException e) {
            // Such as somebody who tries whether the port is open.
            LOG.debug("{}", event("tls_refused").with("reason", e.getMessage()));
            return e.getMessage();
        } catch (IOException e) {
            String reason = abortReason != null ? abortReason : e.getMessage();
            refusals.warn(event("tls_refused").with("reason", reason));
            if (abortReason == null) {
                sayWhy(e);
            }
            return reason;
        } finally {
            limit.cancel();
        }
    }

    private LogEvent event(String name) {
        return LogEvent.of(name).with("conn", number).with("address", address);
    }

    /** Who speaks no TLS is told so in plain words, as its first: they fit into the send buffer. Others have had their alert. */
    private void sayWhy(IOException refusal) {
        try {
            if (refusal instanceof NotTlsException notTls) {
                PacketWriter writer = new PacketWriter(Magic.RESPONSE);
                if (notTls.isText()) {
                    writer.text("ERR " + ErrorCode.TLS_REQUIRED + " " + TLS_REQUIRED + "\r\n");
                } else {
                    writer.packet(PacketType.ERROR, ErrorCode.TLS_REQUIRED.name(), TLS_REQUIRED);
                }
                int size = writer.size();
                plainOut.write(writer.take(null), 0, size);
            }
            linger();
        } catch (IOException e) {
            // It has gone without waiting for an answer.
        }
    }

    /** Tells a peer that goes on being connected that nothing more will come. */
    private void endTls() {
        if (tls == null || conversation == null || outbox.isClosed()) {
            return;
        }
        try {
            tls.endOutput();
        } catch (IOException e) {
            // It has gone.
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
                if (arrival != null) {
                    arrived();
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
        endTls();
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

    /** What TLS says by itself; the peer may keep nobody waiting with that either. */
    private final class WatchedOut extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            Runnable ended = wire.watchStall();
            try {
                plainOut.write(bytes, from, length);
            } finally {
                ended.run();
            }
        }
    }

    private final class Wire implements Outbox.Wire {
        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public long cost(int length) {
            return tls == null
                    ? Outbox.Wire.super.cost(length)
                    : TlsStream.sealedBytes(length) + TlsStream.writes(length) * Outbox.WRITE_COST_BYTES;
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
                    () -> giveUp("it has not read what was written to it for " + limits.writeStall()))::cancel;
        }

        @Override
        public void startWriter(Runnable write) {
            threads.run(write);
        }

        @Override
        public void abort(String reason) {
            close(reason);
        }

        @Override
        public void giveUp(String reason) {
            givenUp = reason;
            close(reason);
        }
    }
}
