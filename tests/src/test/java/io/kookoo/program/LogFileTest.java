package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one log of the server and its clients. */
class LogFileTest {
    private static final Pattern NAME = Pattern.compile("kookoo-\\d{4}-W\\d\\d\\.log");
    private static final Pattern LINE = Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d - (Server|Client) - (DEBUG|INFO|WARNING|ERROR|CRITICAL) - \\S.*");
    private static final Pattern BRACKET_LINE = Pattern.compile("\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d] : "
            + "\\[(DEBUG|INFO|WARNING|ERROR|CRITICAL)] - \\[(Server|Client) - \\S.*]");
    private static final int ENOUGH_CALLS = 3000;

    @TempDir
    Path folder;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
    }

    /** Of one file, or two if a week has turned meanwhile. */
    private List<String> logLines() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(home.resolve("logs"))) {
            List<Path> sorted = files.sorted().toList();
            assertTrue(sorted.size() == 1 || sorted.size() == 2, sorted::toString);
            for (Path file : sorted) {
                assertTrue(NAME.matcher(file.getFileName().toString()).matches(), file::toString);
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    @Test
    void shouldHaveEveryLineOfServerAndClientsWholeInOneFile() throws IOException {
        try (RunningProgram server = RunningProgram.server(home)) {
            try (RunningProgram one = RunningProgram.client(home, server.port(), "--interval", "0");
                    RunningProgram two = RunningProgram.client(home, server.port(), "--interval", "0")) {
                server.awaitOut(ENOUGH_CALLS, line -> line.contains(" ended "));
                assertEquals(0, one.terminate());
                assertEquals(0, two.terminate());
                assertEquals(0, server.terminate());

                List<String> lines = logLines();
                lines.forEach(line -> assertTrue(LINE.matcher(line).matches(), line));
                // Threads that log at the same moment may have another order on standard output.
                assertEquals(sorted(server.out().stream()), of("Server", lines));
                assertEquals(sorted(Stream.concat(one.out().stream(), two.out().stream())), of("Client", lines));
            }
        }
    }

    private static List<String> sorted(Stream<String> lines) {
        return lines.sorted().toList();
    }

    private static List<String> of(String program, List<String> lines) {
        return sorted(lines.stream().filter(line -> line.contains(" - " + program + " - ")));
    }

    @Test
    void shouldPutLinesInBracketsAlsoThoseOfLocalClients() throws IOException {
        try (RunningProgram server =
                RunningProgram.server(home, Map.of("KOOKOO_FORMAT", "bracket"), "--workers", "1")) {
            server.awaitOut(line -> line.contains(" ended "));
            assertEquals(0, server.terminate());
            List<String> lines = logLines();
            lines.forEach(line -> assertTrue(BRACKET_LINE.matcher(line).matches(), line));
            assertTrue(lines.stream().anyMatch(line -> line.contains("] : [INFO] - [Client - client_started ")));
            assertTrue(lines.stream().anyMatch(line -> line.endsWith("] : [INFO] - [Server - stopped]")));
        }
    }

    @Test
    void shouldSayWhyAServerCouldNotListen() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            RunningProgram refused = RunningProgram.start(home, "server.jar", "--port", port);
            assertEquals(4, refused.awaitExit());
            List<String> lines = logLines();
            assertTrue(
                    lines.stream()
                            .anyMatch(line ->
                                    line.contains(" - Server - CRITICAL - ") && line.contains("127.0.0.1:" + port)),
                    lines::toString);
            assertEquals(refused.out(), lines);
        }
    }

    @Test
    void shouldOpenNothingWhenSettingsAreRefused() throws IOException {
        Files.writeString(home.resolve("config/settings.ini"), "[Server]\nprot = 1\n");
        for (String jar : List.of("server.jar", "client.jar")) {
            RunningProgram refused = RunningProgram.start(home, jar);
            assertEquals(3, refused.awaitExit());
            assertEquals(List.of(), refused.out());
            assertTrue(refused.err().get(0).contains("prot"), refused.err()::toString);
        }
        assertFalse(Files.exists(home.resolve("logs")));
    }
}
