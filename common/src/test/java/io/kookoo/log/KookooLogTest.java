package io.kookoo.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.settings.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

final class KookooLogTest {

    private static final Logger LOG = LoggerFactory.getLogger(KookooLogTest.class);

    private static final String LONG_LINE = "x".repeat(1_000);
    private static final int MORE_THAN_CAN_WAIT = 3 * ConsoleCopy.MAX_WAITING_BYTES / 1_000;
    private static final String START_OF_NOTICE = "2026-11-21 10:00:00 - Server - WARNING - console_lost lines=";

    @TempDir
    private Path dir;

    private final SettableClock clock = new SettableClock("2026-11-21T10:00:00", ZoneOffset.UTC);

    @Test
    void shouldWarnAboutUnknownSyslogHostAndLogOn() throws IOException {
        InetSocketAddress unknown = InetSocketAddress.createUnresolved("no-such-host.invalid", 514);
        logTo(open(Level.INFO, false, Optional.of(unknown)), () -> {
            LOG.info("one");
        });
        assertLog("2026-11-21 10:00:00 - Server - WARNING - syslog_unknown_host syslog=no-such-host.invalid:514"
                + " effect=\"no copy of the log is sent until a restart; correct [Logger] syslog\"\n"
                + "2026-11-21 10:00:00 - Server - INFO - one\n");
    }

    @Test
    void shouldLogOnWhenNobodyListensAtTheSyslogServer() throws IOException {
        int free;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        StringBuilder expected = new StringBuilder();
        logTo(open(Level.INFO, false, Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", free))), () -> {
            for (int i = 0; i < 10; i++) {
                LOG.info("line {}", i);
                expected.append("2026-11-21 10:00:00 - Server - INFO - line ")
                        .append(i)
                        .append('\n');
            }
        });
        assertLog(expected.toString());
    }

