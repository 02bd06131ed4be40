package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of a session whose calls are run by the server's own local workers. */
class ReportProgramTest {
    @TempDir
    Path folder;

    private Path home;
    private RunningProgram server;

    @BeforeEach
    void startServerWithWorkers() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        server = RunningProgram.server(home, Map.of("KOOKOO_REPORT_GRACE", "0.1"), "--workers", "2");
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> report(Path page) throws IOException {
        String json = page.toString().replaceAll("html$", "json");
        return (Map<String, Object>) Json.parse(Files.readString(Path.of(json)));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rows(Map<String, Object> report, String name) {
        return (List<Map<String, Object>>) report.get(name);
    }

    private static double sum(List<Map<String, Object>> rows, String column) {
        return rows.stream()
                .mapToDouble(row -> ((Number) row.get(column)).doubleValue())
                .sum();
    }

    @Test
    void shouldEndTheSessionAlthoughLocalWorkersStay() throws IOException {
        RunningProgram call =
                RunningProgram.command(home, server.port(), "call", "add(1,2)", "divide(1,0)", "sleep(0.01)");
        assertEquals(List.of("3", ""), call.out(), () -> call.err() + " " + server.out());
        String line = server.awaitOut(l -> l.contains("report_written") && l.contains("all clients have gone"));
        Map<String, Object> report = report(Path.of(line.replaceFirst(".* file=(\\S+) .*", "$1")));
        List<Map<String, Object>> clients = rows(report, "clients");
        assertEquals(
                "[asks 127.0.0.1, runs ]",
                clients.stream()
                        .map(client -> client.get("role") + " " + client.get("address"))
                        .collect(Collectors.toCollection(TreeSet::new))
                        .toString());
        List<Map<String, Object>> functions = rows(report, "functions");
        assertTrue(
                functions.stream()
                        .map(function -> function.get("name"))
                        .toList()
                        .containsAll(List.of("add", "divide", "sleep")),
                functions::toString);
        @SuppressWarnings("unchecked")
        Map<String, Object> totals = (Map<String, Object>) report.get("totals");
        assertEquals(1.0, totals.get("clients"));
        assertEquals(3.0, totals.get("submitted"));
        assertEquals(totals.get("calls"), sum(functions, "calls"));
        assertEquals(1.0, totals.get("failures"));
    }

    @Test
    void shouldWriteTheReportForClientJar() throws IOException {
        RunningProgram none = RunningProgram.command(home, server.port(), "report", "now");
        assertEquals(2, none.awaitExit());
        RunningProgram client = RunningProgram.client(home, server.port(), "--interval", "0.05");
        client.awaitOut(line -> line.contains("result="));
        RunningProgram command = RunningProgram.command(home, server.port(), "report");
        assertEquals(0, command.awaitExit(), () -> command.err() + " " + server.out());
        Path page = Path.of(command.out().get(0));
        assertTrue(page.startsWith(home.resolve("reports")), page::toString);
        Map<String, Object> report = report(page);
        assertEquals("somebody asked for the report", report.get("reason"));
        assertTrue(rows(report, "clients").stream()
                .anyMatch(row -> row.get("name").toString().endsWith("/" + client.pid())));
        client.close();
    }

    @Test
    void shouldSayWhyThereIsNoReport() throws IOException {
        try (RunningProgram other = RunningProgram.server(home, "--store", "none")) {
            RunningProgram command = RunningProgram.command(home, other.port(), "report");
            assertEquals(5, command.awaitExit());
            assertEquals(
                    List.of("the server refuses \"report\": ERR NO_CALLS there was no call since the last report"),
                    command.err());
        }
    }
}
