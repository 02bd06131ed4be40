package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lists of {@code show}: tabs between columns, and a line {@code .} at the end. */
final class ShowTest {
    @RegisterExtension
    final RunningServer server = new RunningServer();

    /** The rows of a list, cut into columns. */
    private static List<List<String>> rows(WireClient client, String line) {
        client.sendText(line);
        List<List<String>> rows = new ArrayList<>();
        for (String row = client.receiveLine(); !row.equals("."); row = client.receiveLine()) {
            rows.add(List.of(row.split("\t", -1)));
        }
        client.expectNothingBeforeEcho();
        return rows;
    }

    private static void assertSeconds(String text) {
        assertTrue(text.matches("[0-9]+\\.[0-9]{3}") && Double.parseDouble(text) < 60, text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"show", "show x", "show jobs x", "show unique", "show unique x", "SHOW load x", "show queued f g"
            })
    void shouldNameUnknownArguments(String line) {
        server.connect()
                .sendText(line)
                .expectText("ERR UNKNOWN_SHOW_ARGUMENTS\r\n")
                .expectNothingBeforeEcho();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"show jobs", "show unique jobs", "show running", "show queued", "show queued f", "show functions"
            })
    void shouldListNothingWhereThereIsNothing(String line) {
        server.connect().sendText(line).expectText(".\n");
        server.connect()
                .sendText(line.toUpperCase(java.util.Locale.ROOT) + "\r")
                .expectText(".\n");
    }

    // ---- gearmand's own ----

    @Test
    void shouldListJobsWithTheirRetries() {
        WireClient client = server.connect();
        String first = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        String second = client.send(SUBMIT_JOB_BG, "g", "", "").expectHandle();
        String third = client.send(SUBMIT_JOB_EPOCH, "g", "", "99999999999", "").expectHandle();
        client.sendText("show jobs")
                .expectText(first + "\t0\t0\t0\n" + second + "\t0\t0\t1\n" + third + "\t0\t0\t1\n.\n");
        server.worker("f").send(GRAB_JOB).expectAny(JOB_ASSIGN);
        client.sendText("show jobs")
                .expectText(first + "\t0\t0\t0\n" + second + "\t0\t0\t1\n" + third + "\t0\t0\t1\n.\n");
        server.worker("g").send(GRAB_JOB).expect(JOB_ASSIGN, second, "g", "").close();
        server.log().await("worker_lost");
        client.sendText("show jobs")
                .expectText(first + "\t0\t0\t0\n" + second + "\t1\t0\t1\n" + third + "\t0\t0\t1\n.\n");
        server.worker("g").send(GRAB_JOB).expect(JOB_ASSIGN, second, "g", "");
        client.sendText("show jobs")
                .expectText(first + "\t0\t0\t0\n" + second + "\t1\t0\t1\n" + third + "\t0\t0\t1\n.\n");
    }

    @Test
    void shouldListTheUniquesOfJobs() {
        WireClient client = server.connect();
        client.send(SUBMIT_JOB, "f", "u1", "").expectHandle();
        client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        client.send(SUBMIT_JOB_BG, "g", "u\t2\n", "").expectHandle();
        client.send(SUBMIT_JOB_BG, "g", "-", "data").expectHandle();
        client.sendText("show unique jobs").expectText("u1\nu%092%0A\n-\n.\n");
    }

    @Test
    void shouldSayTheLevelOfTheLog() {
        server.connect().sendText("verbose").expectText("OK INFO\n");
    }

    // ---- our own ----

    @Test
    void shouldListConnections() {
        Instant before = Instant.now().minus(Duration.ofSeconds(1));
        WireClient client = server.connect().send(SET_CLIENT_ID, "a\tb").expectNothingBeforeEcho();
        WireClient worker = server.worker("f", "g,\n");
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        List<List<String>> rows = rows(client, "show clients");
        assertEquals(2, rows.size());
        assertEquals(List.of("1", "a%09b", "127.0.0.1"), rows.get(0).subList(0, 3));
        assertEquals(List.of("-", "-"), rows.get(0).subList(5, 7));
        assertEquals(List.of("2", "-", "127.0.0.1"), rows.get(1).subList(0, 3));
        assertEquals(List.of("f,g,%0A", handle), rows.get(1).subList(5, 7));
        for (List<String> row : rows) {
            Instant since = Instant.parse(row.get(3));
            assertTrue(since.isAfter(before) && !since.isAfter(Instant.now()), row::toString);
            assertSeconds(row.get(4));
            assertEquals(7, row.size());
        }
    }

    @Test
    void shouldListRunningJobs() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "f\t", "", "").expectHandle();
        client.send(SUBMIT_JOB, "f\t", "", "queued").expectHandle();
        server.worker("f\t")
                .send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "f\t", "")
                .close();
        server.log().await("worker_lost");
        WireClient worker = server.worker("f\t").send(SET_CLIENT_ID, "me\n");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f\t", "").send(WORK_STATUS, handle, "3", "4");
        worker.expectNothingBeforeEcho();
        client.expect(WORK_STATUS, handle, "3", "4");
        List<List<String>> rows = rows(client, "show running");
        assertEquals(1, rows.size());
        assertEquals(List.of(handle, "f%09", "3/me%0A", "2"), rows.get(0).subList(0, 4));
        assertSeconds(rows.get(0).get(4));
        assertEquals(List.of("3/4"), rows.get(0).subList(5, rows.get(0).size()));
    }

    @Test
    void shouldListQueuedJobs() {
        WireClient client = server.connect();
        String running = client.send(SUBMIT_JOB_HIGH, "f", "", "").expectHandle();
        String low = client.send(SUBMIT_JOB_LOW, "f", "u\t", "").expectHandle();
        String normal = client.send(SUBMIT_JOB_BG, "g", "", "").expectHandle();
        String delayed =
                client.send(SUBMIT_JOB_EPOCH, "f", "v", "99999999999", "").expectHandle();
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, running, "f", "");
        List<List<String>> rows = rows(client, "show queued");
        rows.forEach(row -> assertSeconds(row.get(3)));
        assertEquals(
                List.of(List.of(low, "u%09", "low"), List.of(normal, "-", "normal"), List.of(delayed, "v", "normal")),
                rows.stream().map(row -> row.subList(0, 3)).toList());
        assertEquals(
                List.of(rows.get(1).subList(0, 3)),
                rows(client, "show queued g").stream()
                        .map(row -> row.subList(0, 3))
                        .toList());
        client.sendText("show queued nothing").expectText(".\n");
    }

    @Test
    void shouldCountWhatBecameOfTheJobsOfFunctions() {
        WireClient client = server.connect();
        for (int i = 0; i < 6; i++) {
            client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        }
        String cancelled = client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        client.sendText("cancel job " + cancelled).expectText("OK\r\n");
        server.worker("f").send(GRAB_JOB).expectAny(JOB_ASSIGN);
        WireClient lost = server.worker("f");
        lost.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        lost.close();
        server.log().await("worker_lost");
        WireClient worker = server.worker("f", "g");
        String done = worker.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        worker.send(WORK_COMPLETE, done, "");
        String failed = worker.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        worker.send(WORK_FAIL, failed);
        String exception = worker.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        worker.send(WORK_EXCEPTION, exception, "").expectNothingBeforeEcho();
        List<List<String>> rows = rows(client, "show functions");
        assertEquals(List.of("f", "2", "1", "1", "3", "1"), rows.get(0).subList(0, 6));
        assertSeconds(rows.get(0).get(6));
        assertSeconds(rows.get(0).get(7));
        assertEquals(List.of("g", "0", "0", "0", "0", "0", "0.000", "0.000"), rows.get(1));
        assertEquals(2, rows.size());
    }

    @Test
    void shouldListTheSettingsWithTheirOrigins() {
        List<List<String>> rows = rows(server.connect(), "show settings");
        assertTrue(rows.contains(List.of("Server", "port", "0", "option --port")), rows::toString);
        assertTrue(rows.contains(List.of("Server", "job_retries", "3", "default")), rows::toString);
        assertTrue(rows.contains(List.of("Store", "store", "sqlite", "default")), rows::toString);
        assertTrue(rows.contains(List.of("Store", "state", "ok", "now")), rows::toString);
        rows.forEach(row -> assertEquals(4, row.size(), row::toString));
    }

    @Test
    void shouldListTheSettingsOfFunctions() {
        try (RunningServer other = new RunningServer()
                .withSection("Function a b", "max_running = 2")
                .start()) {
            String where = other.folder().resolve("config/settings.ini") + " line 2";
            List<List<String>> rows = rows(other.connect(), "show settings");
            assertTrue(rows.contains(List.of("Function a b", "max_running", "2", where)), rows::toString);
        }
    }

    @Test
    void shouldCountTheLoad() {
        WireClient client = server.connect();
        client.sendText("show load").expectText("1\t0\t0\n.\n");
        for (int i = 0; i < 3; i++) {
            client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        }
        client.send(SUBMIT_JOB_EPOCH, "g", "", "99999999999", "").expectHandle();
        server.worker("f").send(GRAB_JOB).expectAny(JOB_ASSIGN);
        WireClient poller = server.connect().send(OPTION_REQ, "catalog").expect(OPTION_RES, "catalog");
        poller.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        client.sendText("show load").expectText("3\t3\t2\n.\n");
    }
}
