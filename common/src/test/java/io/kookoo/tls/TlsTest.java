package io.kookoo.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.settings.KeyFile;
import io.kookoo.settings.Settings;
import io.kookoo.settings.Settings.Security.ClientAuth;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both sides of TLS over a connection of this machine: whom they believe, and what they say where they do not. */
final class TlsTest {
    private static final Path FILES =
            Path.of("src/test/resources/io/kookoo/tls").toAbsolutePath();
    private static final int DEADLINE_MILLIS = 10_000;

    /** A thread for each: the common pool may have but one. */
    private static final Executor THREADS = task -> new Thread(task).start();

    @TempDir
    Path folder;

    private Socket clientSocket;
    private Socket serverSocket;

    @BeforeEach
    void connect() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            clientSocket = new Socket(listener.getInetAddress(), listener.getLocalPort());
            serverSocket = listener.accept();
        }
        clientSocket.setSoTimeout(DEADLINE_MILLIS);
        serverSocket.setSoTimeout(DEADLINE_MILLIS);
    }

    @AfterEach
    void close() throws IOException {
        clientSocket.close();
        serverSocket.close();
    }

    private static Optional<KeyFile> file(String name) {
        return Optional.of(KeyFile.of(FILES.resolve(name + ".p12"), "kookoo"));
    }

    private static Settings.Security security(
            Optional<KeyFile> keystore, Optional<KeyFile> truststore, ClientAuth clientAuth) {
        Settings shipped = Settings.load(FILES, FILES, Map.of(), Map.of());
        return new Settings.Security(
                true, keystore, truststore, clientAuth, shipped.security().handshakeTimeout(), false);
    }

    private static Tls server(String keystore, ClientAuth clientAuth) throws IOException {
        return Tls.ofServer(security(file(keystore), file("trusted"), clientAuth));
    }

    private TlsStream accept(Tls tls) throws IOException {
        OutputStream out = serverSocket.getOutputStream();
        return tls.accept(serverSocket.getInputStream(), out, out);
    }

    private TlsStream connect(Tls tls, String host) throws IOException {
        OutputStream out = clientSocket.getOutputStream();
        return tls.connect(host, serverSocket.getLocalPort(), clientSocket.getInputStream(), out, out);
    }

    /** Both shake hands; what the server's side comes to is in the future. */
    private CompletableFuture<String> shaking(TlsStream server) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        server.handshake();
                        return "agreed";
                    } catch (IOException e) {
                        return e.getMessage();
                    }
                },
                THREADS);
    }

    private static String soon(CompletableFuture<String> future) throws Exception {
        return future.get(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private String refusal(String serverKeystore, String host) throws Exception {
        CompletableFuture<String> server = shaking(accept(server(serverKeystore, ClientAuth.NONE)));
        IOException e = assertThrows(
                IOException.class,
                () -> connect(Tls.ofClient(Optional.empty(), file("trusted")), host)
                        .handshake());
        // The server learns why, by an alert.
        assertTrue(soon(server).contains("refuses the certificate that is shown to it"), soon(server));
        return e.getMessage();
    }

    @Test
    void shouldAgreeAndKnowEachOther() throws Exception {
        TlsStream server = accept(server("server", ClientAuth.NEED));
        CompletableFuture<String> shaking = shaking(server);
        TlsStream client = connect(Tls.ofClient(file("ann"), file("trusted")), "localhost");
        client.handshake();
        assertEquals("agreed", soon(shaking));
        assertEquals(Optional.of("ann"), server.peerName());
        assertEquals(Optional.of("server"), client.peerName());
        assertFalse(server.isOwnPeer());
        assertTrue(client.agreed().startsWith("TLSv1.3 "), client.agreed());
    }

    @Test
    void shouldCarryBytesOfAnyLengthBothWaysAtOnce() throws Exception {
        TlsStream server = accept(server("server", ClientAuth.NONE));
        CompletableFuture<String> shaking = shaking(server);
        TlsStream client = connect(Tls.ofClient(Optional.empty(), file("trusted")), "127.0.0.1");
        client.handshake();
        assertEquals("agreed", soon(shaking));
        byte[] bytes = new byte[3_000_000];
        new Random(7).nextBytes(bytes);
        CompletableFuture<Void> echo = CompletableFuture.runAsync(
                () -> {
                    try {
                        byte[] buffer = new byte[50_000];
                        int n;
                        while ((n = server.input().read(buffer)) >= 0) {
                            server.output().write(buffer, 0, n);
                        }
                        server.endOutput();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                },
                THREADS);
        CompletableFuture<Void> sending = CompletableFuture.runAsync(
                () -> {
                    try {
                        Random random = new Random(8);
                        for (int from = 0; from < bytes.length; ) {
                            int n = Math.min(bytes.length - from, 1 + random.nextInt(random.nextInt(100_000) + 1));
                            client.output().write(bytes, from, n);
                            from += n;
                        }
                        client.endOutput();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                },
                THREADS);
        assertEquals(
                new String(bytes, StandardCharsets.ISO_8859_1),
                new String(client.input().readAllBytes(), StandardCharsets.ISO_8859_1));
        sending.get(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
        echo.get(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The client tries a silent server by letting its reads run into a limit. */
    @Test
    void shouldLoseNothingWhenAReadRunsIntoATimeLimit() throws Exception {
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        OutputStream plain = serverSocket.getOutputStream();
        TlsStream server = server("server", ClientAuth.NONE).accept(serverSocket.getInputStream(), sealed, plain);
        CompletableFuture<String> shaking = shaking(server);
        TlsStream client = connect(Tls.ofClient(Optional.empty(), file("trusted")), "localhost");
        client.handshake();
        assertEquals("agreed", soon(shaking));
        server.output().write("whole".getBytes(StandardCharsets.UTF_8));
        byte[] record = sealed.toByteArray();
        for (int i = 0; i < record.length - 1; i++) {
            plain.write(record, i, 1);
            clientSocket.setSoTimeout(1);
            assertThrows(SocketTimeoutException.class, () -> client.input().read());
        }
        plain.write(record, record.length - 1, 1);
        clientSocket.setSoTimeout(DEADLINE_MILLIS);
        assertEquals("whole", new String(client.input().readNBytes(5), StandardCharsets.UTF_8));
    }

    @Test
    void shouldRefuseACertificateThatHasExpired() throws Exception {
        String refusal = refusal("expired", "localhost");
        assertTrue(refusal.startsWith("its certificate has expired (NotAfter: "), refusal);
    }

    @Test
    void shouldRefuseACertificateThatAStrangerHasSigned() throws Exception {
        assertEquals("its certificate is signed by nobody who is trusted here", refusal("stranger", "localhost"));
    }

    @Test
    void shouldRefuseACertificateOfAnotherHost() throws Exception {
        String refusal = refusal("elsewhere", "localhost");
        assertTrue(refusal.startsWith("its certificate is for another host ("), refusal);
        close();
        connect();
        String address = refusal("server", "127.0.0.7");
        assertTrue(address.startsWith("its certificate is for another host ("), address);
    }

    @Test
    void shouldSayThatTheOtherSideDoesNotSpeakTls() throws Exception {
        serverSocket.getOutputStream().write("ERR nothing\n".getBytes(StandardCharsets.UTF_8));
        NotTlsException e = assertThrows(
                NotTlsException.class,
                () -> connect(Tls.ofClient(Optional.empty(), file("trusted")), "localhost")
                        .handshake());
        assertTrue(e.isText());
    }

    /** Whoever has signed it, whichever name it has: a server and its local clients have one file. */
    @Test
    void shouldKnowALocalClientByTheCertificateOfBoth() throws Exception {
        Tls client = Tls.ofClient(file("elsewhere"), file("trusted")).ofLocalClient();
        TlsStream server = accept(server("elsewhere", ClientAuth.NEED));
        CompletableFuture<String> shaking = shaking(server);
        TlsStream connected = connect(client, "127.0.0.1");
        connected.handshake();
        assertEquals("agreed", soon(shaking));
        assertTrue(server.isOwnPeer());
        assertTrue(connected.isOwnPeer());
    }

    @Test
    void shouldNotTakeItsOwnCertificateForAReasonToTrustElsewhere() throws Exception {
        CompletableFuture<String> server = shaking(accept(server("elsewhere", ClientAuth.NONE)));
        Tls client = Tls.ofClient(file("elsewhere"), file("trusted"));
        IOException e = assertThrows(
                IOException.class, () -> connect(client, "127.0.0.1").handshake());
        assertTrue(e.getMessage().contains("is for another host"), e.getMessage());
        soon(server);
    }

    // ---- files ----

    private static String refused(Optional<KeyFile> keystore, Optional<KeyFile> truststore, ClientAuth clientAuth) {
        return assertThrows(IOException.class, () -> Tls.ofServer(security(keystore, truststore, clientAuth)))
                .getMessage();
    }

    @Test
    void shouldSayWhatIsWrongWithFiles() throws IOException {
        String none = refused(Optional.empty(), file("trusted"), ClientAuth.NONE);
        assertTrue(none.contains("[Security] keystore"), none);
        String blind = refused(file("server"), Optional.empty(), ClientAuth.NEED);
        assertTrue(blind.contains("client_auth = need needs a [Security] truststore"), blind);
        String missing = refused(file("missing"), Optional.empty(), ClientAuth.NONE);
        assertTrue(missing.endsWith("missing.p12 cannot be read: there is no such file"), missing);
        String wrong = refused(
                Optional.of(KeyFile.of(FILES.resolve("server.p12"), "wrong")), Optional.empty(), ClientAuth.NONE);
        assertTrue(wrong.endsWith("server.p12 does not open with the password that is given for it"), wrong);
        assertFalse(wrong.contains("wrong"), wrong);
        String noPassword = refused(
                Optional.of(new KeyFile(FILES.resolve("server.p12"), Optional.empty(), Optional.empty())),
                Optional.empty(),
                ClientAuth.NONE);
        assertTrue(noPassword.contains("KOOKOO_KEYSTORE_PASSWORD"), noPassword);
        Path text = Files.writeString(folder.resolve("text.p12"), "no keys here");
        String damaged = refused(Optional.of(KeyFile.of(text, "kookoo")), Optional.empty(), ClientAuth.NONE);
        assertTrue(damaged.contains("text.p12 is no PKCS12 file, or a damaged one"), damaged);
        String keyless = refused(file("trusted"), Optional.empty(), ClientAuth.NONE);
        assertTrue(keyless.contains("holds no private key"), keyless);
        String trustless = refused(file("server"), file("ann"), ClientAuth.NEED);
        assertTrue(trustless.contains("holds no certificate that may be trusted"), trustless);
        String unread = refused(
                Optional.of(new KeyFile(
                        FILES.resolve("server.p12"), Optional.empty(), Optional.of(folder.resolve("secret")))),
                Optional.empty(),
                ClientAuth.NONE);
        assertTrue(unread.startsWith("the password file " + folder.resolve("secret") + " cannot be read"), unread);
    }

    @Test
    void shouldTakeThePasswordFromAFile() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "kookoo\nand a line of words\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        KeyFile file = new KeyFile(FILES.resolve("server.p12"), Optional.empty(), Optional.of(secret));
        Tls.ofServer(security(Optional.of(file), Optional.empty(), ClientAuth.NONE))
                .log();
    }

    @Test
    void shouldRefuseAPasswordFileThatOthersCanRead() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "kookoo\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw----r--"));
        KeyFile file = new KeyFile(FILES.resolve("server.p12"), Optional.empty(), Optional.of(secret));
        String open = refused(Optional.of(file), Optional.empty(), ClientAuth.NONE);
        assertEquals(
                "the password file " + secret
                        + " can be read by others than its owner; let nobody else read it: chmod 600 " + secret,
                open);
    }

    @Test
    void shouldNotShowAPassword() {
        assertFalse(file("server").orElseThrow().toString().contains("kookoo\""));
        assertEquals(
                FILES.resolve("server.p12").toString(),
                file("server").orElseThrow().toString());
        assertEquals(
                Duration.ofSeconds(10),
                security(Optional.empty(), Optional.empty(), ClientAuth.NONE).handshakeTimeout());
    }

    @Test
    void shouldEndWhenTheOtherSideGoesAwayWhileTheyShakeHands() throws Exception {
        CompletableFuture<String> server = shaking(accept(server("server", ClientAuth.NONE)));
        clientSocket.close();
        assertEquals("the connection ended in the TLS handshake", soon(server));
    }

    @Test
    void shouldEndWhereBytesAreNoTls() throws Exception {
        Random random = new Random(11);
        for (int round = 0; round < 200; round++) {
            close();
            connect();
            byte[] bytes = new byte[1 + random.nextInt(600)];
            random.nextBytes(bytes);
            if (round % 2 == 0) {
                // The header of a handshake; what follows is none.
                byte[] header = {22, 3, 1, (byte) (bytes.length >> 8), (byte) bytes.length};
                clientSocket.getOutputStream().write(header);
            }
            CompletableFuture<String> server = shaking(accept(server("server", ClientAuth.NONE)));
            clientSocket.getOutputStream().write(bytes);
            clientSocket.shutdownOutput();
            assertFalse(soon(server).equals("agreed"));
        }
    }
}
