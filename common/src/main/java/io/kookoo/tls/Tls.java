package io.kookoo.tls;

import io.kookoo.log.LogEvent;
import io.kookoo.settings.KeyFile;
import io.kookoo.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one side speaks TLS: with which key, and whom it trusts. The files that say so are looked at when a connection is made, at most once a
 * second, and read again when they have changed; while what is there cannot be used, what was read last holds, and the log says so once.
 *
 * <p>TLS 1.3, and 1.2 for those that have no other. Thread-safe; whoever shakes hands may wait for the files to be read.
 */
public final class Tls {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /** Those that authenticate what they encrypt, and whose keys are of no use to who steals the certificate's later. */
    private static final Pattern CIPHERS = Pattern.compile("TLS_(AES|CHACHA20|(EC)?DHE)_.*(GCM|POLY1305)_SHA.*");

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Optional<KeyFile> keystore;
    private final Optional<KeyFile> truststore;
    private final Settings.Security.ClientAuth clientAuth;
    private final OwnPeer ownPeer;
    private final Scratch scratch;

    // Guarded by this.
    private Keys keys;
    private long lookedNanos = System.nanoTime();
    /** Of files that could not be used; null where the last ones could. */
    private String failedStamp;

    private Tls(
            Optional<KeyFile> keystore,
            Optional<KeyFile> truststore,
            Settings.Security.ClientAuth clientAuth,
            OwnPeer ownPeer)
            throws IOException {
        this.keystore = keystore;
        this.truststore = truststore;
        this.clientAuth = clientAuth;
        this.ownPeer = ownPeer;
        this.keys = Keys.read(keystore, truststore, ownPeer);
        this.scratch = new Scratch(keys.context().createSSLEngine().getSession().getPacketBufferSize());
    }

    /**
     * For a server. It trusts its own certificate as a client's, too: its local clients have no other.
     *
     * @throws IOException when something is missing or a file cannot be used; the message says what to do
     */
    public static Tls ofServer(Settings.Security security) throws IOException {
        if (security.keystore().isEmpty()) {
            throw new IOException(
                    "TLS is asked for, and the server has no certificate: name its file in [Security] keystore,"
                            + " or set [Security] tls = no");
        }
        if (security.clientAuth() != Settings.Security.ClientAuth.NONE
                && security.truststore().isEmpty()) {
            throw new IOException("[Security] client_auth = "
                    + security.clientAuth().name().toLowerCase(Locale.ROOT)
                    + " needs a [Security] truststore: the certificates of those who sign the clients'");
        }
        return new Tls(security.keystore(), security.truststore(), security.clientAuth(), OwnPeer.TRUSTED);
    }

    /**
     * For a client, which verifies that the server's certificate is good for the name by which it connects.
     *
     * @param keystore what it shows to servers that ask; empty for nothing
     * @param truststore whom it trusts; empty for those whom Java trusts
     * @throws IOException when a file cannot be used; the message says what to do
     */
    public static Tls ofClient(Optional<KeyFile> keystore, Optional<KeyFile> truststore) throws IOException {
        return new Tls(keystore, truststore, Settings.Security.ClientAuth.NONE, OwnPeer.VERIFIED);
    }

    /** For a client that a server has started: it shares the server's files, and so trusts who shows the certificate that is in them. */
    public Tls ofLocalClient() throws IOException {
        return new Tls(keystore, truststore, clientAuth, OwnPeer.TRUSTED);
    }

    /**
     * The server's side of a connection.
     *
     * @param ownOut takes what TLS says by itself; see {@link TlsStream}
     */
    public TlsStream accept(InputStream in, OutputStream out, OutputStream ownOut) {
        return new TlsStream(this::accepting, scratch, in, out, ownOut);
    }

    private TlsStream.Side accepting() {
        Keys now = keys();
        SSLEngine engine = now.context().createSSLEngine();
        SSLParameters parameters = parameters(engine);
        engine.setUseClientMode(false);
        switch (clientAuth) {
            case NEED -> parameters.setNeedClientAuth(true);
            case WANT -> parameters.setWantClientAuth(true);
            case NONE -> parameters.setWantClientAuth(false);
        }
        engine.setSSLParameters(parameters);
        return new TlsStream.Side(engine, now.own());
    }

    /**
     * The client's side of a connection.
     *
     * @param host what the server's certificate has to be good for: a name, or an address
     * @param ownOut as for {@link #accept}
     */
    public TlsStream connect(String host, int port, InputStream in, OutputStream out, OutputStream ownOut) {
        return new TlsStream(() -> connecting(host, port), scratch, in, out, ownOut);
    }

    private TlsStream.Side connecting(String host, int port) {
        Keys now = keys();
        SSLEngine engine = now.context().createSSLEngine(host, port);
        SSLParameters parameters = parameters(engine);
        engine.setUseClientMode(true);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return new TlsStream.Side(engine, now.own());
    }

    private static SSLParameters parameters(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(Stream.of(engine.getEnabledCipherSuites())
                .filter(name -> CIPHERS.matcher(name).matches())
                .toArray(String[]::new));
        // The server's order: what is at the end of the client's is there for old servers.
        parameters.setUseCipherSuitesOrder(true);
        return parameters;
    }

    private synchronized Keys keys() {
        long now = System.nanoTime();
        if (now - lookedNanos < LOOK_NANOS) {
            return keys;
        }
        lookedNanos = now;
        String stamp = Keys.stamp(keystore, truststore);
        if (stamp.equals(keys.stamp())) {
            failedStamp = null;
        } else if (!stamp.equals(failedStamp)) {
            readAgain(stamp);
        }
        return keys;
    }

    private void readAgain(String stamp) {
        try {
            keys = Keys.read(keystore, truststore, ownPeer);
            failedStamp = null;
            log("certificates_read_again");
        } catch (IOException | RuntimeException e) {
            failedStamp = stamp;
            Log.LOG.error(LogEvent.of("certificates_not_read_again")
                    .with("reason", e.getMessage())
                    .with("effect", "those that were read before go on being used")
                    .toString());
        }
    }

    /** Says in the log what is used. */
    public synchronized void log() {
        log("certificates_read");
    }

    private void log(String event) {
        LogEvent line = LogEvent.of(event)
                .with("keystore", keystore.map(KeyFile::toString).orElse("none"))
                .with("truststore", truststore.map(KeyFile::toString).orElse("none"));
        if (keys.own() != null) {
            line.with("certificate", keys.own().getSubjectX500Principal().getName())
                    .with("until", keys.own().getNotAfter().toInstant());
        }
        Log.LOG.info("{}", line);
        if (keys.isExpired()) {
            Log.LOG.error(LogEvent.of("certificate_expired")
                    .with("keystore", keystore.orElseThrow())
                    .with("effect", "the other side will refuse it; put a new one there")
                    .toString());
        }
    }

    /** Apart, so that a command with nothing to log does not wait for the log to be set up. */
    private static final class Log {
        static final Logger LOG = LoggerFactory.getLogger(Tls.class);
    }
}
