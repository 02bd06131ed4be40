package io.kookoo.client.net;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.Magic;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketReader;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.protocol.Refusal;
import io.kookoo.protocol.TextLine;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a server. Any thread may {@link #send} and {@link #close}; one thread reads. It never waits for ever
 * for a server that is gone: while its thread reads, a silent server is sent an ECHO_REQ, and one that stays silent, or
 * takes no bytes, for the ping timeout counts as lost ({@link ConnectionLimits}).
 *
 * <p>A connection on which nobody reads, because a function runs meanwhile, sends no ECHO_REQ and is not lost by that: unless it is to be
 * kept alive ({@link #keepAlive}), with pings of its own.
 */
public final class ServerConnection implements AutoCloseable {

    /** The data of the ECHO_REQ by which a silent server is tried; the answers never leave this class. */
    private static final Data PING = KeepAlive.plainPing();
    /** A large result counts as progress of writing in pieces of this size. */
    private static final int PIECE_BYTES = 64 * 1024;

    private final ServerAddress address;
    private final ConnectionLimits limits;
    private final Socket socket;
    private final Consumer<ServerConnection> onClose;
    private final ScheduledExecutorService watch;
    private final OutputStream out;
    private final InputStream in;
    private final Inbox inbox;

    private final ReentrantLock writing = new ReentrantLock();
    /** Guarded by {@link #writing}. */
    private final PacketWriter writer = new PacketWriter(Magic.REQUEST);
    /** The buffer last written, to be filled again. Guarded by {@link #writing}. */
    private byte[] spare;

    private final TokenShown token;

    private volatile boolean inWrite;
    /** The moment at which writing last began or went on. */
    private volatile long writeProgressNanos = System.nanoTime();

    /** What writing has taken in all. Written under {@link #writing}. */
    private volatile long writingNanos;

    /** Written by whoever has the turn in the inbox. */
    private volatile long bytesRead;

    /** Null for a connection that is not kept alive. */
    private volatile KeepAlive keepAlive;

    /** Null where no other thread than the one that meets it has found the connection to be lost. */
    private volatile IOException lostBecause;

    /** Null for nobody. */
    private volatile Runnable whenClosed;

    /** Whether an answer is waited for that the server gives only when its store has written. */
    private volatile BooleanSupplier waitsForStore = () -> false;

    /** Takes the connected socket over; {@code onClose} is told of every {@link #close}. */
    ServerConnection(
            ServerAddress address,
            ConnectionLimits limits,
            Socket socket,
            ScheduledExecutorService watch,
            Consumer<ServerConnection> onClose)
            throws IOException {
        this.address = address;
        this.limits = limits;
        this.socket = socket;
        this.onClose = onClose;
        this.watch = watch;
        this.out = socket.getOutputStream();
        this.in = socket.getInputStream();
        socket.setSoTimeout(Math.toIntExact(limits.pingInterval().toMillis()));
        PacketReader reader =
                new PacketReader(new PingingStream(), Magic.RESPONSE, limits.maxPacketBytes(), limits.maxLineBytes());
        this.token = new TokenShown(limits.credentials().token(), address);
        this.inbox = new Inbox(reader, message -> token.isAnswer(message) || isAnswerToPing(message));
        send(token::write);
    }

    /**
     * From now on the server is sent an ECHO_REQ every ping interval, also while nobody reads here and while it has much to say, and is
     * lost when it does not answer one within the ping timeout. Costs a thread, {@code kookoo-ping}, a daemon that ends with the
     * connection. Once, by the thread that reads.
     */
    public void keepAlive(PingListener listener) throws IOException {
        // Whoever reads waits for as long as it takes: a read without a limit is one system call.
        socket.setSoTimeout(0);
        inbox.share();
        keepAlive = new KeepAlive(this, limits, watch, listener);
        keepAlive.start();
    }

    public ServerAddress address() {
        return address;
    }

    /**
     * Sends what {@code packets} writes, all of it in one write where it is small. What it decides it may decide under the
     * order of the wire: it runs under this connection's lock of writing and must not block. Blocks while the server takes
     * no bytes, at most for the ping timeout.
     *
     * @throws IOException when the connection is lost or closed; some of the bytes may have left
     */
    public void send(Consumer<PacketWriter> packets) throws IOException {
        writing.lock();
        try {
            packets.accept(writer);
            int size = writer.size();
            if (size > 0) {
                byte[] bytes = writer.take(spare);
                write(bytes, size);
                spare = bytes;
            }
        } catch (IOException e) {
            throw lost(e);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Sends, as {@link #send} does, from a thread that does not read: a loss is the reading thread's business, which learns of it
     * since the connection is closed. Throws nothing; whatever {@code packets} throws closes the connection as well.
     */
    public void sendOrClose(Consumer<PacketWriter> packets) {
        try {
            send(packets);
        } catch (IOException e) {
            Log.LOG.debug("not_sent server={}", address, e);
            close();
        } catch (RuntimeException | Error e) {
            // Such as no memory for a large result: without the connection the server queues the job again.
            Log.LOG.error("internal_error server={}", address, e);
            close();
        }
    }

    private void write(byte[] bytes, int size) throws IOException {
        assert writing.isHeldByCurrentThread();
        try {
            for (int from = 0; from < size; from += PIECE_BYTES) {
                long begunNanos = System.nanoTime();
                writeProgressNanos = begunNanos;
                inWrite = true;
                out.write(bytes, from, Math.min(PIECE_BYTES, size - from));
                writingNanos += System.nanoTime() - begunNanos;
            }
        } finally {
            writeProgressNanos = System.nanoTime();
            inWrite = false;
        }
    }

    /**
     * The next packet; blocks. Only for the thread that reads.
     *
     * @throws EOFException when the server has closed the connection
     * @throws IOException when it is lost, closed here, or sends what is no packet
     */
    public Packet readPacket() throws IOException {
        Message message = read();
        if (message instanceof Packet packet) {
            return packet;
        }
        throw new IOException("expected a packet, the server sent the line \"" + ((TextLine) message).text() + "\"");
    }

    /** The next message, a {@link Packet} or a {@link TextLine}; else as {@link #readPacket()}. */
    public Message read() throws IOException {
        Message message;
        try {
            message = inbox.take();
        } catch (IOException e) {
            throw lost(e);
        }
        if (message instanceof Refusal refusal) {
            throw new ProtocolException("the server sent what is no answer: " + refusal.text());
        }
        token.check(message);
        return message;
    }

    private boolean isAnswerToPing(Message message) {
        if (message instanceof Packet packet
                && packet.type() == PacketType.ECHO_RES
                && KeepAlive.isPing(packet.data())) {
            KeepAlive pings = keepAlive;
            if (pings != null) {
                pings.answered(packet.data());
            }
            return true;
        }
        return false;
    }

    /** Reads ahead for the thread that reads here, whenever it does not, while {@code needed} holds. Blocks. */
    void readAhead(BooleanSupplier needed) throws IOException {
        inbox.readAhead(needed);
    }

    /** Whether {@link #read()} will return at once: a message has arrived whole. Only for the thread that reads. */
    public boolean hasMessage() {
        return inbox.hasMessage();
    }

    /** Closes the socket; a thread that reads or writes ends with an IOException. Never blocks for the peer. */
    @Override
    public void close() {
        onClose.accept(this);
        if (keepAlive != null) {
            keepAlive.stop();
        }
        if (whenClosed != null) {
            whenClosed.run();
        }
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing is left to be done with a socket that cannot be closed.
            Log.LOG.debug("not_closed server={}", address, e);
        }
    }

    /** Closes the connection if a write has stood still for too long. Called now and then by the connector. */
    void checkWriting() {
        Duration patience = patience();
        if (inWrite && System.nanoTime() - writeProgressNanos > patience.toNanos()) {
            lose(new SocketTimeoutException("the server has taken no bytes for " + seconds(patience)));
        }
    }

    /**
     * While {@code waits} says that the server has to write to its store before it answers, its silence is borne for the store timeout. Asked by
     * any thread; must not block. Once, before anything is sent; not for a connection that is kept alive.
     */
    public void bearWhile(BooleanSupplier waits) {
        waitsForStore = waits;
    }

    private Duration patience() {
        return waitsForStore.getAsBoolean() ? limits.storeTimeout() : limits.pingTimeout();
    }

    /** {@code told} is run at every {@link #close}, from now on; it must not block. Once. */
    void whenClosed(Runnable told) {
        whenClosed = told;
    }

    /** Closes the connection, which is lost for a reason that those who read and write are to hear instead of theirs. */
    void lose(IOException e) {
        if (lostBecause == null) {
            lostBecause = e;
        }
        close();
    }

    /** How many bytes have come in all. */
    long bytesRead() {
        return bytesRead;
    }

    /** What writing has taken in all. */
    long writingNanos() {
        return writingNanos;
    }

    /** Whether bytes have come that nobody has read yet. */
    boolean hasUnreadBytes() {
        try {
            return in.available() > 0;
        } catch (IOException e) {
            // It is closed.
            return false;
        }
    }

    private IOException lost(IOException e) {
        IOException reason = lostBecause;
        return reason == null ? e : reason;
    }

    static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }

    /** Apart, so that a command with nothing to log does not wait for the log to be set up. */
    private static final class Log {
        static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);
    }

    /** The socket's bytes; a read that waits for long tries whether the server is still there. */
    private final class PingingStream extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            long silentSinceNanos = System.nanoTime();
            while (true) {
                try {
                    int read = in.read(bytes, from, length);
                    bytesRead += Math.max(0, read);
                    return read;
                } catch (SocketTimeoutException silence) {
                    if (!writing.tryLock()) {
                        // Behind a large result on its way out no answer can be expected; checkWriting watches over it.
                        silentSinceNanos = System.nanoTime();
                        continue;
                    }
                    try {
                        Duration patience = patience();
                        if (System.nanoTime() - silentSinceNanos >= patience.toNanos()) {
                            throw new SocketTimeoutException("the server has been silent for " + seconds(patience));
                        }
                        send(writer -> writer.packet(PacketType.ECHO_REQ, PING));
                    } finally {
                        writing.unlock();
                    }
                }
            }
        }
    }
}
