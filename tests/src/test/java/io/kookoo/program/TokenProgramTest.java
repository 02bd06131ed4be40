package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole programs of which everybody has to show a token. */
final class TokenProgramTest {
    private static final String TOKEN = "tEnLetters-and-more";

    @TempDir
    private Path folder;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
    }

    private RunningProgram command(RunningProgram server, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(1, List.of("--port", Integer.toString(server.port())));
        RunningProgram program = RunningProgram.start(home, environment, "client.jar", all.toArray(String[]::new));
        program.awaitExit();
        return program;
    }

    @Test
    void shouldRefuseAFileOfTokensThatOthersCanRead() throws IOException {
        Path tokens = Files.writeString(home.resolve("tokens"), TOKEN);
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-r--r--"));
        Map<String, String> environment = Map.of("KOOKOO_TOKEN_FILE", "tokens");
        for (String jar : List.of("server.jar", "client.jar")) {
            try (RunningProgram program = RunningProgram.start(home, environment, jar)) {
                assertEquals(3, program.awaitExit());
                assertEquals(
                        List.of("environment KOOKOO_TOKEN_FILE: the token file " + tokens
                                + " can be read by others than its owner; let nobody else read it: chmod 600 "
                                + tokens),
                        program.err());
            }
        }
    }

    @Test
    void shouldServeThoseWithTheTokenAndItsOwnLocalClients() throws IOException {
        try (RunningProgram server =
                RunningProgram.server(home, Map.of("PASSWORD", TOKEN), "--workers", "1", "--log-level", "DEBUG")) {
            RunningProgram none = command(server, Map.of(), "call", "add(1,2)");
            assertEquals(4, none.awaitExit());
            assertEquals(1, none.err().size(), none.err()::toString);
            assertTrue(none.err().get(0).contains("the server wants a token"), none.err()::toString);
            RunningProgram wrong = command(server, Map.of("KOOKOO_TOKEN", "wrong"), "status");
            assertEquals(4, wrong.awaitExit());
            assertTrue(wrong.err().get(0).startsWith("the server does not take the token"), wrong.err()::toString);

            RunningProgram wrongCall =
                    command(server, Map.of("KOOKOO_TOKEN", "wrong"), "call", "--background", "add(1,2)");
            assertEquals(4, wrongCall.awaitExit());
            assertEquals(
                    List.of("add(1,2): the connection to 127.0.0.1:" + server.port()
                            + " is lost: the server does not take the token of this client (KOOKOO_TOKEN, PASSWORD, or [Security]"
                            + " token_file): this is no token of this server, which has them from its KOOKOO_TOKEN or"
                            + " [Security] token_file"),
                    wrongCall.err());

            Map<String, String> right = Map.of("KOOKOO_TOKEN", TOKEN);
            assertEquals(
                    List.of("3"), command(server, right, "call", "add(1,2)").out());
            RunningProgram settings = command(server, right, "show", "settings");
            assertTrue(settings.out().stream()
                    .anyMatch(line -> line.matches("Security +token +\\*\\*\\* +environment PASSWORD.*")));

            // A worker that never had the token itself.
            assertEquals(0, command(server, right, "ping").awaitExit());
            List<String> children = server.process()
                    .descendants()
                    .map(child -> child.info().commandLine().orElseThrow())
                    .toList();
            assertFalse(children.isEmpty());
            assertFalse(children.toString().contains(TOKEN), children::toString);
            assertFalse(settings.out().toString().contains(TOKEN));
            assertFalse(server.out().toString().contains(TOKEN));
            try (Stream<Path> logs = Files.list(home.resolve("logs"))) {
                for (Path log : logs.toList()) {
                    assertFalse(Files.readString(log).contains(TOKEN), log::toString);
                }
            }
        }
    }

    @Test
    void shouldCallAnotherServerWhereTheFirstWantsAToken() throws IOException {
        Path other = RunningProgram.shippedHome(folder.resolve("other"));
        try (RunningProgram server = RunningProgram.server(home, Map.of("KOOKOO_TOKEN", TOKEN), "--workers", "1");
                RunningProgram open = RunningProgram.server(other, "--workers", "1")) {
            String[] call = {"call", "add(1,2)", "--servers", "127.0.0.1:" + server.port() + ",127.0.0.1:" + open.port()
            };
            RunningProgram none = RunningProgram.start(other, Map.of(), "client.jar", call);
            assertEquals(0, none.awaitExit(), none.err()::toString);
            assertEquals(List.of("3"), none.out());
            open.awaitOut(
                    line -> line.contains(" ended ") && line.contains("call=add(1,2)") && line.contains("result=3"));
            server.awaitOut(line -> line.contains(" auth_required ") && line.contains("what=GET_STATUS"));
        }
    }

    @Test
    void shouldTakeATokenThatIsTypedWhereSeveralServersWantOne() throws IOException {
        Path other = RunningProgram.shippedHome(folder.resolve("other"));
        try (RunningProgram first = RunningProgram.server(home, Map.of("KOOKOO_TOKEN", TOKEN), "--workers", "1");
                RunningProgram second = RunningProgram.server(other, Map.of("KOOKOO_TOKEN", "another"));
                RunningProgram shell = RunningProgram.start(
                        other,
                        Map.of(),
                        "client.jar",
                        "shell",
                        "--servers",
                        "127.0.0.1:" + first.port() + ",127.0.0.1:" + second.port())) {
            try (OutputStream lines = shell.process().getOutputStream()) {
                lines.write(("auth " + TOKEN + "\nadd(1,2)\n").getBytes(StandardCharsets.UTF_8));
            }
            assertEquals(0, shell.awaitExit(), shell.err()::toString);
            assertEquals(List.of("OK", "3"), shell.out());
        }
    }

    @Test
    void shouldGiveRolesToTheNamesOfTokens() throws IOException {
        Path tokens = Files.writeString(home.resolve("tokens"), "ops o-token\nci c-token\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        Path settings = home.resolve("config/settings.ini");
        Files.writeString(
                settings,
                Files.readString(settings).replace("token_file =", "token_file = tokens")
                        + "\n[Access]\nops = admin, submit\nci = submit\n");
        try (RunningProgram server = RunningProgram.server(home, "--workers", "1")) {
            Map<String, String> ci = Map.of("KOOKOO_TOKEN", "c-token");
            assertEquals(List.of("3"), command(server, ci, "call", "add(1,2)").out());
            RunningProgram purge = command(server, ci, "purge");
            assertEquals(5, purge.awaitExit());
            assertTrue(
                    purge.err().get(0).contains("PERMISSION_DENIED purge needs the role admin, which ci has not"),
                    purge.err()::toString);
            // The first token of the file is that of this machine's own clients.
            assertEquals(0, command(server, Map.of(), "purge").awaitExit());
            server.awaitOut(line -> line.contains("permission_denied") && line.contains("name=ci what=purge"));
        }
    }
}
