package io.kookoo.tls;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * TLS over two streams of bytes: what is written is sealed, what is read has been opened. The streams below are the caller's, who closes
 * them: nothing here waits for a farewell of the other side.
 *
 * <pre>
 *   read  &lt;- opened &lt;- engine.unwrap &lt;- received &lt;- in
 *   write -&gt;           engine.wrap                 -&gt; out
 *                      its own words (handshake, alerts, new keys) -&gt; ownOut
 * </pre>
 *
 * <p>One thread reads, and shakes hands before; others may write meanwhile, and those exclude each other. A read may write as well, what TLS
 * has to say by itself: through {@code ownOut}, so that its owner can bound the time that takes.
 *
 * <p>A read from {@code in} that throws, such as at a time limit, may be tried again: no byte is lost by it.
 */
public final class TlsStream {
    /** A peer that says little costs little. */
    private static final int SMALLEST_BUFFER = 512;

    /** The engine may do nothing once, to say that a handshake is over; when it goes on doing nothing it never ends. */
    private static final int IDLE_STEPS = 8;

    /** The most that one record holds, or less: so that nothing is counted too low. */
    private static final int RECORD_BYTES = 8 * 1024;

    /** What a record has besides: header, nonce, padding and tag; of the ciphers in use at most 85. */
    private static final int RECORD_COST_BYTES = 128;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Supplier<Side> making;
    private final Scratch scratch;
    private final InputStream in;
    private final OutputStream out;
    private final OutputStream ownOut;

    /** As below, null before the handshake; nobody writes before that. */
    private SSLEngine engine;

    private X509Certificate own;

    private final ReentrantLock writing = new ReentrantLock();

    /** Not opened yet, from its position to its limit. Confined to the thread that reads, as all below. */
    private ByteBuffer received = ByteBuffer.allocate(SMALLEST_BUFFER).limit(0);

    /** Opened and not read yet, likewise. */
    private ByteBuffer opened = ByteBuffer.allocate(SMALLEST_BUFFER).limit(0);

    /** How many bytes stand in {@link #opened}. Others may ask. */
    private volatile int unread;

    private boolean heard;
    private boolean shaken;
    private boolean ended;
    private int idleSteps;

    /**
     * How a side goes into the handshake.
     *
     * @param own the certificate that it shows; null where it has none
     */
    record Side(SSLEngine engine, X509Certificate own) {}

    /**
     * @param making is asked at the handshake, by the thread that shakes hands: files may have to be read
     * @param scratch what sealed bytes stand in until they are written
     */
    TlsStream(Supplier<Side> making, Scratch scratch, InputStream in, OutputStream out, OutputStream ownOut) {
        this.making = making;
        this.scratch = scratch;
        this.in = in;
        this.out = out;
        this.ownOut = ownOut;
    }

    /**
     * Agrees with the other side, and verifies it; blocks. Once, before anything is read or written.
     *
     * @throws NotTlsException when the other side speaks something else
     * @throws IOException when there is no agreement; the message says why in words, and the other side has been told in an alert
     */
    public void handshake() throws IOException {
        Side side = making.get();
        engine = side.engine();
        own = side.own();
        try {
            engine.beginHandshake();
            HandshakeStatus status = engine.getHandshakeStatus();
            while (status != HandshakeStatus.FINISHED && status != HandshakeStatus.NOT_HANDSHAKING) {
                switch (status) {
                    case NEED_TASK -> status = runTasks();
                    case NEED_WRAP -> status = sayOwn();
                    default -> status = open();
                }
                if (ended) {
                    throw new EOFException("the connection ended in the TLS handshake");
                }
            }
            shaken = true;
        } catch (SSLException e) {
            throw failed(e);
        }
    }

    /** Opened bytes; see the class. */
    public InputStream input() {
        return new Input();
    }

    /** Bytes to be sealed; each write leaves at once. */
    public OutputStream output() {
        return new Output();
    }

    /** Says that nothing more will be written; through {@code ownOut}. */
    public void endOutput() throws IOException {
        engine.closeOutbound();
        sayOwn();
    }

    /** The protocol and the cipher, for people; only after the handshake. */
    public String agreed() {
        return engine.getSession().getProtocol() + " " + engine.getSession().getCipherSuite();
    }

