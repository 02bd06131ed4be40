package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.server.time.Clock;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with a certificate: who gets in, who does not, and that nobody else pays for those. */
final class TlsServerTest {
    private static final String MEGABYTE = "0123456789abcdef".repeat(64 * 1024);
    private static final long DEADLINE_NANOS = 10_000_000_000L;
    private static final int SMALL_RECEIVE_BUFFER = 4096;

    @TempDir
    Path folder;

    // ---- what works ----

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void shouldServeTheWholeConversationOverTls(String protocol) {
        try (RunningServer server = TlsPeer.server("server", "need").start()) {
            WireClient worker = TlsPeer.connect(server, "ann", protocol).send(CAN_DO, "f");
            WireClient client = TlsPeer.connect(server, "ann", protocol);
            for (String workload : List.of("", "small", MEGABYTE.repeat(9))) {
                String handle = client.send(SUBMIT_JOB, "f", "", workload).expectHandle();
                worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", workload);
                worker.send(WORK_COMPLETE, handle, workload);
                client.expect(WORK_COMPLETE, handle, workload);
            }
            client.sendText("status").expectText("f\t0\t0\t1\n.\n");
            server.log().await("tls_agreed conn=1 ", "with=\"" + protocol + " ", "cn=ann");
            worker.close();
            server.log().await("disconnected conn=1 ");
            client.close();
        }
    }

    /** All that arrived together is answered together: records do not cut that apart. */
    @Test
    void shouldTakeManyRequestsAtOnce() {
        try (RunningServer server = TlsPeer.server("server", "none").start()) {
            WireClient client = TlsPeer.connect(server, null);
            byte[][] requests = new byte[5000][];
            for (int i = 0; i < requests.length; i++) {
                requests[i] = WireClient.packet(ECHO_REQ, "number " + i);
            }
            client.sendBytes(WireClient.together(requests));
            for (int i = 0; i < requests.length; i++) {
                client.expect(ECHO_RES, "number " + i);
            }
        }
    }

    @Test
    void shouldSayFarewellWhenItCloses() {
        try (RunningServer server = TlsPeer.server("server", "none").start()) {
            // A packet that cannot be read on: the answer, and then an end that Java does not take for a cut.
            WireClient client = TlsPeer.connect(server, null);
            client.sendBytes(WireClient.packet(0x00524551, 999, new byte[0])).expectClosed();
            WireClient other = TlsPeer.connect(server, null).expectNothingBeforeEcho();
            server.stop();
            other.expectClosed();
        }
    }

    @Test
    void shouldDoWithoutACertificateWhereItIsOnlyWanted() {
        try (RunningServer server = TlsPeer.server("server", "want").start()) {
            TlsPeer.connect(server, null).expectNothingBeforeEcho();
            server.log().await("tls_agreed conn=1 ", "cn=none");
            TlsPeer.connect(server, "ann").expectNothingBeforeEcho();
            server.log().await("tls_agreed conn=2 ", "cn=ann");
            assertRefused(server, "stranger", 3, "its certificate is signed by nobody who is trusted here");
        }
    }

    // ---- who does not get in ----

    /** TLS 1.3 lets a client believe that it is in until it reads. */
    private static void assertRefused(RunningServer server, String certificate, int conn, String reason) {
        for (String protocol : List.of("TLSv1.3", "TLSv1.2")) {
            assertThrows(IOException.class, () -> {
                try (SSLSocket socket = TlsPeer.socket(server, certificate, protocol)) {
                    socket.startHandshake();
                    int first = socket.getInputStream().read();
                    throw new AssertionError("it is in, and reads " + first);
                }
            });
            server.log().await(protocol.equals("TLSv1.3") ? 1 : 2, "WARN tls_refused conn=", "reason=\"" + reason);
        }
        server.log().await("tls_refused conn=" + conn + " address=127.0.0.1 reason=\"" + reason);
    }

    @Test
    void shouldRefuseAClientWithoutACertificate() {
        try (RunningServer server = TlsPeer.server("server", "need").start()) {
            assertRefused(server, null, 1, "it has shown no certificate, and one is needed");
            TlsPeer.connect(server, "ann").expectNothingBeforeEcho();
        }
    }