    @Test
    void shouldSendACopyToTheSyslogServer() throws IOException {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(10_000);
            InetSocketAddress address = InetSocketAddress.createUnresolved("localhost", server.getLocalPort());
            if (!InetAddress.getByName("localhost").equals(server.getLocalAddress())) {
                address = InetSocketAddress.createUnresolved(
                        server.getLocalAddress().getHostAddress(), server.getLocalPort());
            }
            logTo(open(Level.INFO, true, Optional.of(address)), () -> {
                LOG.info("Gr\u00fc\u00dfe\nfrom {}", "here");
                LOG.debug("not this one");
                LOG.error("failed", new IOException("no\nway"));
                LOG.warn("{}", "\u20ac".repeat(40_000));
                LOG.warn("last");
            });
            String start = "[A-Z][a-z]{2} [ 1-3]\\d \\d\\d:\\d\\d:\\d\\d \\S+ kookoo: Server - ";
            assertReceived(server, "<30>" + start + "INFO - Gr\u00fc\u00dfe\\\\nfrom here");
            assertReceived(server, "<27>" + start + "ERROR - failed cause=\"java.io.IOException: no\\\\nway\"");
            assertReceived(server, "<28>" + start + "WARNING - \u20ac{8000,8192}");
            assertReceived(server, "<28>" + start + "WARNING - last");
        }
    }

    @Test
    void shouldKeepAnEventOnOneLine() throws IOException {
        logTo(open(Level.INFO, false, Optional.empty()), () -> {
            LOG.info("a\r\n2026-11-21 10:00:00 - Server - INFO - forged\u001b[1A\u0085\u2028 \\n");
            LOG.info("");
            LOG.info((String) null);
        });
        assertLog("2026-11-21 10:00:00 - Server - INFO - "
                + "a\\r\\n2026-11-21 10:00:00 - Server - INFO - forged\\u001b[1A\\u0085\\u2028 \\n\n"
                + "2026-11-21 10:00:00 - Server - INFO - \n"
                + "2026-11-21 10:00:00 - Server - INFO - null\n");
    }

    @Test
    void shouldCutAMessageThatIsTooLong() throws IOException {
        logTo(open(Level.INFO, false, Optional.empty()), () -> {
            LOG.info("x".repeat(5_000_000));
        });
        assertLog("2026-11-21 10:00:00 - Server - INFO - " + "x".repeat(EventText.MAX_MESSAGE_CHARS)
                + "... cut, 5000000 characters in all\n");
    }

    @Test
    void shouldNameCausesInTheLine() throws IOException {
        logTo(open(Level.INFO, false, Optional.empty()), () -> {
            LOG.warn("lost", new IllegalStateException("gone", new IOException("reset=\"by\" peer")));
            LOG.warn("lost", new NullPointerException());
        });
        assertLog("2026-11-21 10:00:00 - Server - WARNING - lost cause=\"java.lang.IllegalStateException: gone;"
                + " caused by java.io.IOException: reset=\\\"by\\\" peer\"\n"
                + "2026-11-21 10:00:00 - Server - WARNING - lost cause=java.lang.NullPointerException\n");
    }

    @Test
    void shouldIndentStackTracesWhenVerbose() throws IOException {
        logTo(open(Level.INFO, true, Optional.empty()), () -> {
            LOG.error("failed", new IllegalStateException("first\nsecond", new IOException("root\u0007")));
        });
        String[] lines = read().split("\n");
        assertEquals("2026-11-21 10:00:00 - Server - ERROR - failed", lines[0]);
        assertEquals("    java.lang.IllegalStateException: first", lines[1]);
        assertEquals("    second", lines[2]);
        assertTrue(lines[3].startsWith("        at io.kookoo.log.KookooLogTest."), lines[3]);
        for (int i = 1; i < lines.length; i++) {
            assertTrue(lines[i].startsWith("    "), lines[i]);
        }
        assertTrue(read().contains("\n    Caused by: java.io.IOException: root\\u0007\n"), read());
    }

    @Test
    void shouldTellWhatStopsTheProgramFromOtherErrors() throws IOException {
        logTo(open(Level.ERROR, false, Optional.empty()), () -> {
            LOG.error(KookooLog.CRITICAL, "the end of {}", "this");
            LOG.error("an error");
            LOG.warn(KookooLog.CRITICAL, "below the level");
        });
        assertLog("2026-11-21 10:00:00 - Server - CRITICAL - the end of this\n"
                + "2026-11-21 10:00:00 - Server - ERROR - an error\n");
    }

    @Test
    void shouldPutTimeLevelAndMessageInBracketsIfAskedTo() throws IOException {
        logTo(KookooLog.open(bracket(true), "Client", false, clock), () -> {
            LOG.debug("{}", LogEvent.of("asked").with("n", 1));
            LOG.info("one\ntwo");
            LOG.warn("careful");
            LOG.error("failed", new IllegalStateException("first"));
            LOG.error(KookooLog.CRITICAL, "over");
        });
        String[] lines = read().split("\n");
        assertEquals("[2026-11-21 10:00:00] : [DEBUG] - [Client - asked n=1]", lines[0]);
        assertEquals("[2026-11-21 10:00:00] : [INFO] - [Client - one\\ntwo]", lines[1]);
        assertEquals("[2026-11-21 10:00:00] : [WARNING] - [Client - careful]", lines[2]);
        assertEquals("[2026-11-21 10:00:00] : [ERROR] - [Client - failed]", lines[3]);
        assertEquals("    java.lang.IllegalStateException: first", lines[4]);
        assertEquals("[2026-11-21 10:00:00] : [CRITICAL] - [Client - over]", lines[lines.length - 1]);
    }

    @Test
    void shouldNameTheCauseWithinTheBrackets() throws IOException {
        logTo(KookooLog.open(bracket(false), "Client", false, clock), () -> LOG.warn("lost", new IOException("gone")));
        assertLog("[2026-11-21 10:00:00] : [WARNING] - [Client - lost cause=\"java.io.IOException: gone\"]\n");
    }

    @Test
    void shouldKeepPingsInAFileOfTheirOwn() throws IOException {
        Path old = Files.writeString(Files.createDirectories(dir).resolve("ping-2026-W42.log"), "old\n");
        Path kept = Files.writeString(dir.resolve("ping-2026-W43.log"), "old\n");
        Path strange = Files.writeString(dir.resolve("ping-2026-W42.txt"), "old\n");
        KookooLog log = KookooLog.open(bracket(false), "Client", false, clock);
        Logger pings = log.openPings();
        logTo(log, () -> {
            pings.info("ping n=1");
            LOG.info("an event");
            pings.warn("no_answer");
        });
        pings.warn("after the end");
        assertLog("[2026-11-21 10:00:00] : [INFO] - [Client - an event]\n");
        assertEquals(
                "[2026-11-21 10:00:00] : [INFO] - [Client - ping n=1]\n"
                        + "[2026-11-21 10:00:00] : [WARNING] - [Client - no_answer]\n",
                Files.readString(dir.resolve("ping-2026-W47.log")));
        assertEquals(List.of(false, true, true), List.of(Files.exists(old), Files.exists(kept), Files.exists(strange)));
    }

    @Test
    void shouldLogFromTheLevelOn() throws IOException {
        for (Level level : new Level[] {Level.DEBUG, Level.WARN, Level.ERROR}) {
            logTo(open(level, false, Optional.empty()), () -> {
                LOG.trace("never");
                LOG.debug("at {}", level);
                LOG.warn("at {}", level);
                LOG.error("at {}", level);
            });
        }
        assertLog("2026-11-21 10:00:00 - Server - DEBUG - at DEBUG\n"
                + "2026-11-21 10:00:00 - Server - WARNING - at DEBUG\n"
                + "2026-11-21 10:00:00 - Server - ERROR - at DEBUG\n"
                + "2026-11-21 10:00:00 - Server - WARNING - at WARN\n"
                + "2026-11-21 10:00:00 - Server - ERROR - at WARN\n"
                + "2026-11-21 10:00:00 - Server - ERROR - at ERROR\n");
    }

    @Test
    void shouldCopyToStandardOutputIfAskedTo() throws IOException {
        String console = standardOutputOf(() -> {
            logTo(KookooLog.open(settings(Level.INFO, false, Optional.empty()), "Client", true, clock), () -> {
                LOG.info("Gr\u00fc\u00dfe");
            });
            logTo(open(Level.INFO, false, Optional.empty()), () -> {
                LOG.info("quiet");
            });
            LOG.error("after close");
        });
        assertEquals("2026-11-21 10:00:00 - Client - INFO - Gr\u00fc\u00dfe\n", console);
        assertLog("2026-11-21 10:00:00 - Client - INFO - Gr\u00fc\u00dfe\n"
                + "2026-11-21 10:00:00 - Server - INFO - quiet\n");
    }

    @Test
    void shouldLogToTheConsoleThoughTheDiskIsFull() throws IOException {
        Path full = Files.createSymbolicLink(dir.resolve("kookoo-2026-W47.log"), Path.of("/dev/full"));
        PrintStream standardError = System.err;
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        try {
            assertEquals("2026-11-21 10:00:00 - Server - INFO - one\n", standardOutputOf(() -> {
                logTo(KookooLog.open(settings(Level.INFO, false, Optional.empty()), "Server", true, clock), () -> {
                    LOG.info("one");
                });
            }));
        } finally {
            System.setErr(standardError);
        }
        Files.delete(full);
        assertTrue(
                errors.toString(StandardCharsets.UTF_8).startsWith("kookoo: cannot write the log " + full),
                errors.toString(StandardCharsets.UTF_8));
    }

    @Test
    @Timeout(60)
    void shouldLogOnAndCloseThoughTheConsoleIsStuck() throws IOException {
        StuckConsole console = new StuckConsole();
        try {
            KookooLog log = openWithConsole(console);
            logNumbered(0, MORE_THAN_CAN_WAIT);
            assertTimeoutPreemptively(Duration.ofSeconds(2), log::close);
        } finally {
            console.letGo();
        }
        assertLog(numbered(MORE_THAN_CAN_WAIT));
    }

    @Test
    @Timeout(60)
    void shouldTellHowManyLinesAStuckConsoleLost() throws Exception {
        StuckConsole console = new StuckConsole();
        KookooLog log = openWithConsole(console);
        try {
            logNumbered(0, 1);
            assertTrue(console.stuck.await(20, TimeUnit.SECONDS));
            logNumbered(1, MORE_THAN_CAN_WAIT);
            console.letGo();
            assertTrue(console.lossTold.await(20, TimeUnit.SECONDS));
            LOG.info("later");
        } finally {
            console.letGo();
            log.close();
        }
        String text = console.text();
        int shown = text.substring(0, text.indexOf(START_OF_NOTICE)).split("\n").length;
        assertTrue(shown >= ConsoleCopy.MAX_WAITING_BYTES / LONG_LINE.length() / 2, shown + " lines shown");
        String end = START_OF_NOTICE + (MORE_THAN_CAN_WAIT - shown) + "\n2026-11-21 10:00:00 - Server - INFO - later\n";
        assertEquals(numbered(shown) + end, text);
        assertLog(numbered(MORE_THAN_CAN_WAIT) + end);
    }

    @Test
    @Timeout(60)
    void shouldLoseNothingAndKeepTheOrderOfEachThreadOnAConsoleThatReads() throws Exception {
        // In all less than may wait, so that it holds however little the console's thread gets to run.
        int count = 20_000;
        AtomicInteger writes = new AtomicInteger();
        ByteArrayOutputStream console = new ByteArrayOutputStream() {
            @Override
            public synchronized void write(byte[] bytes, int offset, int length) {
                writes.incrementAndGet();
                super.write(bytes, offset, length);
            }
        };
        KookooLog log = openWithConsole(console);
        try {
            List<Thread> threads = new ArrayList<>();
            for (String name : List.of("a", "b")) {
                Thread thread = new Thread(() -> {
                    for (int i = 0; i < count; i++) {
                        LOG.info("{} {}", name, i);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } finally {
            log.close();
        }
        Map<String, Integer> next = new HashMap<>();
        for (String line : console.toString(StandardCharsets.UTF_8).split("\n")) {
            String name = line.substring(0, line.lastIndexOf(' '));
            int n = next.merge(name, 1, Integer::sum) - 1;
            assertEquals(name + " " + n, line);
        }
        String start = "2026-11-21 10:00:00 - Server - INFO - ";
        assertEquals(Map.of(start + "a", count, start + "b", count), next);
        assertTrue(writes.get() < count, writes + " writes");
    }

    @Test
    void shouldDrainTheConsoleThoughTheClosingThreadIsInterrupted() {
        String text;
        boolean kept;
        try {
            text = standardOutputOf(() -> logTo(openWithConsole(System.out), () -> {
                LOG.info("last");
                Thread.currentThread().interrupt();
            }));
        } finally {
            kept = Thread.interrupted();
        }
        assertEquals("2026-11-21 10:00:00 - Server - INFO - last\n", text);
        assertTrue(kept);
    }

    @Test
    @Timeout(60)
    void shouldEndAProcessWhoseStandardOutputNobodyReads() throws Exception {
        Process program = ChildJvm.start(Unread.class, List.of(), List.of(dir.toString()));
        try {
            assertTrue(program.waitFor(40, TimeUnit.SECONDS));
            assertEquals(0, program.exitValue());
        } finally {
            program.destroyForcibly();
        }
        assertLog(numbered(MORE_THAN_CAN_WAIT));
    }

    /** Fills the pipe that is its standard output, closes the log and ends. */
    static final class Unread {
        public static void main(String[] arguments) {
            Settings.Logger settings = new Settings.Logger(
                    Level.INFO, Settings.Logger.Format.PLAIN, Path.of(arguments[0]), false, 200, Optional.empty());
            SettableClock clock = new SettableClock("2026-11-21T10:00:00", ZoneOffset.UTC);
            KookooLog log = KookooLog.open(settings, "Server", true, clock);
            logNumbered(0, MORE_THAN_CAN_WAIT);
            log.close();
        }
    }

    /** Takes nothing until it is let go. */
    private static final class StuckConsole extends OutputStream {

        final CountDownLatch stuck = new CountDownLatch(1);
        final CountDownLatch lossTold = new CountDownLatch(1);
        private final CountDownLatch letGo = new CountDownLatch(1);
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        void letGo() {
            letGo.countDown();
        }

        String text() {
            return taken.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            stuck.countDown();
            try {
                letGo.await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
            taken.write(bytes, offset, length);
            if (text().contains(START_OF_NOTICE)) {
                lossTold.countDown();
            }
        }
    }

    private static void logNumbered(int from, int to) {
        for (int i = from; i < to; i++) {
            LOG.info("{} {}", LONG_LINE, i);
        }
    }

    private static String numbered(int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("2026-11-21 10:00:00 - Server - INFO - ")
                    .append(LONG_LINE)
                    .append(' ')
                    .append(i)
                    .append('\n');
        }
        return lines.toString();
    }

    private KookooLog openWithConsole(OutputStream console) {
        PrintStream standardOutput = System.out;
        System.setOut(new PrintStream(console, false, StandardCharsets.US_ASCII));
        try {
            return KookooLog.open(settings(Level.INFO, false, Optional.empty()), "Server", true, clock);
        } finally {
            System.setOut(standardOutput);
        }
    }

    private static String standardOutputOf(Runnable run) {
        PrintStream standardOutput = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, false, StandardCharsets.US_ASCII));
        try {
            run.run();
        } finally {
            System.setOut(standardOutput);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static void logTo(KookooLog log, Runnable lines) {
        try {
            lines.run();
        } finally {
            log.close();
        }
    }

    private KookooLog open(Level level, boolean verbose, Optional<InetSocketAddress> syslog) {
        return KookooLog.open(settings(level, verbose, syslog), "Server", false, clock);
    }

    private Settings.Logger settings(Level level, boolean verbose, Optional<InetSocketAddress> syslog) {
        return new Settings.Logger(level, Settings.Logger.Format.PLAIN, dir, verbose, 200, syslog);
    }

    private Settings.Logger bracket(boolean verbose) {
        return new Settings.Logger(Level.DEBUG, Settings.Logger.Format.BRACKET, dir, verbose, 200, Optional.empty());
    }

    private static void assertReceived(DatagramSocket server, String pattern) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        server.receive(packet);
        String text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
        assertTrue(text.matches(pattern), text);
    }

    private void assertLog(String text) throws IOException {
        assertEquals(text, read());
    }

    private String read() throws IOException {
        return Files.readString(dir.resolve("kookoo-2026-W47.log"));
    }
}
