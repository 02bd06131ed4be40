package io.kookoo.server.report;

import static io.kookoo.protocol.PacketType.WORK_COMPLETE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.Priority;
import io.kookoo.server.LogLines;
import io.kookoo.server.dispatch.Bench;
import io.kookoo.server.time.Deadlines;
import io.kookoo.settings.Settings;
import io.kookoo.settings.Settings.Report.When;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When reports are written, by a clock that is moved, and what becomes of their files. */
final class ReporterTest {
    private static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration EVERY = Duration.ofHours(24);
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir
    Path home;

    private final LogLines log = new LogLines();
    private Reporter reporter;
    private Bench bench;
    /** Of the reporter alone, so that none of others is counted. */
    private Deadlines moments;

    private void start(When when, int keep) {
        Settings.Report settings = new Settings.Report(when, folder(), keep, GRACE, EVERY);
        bench = new Bench((clock, deadlines) -> {
            moments = new Deadlines(clock);
            reporter = new Reporter(
                    settings,
                    clock,
                    moments,
                    "local/1"::equals,
                    () -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 5555));
            return reporter.observer();
        });
        new Thread(reporter, "kookoo-report").start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        reporter.stop(LIMIT);
        log.close();
    }

    /** Lets time pass, and returns how much of what waits for a moment was done. */
    private int pass(Duration time) {
        bench.pass(time);
        return moments.runDue();
    }

    private Path folder() {
        return home.resolve("a/reports");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** One call, of a client that stays. */
    private Bench.TestPeer call() {
        Bench.TestPeer client = bench.peer("f");
        client.submit("f", Priority.NORMAL, false, "data");
        assertTrue(client.report(WORK_COMPLETE, client.grabPacket().handle(0), Data.of("result")));
        return client;
    }

    // ---- when ----

    @Test
    void shouldWriteWhenNobodyWasThereForTheGrace() {
        start(When.IDLE, 20);
        call().disconnect();
        assertEquals(0, pass(GRACE.minus(MILLI)));
        assertEquals(1, pass(MILLI));
        log.await("INFO report_written", "calls=1", "all clients have gone");
    }

    @Test
    void shouldWaitAgainWhenSomebodyComesWithinTheGrace() throws Exception {
        start(When.IDLE, 20);
        call().disconnect();
        pass(GRACE.minus(MILLI));
        Bench.TestPeer next = call();
        assertEquals(0, pass(GRACE));
        next.disconnect();
        assertEquals(0, pass(GRACE.minus(MILLI)));
        assertEquals(1, pass(MILLI));
        log.await("INFO report_written", "calls=2");
        assertEquals(2, files().size());
    }

    @Test
    void shouldWriteNothingWithoutACall() throws Exception {
        start(When.IDLE, 20);
        bench.peer("f").disconnect();
        assertEquals(1, pass(GRACE));
        assertEquals(
                "NO_CALLS",
                assertThrows(Reporter.NoReportException.class, reporter::reportNow)
                        .code());
        assertTrue(reporter.stop(LIMIT));
        assertFalse(Files.exists(folder()));
    }

    @Test
    void shouldWriteAtTheEndOfTheServer() throws Exception {
        start(When.SHUTDOWN, 20);
        call().disconnect();
        assertEquals(0, pass(GRACE));
        assertTrue(reporter.stop(LIMIT));
        assertEquals(
                1,
                log.with("INFO report_written", "calls=1", "the server stops").size());
    }

    @Test
    void shouldWriteWhenTheTimeOfOneReportIsOverAlthoughSomebodyIsThere() throws Exception {
        start(When.SHUTDOWN, 20);
        call();
        assertEquals(0, pass(EVERY.minus(MILLI)));
        assertEquals(1, pass(MILLI));
        log.await("INFO report_written", "calls=1", "the time that one report spans is over");
        // The next one spans as much, from there on.
        call();
        assertEquals(0, pass(EVERY.minus(MILLI)));
        assertEquals(1, pass(MILLI));
        log.await(2, "INFO report_written", "calls=1", "the time that one report spans is over");
    }

    @Test
    void shouldWriteAtOnceWhenSomebodyAsks() throws Exception {
        start(When.IDLE, 20);
        call();
        Path page = reporter.reportNow();
        assertEquals(folder().resolve("report-19700101T000000Z-5555.html"), page);
        assertEquals(List.of("report-19700101T000000Z-5555.html", "report-19700101T000000Z-5555.json"), files());
    }

    @Test
    void shouldCountAndWriteNothingWhereThereAreNoReports() throws Exception {
        start(When.NEVER, 20);
        call().disconnect();
        assertEquals(0, pass(EVERY));
        assertEquals(
                "NO_REPORTS",
                assertThrows(Reporter.NoReportException.class, reporter::reportNow)
                        .code());
        assertTrue(reporter.stop(LIMIT));
        assertFalse(Files.exists(folder()));
    }

    // ---- files ----

    @Test
    void shouldKeepTheNewestAndLeaveOtherFilesAlone() throws Exception {
        start(When.IDLE, 2);
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("report-notes.html"), "mine");
        Files.writeString(folder().resolve("report-19691231T235959Z-1.html"), "of another server");
        call();
        for (int i = 0; i < 12; i++) {
            reporter.reportNow();
            call();
        }
        pass(Duration.ofSeconds(1));
        reporter.reportNow();
        assertEquals(
                List.of(
                        "report-19700101T000000Z-5555-12.html",
                        "report-19700101T000000Z-5555-12.json",
                        "report-19700101T000001Z-5555.html",
                        "report-19700101T000001Z-5555.json",
                        "report-notes.html"),
                files());
    }

    @Test
    void shouldKeepTheOneThatWasJustWrittenThoughTheClockWasSetBack() throws Exception {
        start(When.IDLE, 2);
        Files.createDirectories(folder());
        for (String time : List.of("20990101T000000Z", "20990101T000001Z")) {
            Files.writeString(folder().resolve("report-" + time + "-5555.html"), "of later");
        }
        call();
        reporter.reportNow();
        assertEquals(
                List.of(
                        "report-19700101T000000Z-5555.html",
                        "report-19700101T000000Z-5555.json",
                        "report-20990101T000001Z-5555.html"),
                files());
    }

    @Test
    void shouldLogOneErrorWhereItCannotWriteAndGoOn() throws Exception {
        start(When.IDLE, 20);
        Files.createDirectories(folder().getParent());
        Files.writeString(folder(), "a file where the folder should be");
        for (int i = 0; i < 3; i++) {
            call();
            assertEquals(
                    "REPORT_FAILED",
                    assertThrows(Reporter.NoReportException.class, reporter::reportNow)
                            .code());
            // Nothing to write is no proof that it could be written.
            assertThrows(Reporter.NoReportException.class, reporter::reportNow);
        }
        assertEquals(1, log.errors().size(), log.errors()::toString);
        assertTrue(log.errors().get(0).contains("report_failed folder=" + folder()), log.errors()::toString);
        Files.delete(folder());
        call();
        assertTrue(Files.exists(reporter.reportNow()));
        assertEquals(1, log.errors().size(), log.errors()::toString);
    }

    @Test
    void shouldLeaveNoHalfOfAReport() throws Exception {
        start(When.IDLE, 20);
        // Nothing can be written in place of a folder that is not empty.
        Path page = folder().resolve("report-19700101T000000Z-5555.new");
        Files.createDirectories(page.resolve("full"));
        call();
        assertEquals(
                "REPORT_FAILED",
                assertThrows(Reporter.NoReportException.class, reporter::reportNow)
                        .code());
        assertEquals(List.of("report-19700101T000000Z-5555.new"), files());
    }
}
