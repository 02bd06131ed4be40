package io.kookoo.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WeeklyFileTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Path FULL_DISK = Path.of("/dev/full");

    @TempDir
    private Path temp;

    private final SettableClock clock = new SettableClock("2026-11-21T10:00:00", BERLIN);
    private final List<String> alarms = new ArrayList<>();
    private Path dir;
    private Path week47;

    @BeforeEach
    void name() {
        dir = temp.resolve("logs");
        week47 = dir.resolve("kookoo-2026-W47.log");
    }

    @Test
    void shouldReportFullDiskAtOnceThenOnceAMinuteAndGoOnWhenItIsWell() throws IOException {
        Files.createDirectory(dir);
        Files.createSymbolicLink(week47, FULL_DISK);
        try (WeeklyFile file = open()) {
            assertEquals(List.of(), alarms, "opening succeeds");
            file.write("one");
            assertEquals(1, alarms.size());
            assertTrue(
                    alarms.get(0)
                            .startsWith("kookoo: cannot write the log " + week47
                                    + ": java.io.IOException: No space left on device; 1 lines lost so far"),
                    alarms.get(0));

            file.write("two, in the same second");
            clock.advance(Duration.ofSeconds(59));
            file.write("three");
            assertEquals(1, alarms.size());
            clock.advance(SECOND);
            file.write("four");
            assertEquals(2, alarms.size());
            assertTrue(alarms.get(1).contains("; 4 lines lost so far"), alarms.get(1));

            Files.delete(week47);
            clock.advance(SECOND);
            file.write("five");
        }
        assertLines(week47, "2026-11-21 10:01:01 - Server - WARNING - log_lost lines=4", "2026-11-21 10:01:01 - five");
        assertEquals(2, alarms.size());
    }

    @Test
    void shouldReportFolderThatCannotBeMadeAndGoOnWhenItCan() throws IOException {
        Files.writeString(dir, "a file is in the way");
        try (WeeklyFile file = open()) {
            assertEquals(1, alarms.size(), "at once, before any line");
            assertTrue(alarms.get(0).startsWith("kookoo: cannot write the log " + week47), alarms.get(0));
            file.write("one");
            Files.delete(dir);
            file.write("two, in the same second");
            clock.advance(SECOND);
            file.write("three");
        }
        assertLines(week47, "2026-11-21 10:00:01 - Server - WARNING - log_lost lines=2", "2026-11-21 10:00:01 - three");
        assertEquals(1, alarms.size());
    }

    @Test
    void shouldReportOldFileThatCannotBeDeletedAndGoOn() throws IOException {
        Path old = Files.createDirectories(dir.resolve("kookoo-2020-W01.log"));
        Files.writeString(old.resolve("child"), "");
        try (WeeklyFile file = open()) {
            assertEquals(1, alarms.size());
            assertTrue(alarms.get(0).startsWith("kookoo: cannot delete old log files in " + dir), alarms.get(0));
            file.write("one");
        }
        assertLines(week47, "2026-11-21 10:00:00 - one");
    }

    @Test
    void shouldMakeDeletedFileAgainWithinASecond() throws IOException {
        try (WeeklyFile file = open()) {
            file.write("one");
            Files.delete(week47);
            clock.advance(SECOND);
            file.write("two");
        }
        assertLines(week47, "2026-11-21 10:00:01 - two");
    }

    @Test
    void shouldMakeVanishedFolderAgain() throws IOException {
        try (WeeklyFile file = open()) {
            file.write("one");
            Files.delete(week47);
            Files.delete(dir);
            clock.advance(SECOND);
            file.write("two");
        }
        assertLines(week47, "2026-11-21 10:00:01 - two");
        assertEquals(List.of(), alarms);
    }

    @Test
    void shouldLeaveRenamedFileWhenAnotherHasItsName() throws IOException {
        Path renamed = dir.resolve("kookoo-2026-W47.log.1");
        try (WeeklyFile file = open()) {
            file.write("one");
            Files.move(week47, renamed);
            Files.writeString(week47, "of another process\n");
            clock.advance(SECOND);
            file.write("two");
        }
        assertLines(renamed, "2026-11-21 10:00:00 - one");
        assertLines(week47, "of another process", "2026-11-21 10:00:01 - two");
    }

    @Test
    void shouldNotJoinALineToATornOne() throws IOException {
        Files.createDirectory(dir);
        Files.writeString(week47, "whole\n2026-11-21 09:5");
        try (WeeklyFile file = open()) {
            file.write("one");
            file.write("two");
        }
        assertLines(week47, "whole", "2026-11-21 09:5", "2026-11-21 10:00:00 - one", "2026-11-21 10:00:00 - two");
    }

    @Test
    void shouldDropLinesAfterClose() throws IOException {
        WeeklyFile file = open();
        file.write("one");
        file.close();
        file.close();
        clock.advance(Duration.ofDays(7));
        assertEquals(
                "2026-11-28 10:00:00 - two\n", new String(file.write("two"), StandardCharsets.UTF_8), "still a line");
        assertEquals(List.of("kookoo-2026-W47.log"), names());
    }

    @ParameterizedTest
    @CsvSource({
        "2024-12-29, kookoo-2024-W52.log",
        "2024-12-30, kookoo-2025-W01.log",
        "2026-12-28, kookoo-2026-W53.log",
        "2027-01-03, kookoo-2026-W53.log",
        "2027-01-04, kookoo-2027-W01.log",
        "2027-12-31, kookoo-2027-W52.log",
    })
    void shouldNameTheWeekOfTheIsoYear(LocalDate date, String name) {
        assertEquals(name, WeeklyFile.fileName("kookoo", date));
    }

    @Test
    void shouldTurnOnMondayInTheLocalZoneAndBackIfTheClockGoesBack() throws IOException {
        clock.set(Instant.parse("2027-01-03T22:59:59Z"));
        try (WeeklyFile file = open()) {
            file.write("one");
            clock.advance(SECOND);
            file.write("two");
            clock.advance(SECOND.negated());
            file.write("three");
        }
        assertLines(dir.resolve("kookoo-2026-W53.log"), "2027-01-03 23:59:59 - one", "2027-01-03 23:59:59 - three");
        assertLines(dir.resolve("kookoo-2027-W01.log"), "2027-01-04 00:00:00 - two");
    }

    @Test
    void shouldKeepFourWeeksBackAtTheStartAndAtTheTurn() throws IOException {
        Files.createDirectory(dir);
        List<String> others =
                List.of("kookoo-2020-W01.log.gz", "kookoo-2020-W1.log", "kookoo-2099-W01.log", "notes.txt");
        for (String name : others) {
            Files.writeString(dir.resolve(name), "");
        }
        for (String name : List.of("2025-W52", "2026-W42", "2026-W43", "2026-W44", "2026-W46")) {
            Files.writeString(dir.resolve("kookoo-" + name + ".log"), "");
        }
        try (WeeklyFile file = open()) {
            assertEquals(sorted(others, "2026-W43", "2026-W44", "2026-W46", "2026-W47"), names());
            clock.advance(Duration.ofDays(2));
            file.write("one");
            assertEquals(sorted(others, "2026-W44", "2026-W46", "2026-W47", "2026-W48"), names());
        }
        assertEquals(List.of(), alarms);
    }

    @Test
    void shouldKeepLinesOfThreadsWholeAndInOrder() throws Exception {
        int threads = 4;
        int count = 5000;
        CountDownLatch start = new CountDownLatch(1);
        try (WeeklyFile file = open()) {
            List<Thread> writers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                writers.add(new Thread(() -> {
                    awaitQuietly(start);
                    for (int i = 0; i < count; i++) {
                        file.write(thread + " " + i);
                    }
                }));
            }
            writers.forEach(Thread::start);
            start.countDown();
            for (Thread writer : writers) {
                writer.join();
            }
        }
        int[] next = new int[threads];
        for (String line : Files.readAllLines(week47)) {
            String[] words = line.substring("2026-11-21 10:00:00 - ".length()).split(" ");
            assertEquals(2, words.length, line);
            assertEquals(next[Integer.parseInt(words[0])]++, Integer.parseInt(words[1]), line);
        }
        for (int written : next) {
            assertEquals(count, written);
        }
    }

    @Test
    void shouldWriteWhileTheThreadIsInterrupted() throws IOException {
        try (WeeklyFile file = open()) {
            Thread.currentThread().interrupt();
            file.write("one");
            file.write("two");
            assertTrue(Thread.interrupted());
        }
        assertLines(week47, "2026-11-21 10:00:00 - one", "2026-11-21 10:00:00 - two");
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void shouldTellLostLinesInTheFormOfTheOthers() throws IOException {
        Files.createDirectory(dir);
        Files.createSymbolicLink(week47, FULL_DISK);
        try (WeeklyFile file = new WeeklyFile(dir, "kookoo", LineForm.BRACKET, "Client", clock, alarms::add)) {
            file.write("[INFO] - [one]");
            Files.delete(week47);
            clock.advance(SECOND);
            file.write("[INFO] - [two]");
        }
        assertLines(
                week47,
                "[2026-11-21 10:00:01] : [WARNING] - [Client - log_lost lines=1]",
                "[2026-11-21 10:00:01] : [INFO] - [two]");
    }

    private WeeklyFile open() {
        return new WeeklyFile(dir, "kookoo", LineForm.PLAIN, "Server", clock, alarms::add);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> sorted(List<String> others, String... weeks) {
        TreeSet<String> names = new TreeSet<>(others);
        for (String week : weeks) {
            names.add("kookoo-" + week + ".log");
        }
        return List.copyOf(names);
    }

    private static void assertLines(Path file, String... lines) throws IOException {
        assertEquals(String.join("\n", lines) + "\n", Files.readString(file));
    }
}
