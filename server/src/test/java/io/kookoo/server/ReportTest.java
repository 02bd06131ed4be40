package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The report of a session, from the first client to the last. */
final class ReportTest {
    private final RunningServer server = new RunningServer().with("report-grace", "0");

    @AfterEach
    void close() {
        server.close();
    }

    private Path folder() {
        return server.folder().resolve("reports");
    }

    private List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.toString().endsWith(".html"))
                    .sorted()
                    .toList();
        }
    }

    private static String json(Path page) throws IOException {
        return Files.readString(Path.of(page.toString().replaceAll("html$", "json")));
    }

    /** A job that is submitted, run, and answered. */
    private static void call(WireClient client, WireClient worker, String function, String data, String result) {
        client.send(SUBMIT_JOB, function, "", data);
        String handle = client.expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, function, data);
        worker.send(WORK_COMPLETE, handle, result);
        client.expect(WORK_COMPLETE, handle, result);
    }

    /** The one page there is, once the server says that it is written. */
    private Path awaitPage() throws IOException {
        server.log().await("INFO report_written");
        List<Path> pages = pages();
        assertEquals(1, pages.size(), pages::toString);
        return pages.get(0);
    }

    @Test
    void shouldWriteTheReportWhenTheLastClientHasGone() throws Exception {
        server.start();
        WireClient worker = server.worker("f").send(SET_CLIENT_ID, "box/1").expectNothingBeforeEcho();
        WireClient client = server.connect();
        call(client, worker, "f", "data", "result");
        client.close();
        worker.close();
        Path page = awaitPage();
        int port = server.server().address().getPort();
        assertTrue(page.getFileName().toString().matches("report-\\d{8}T\\d{6}Z-" + port + "\\.html"), page::toString);
        String html = Files.readString(page);
        // One call, in one moment.
        assertTrue(
                html.matches(
                        "(?s).*<summary>Both charts as a table</summary>\\s*<div.*<td class=\"n\">1</td>.*</details>.*"),
                html);
        String json = json(page);
        assertTrue(json.contains("\"totals\": {\"clients\": 2, \"submitted\": 1, \"calls\": 1, \"failures\": 0"), json);
        assertTrue(
                json.contains(
                        "{\"name\": \"box/1\", \"address\": \"127.0.0.1\", \"role\": \"runs\", \"connections\": 1"),
                json);
        assertTrue(html.contains("<td class=\"x\">box/1</td>"), html);
        assertTrue(html.contains("because all clients have gone"), html);
    }

    @Test
    void shouldNotWaitForWhoOnlyLooks() throws Exception {
        server.start();
        WireClient monitor = server.connect().sendText("subscribe results");
        monitor.expectText("OK results\n").sendText("show load");
        monitor.awaitLine(".");
        WireClient worker = server.worker("f");
        call(worker, worker, "f", "data", "result");
        worker.close();
        awaitPage();
        monitor.sendText("show load").awaitLine(".");
    }

    @Test
    void shouldWaitForWhoHasTakenAName() throws Exception {
        server.start();
        WireClient ann = server.connect().sendText("name ann").expectText("OK ann\n");
        WireClient worker = server.worker("f");
        call(worker, worker, "f", "data", "result");
        worker.close();
        server.log().await("INFO disconnected");
        // Whatever its going has caused is done: deadlines of the same moment stand in a row.
        ann.sendText("report");
        assertTrue(ann.receiveLine().startsWith("OK " + folder()));
        assertTrue(json(pages().get(0)).contains("\"reason\": \"somebody asked for the report\""));
        assertEquals(1, server.log().with("INFO report_written").size());
    }

    @Test
    void shouldWriteTheReportWhenTheServerStops() throws Exception {
        server.with("report-when", "shutdown").start();
        WireClient worker = server.worker("f");
        call(worker, worker, "f", "data", "result");
        server.stop();
        assertTrue(Files.readString(awaitPage()).contains("because the server stops"));
    }

    @Test
    void shouldAnswerAReportWithItsPathAndBeginAnother() throws Exception {
        server.start();
        WireClient worker = server.worker("f");
        worker.sendText("report");
        assertEquals("ERR NO_CALLS there+was+no+call+since+the+last+report\r", worker.receiveLine());
        call(worker, worker, "f", "data", "result");
        worker.sendText("report");
        Path page = Path.of(worker.receiveLine().substring("OK ".length()));
        assertEquals(List.of(page), pages());
        worker.sendText("report");
        assertEquals("ERR NO_CALLS there+was+no+call+since+the+last+report\r", worker.receiveLine());
        worker.sendText("report now");
        assertEquals(
                "ERR INVALID_ARGUMENTS An+incomplete+set+of+arguments+was+sent+to+this+command+report\r",
                worker.receiveLine());
    }

    @Test
    void shouldWriteNoneWhereNoneAreWanted() {
        server.with("report-when", "never").start();
        WireClient worker = server.worker("f");
        call(worker, worker, "f", "data", "result");
        worker.sendText("report");
        assertTrue(worker.receiveLine().startsWith("ERR NO_REPORTS "));
        worker.close();
        server.stop();
        assertFalse(Files.exists(folder()));
    }

    @Test
    void shouldServeOnWhenTheFolderCannotBeMade() throws Exception {
        server.start();
        Files.writeString(folder(), "a file");
        WireClient worker = server.worker("f");
        for (int i = 0; i < 2; i++) {
            call(worker, worker, "f", "data", "result");
            worker.sendText("report");
            assertTrue(worker.receiveLine().startsWith("ERR REPORT_FAILED it+cannot+be+written"));
        }
        call(worker, worker, "f", "data", "result");
        assertEquals(1, server.log().errors().size(), server.log().errors()::toString);
    }

    @Test
    void shouldWriteWhatStrangersSayAsTextAndNothingElse() throws Exception {
        server.start();
        String evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&<!--{{series}}";
        String separators = "\u2028\u2029\u202e\u0007";
        WireClient worker = server.connect();
        // What a wire client sends are bytes.
        String id = new String((evil + separators).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        worker.send(SET_CLIENT_ID, id).send(CAN_DO, evil).expectNothingBeforeEcho();
        worker.send(SUBMIT_JOB, evil, "", evil);
        String handle = worker.expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, evil, evil);
        worker.send(WORK_EXCEPTION, handle, evil).expect(WORK_FAIL, handle);
        worker.sendText("report");
        Path page = Path.of(worker.receiveLine().substring("OK ".length()));
        String html = Files.readString(page);
        assertFalse(html.contains("<script>alert"), html);
        assertFalse(html.contains("<img"), html);
        // The licence of the library is the one comment, and the page has the three elements of its own.
        assertEquals(1, count(html, "<!--"));
        assertEquals(3, count(html, "<script"));
        assertEquals(3, count(html, "</script>"));
        assertTrue(html.contains("&lt;/script&gt;&lt;script&gt;alert(1)"), html);
        assertTrue(html.contains("{{series}}\\u2028\\u2029\\u202e\\u0007</td>"), html);
        for (char c : separators.toCharArray()) {
            assertEquals(-1, html.indexOf(c), () -> "U+" + Integer.toHexString(c));
        }
        String json = json(page);
        assertTrue(json.contains("\"said\": \"</script><script>alert(1)</script>"), json);
        assertTrue(json.contains("\\u0007"), json);
    }

    @Test
    void shouldKeepCharactersWholeWhereTheReportCutsNames() throws Exception {
        server.start();
        // 127 chars of a client id are kept, and 300 of a call: of a face, which is two chars in Java, the first.
        String face = new String("\ud83d\ude00".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        String function = "f".repeat(250);
        WireClient worker = server.connect();
        worker.send(SET_CLIENT_ID, "x".repeat(126) + face).send(CAN_DO, function);
        call(worker, worker, function, face.repeat(50), "result");
        worker.sendText("report");
        String html = Files.readString(Path.of(worker.receiveLine().substring("OK ".length())));
        assertTrue(html.contains("<td class=\"x\">" + "x".repeat(126) + "</td>"), html);
        assertTrue(html.contains(function + "(" + "\ud83d\ude00".repeat(24) + "</td>"), html);
    }

    private static int count(String text, String part) {
        Matcher matcher = Pattern.compile(Pattern.quote(part)).matcher(text);
        int count = 0;
        while (matcher.find()) {
            count++;
        }
        return count;
    }
}
