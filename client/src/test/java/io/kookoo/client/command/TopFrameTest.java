package io.kookoo.client.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.command.ServerSample.FunctionLoad;
import io.kookoo.client.command.ServerSample.WorkerLoad;
import io.kookoo.client.terminal.ScreenLine;
import io.kookoo.client.terminal.ScreenSize;
import io.kookoo.client.terminal.TerminalText;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopFrameTest {
    private static final long SECOND = 1_000_000_000;

    private static FunctionLoad function(String name, long queued, long running, long done) {
        return new FunctionLoad(name, queued, running, done, 2, 1, new BigDecimal("1.250"), new BigDecimal("40.000"));
    }

    private static WorkerLoad worker(String id, int running) {
        return new WorkerLoad(id, "127.0.0.1", running, 13, new BigDecimal("0.456"));
    }

    private static ServerSample sample(long atNanos, List<FunctionLoad> functions, List<WorkerLoad> workers) {
        return new ServerSample("0.1.0", atNanos, 3, 12, 4, functions, workers);
    }

    private static ServerSample sample(long atNanos, FunctionLoad... functions) {
        return sample(atNanos, List.of(functions), List.of());
    }

    private static TopFrame frame(ServerSample now, ServerSample before) {
        return new TopFrame("12:00:00  host:1", "a note", now, before, TopOrder.BUSIEST);
    }

    private static List<String> texts(TopFrame frame, ScreenSize size) {
        return frame.lines(size).stream().map(ScreenLine::text).toList();
    }

    private static List<String> texts(TopFrame frame) {
        return texts(frame, ScreenSize.UNLIMITED);
    }

    /** So many functions and workers. */
    private static TopFrame crowd(int functions, int workers) {
        return frame(
                sample(
                        0,
                        IntStream.range(0, functions)
                                .mapToObj(i -> function("f" + (100 + i), 0, 0, 0))
                                .toList(),
                        IntStream.range(0, workers)
                                .mapToObj(i -> worker("w" + (100 + i), 0))
                                .toList()),
                null);
    }

    @Test
    void shouldShowTheServerItsFunctionsAndItsWorkers() {
        ServerSample before = sample(0, function("add", 0, 0, 100));
        ServerSample now = sample(
                2 * SECOND,
                List.of(function("add", 0, 0, 200), function("resize", 5, 2, 3)),
                List.of(worker("b/1", 0), worker("a/1", 2)));
        assertEquals(
                List.of(
                        "12:00:00  host:1  connections 3  queued 12  running 4  done/s 51.5",
                        "a note",
                        "FUNCTION  QUEUED  RUNNING  PER_S  DONE  FAILED  RETRIED  MEAN_MS  P99_MS",
                        "resize         5        2    1.5     3       2        1    1.250  40.000",
                        "add            0        0   50.0   200       2        1    1.250  40.000",
                        "",
                        "WORKER  ADDRESS    RUNNING  FUNCTIONS  IDLE_S",
                        "a/1     127.0.0.1        2         13     0.5",
                        "b/1     127.0.0.1        0         13     0.5"),
                texts(frame(now, before)));
    }

    @Test
    void shouldShowNoRateWhereThereIsNone() {
        ServerSample now = sample(SECOND, function("add", 0, 0, 5));
        assertTrue(texts(frame(now, null)).get(0).endsWith("done/s -"));
        assertTrue(texts(frame(now, null)).get(3).matches("add +0 +0 +- +5 .*"));
        // Nor where no time has gone by.
        assertTrue(texts(frame(now, now)).get(3).matches("add +0 +0 +- +5 .*"));
    }

    @Test
    void shouldShowNoRateWhenTheServerCountsAnew() {
        ServerSample before = sample(0, function("add", 0, 0, 100), function("sub", 0, 0, 1));
        ServerSample now = sample(SECOND, function("add", 0, 0, 5), function("sub", 0, 0, 2));
        List<String> lines = texts(frame(now, before));
        assertTrue(lines.get(0).endsWith("done/s -"), lines::toString);
        assertTrue(lines.get(3).matches("sub +0 +0 +1.0 +2 .*"), lines::toString);
        assertTrue(lines.get(4).matches("add +0 +0 +- +5 .*"), lines::toString);
    }

    @Test
    void shouldOrderFunctionsByWhatWasChosenAndGoRoundTheChoices() {
        ServerSample before = sample(0, function("b", 0, 0, 0), function("a", 0, 0, 0), function("c", 0, 0, 0));
        ServerSample now = sample(SECOND, function("b", 1, 0, 1), function("a", 0, 0, 5), function("c", 0, 2, 0));
        TopOrder order = TopOrder.BUSIEST;
        StringBuilder seen = new StringBuilder();
        do {
            seen.append(order).append(' ');
            List<String> lines = texts(new TopFrame("", "", now, before, order));
            lines.subList(3, 6).forEach(line -> seen.append(line.charAt(0)));
            seen.append(' ');
            order = order.next();
        } while (order != TopOrder.BUSIEST);
        assertEquals("BUSIEST cba RATE abc MEAN abc FAILED abc NAME abc ", seen.toString());
    }

    @Test
    void shouldSayHowManyMoreThereAre() {
        List<String> lines = texts(crowd(30, 30), new ScreenSize(80, 15));
        assertEquals(15, lines.size());
        assertTrue(lines.get(2).startsWith("FUNCTION"));
        assertTrue(lines.get(6).startsWith("f103"));
        assertEquals("... 26 more functions", lines.get(7));
        assertEquals("", lines.get(8));
        assertTrue(lines.get(9).startsWith("WORKER"));
        assertTrue(lines.get(13).startsWith("w103"));
        assertEquals("... 26 more workers", lines.get(14));
    }

    @Test
    void shouldGiveOneTableTheRoomThatTheOtherLeaves() {
        List<String> lines = texts(crowd(30, 1), new ScreenSize(80, 15));
        assertEquals(15, lines.size());
        assertEquals("... 22 more functions", lines.get(11));
        assertTrue(lines.get(14).startsWith("w100"));

        lines = texts(crowd(1, 30), new ScreenSize(80, 15));
        assertEquals(15, lines.size());
        assertTrue(lines.get(3).startsWith("f100"));
        assertEquals("... 22 more workers", lines.get(14));
    }

    @Test
    void shouldCountMoreOnlyWhereThereAreMore() {
        List<String> lines = texts(crowd(5, 4), new ScreenSize(80, 14));
        assertEquals(14, lines.size());
        assertFalse(lines.toString().contains("more"), lines::toString);
    }

    @Test
    void shouldNeverBeLargerThanTheScreen() {
        List<String> names =
                List.of("short", "x".repeat(600), "函".repeat(300), "a😀e\u0301".repeat(50), "\u001b[31m\n\t");
        ServerSample sample = sample(
                0,
                names.stream().map(name -> function(name, 1, 1, 123_456_789)).toList(),
                names.stream().map(name -> worker(name, 1)).toList());
        TopFrame frame = new TopFrame("head \u001b[H", "note \u001b[J", sample, null, TopOrder.NAME);
        for (int rows = 1; rows < 20; rows++) {
            for (int columns = 1; columns < 130; columns++) {
                List<String> lines = texts(frame, new ScreenSize(columns, rows));
                assertTrue(lines.size() <= rows, rows + " rows: " + lines);
                for (String line : lines) {
                    assertTrue(TerminalText.columns(line) <= columns, columns + " columns: " + line);
                    assertTrue(line.codePoints().noneMatch(Character::isISOControl), line);
                }
            }
        }
    }

    @Test
    void shouldShortenANameAndNotWhatIsKnownOfIt() {
        ServerSample sample = sample(0, function("n".repeat(100), 7, 8, 9), function("add", 0, 0, 0));
        List<String> lines = texts(frame(sample, null), new ScreenSize(90, 24));
        assertTrue(lines.get(3).matches("n{30} +7 +8 +- +9 +2 +1 +1.250 .*"), lines::toString);
        assertTrue(texts(frame(sample, null)).get(3).startsWith("n".repeat(100) + "  "));
    }
}
