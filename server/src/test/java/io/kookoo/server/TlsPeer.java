package io.kookoo.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Java's own sockets of TLS against a server, and the server's settings for that. */
final class TlsPeer {
    static final Path FILES = Path.of("../common/src/test/resources/io/kookoo/tls")
            .toAbsolutePath()
            .normalize();
    private static final char[] PASSWORD = "kookoo".toCharArray();
    private static final int DEADLINE_MILLIS = 10_000;

    /** Of all files of the test; nobody else may read it, whatever rights a checkout gives to those in the tree. */
    static final Path PASSWORD_FILE = passwordFile();

    private TlsPeer() {}

    private static Path passwordFile() {
        try {
            Path file = Files.createTempFile("password", "");
            file.toFile().deleteOnExit();
            return Files.writeString(file, new String(PASSWORD));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server that shows one of the test's certificates; not started. */
    static RunningServer server(String certificate, String clientAuth) {
        Map<String, String> options = Map.of(
                "keystore", FILES.resolve(certificate + ".p12").toString(),
                "keystore-password-file", PASSWORD_FILE.toString(),
                "truststore", FILES.resolve("trusted.p12").toString(),
                "truststore-password-file", PASSWORD_FILE.toString(),
                "client-auth", clientAuth);
        RunningServer server = new RunningServer();
        options.forEach(server::with);
        return server;
    }

    static KeyStore store(String name) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(FILES.resolve(name + ".p12"))) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    /**
     * Connected, and not agreed yet.
     *
     * @param certificate what it shows; null for nothing
     */
    static SSLSocket socket(RunningServer server, String certificate, String... protocols) {
        return socket(server, certificate, 0, protocols);
    }

    static SSLSocket socket(RunningServer server, String certificate, int receiveBufferBytes, String... protocols) {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(certificate == null ? null : store(certificate), PASSWORD);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store("trusted"));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(certificate == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
            Socket plain = new Socket();
            if (receiveBufferBytes > 0) {
                plain.setReceiveBufferSize(receiveBufferBytes);
            }
            InetSocketAddress address = server.server().address();
            plain.connect(address, DEADLINE_MILLIS);
            plain.setTcpNoDelay(true);
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", address.getPort(), true);
            socket.setSoTimeout(DEADLINE_MILLIS);
            if (protocols.length > 0) {
                socket.setEnabledProtocols(protocols);
            }
            return socket;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Connected and agreed. */
    static WireClient connect(RunningServer server, String certificate, String... protocols) {
        return agreed(socket(server, certificate, protocols));
    }

    static WireClient agreed(SSLSocket socket) {
        try {
            socket.startHandshake();
            return new WireClient(socket);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
