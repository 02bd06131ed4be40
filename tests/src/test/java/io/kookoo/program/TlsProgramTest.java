package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.Kookoo;
import io.kookoo.client.Worker;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Credentials;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.settings.KeyFile;
import io.kookoo.tls.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole programs with certificates of a private CA. */
class TlsProgramTest {
    @TempDir
    static Path folder;

    private static Path home;
    private static Certificates certificates;

    private final List<RunningProgram> programs = new ArrayList<>();

    @BeforeAll
    static void makeCertificates() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        certificates = Certificates.make(home, "ann");
    }

    @AfterEach
    void stopAll() {
        programs.forEach(RunningProgram::close);
    }

    private RunningProgram server(String... arguments) throws IOException {
        RunningProgram server = RunningProgram.server(home, certificates.of("server"), arguments);
        programs.add(server);
        return server;
    }

    private RunningProgram client(Map<String, String> environment, RunningProgram server, String... arguments)
            throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--port", Integer.toString(server.port())));
        RunningProgram program = RunningProgram.start(home, environment, "client.jar", all.toArray(String[]::new));
        programs.add(program);
        return program;
    }

    private void assertAnswers(RunningProgram program, String... lines) {
        assertEquals(0, program.awaitExit(), () -> program.err().toString());
        assertEquals(List.of(lines), program.out());
    }

    private void assertFails(int exitCode, String reason, RunningProgram program) {
        assertEquals(exitCode, program.awaitExit(), () -> program.out() + " " + program.err());
        assertTrue(
                program.err().toString().contains(reason), () -> program.err().toString());
        assertFalse(
                program.err().toString().contains("\tat "), () -> program.err().toString());
    }

    @Test
    void shouldWorkWithLocalClientsAndOthersThatShowCertificates() throws IOException {
        RunningProgram server = server("--client-auth", "need", "--workers", "1");
        server.awaitOut(line -> line.contains(" ended ") && line.contains("outcome=done"));
        assertAnswers(client(certificates.of("ann"), server, "call", "add(1,2)"), "3");
        // Its names are localhost and this machine's addresses.
        assertAnswers(client(certificates.of("ann"), server, "call", "add(2,2)", "--ip", "localhost"), "4");
        assertEquals(List.of(), server.out(line -> line.contains("tls_refused")));
    }

    @Test
    void shouldSayToThoseWhoAreRefusedWhy() throws IOException {
        RunningProgram server = server("--client-auth", "need");
        Map<String, String> stranger = new HashMap<>(certificates.of("ann"));
        stranger.put(
                "KOOKOO_KEYSTORE", Certificates.OF_TESTS.resolve("stranger.p12").toString());
        stranger.put("KOOKOO_KEYSTORE_PASSWORD", "kookoo");
        assertFails(4, "is shown none; name one in [Security] keystore", client(certificates.of(""), server, "ping"));
        assertFails(4, "refuses the certificate that is shown to it", client(stranger, server, "ping"));
        assertFails(5, "TLS_REQUIRED This server takes TLS connections only", client(Map.of(), server, "ping"));
        assertFails(4, "signed by nobody who is trusted here", client(Map.of("KOOKOO_TLS", "yes"), server, "ping"));
        server.awaitOut(line -> line.contains("tls_refused ") && line.contains("it has shown no certificate"));
        server.awaitOut(line -> line.contains("tls_refused ") && line.contains("signed by nobody who is trusted here"));
        server.awaitOut(line -> line.contains("tls_refused ") && line.contains("it does not speak TLS"));
    }

    @Test
    void shouldRefuseAServerOfAnotherName() throws IOException {
        RunningProgram server = server("--ip", "127.0.0.9");
        assertFails(
                4,
                "its certificate is for another host",
                client(certificates.of(""), server, "ping", "--ip", "127.0.0.9"));
    }

    @Test
    void shouldSayThatAServerDoesNotSpeakTls() throws IOException {
        RunningProgram server = RunningProgram.server(home);
        programs.add(server);
        assertFails(4, "the server does not speak TLS", client(certificates.of(""), server, "ping"));
    }

    @Test
    void shouldNeitherShowNorTakeAPasswordOnACommandLine() throws IOException {
        Map<String, String> environment = new HashMap<>(certificates.of("server"));
        environment.remove("KOOKOO_KEYSTORE_PASSWORD_FILE");
        environment.put("KOOKOO_KEYSTORE_PASSWORD", certificates.password());
        RunningProgram server = RunningProgram.server(home, environment, "--workers", "1", "--log-level", "DEBUG");
        programs.add(server);
        server.awaitOut(line -> line.contains(" connected conn="));
        RunningProgram settings = client(certificates.of(""), server, "show", "settings");
        assertEquals(0, settings.awaitExit());
        assertTrue(
                settings.out().toString().contains("keystore"),
                () -> settings.out().toString());
        assertFalse(settings.out().toString().contains(certificates.password()));
        assertFalse(server.out().toString().contains(certificates.password()));
        List<String> children = server.process()
                .descendants()
                .map(child -> child.info().commandLine().orElseThrow())
                .toList();
        assertFalse(children.isEmpty());
        assertFalse(children.toString().contains(certificates.password()), children::toString);
        RunningProgram refused = RunningProgram.start(home, "server.jar", "--keystore-password", "secret");
        programs.add(refused);
        assertEquals(2, refused.awaitExit());
    }

    @Test
    void shouldServeALibraryThatShowsACertificate() throws Exception {
        RunningProgram server = server("--client-auth", "need");
        KeyFile keystore = KeyFile.of(certificates.file("ann.p12"), certificates.password());
        KeyFile truststore = KeyFile.of(certificates.file("truststore.p12"), certificates.password());
        ConnectionLimits limits = ConnectionLimits.USUAL.with(
                Credentials.of(Tls.ofClient(Optional.of(keystore), Optional.of(truststore))));
        ServerAddress address = new ServerAddress("127.0.0.1", server.port());
        try (Worker worker = new Worker(address, limits);
                Kookoo kookoo = Kookoo.connect(address, limits)) {
            worker.function("greet", (name, job) -> "Hello " + name).start();
            String large = "x".repeat(3_000_000);
            assertEquals("Hello " + large, kookoo.submit("greet", large).get(60, TimeUnit.SECONDS));
        }
    }

    /** Pings go their way within TLS, and silence is noticed there on both sides. */
    @Test
    void shouldNoticeThatTheOtherSideIsSilent() throws IOException {
        RunningProgram server = server("--client-auth", "need");
        Map<String, String> quick = new HashMap<>(certificates.of("ann"));
        quick.put("KOOKOO_PING_INTERVAL", "0.3");
        quick.put("KOOKOO_PING_TIMEOUT", "2");
        try (TcpProxy proxy = new TcpProxy(server.port())) {
            RunningProgram node = RunningProgram.start(
                    home,
                    quick,
                    "client.jar",
                    "run",
                    "--node-id",
                    "7",
                    "--interval",
                    "3600",
                    "--port",
                    Integer.toString(proxy.port()));
            programs.add(node);
            node.connected();
            assertAnswers(client(certificates.of("ann"), server, "call", "--node", "7", "add(1,2)"), "3");
            proxy.swallow();
            node.awaitOut(line -> line.contains(" server_away connection=worker "));
            server.awaitOut(line -> line.contains(" node_lost "));
        }
    }

    /** A command of the tour, and what is shown below it. */
    private record Step(String command, List<String> shown) {}

    private static List<Step> tour() throws IOException {
        String operations = Files.readString(RunningProgram.ROOT.resolve("docs/operations.md"));
        String section = operations.substring(operations.indexOf("### A tour of TLS"));
        List<Step> steps = new ArrayList<>();
        boolean code = false;
        for (String line :
                section.substring(0, section.indexOf("\n## ")).lines().toList()) {
            if (line.startsWith("```")) {
                code = !code;
            } else if (code && line.startsWith("$ ")) {
                steps.add(new Step(line.substring(2), new ArrayList<>()));
            } else if (code) {
                steps.get(steps.size() - 1).shown().add(line);
            }
        }
        return steps;
    }

    @Test
    void shouldDoWhatTheTourShows() throws IOException {
        Path place = RunningProgram.shippedHome(folder.resolve("tour"));
        for (String name : List.of("Makefile", "server.jar", "client.jar", "config/make-certs")) {
            Files.copy(RunningProgram.ROOT.resolve(name), place.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Map<String, String> environment = new HashMap<>(Certificates.environmentOfJdk());
        environment.put("KOOKOO_PORT", "0");
        environment.put("KOOKOO_LOG_DIR", folder.resolve("logs").toString());
        // The make of the tour is nobody's part, also where the tests are run by make.
        StringBuilder exports = new StringBuilder("unset MAKELEVEL MAKEFLAGS MFLAGS\n");
        int commands = 0;
        for (Step step : tour()) {
            if (step.command().startsWith("export ")) {
                exports.append(step.command()).append('\n');
                continue;
            }
            commands++;
            RunningProgram program =
                    RunningProgram.start(place, environment, List.of("bash", "-c", exports + step.command()));
            programs.add(program);
            if (step.command().contains("server.jar")) {
                program.awaitOut(line -> line.contains("listening on "));
                environment.put("KOOKOO_PORT", Integer.toString(program.port()));
                // Its local client: a call that comes before says that it waits.
                program.awaitOut(line -> line.contains(" connected conn="));
                continue;
            }
            program.awaitExit();
            List<String> said = new ArrayList<>(program.out());
            said.addAll(program.err());
            // What make says that it does.
            said.removeIf(line -> line.startsWith("config/make-certs "));
            List<String> shown = step.shown().stream()
                    .map(line -> line.replace("CN=box", "CN=" + hostName())
                            .replace(":5555", ":" + environment.get("KOOKOO_PORT")))
                    .toList();
            assertEquals(String.join("\n", shown), String.join("\n", said), step.command());
        }
        assertEquals(5, commands);
    }

    private static String hostName() {
        try (RunningProgram program = RunningProgram.start(Path.of("."), Map.of(), List.of("uname", "-n"))) {
            program.awaitExit();
            return program.out().get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
