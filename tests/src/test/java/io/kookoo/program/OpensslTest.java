package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code openssl s_client}, which shares no code with Java's TLS, and a server that wants certificates. */
@Tag("peers")
class OpensslTest {
    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static RunningProgram server;

    private final List<RunningProgram> programs = new ArrayList<>();

    @BeforeAll
    static void startServer() throws IOException {
        Path home = RunningProgram.shippedHome(folder.resolve("home"));
        certificates = Certificates.make(home, "ann");
        server =
                RunningProgram.server(home, certificates.of("server"), "--client-auth", "need", "--log-level", "DEBUG");
        pem("ann", certificates.file("ann.p12"), "file:" + certificates.file("password"));
        pem("stranger", Certificates.OF_TESTS.resolve("stranger.p12"), "pass:kookoo");
        pem("expired", Certificates.OF_TESTS.resolve("expired.p12"), "pass:kookoo");
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void stopPrograms() {
        programs.forEach(RunningProgram::close);
    }

    /** A key and its certificates as openssl reads them. */
    private static void pem(String name, Path keystore, String password) throws IOException {
        List<String> command = List.of(
                "openssl", "pkcs12", "-in", keystore.toString(), "-passin", password, "-nodes", "-out", name + ".pem");
        try (RunningProgram program = RunningProgram.start(folder, Map.of(), command)) {
            assertEquals(0, program.awaitExit(), () -> program.err().toString());
        }
    }

    /** One that only carries what it is told. */
    private RunningProgram connect(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of("-quiet"));
        all.addAll(List.of(options));
        return interactive(all.toArray(String[]::new));
    }

    /** One for which a line that begins with K or R is a command. */
    private RunningProgram interactive(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                "127.0.0.1:" + server.port(),
                "-CAfile",
                certificates.file("ca.pem").toString(),
                "-verify_hostname",
                "localhost",
                "-verify_return_error"));
        command.addAll(List.of(options));
        RunningProgram program = RunningProgram.start(folder, Map.of(), command);
        programs.add(program);
        return program;
    }

    private static void say(RunningProgram program, String line) throws IOException {
        program.process().getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        program.process().getOutputStream().flush();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2"})
    void shouldTalkWithWhoShowsACertificate(String version) throws IOException {
        RunningProgram ann = connect(version, "-cert", "ann.pem", "-key", "ann.pem");
        say(ann, "version");
        assertEquals("OK " + Version.TEXT, ann.awaitOut(line -> line.startsWith("OK ")));
    }

    @Test
    void shouldGoOnWhenTheKeysAreChanged() throws IOException {
        RunningProgram ann = interactive("-tls1_3", "-cert", "ann.pem", "-key", "ann.pem");
        say(ann, "version");
        // Behind what openssl prints of the session.
        ann.awaitOut(line -> line.endsWith("OK " + Version.TEXT));
        say(ann, "K");
        ann.awaitErr(line -> line.equals("KEYUPDATE"));
        say(ann, "show load");
        ann.awaitOut(line -> line.matches("\\d+\t0\t0"));
    }

    @Test
    void shouldRefuseASecondHandshake() throws IOException {
        RunningProgram ann = interactive("-tls1_2", "-cert", "ann.pem", "-key", "ann.pem");
        say(ann, "version");
        // Behind what openssl prints of the session.
        ann.awaitOut(line -> line.endsWith("OK " + Version.TEXT));
        say(ann, "R");
        ann.awaitExit();
        server.awaitOut(line -> line.contains("disconnected ") && line.contains("negotiate again"));
    }

    private void assertRefused(String alert, String... options) throws IOException {
        RunningProgram refused = connect(options);
        assertTrue(refused.awaitExit() != 0);
        assertTrue(
                refused.err().stream().anyMatch(line -> line.matches(".* alert (" + alert + "):.*")),
                () -> refused.err().toString());
        assertEquals(List.of(), refused.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2"})
    void shouldRefuseWhoShowsNone(String version) throws IOException {
        // Which of the two depends on the version of Java.
        assertRefused("bad certificate|certificate required", version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2"})
    void shouldRefuseAStrangersAndOneThatHasExpired(String version) throws IOException {
        assertRefused(
                "certificate unknown|certificate expired", version, "-cert", "stranger.pem", "-key", "stranger.pem");
        assertRefused(
                "certificate unknown|certificate expired", version, "-cert", "expired.pem", "-key", "expired.pem");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_1", "-tls1"})
    void shouldRefuseOldVersions(String version) throws IOException {
        assertRefused(
                "protocol version", version, "-cipher", "DEFAULT@SECLEVEL=0", "-cert", "ann.pem", "-key", "ann.pem");
    }

    @Test
    void shouldRefuseCiphersThatAreOnlyThereForOldPrograms() throws IOException {
        assertRefused("handshake failure", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:AES128-SHA");
    }

    @Test
    void shouldServeOthersWhileOneSaysNothing() throws IOException {
        connect("-cert", "ann.pem", "-key", "ann.pem");
        RunningProgram other = connect("-cert", "ann.pem", "-key", "ann.pem");
        say(other, "version");
        other.awaitOut(line -> line.startsWith("OK "));
    }
}
