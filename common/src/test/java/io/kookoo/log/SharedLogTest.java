package io.kookoo.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.settings.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Four processes log as fast as they can while the ISO year turns from 2026 (W53) to 2027 (W01), and one of them is
 * killed. The clock of each moves with its lines: half of 100,000 are in the old year.
 */
final class SharedLogTest {

    private static final int COUNT = 100_000;
    private static final int TURN = COUNT / 2;
    private static final int LINES_A_SECOND = 1_000;
    private static final int KILLED_FROM = 60_000;
    private static final long START = Instant.parse("2027-01-04T00:00:00Z").getEpochSecond() - TURN / LINES_A_SECOND;

    @TempDir
    private Path dir;

    /** Arguments: folder, own name, count of lines. Says "ready", waits for a byte, and logs. */
    static final class Flood {
        public static void main(String[] arguments) throws IOException {
            Settings.Logger settings = new Settings.Logger(
                    Level.INFO, Settings.Logger.Format.PLAIN, Path.of(arguments[0]), false, 200, Optional.empty());
            int count = Integer.parseInt(arguments[2]);
            SettableClock clock = new SettableClock("2027-01-03T23:59:00", ZoneOffset.UTC);
            Logger log = LoggerFactory.getLogger(Flood.class);
            System.out.println("ready");
            if (System.in.read() < 0) {
                return;
            }
            KookooLog opened = KookooLog.open(settings, arguments[1], false, clock);
            for (int i = 0; i < count; i++) {
                clock.set(Instant.ofEpochSecond(START + i / LINES_A_SECOND));
                log.info("flood n={} of={}", i, arguments[1]);
                if (i == KILLED_FROM) {
                    System.out.println("on the way");
                }
            }
            opened.close();
        }
    }

    @Test
    @Timeout(120)
    void shouldLoseAndTearNoLineWhenFourProcessesWriteAndTheYearTurns() throws Exception {
        Map<String, Process> processes = new HashMap<>();
        try {
            for (String name : List.of("one", "two", "three", "killed")) {
                // The one to be killed would go on for minutes: it cannot be done before.
                int count = name.equals("killed") ? 1000 * COUNT : COUNT;
                processes.put(name, start(name, count));
            }
            for (Process process : processes.values()) {
                assertEquals("ready", process.inputReader().readLine());
            }
            for (Process process : processes.values()) {
                OutputStream in = process.getOutputStream();
                in.write('\n');
                in.flush();
            }
            Process killed = processes.get("killed");
            BufferedReader output = killed.inputReader();
            assertEquals("on the way", output.readLine());
            killed.destroyForcibly();
            for (Process process : processes.values()) {
                assertTrue(process.waitFor(60, TimeUnit.SECONDS));
                assertEquals(process == killed ? 137 : 0, process.exitValue());
            }
        } finally {
            processes.values().forEach(Process::destroyForcibly);
        }

        Map<String, Integer> next = new HashMap<>();
        check("kookoo-2026-W53.log", next);
        processes.keySet().forEach(name -> assertEquals(TURN, next.get(name), name + " in the old year"));
        check("kookoo-2027-W01.log", next);
        int ofKilled = next.remove("killed");
        assertTrue(ofKilled > KILLED_FROM, "lines of the killed process: " + ofKilled);
        assertEquals(Map.of("one", COUNT, "two", COUNT, "three", COUNT), next);
        try (var files = Files.list(dir)) {
            assertEquals(2, files.count());
        }
    }

    private Process start(String name, int count) throws IOException {
        return ChildJvm.start(Flood.class, List.of(), List.of(dir.toString(), name, Integer.toString(count)));
    }

    /** Every line must be, to the letter, the next line of its process. */
    private void check(String file, Map<String, Integer> next) throws IOException {
        List<String> wrong = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(dir.resolve(file), StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null && wrong.size() < 10; line = lines.readLine()) {
                String name = line.substring(line.lastIndexOf('=') + 1);
                int n = next.merge(name, 1, Integer::sum) - 1;
                String time = Instant.ofEpochSecond(START + n / LINES_A_SECOND)
                        .toString()
                        .replace('T', ' ')
                        .replace("Z", "");
                String expected = time + " - " + name + " - INFO - flood n=" + n + " of=" + name;
                if (!line.equals(expected)) {
                    wrong.add(line + " in place of " + expected);
                }
            }
        }
        assertEquals(List.of(), wrong, file);
    }
}