    /** The certificate that the other side has shown, which is trusted; empty where it has shown none. After the handshake. */
    public Optional<X509Certificate> peerCertificate() {
        try {
            Certificate[] chain = engine.getSession().getPeerCertificates();
            return Optional.of((X509Certificate) chain[0]);
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    /** The common name (CN) in {@link #peerCertificate}; empty where it has none. */
    public Optional<String> peerName() {
        return peerCertificate().flatMap(TlsStream::commonName);
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        try {
            List<Rdn> names = new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
            // From the end: the last one written is the most special.
            for (int i = names.size() - 1; i >= 0; i--) {
                if (names.get(i).getType().equalsIgnoreCase("CN")
                        && names.get(i).getValue() instanceof String name) {
                    return Optional.of(name);
                }
            }
            return Optional.empty();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    /** How many writes below one write of so many bytes is, at most. */
    public static long writes(int length) {
        return 1 + length / RECORD_BYTES;
    }

    /** What so many bytes are when they are sealed, at most. */
    public static long sealedBytes(int length) {
        return length + writes(length) * RECORD_COST_BYTES;
    }

    /** Whether the other side has shown the very certificate of this side: it has the same key. After the handshake. */
    public boolean isOwnPeer() {
        return own != null && peerCertificate().filter(own::equals).isPresent();
    }

    /** Reads so much that one record can be opened, opens it and all those that are there whole. Returns what the engine wants next. */
    private HandshakeStatus open() throws IOException {
        opened.clear();
        try {
            while (true) {
                SSLEngineResult result = engine.unwrap(received, opened);
                switch (result.getStatus()) {
                    case BUFFER_UNDERFLOW -> {
                        if (opened.position() > 0 || !fill()) {
                            return result.getHandshakeStatus();
                        }
                    }
                    case BUFFER_OVERFLOW -> {
                        if (opened.position() > 0) {
                            return result.getHandshakeStatus();
                        }
                        opened = ByteBuffer.allocate(
                                grown(opened.capacity(), engine.getSession().getApplicationBufferSize()));
                    }
                    case CLOSED -> {
                        ended = true;
                        return result.getHandshakeStatus();
                    }
                    default -> {
                        checkProgress(result);
                        if (!shaken) {
                            return result.getHandshakeStatus();
                        }
                        answer(result.getHandshakeStatus());
                    }
                }
            }
        } finally {
            opened.flip();
            unread = opened.remaining();
        }
    }

    /** After the handshake: a new key, or a session for later. A second handshake, which TLS 1.2 knows, could change who the peer is. */
    private void answer(HandshakeStatus status) throws IOException {
        if (status == HandshakeStatus.FINISHED || status == HandshakeStatus.NOT_HANDSHAKING) {
            return;
        }
        if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
            throw new SSLException("the other side wants to negotiate again, which is refused");
        }
        HandshakeStatus next = status == HandshakeStatus.NEED_TASK ? runTasks() : status;
        if (next == HandshakeStatus.NEED_WRAP) {
            sayOwn();
        }
    }

    private boolean fill() throws IOException {
        int most = engine.getSession().getPacketBufferSize();
        if (received.remaining() == received.capacity()) {
            ByteBuffer larger = ByteBuffer.allocate(grown(received.capacity(), most));
            received = larger.put(received).flip();
        }
        received.compact();
        int n;
        try {
            n = in.read(received.array(), received.position(), received.remaining());
            if (n > 0) {
                received.position(received.position() + n);
            }
        } finally {
            received.flip();
        }
        if (n < 0) {
            ended = true;
            return false;
        }
        if (!heard) {
            heard = true;
            byte first = received.get(received.position());
            // A handshake begins with 22, an alert with 21.
            if (first == 0 || first >= ' ' || first == '\n' || first == '\r') {
                throw new NotTlsException(first);
            }
        }
        return true;
    }

    private static int grown(int capacity, int most) throws SSLException {
        if (capacity >= most) {
            throw new SSLException("a record of more than " + most + " bytes");
        }
        return Math.min(most, capacity * 4);
    }

    private void checkProgress(SSLEngineResult result) throws SSLException {
        idleSteps = result.bytesConsumed() == 0 && result.bytesProduced() == 0 ? idleSteps + 1 : 0;
        if (idleSteps > IDLE_STEPS) {
            throw new SSLException("no progress in the state " + result.getHandshakeStatus());
        }
    }

    private HandshakeStatus runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        return engine.getHandshakeStatus();
    }

    /** Writes what the engine has to say by itself. */
    private HandshakeStatus sayOwn() throws IOException {
        writing.lock();
        byte[] sealed = scratch.take();
        try {
            SSLEngineResult result;
            do {
                result = engine.wrap(NOTHING.duplicate(), ByteBuffer.wrap(sealed));
                if (result.bytesProduced() > 0) {
                    ownOut.write(sealed, 0, result.bytesProduced());
                }
            } while (result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && result.bytesProduced() > 0);
            return result.getHandshakeStatus();
        } finally {
            scratch.give(sealed);
            writing.unlock();
        }
    }

    private void write(byte[] bytes, int from, int length) throws IOException {
        ByteBuffer source = ByteBuffer.wrap(bytes, from, length);
        writing.lock();
        byte[] sealed = scratch.take();
        try {
            for (int idle = 0; source.hasRemaining(); idle++) {
                SSLEngineResult result = engine.wrap(source, ByteBuffer.wrap(sealed));
                if (result.getStatus() != SSLEngineResult.Status.OK || idle > IDLE_STEPS) {
                    throw new SSLException("nothing can be written any more: " + result.getStatus());
                }
                if (result.bytesProduced() > 0) {
                    out.write(sealed, 0, result.bytesProduced());
                    idle = 0;
                }
            }
        } finally {
            scratch.give(sealed);
            writing.unlock();
        }
    }

    private IOException failed(SSLException e) {
        try {
            sayOwn();
        } catch (IOException | RuntimeException untold) {
            e.addSuppressed(untold);
        }
        return new SSLException(Words.of(e, own != null), e);
    }

    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            try {
                while (!opened.hasRemaining()) {
                    if (ended) {
                        return -1;
                    }
                    open();
                }
            } catch (SSLException e) {
                ended = true;
                throw failed(e);
            }
            int n = Math.min(length, opened.remaining());
            opened.get(bytes, from, n);
            unread = opened.remaining();
            return n;
        }

        /** More than 0 where bytes have come that nobody has read; they may be TLS's own, or not a whole record yet. Any thread may ask. */
        @Override
        public int available() throws IOException {
            int bytes = unread;
            return bytes > 0 ? bytes : in.available();
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            TlsStream.this.write(bytes, from, length);
        }
    }
}
