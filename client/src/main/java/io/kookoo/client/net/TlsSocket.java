package io.kookoo.client.net;

import io.kookoo.tls.NotTlsException;
import io.kookoo.tls.Tls;
import io.kookoo.tls.TlsStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;

/**
 * A connected socket with TLS between its streams and the caller. Closing closes the socket at once and waits for nobody: packets say by
 * themselves where they end.
 */
final class TlsSocket extends Socket {
    private final Socket plain;
    private final TlsStream tls;

    private TlsSocket(Socket plain, TlsStream tls) {
        this.plain = plain;
        this.tls = tls;
    }

    /**
     * Agrees with the server on TLS; blocks, at most for the connect timeout.
     *
     * @param plain connected; stays the caller's where this fails
     * @param watch closes the socket when something takes too long
     * @throws SSLException when there is no agreement
     */
    static Socket over(
            Socket plain, Tls tls, ServerAddress address, ConnectionLimits limits, ScheduledExecutorService watch)
            throws IOException {
        OutputStream out = plain.getOutputStream();
        OutputStream ownOut = new LimitedOutput(out, limits.pingTimeout(), plain, watch);
        TlsStream stream = tls.connect(address.host(), address.port(), plain.getInputStream(), out, ownOut);
        AtomicBoolean late = new AtomicBoolean();
        Future<?> limit = closeAfter(limits.connectTimeout(), plain, late, watch);
        try {
            // The watch may end before the handshake does, with the program that it belongs to.
            plain.setSoTimeout(Math.toIntExact(limits.connectTimeout().toMillis()));
            stream.handshake();
            plain.setSoTimeout(0);
            return new TlsSocket(plain, stream);
        } catch (NotTlsException e) {
            throw new SSLException(
                    "the server does not speak TLS; give it a [Security] keystore, or leave out --tls and [Security] truststore"
                            + " and keystore here",
                    e);
        } catch (SSLException e) {
            throw new SSLException("TLS: " + e.getMessage(), e);
        } catch (IOException e) {
            throw late.get() ? new SocketTimeoutException() : e;
        } finally {
            limit.cancel(false);
        }
    }

    private static Future<?> closeAfter(
            Duration limit, Socket socket, AtomicBoolean late, ScheduledExecutorService watch) {
        Runnable close = () -> {
            late.set(true);
            try {
                socket.close();
            } catch (IOException e) {
                // It is of no more use either way.
            }
        };
        return watch.schedule(close, limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public InputStream getInputStream() {
        return tls.input();
    }

    @Override
    public OutputStream getOutputStream() {
        return tls.output();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        plain.setSoTimeout(millis);
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }

    /** Closes the socket when a write stands still: nobody else watches over what TLS says by itself. */
    private static final class LimitedOutput extends OutputStream {
        private final OutputStream out;
        private final Duration limit;
        private final Socket socket;
        private final ScheduledExecutorService watch;

        LimitedOutput(OutputStream out, Duration limit, Socket socket, ScheduledExecutorService watch) {
            this.out = out;
            this.limit = limit;
            this.socket = socket;
            this.watch = watch;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            Future<?> close = closeAfter(limit, socket, new AtomicBoolean(), watch);
            try {
                out.write(bytes, from, length);
            } finally {
                close.cancel(false);
            }
        }
    }
}