    @Test
    void shouldRefuseAClientWhoseCertificateAStrangerHasSigned() {
        try (RunningServer server = TlsPeer.server("server", "need").start()) {
            assertRefused(server, "stranger", 1, "its certificate is signed by nobody who is trusted here");
        }
    }

    @Test
    void shouldRefuseAClientWhoseCertificateHasExpired() {
        try (RunningServer server = TlsPeer.server("server", "need").start()) {
            assertRefused(server, "expired", 1, "its certificate has expired (NotAfter: ");
        }
    }

    @Test
    void shouldLogFewLinesOfManyThatAreRefused() {
        try (RunningServer server = TlsPeer.server("server", "none").start()) {
            for (int i = 0; i < 200; i++) {
                server.connect().sendText("shutdown").receiveLine();
            }
            String more = server.log().await("WARN refused_more count=");
            int lines = server.log().with("WARN tls_refused ").size();
            assertTrue(lines >= 20 && lines < 200, lines + " lines, and " + more);
        }
    }

    @Test
    void shouldTellAPlainPeerThatItTakesTlsOnly() {
        try (RunningServer server = TlsPeer.server("server", "none").start()) {
            WireClient text = server.connect().sendText("shutdown");
            String line = text.receiveLine();
            assertTrue(line.startsWith("ERR TLS_REQUIRED This server takes TLS connections only"), line);
            text.expectClosed();
            WireClient packets = server.connect().send(SUBMIT_JOB_BG, "f", "", "");
            assertEquals("TLS_REQUIRED", packets.expectAny(ERROR).part(0));
            packets.expectClosed();
            server.log().await(2, "WARN tls_refused ", "it does not speak TLS");
            assertTrue(server.shutdowns().isEmpty());
            // Nothing is queued and nothing runs; how many of the connections have gone by now is another matter.
            assertEquals(
                    "0\t0",
                    TlsPeer.connect(server, null)
                            .sendText("show load")
                            .receiveLine()
                            .replaceFirst("^[0-9]+\t", ""));
        }
    }

    @Test
    void shouldRefuseTls11() {
        try (RunningServer server = TlsPeer.server("server", "none").start()) {
            // The newest Java does not even say it any more.
            byte[] body = ByteBuffer.allocate(2 + 32 + 1 + 2 + 2 + 2)
                    .putShort((short) 0x0302)
                    .put(new byte[32])
                    .put((byte) 0)
                    .putShort((short) 2)
                    .putShort((short) 0xc013)
                    .put(new byte[] {1, 0})
                    .array();
            byte[] hello = ByteBuffer.allocate(5 + 4 + body.length)
                    .put(new byte[] {22, 3, 2, 0, (byte) (4 + body.length), 1, 0, 0, (byte) body.length})
                    .put(body)
                    .array();
            WireClient old = server.connect().sendBytes(hello);
            // Alert, fatal, protocol_version.
            byte[] alert = old.read(7);
            assertArrayEquals(new byte[] {21, 2, 70}, new byte[] {alert[0], alert[5], alert[6]});
            old.expectClosed();
            server.log().await("WARN tls_refused conn=1 ", "reason=");
        }
    }

    @Test
    void shouldRefuseToNegotiateAgain() throws IOException {
        try (RunningServer server = TlsPeer.server("server", "none").start()) {
            SSLSocket socket = TlsPeer.socket(server, null, "TLSv1.2");
            TlsPeer.agreed(socket).expectNothingBeforeEcho();
            socket.startHandshake();
            try {
                while (socket.getInputStream().read() >= 0) {}
            } catch (SocketTimeoutException e) {
                throw new AssertionError("it is still there", e);
            } catch (IOException e) {
                // An alert, or a reset: closed either way.
            }
            server.log().await("disconnected conn=1 ", "negotiate again");
        }
    }

    // ---- nobody waits for others ----

    @Test
    void shouldHoldUpNobodyWhenAHandshakeStalls() throws IOException {
        try (RunningServer server =
                TlsPeer.server("server", "none").with("handshake-timeout", "1").start()) {
            List<WireClient> working = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                working.add(TlsPeer.connect(server, null).expectNothingBeforeEcho());
            }
            WireClient silent = server.connect();
            WireClient half = server.connect().sendBytes(new byte[] {22, 3, 1, 2, 0, 1, 0});
            WireClient worker = working.get(0).send(CAN_DO, "f").expectNothingBeforeEcho();
            for (WireClient client : working.subList(1, 50)) {
                String handle = client.send(SUBMIT_JOB, "f", "", "work").expectHandle();
                worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "work").send(WORK_COMPLETE, handle, "done");
                client.expect(WORK_COMPLETE, handle, "done");
            }
            silent.expectGone();
            half.expectGone();
            server.log().await(2, "WARN tls_refused ", "it has not agreed on TLS within PT1S");
            working.forEach(WireClient::expectNothingBeforeEcho);
            working.forEach(WireClient::close);
        }
    }

    @Test
    void shouldCloseAPeerThatReadsNothing() {
        try (RunningServer server =
                TlsPeer.server("server", "none").with("write-stall", "0.2").start()) {
            WireClient stuck = TlsPeer.agreed(TlsPeer.socket(server, null, SMALL_RECEIVE_BUFFER));
            WireClient worker = TlsPeer.connect(server, null).send(CAN_DO, "f").expectNothingBeforeEcho();
            String handle = stuck.send(SUBMIT_JOB, "f", "", "").expectHandle();
            worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
            worker.send(WORK_COMPLETE, handle, MEGABYTE.repeat(8)).expectNothingBeforeEcho();
            server.log().await("disconnected conn=1 ", "it has not read what was written to it");
            stuck.expectGone();
        }
    }

    /** The writes of others that must not block are counted with what TLS adds to them. */
    @Test
    void shouldServeOthersWhileAPeerReadsNothing() {
        try (RunningServer server =
                TlsPeer.server("server", "none").with("write-stall", "600").start()) {
            WireClient stuck = TlsPeer.agreed(TlsPeer.socket(server, null, SMALL_RECEIVE_BUFFER));
            WireClient worker = TlsPeer.connect(server, null).send(CAN_DO, "f").expectNothingBeforeEcho();
            WireClient client = TlsPeer.connect(server, null);
            for (int i = 0; i < 1000; i++) {
                stuck.send(SUBMIT_JOB, "f", "", "");
            }
            String status;
            do {
                status = client.sendText("status").receiveLine();
                client.expectText(".\n");
            } while (!status.equals("f\t1000\t0\t1"));
            String result = MEGABYTE.substring(0, 2000);
            for (int done = 0; done < 1000; ) {
                WireClient.Received job = worker.send(GRAB_JOB).receive();
                if (job.type() == JOB_ASSIGN) {
                    worker.send(WORK_COMPLETE, job.part(0), result);
                    done++;
                }
            }
            worker.expectNothingBeforeEcho();
            String handle = client.send(SUBMIT_JOB, "f", "", "other").expectHandle();
            worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "other").send(WORK_COMPLETE, handle, "fine");
            client.expect(WORK_COMPLETE, handle, "fine");
            // It was only slow: all its answers are there, in order.
            List<String> handles = new ArrayList<>();
            for (int completed = 0; completed < 1000; ) {
                WireClient.Received received = stuck.receive();
                if (received.type() == JOB_CREATED) {
                    handles.add(received.part(0));
                } else {
                    assertEquals(
                            WORK_COMPLETE + "[" + handles.get(completed) + "|" + result + "]", received.toString());
                    completed++;
                }
            }
        }
    }

    // ---- files that change ----

    private void put(String name) throws IOException {
        Path made = Files.copy(TlsPeer.FILES.resolve(name), folder.resolve("new"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(
                made, folder.resolve("used.p12"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String shown(RunningServer server) {
        try (SSLSocket socket = TlsPeer.socket(server, null)) {
            socket.startHandshake();
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitShown(RunningServer server, Predicate<String> fits) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        String shown = shown(server);
        while (!fits.test(shown)) {
            assertTrue(System.nanoTime() < end, shown);
            shown = shown(server);
        }
    }

    @Test
    void shouldUseNewCertificatesWithoutARestart() throws IOException {
        put("server.p12");
        try (RunningServer server = TlsPeer.server("server", "none")
                .with("keystore", folder.resolve("used.p12").toString())
                .start()) {
            WireClient before = TlsPeer.connect(server, null).expectNothingBeforeEcho();
            assertEquals("CN=server,OU=Tests", shown(server));
            put("renewed.p12");
            awaitShown(server, "CN=renewed,OU=Tests"::equals);
            server.log().await("INFO certificates_read_again ", "CN=renewed");

            put("make-certificates");
            long end = System.nanoTime() + DEADLINE_NANOS;
            while (server.log().with("ERROR certificates_not_read_again").isEmpty()) {
                assertTrue(System.nanoTime() < end);
                assertEquals("CN=renewed,OU=Tests", shown(server));
            }
            // Once, however many come.
            long again = System.nanoTime() + 2_500_000_000L;
            while (System.nanoTime() < again) {
                assertEquals("CN=renewed,OU=Tests", shown(server));
            }
            assertEquals(1, server.log().errors().size());

            put("server.p12");
            awaitShown(server, "CN=server,OU=Tests"::equals);
            // Whoever was there has noticed nothing.
            before.expectNothingBeforeEcho().close();
        }
    }

    // ---- where it may listen, and what it refuses to start with ----

    private static Server.StartException refused(Map<String, String> options) {
        try (RunningServer server = new RunningServer().start()) {
            return assertThrows(
                    Server.StartException.class,
                    () -> Server.start(
                            server.settings(options),
                            Clock.SYSTEM,
                            server.folder().resolve("client.jar"),
                            graceful -> {}));
        }
    }

    @Test
    void shouldNotListenWhereOthersReachItWithoutKnowingWhoTheyAre() {
        for (String ip : List.of("0.0.0.0", "::")) {
            Server.StartException e = refused(Map.of("ip", ip, "store", "none"));
            assertEquals(3, e.exitCode());
            for (String way : List.of(
                    "[Server] ip = " + ip,
                    "--ip 127.0.0.1",
                    "client_auth = need",
                    "KOOKOO_TOKEN",
                    "[Security] open = yes")) {
                assertTrue(e.getMessage().contains(way), e.getMessage());
            }
        }
        String keystore = TlsPeer.FILES.resolve("server.p12").toString();
        String password = TlsPeer.PASSWORD_FILE.toString();
        // TLS alone hides what is said, from others than those who say it.
        assertEquals(
                3,
                refused(Map.of(
                                "ip",
                                "0.0.0.0",
                                "store",
                                "none",
                                "keystore",
                                keystore,
                                "keystore-password-file",
                                password))
                        .exitCode());
    }

    @Test
    void shouldListenForOthersWithCertificatesOfThem() {
        try (RunningServer server =
                TlsPeer.server("server", "need").with("ip", "0.0.0.0").start()) {
            assertTrue(server.server().address().getAddress().isAnyLocalAddress());
            assertFalse(server.log().with("WARN open ").iterator().hasNext());
        }
    }

    @Test
    void shouldListenForEverybodyWhereItIsSaid() {
        try (RunningServer server =
                new RunningServer().with("ip", "0.0.0.0").with("open", "yes").start()) {
            server.log().await("WARN open ip=0.0.0.0 ", "everybody who can reach it");
        }
    }

    @Test
    void shouldRefuseToStartWithoutWhatTlsNeeds() {
        String trusted = TlsPeer.FILES.resolve("trusted.p12").toString();
        Server.StartException keyless = refused(Map.of("truststore", trusted, "store", "none"));
        assertEquals(3, keyless.exitCode());
        assertTrue(keyless.getMessage().contains("[Security] keystore"), keyless.getMessage());
        Server.StartException missing =
                refused(Map.of("keystore", "absent.p12", "keystore-password-file", "absent", "store", "none"));
        assertEquals(3, missing.exitCode());
        assertTrue(missing.getMessage().contains("absent"), missing.getMessage());
        // No TLS, whatever files there are.
        try (RunningServer server =
                TlsPeer.server("server", "need").with("tls", "no").start()) {
            server.connect().expectNothingBeforeEcho();
        }
    }
}
