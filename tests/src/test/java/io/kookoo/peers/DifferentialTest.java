package io.kookoo.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.kookoo.protocol.PacketType;
import io.kookoo.server.Server;
import io.kookoo.server.time.Clock;
import io.kookoo.settings.Settings;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays the same bytes to gearmand and to Kookoo, and compares what comes back on every connection after every step. Where they
 * shall differ stands in one table, {@link #WANTED}: a difference that is not there fails, and so does one that is there and
 * has gone.
 *
 * <p>A script is a list of steps, {@code <connection> <what>}:
 *
 * <pre>
 *   a SUBMIT_JOB f u data    a packet with these arguments; '' is an empty one, x*65 is x 65 times, + stands for NUL
 *   a &gt; status               a line of text, ended by CR LF
 *   a &gt;&gt; status              a line of text, ended by LF alone
 *   a hex 00524551           these bytes
 *   a close                  the connection is closed, and the server has noticed
 * </pre>
 *
 * {@code $1} is the first handle that the server gave, and {@code H1} is that handle in an answer. Numbers of connections and
 * processes, versions and the order of lists are not compared: those of gearmand are that of its hash tables and threads.
 */
@Tag("peers")
final class DifferentialTest {
    private static final Path GEARMAND = Path.of("/usr/sbin/gearmand");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    /** A difference that is as it should be: the script, the step and what is better here. */
    private record Wanted(String script, String step, String reason) {}

    private static final List<Wanted> WANTED = List.of(
            // Wake-ups, turns and losses.
            new Wanted("wake-up of many", "a SUBMIT_JOB f u data", "one job wakes one sleeper, not the herd"),
            new Wanted("turns of functions", "b GRAB_JOB", "the turn begins with the function that has waited longest"),
            new Wanted("worker lost", "w GRAB_JOB", "a job of a lost worker goes to the head of its queue"),
            new Wanted("worker lost", "w WORK_COMPLETE $1 done", "likewise: the worker holds this job"),
            new Wanted("all workers lost", "x close", "job_retries counts further runs: 3 allow 4 runs"),
            new Wanted("all workers lost", "y GRAB_JOB", "likewise"),
            new Wanted("all workers lost", "y close", "likewise"),
            new Wanted("client lost", "w > status", "a queued job that nobody waits for is dropped at once"),
            new Wanted(
                    "background joined, then the foreground client goes",
                    "w GRAB_JOB",
                    "a background job stays when a client that joined it goes"),
            // What is refused, and how.
            new Wanted("epoch that is no number", "a SUBMIT_JOB_EPOCH f u soon data", "not a number is an error"),
            new Wanted("SUBMIT_JOB_SCHED", "a hex 005245510000002300000000", "refused, and stays, as in gearmand 2.0"),
            new Wanted("too few arguments", "a hex 00524551000000070000000166", "refused with the reason, and stays"),
            new Wanted("words of maxqueue", "a > maxqueue f 1 2", "two numbers are neither one nor three"),
            new Wanted("words of maxqueue", "a > maxqueue f x", "a slip does not lift a limit"),
            new Wanted("words of cancel", "a > cancel", "the command is known, its arguments are wrong"),
            new Wanted("words of cancel", "a > cancel job", "likewise"),
            new Wanted("words of cancel", "a > cancel job x y", "likewise"),
            new Wanted("lists", "a > show", "likewise"),
            new Wanted("words of create and drop", "a > create f", "without the word function it makes a channel"),
            new Wanted("maxqueue of an unknown function", "a > status", "a limit may be set before the first job"),
            new Wanted("maxqueue of an unknown function", "a SUBMIT_JOB_BG f u2 data", "likewise"),
            new Wanted("cancel a queued job", "b > cancel job $1", "a job is cancelled once"),
            new Wanted("cancel a queued job", "a GET_STATUS $1", "a cancelled job is forgotten at once"),
            new Wanted("cancel a running job", "w WORK_COMPLETE $1 done", "clients were told, and are not told twice"),
            // Bytes, counts and names.
            new Wanted("exception without the option", "b WORK_EXCEPTION $1 trace", "WORK_FAIL has no NUL at its end"),
            new Wanted("unique of 64 bytes", "w GRAB_JOB_UNIQ", "the last byte is not cut"),
            new Wanted("abilities", "a > workers", "functions in the order in which they were announced"),
            new Wanted("ability twice", "a > status", "to repeat CAN_DO is harmless: one worker is one"),
            new Wanted("create function without CR", "a > status", "no letter is cut"),
            new Wanted("shutdown", "a > shutdown", "for connections from this machine"));

    private static final Map<String, String> SCRIPTS = new LinkedHashMap<>();

    private static void script(String name, String steps) {
        assertEquals(null, SCRIPTS.put(name, steps), name);
    }

    static {
        script("echo", """
                a ECHO_REQ hello
                a ECHO_REQ ''
                a ECHO_REQ a+b++c
                """);
        script("options", """
                a OPTION_REQ exceptions
                a OPTION_REQ EXCEPTIONS
                a OPTION_REQ nonsense
                a OPTION_REQ ''
                """);
        script("foreground job", """
                a SUBMIT_JOB f u data
                b CAN_DO f
                b GRAB_JOB
                b WORK_DATA $1 part
                b WORK_WARNING $1 careful
                b WORK_STATUS $1 1 2
                b WORK_COMPLETE $1 done
                b GRAB_JOB
                """);
        script("background job", """
                a SUBMIT_JOB_BG f u data
                b CAN_DO f
                b GRAB_JOB_UNIQ
                b WORK_DATA $1 part
                b WORK_STATUS $1 1 2
                a GET_STATUS $1
                b WORK_COMPLETE $1 done
                a GET_STATUS $1
                """);
        script("forms of grab", """
                a SUBMIT_JOB f u1 one
                a SUBMIT_JOB f u2 two
                a SUBMIT_JOB f u3 three
                b CAN_DO f
                b GRAB_JOB
                b GRAB_JOB_UNIQ
                b GRAB_JOB_ALL
                b GRAB_JOB_ALL
                """);
        script("failing job", """
                a SUBMIT_JOB f u data
                b CAN_DO f
                b GRAB_JOB
                b WORK_FAIL $1
                b WORK_FAIL $1
                b GRAB_JOB
                """);
        script("exception without the option", """
                a SUBMIT_JOB f u data
                b CAN_DO f
                b GRAB_JOB
                b WORK_EXCEPTION $1 trace
                b WORK_FAIL $1
                """);
        script("exception with the option", """
                a OPTION_REQ exceptions
                a SUBMIT_JOB f u data
                b CAN_DO f
                b GRAB_JOB
                b WORK_EXCEPTION $1 trace
                b WORK_FAIL $1
                """);
        script("reports of unknown jobs", """
                a WORK_DATA H:x:1 data
                a WORK_WARNING H:x:1 data
                a WORK_STATUS H:x:1 1 2
                a WORK_COMPLETE H:x:1 data
                a WORK_FAIL H:x:1
                a WORK_EXCEPTION H:x:1 data
                """);
        script("reports of another's job", """
                a SUBMIT_JOB f u data
                b CAN_DO f
                b GRAB_JOB
                c WORK_DATA $1 data
                c WORK_STATUS $1 1 2
                c WORK_COMPLETE $1 data
                c WORK_FAIL $1
                b WORK_COMPLETE $1 done
                """);
        script("several jobs in any order", """
                a SUBMIT_JOB f u1 1
                a SUBMIT_JOB f u2 2
                b CAN_DO f
                b GRAB_JOB
                b GRAB_JOB
                b WORK_COMPLETE $2 two
                b WORK_COMPLETE $1 one
                """);
        script("priorities of one function", """
                a SUBMIT_JOB_LOW f u1 low
                a SUBMIT_JOB f u2 normal
                a SUBMIT_JOB_HIGH f u3 high
                a SUBMIT_JOB_LOW_BG f u4 low
                a SUBMIT_JOB_HIGH_BG f u5 high
                a > prioritystatus
                b CAN_DO f
                b GRAB_JOB
                b GRAB_JOB
                b GRAB_JOB
                b GRAB_JOB
                b GRAB_JOB
                """);
        script("priorities over functions", """
                a SUBMIT_JOB_BG f u1 normal
                a SUBMIT_JOB_HIGH_BG g u2 high
                b CAN_DO f
                b CAN_DO g
                b GRAB_JOB
                b GRAB_JOB
                """);
        script("turns of functions", """
                a SUBMIT_JOB_BG f u1 f1
                a SUBMIT_JOB_BG f u2 f2
                a SUBMIT_JOB_BG g u3 g1
                b CAN_DO f
                b CAN_DO g
                b GRAB_JOB
                b GRAB_JOB
                b GRAB_JOB
                """);
        script("unique joins a queued job", """
                a SUBMIT_JOB f u one
                b SUBMIT_JOB_HIGH f u two
                c SUBMIT_JOB_BG f u three
                a SUBMIT_JOB g u other
                w CAN_DO f
                w GRAB_JOB_UNIQ
                w WORK_DATA $1 part
                w WORK_COMPLETE $1 done
                w GRAB_JOB
                """);
        script("unique joins a running job", """
                a SUBMIT_JOB f u one
                w CAN_DO f
                w GRAB_JOB
                w WORK_DATA $1 part
                b SUBMIT_JOB f u two
                w WORK_COMPLETE $1 done
                b SUBMIT_JOB f u three
                """);
        script("no unique", """
                a SUBMIT_JOB f '' data
                a SUBMIT_JOB f '' data
                w CAN_DO f
                w GRAB_JOB_UNIQ
                w GRAB_JOB_UNIQ
                """);
        script("unique of a dash", """
                a SUBMIT_JOB_BG f - data
                a SUBMIT_JOB_BG f - data
                a SUBMIT_JOB_BG f - other
                a SUBMIT_JOB_BG f - ''
                a SUBMIT_JOB_BG f - ''
                a GET_STATUS_UNIQUE -
                """);
        script("length of the unique", """
                a SUBMIT_JOB_BG f u*63 data
                a SUBMIT_JOB_BG f u*65 data
                a SUBMIT_JOB f u*100 data
                """);
        script("unique of 64 bytes", """
                a SUBMIT_JOB_BG f u*64 data
                w CAN_DO f
                w GRAB_JOB_UNIQ
                w GRAB_JOB
                """);
        script("status of a unique", """
                a GET_STATUS_UNIQUE u
                a SUBMIT_JOB f u data
                b SUBMIT_JOB f u data
                c GET_STATUS_UNIQUE u
                w CAN_DO f
                w GRAB_JOB
                c GET_STATUS_UNIQUE u
                w WORK_STATUS $1 3 4
                c GET_STATUS_UNIQUE u
                w WORK_COMPLETE $1 done
                c GET_STATUS_UNIQUE u
                """);
        script("background joined, then the foreground client goes", """
                a SUBMIT_JOB_BG f u data
                b SUBMIT_JOB f u data
                b close
                w CAN_DO f
                w GRAB_JOB
                """);
        script("foreground joined, then one client goes", """
                a SUBMIT_JOB f u data
                b SUBMIT_JOB f u data
                a close
                w CAN_DO f
                w GRAB_JOB
                w WORK_COMPLETE $1 done
                """);
        script("epoch of the past", """
                a SUBMIT_JOB_EPOCH f u 1 data
                w CAN_DO f
                w GRAB_JOB
                w WORK_COMPLETE $1 done
                """);
        script("epoch of the future", """
                a SUBMIT_JOB_EPOCH f u 9999999999 data
                a GET_STATUS $1
                w CAN_DO f
                w GRAB_JOB
                a > status
                a > show unique jobs
                """);
        script("epoch that is no number", """
                a SUBMIT_JOB_EPOCH f u soon data
                """);
        script("reduce job", """
                a SUBMIT_REDUCE_JOB f u1 r 0 one
                a SUBMIT_REDUCE_JOB_BACKGROUND f u2 r 0 two
                a SUBMIT_REDUCE_JOB f u3 r 0 three
                w CAN_DO f
                w GRAB_JOB_ALL
                w GRAB_JOB_UNIQ
                w GRAB_JOB
                w WORK_COMPLETE $1 done
                """);
        script("wake-up", """
                w CAN_DO f
                w PRE_SLEEP
                a SUBMIT_JOB f u data
                w GRAB_JOB
                w GRAB_JOB
                w PRE_SLEEP
                """);
        script("sleep beside a job", """
                a SUBMIT_JOB f u data
                w CAN_DO f
                w PRE_SLEEP
                w GRAB_JOB
                """);
        script("wake-up of many", """
                v CAN_DO f
                v PRE_SLEEP
                w CAN_DO f
                w PRE_SLEEP
                a SUBMIT_JOB f u data
                """);
        script("worker lost", """
                a SUBMIT_JOB f u1 one
                a SUBMIT_JOB f u2 two
                v CAN_DO f
                v GRAB_JOB
                v close
                a GET_STATUS $1
                a > show jobs
                w CAN_DO f
                w GRAB_JOB
                w WORK_COMPLETE $1 done
                """);
        script("all workers lost", """
                a SUBMIT_JOB f u data
                v CAN_DO f
                v GRAB_JOB
                v close
                w CAN_DO f
                w GRAB_JOB
                w close
                x CAN_DO f
                x GRAB_JOB
                x close
                y CAN_DO f
                y GRAB_JOB
                y close
                a GET_STATUS $1
                """);
        script("client lost", """
                a SUBMIT_JOB f u data
                a SUBMIT_JOB_BG f v data
                a close
                w CAN_DO f
                w > status
                w GRAB_JOB_UNIQ
                w GRAB_JOB
                """);
        script("client lost while its job runs", """
                a SUBMIT_JOB f u data
                w CAN_DO f
                w GRAB_JOB
                a close
                b GET_STATUS $1
                w WORK_DATA $1 part
                w WORK_COMPLETE $1 done
                b GET_STATUS $1
                """);
        script("abilities", """
                w CAN_DO f
                w CAN_DO g
                a > status
                a > workers
                w CANT_DO f
                a > status
                w RESET_ABILITIES
                a > status
                a > workers
                """);
        script("ability twice", """
                w CAN_DO f
                w CAN_DO f
                a > status
                w CANT_DO f
                a > status
                """);
        script("CANT_DO with a job", """
                a SUBMIT_JOB f u data
                w CAN_DO f
                w GRAB_JOB
                w CANT_DO f
                a > status
                w WORK_COMPLETE $1 done
                v CAN_DO f
                v GRAB_JOB
                v WORK_COMPLETE $1 done
                """);
        script("CAN_DO_TIMEOUT", """
                w CAN_DO_TIMEOUT f 60000
                a SUBMIT_JOB f u data
                a > status
                w GRAB_JOB
                w WORK_COMPLETE $1 done
                """);
        script("client id", """
                a SET_CLIENT_ID me
                a > workers
                """);
        script("framing", """
                a hex 0052455300000010000000026869
                a hex 005245510000000500000000
                a hex 005245510000000600000000
                a hex 005245510000001800000000
                a hex 0052455100000009000000026869
                b hex 005245500000001000000000
                c hex 005245510000000000000000
                d hex 005245510000002b00000000
                """);
        script("SUBMIT_JOB_SCHED", """
                a hex 005245510000002300000000
                """);
        script("too few arguments", """
                a hex 00524551000000070000000166
                """);
        script("maxqueue of an unknown function", """
                a > maxqueue f 1
                a > status
                a SUBMIT_JOB_BG f u1 data
                a SUBMIT_JOB_BG f u2 data
                """);
        script("maxqueue", """
                a > create function f
                a > maxqueue f 2
                a SUBMIT_JOB_BG f u1 data
                a SUBMIT_JOB f u2 data
                a SUBMIT_JOB f u3 data
                a SUBMIT_JOB_HIGH_BG f u4 data
                a SUBMIT_JOB f u2 data
                a > maxqueue f
                a SUBMIT_JOB f u3 data
                a > maxqueue f 0
                a SUBMIT_JOB f u4 data
                """);
        script("maxqueue by priority", """
                a > create function f
                a > maxqueue f 3 2 1
                a SUBMIT_JOB_LOW_BG f u1 data
                a SUBMIT_JOB_LOW_BG f u2 data
                a SUBMIT_JOB_BG f u3 data
                a SUBMIT_JOB_BG f u4 data
                a SUBMIT_JOB_HIGH_BG f u5 data
                a SUBMIT_JOB_HIGH_BG f u6 data
                """);
        script("words of maxqueue", """
                a > maxqueue
                a > maxqueue f 1 2
                a > maxqueue f x
                """);
        script("cancel a queued job", """
                a SUBMIT_JOB f u data
                b > cancel job $1
                b > cancel job $1
                a GET_STATUS $1
                w CAN_DO f
                w GRAB_JOB
                """);
        script("cancel a running job", """
                a SUBMIT_JOB f u data
                w CAN_DO f
                w GRAB_JOB
                b > cancel job $1
                w WORK_COMPLETE $1 done
                """);
        script("words of cancel", """
                a > cancel
                a > cancel job
                a > cancel job H:x:1
                a > cancel job x y
                """);
        script("create and drop function", """
                a > create function f
                a > create function f
                a > status
                a > drop function f
                a > status
                a > drop function f
                w CAN_DO g
                a > drop function g
                a SUBMIT_JOB_BG h u data
                a > drop function h
                a > status
                """);
        script("create function without CR", """
                a >> create function abc
                a > status
                """);
        script("words of create and drop", """
                a > create
                a > create function
                a > create function f g
                a > create f
                a > drop
                a > drop function
                a > drop function f g
                a > drop f
                """);
        script("lists", """
                a > status
                a > prioritystatus
                a > workers
                a > show jobs
                a > show unique jobs
                a SUBMIT_JOB f u1 data
                a SUBMIT_JOB f u2 data
                a > show jobs
                a > show unique jobs
                a > show nonsense
                a > show
                """);
        script("show jobs of the background", """
                a SUBMIT_JOB_BG f u1 data
                a > show jobs
                """);
        script("text", """
                a > version
                a > VERSION
                a > getpid
                a > verbose
                a > nonsense
                a > two words
                a >> version
                """);
        script("shutdown", """
                a > shutdown
                """);
    }

    // ---- the comparison ----

    @TestFactory
    Stream<DynamicTest> shouldAnswerAsGearmandDoes() {
        return SCRIPTS.keySet().stream().map(name -> DynamicTest.dynamicTest(name, () -> compare(name)));
    }

    @Test
    void shouldListOnlyDifferencesOfStepsThereAre() {
        for (Wanted wanted : WANTED) {
            assertTrue(SCRIPTS.containsKey(wanted.script), wanted::toString);
            assertTrue(SCRIPTS.get(wanted.script).lines().anyMatch(wanted.step::equals), wanted::toString);
        }
    }

    private void compare(String name) throws Exception {
        List<String> steps = SCRIPTS.get(name).lines().toList();
        List<String> theirs;
        try (Gearmand gearmand = new Gearmand(folder.resolve("gearmand.log"))) {
            theirs = new Play(gearmand.address).play(steps);
        }
        List<String> ours = playToKookoo(steps);
        List<String> problems = new ArrayList<>();
        Set<Wanted> wanted = new LinkedHashSet<>(
                WANTED.stream().filter(each -> each.script.equals(name)).toList());
        Set<Wanted> seen = new LinkedHashSet<>();
        for (int i = 0; i < steps.size(); i++) {
            String step = steps.get(i);
            if (!theirs.get(i).equals(ours.get(i))) {
                List<Wanted> listed =
                        wanted.stream().filter(each -> each.step.equals(step)).toList();
                seen.addAll(listed);
                if (listed.isEmpty()) {
                    problems.add(step + "\n    gearmand: " + theirs.get(i) + "\n    kookoo:   " + ours.get(i));
                }
            }
        }
        wanted.removeAll(seen);
        wanted.forEach(each -> problems.add("differs no more: " + each));
        if (!problems.isEmpty()) {
            fail("\n  " + String.join("\n  ", problems));
        }
    }

    private List<String> playToKookoo(List<String> steps) throws Exception {
        Path home = Files.createTempDirectory(folder, "home");
        Files.writeString(home.resolve("functions.txt"), "");
        Settings settings = Settings.load(home, home, Map.of(), Map.of("port", "0", "job-retries", "3"));
        Server server = Server.start(settings, Clock.SYSTEM, home.resolve("client.jar"), graceful -> {});
        try {
            return new Play(server.address()).play(steps);
        } finally {
            server.stop(Duration.ZERO);
        }
    }

    /** A gearmand on a port of its own, which ends with this. */
    private static final class Gearmand implements AutoCloseable {
        private final Process process;
        final InetSocketAddress address;

        Gearmand(Path log) throws Exception {
            assertTrue(Files.isExecutable(GEARMAND), GEARMAND + " is missing: apt-get install gearman-job-server");
            Files.deleteIfExists(log);
            int port;
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
            address = new InetSocketAddress("127.0.0.1", port);
            process = new ProcessBuilder(
                            GEARMAND.toString(),
                            "--listen=127.0.0.1",
                            "--port=" + port,
                            "--log-file=" + log,
                            "--pid-file=" + log.resolveSibling("gearmand.pid"),
                            "--verbose=INFO",
                            "--job-retries=3",
                            "--round-robin")
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            try {
                awaitListening();
            } catch (Exception | Error e) {
                close();
                throw e;
            }
        }

        private void awaitListening() throws Exception {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                try (Socket socket = new Socket()) {
                    socket.connect(address, 1000);
                    return;
                } catch (IOException e) {
                    if (System.nanoTime() - end > 0) {
                        throw e;
                    }
                    assertRunsFor(Duration.ofMillis(20));
                }
            }
        }

        private void assertRunsFor(Duration time) throws InterruptedException, ExecutionException {
            try {
                process.onExit().get(time.toMillis(), TimeUnit.MILLISECONDS);
                fail("gearmand has ended with exit code " + process.exitValue());
            } catch (TimeoutException e) {
                // It runs.
            }
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    // ---- playing ----

    /** One script against one server. */
    private static final class Play {
        private static final Pattern HANDLE = Pattern.compile("H:[^\\x00\\s\\]]+");

        private final InetSocketAddress address;
        private final Map<String, Line> lines = new LinkedHashMap<>();
        private final List<String> handles = new ArrayList<>();
        /** Asks who is connected; the first connection, so that it stands in every list. */
        private final Line observer;

        Play(InetSocketAddress address) throws IOException {
            this.address = address;
            this.observer = new Line(address);
        }

        /** For each step what came back, on all connections. */
        List<String> play(List<String> steps) throws IOException {
            List<String> answers = new ArrayList<>();
            try {
                observer.barrier();
                for (String step : steps) {
                    answers.add(play(step));
                }
                return answers;
            } finally {
                observer.close();
                for (Line line : lines.values()) {
                    line.close();
                }
            }
        }

        private String play(String step) throws IOException {
            String[] words = step.split(" ", 3);
            Line line = lines.get(words[0]);
            if (line == null) {
                line = new Line(address);
                lines.put(words[0], line);
                line.barrier();
            }
            if (words[1].equals("close")) {
                lines.remove(words[0]);
                line.close();
                awaitConnections(1 + lines.size());
            } else {
                line.send(bytes(words));
                line.barrier();
            }
            List<String> all = new ArrayList<>();
            for (Map.Entry<String, Line> each : lines.entrySet()) {
                // What the step caused on others came before the answer to an echo that is sent now.
                if (each.getValue() != line) {
                    each.getValue().barrier();
                }
                List<String> heard = each.getValue().take().stream()
                        .map(text -> normal(text, step))
                        .toList();
                if (!heard.isEmpty()) {
                    all.add(each.getKey() + ": " + String.join(", ", heard));
                }
            }
            return String.join("; ", all);
        }

        private void awaitConnections(int count) throws IOException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            String list;
            do {
                assertTrue(System.nanoTime() - end < 0, "a closed connection is still listed");
                observer.send("workers\r\n".getBytes(StandardCharsets.ISO_8859_1));
                observer.barrier();
                list = String.join("", observer.take());
            } while (list.lines()
                            .filter(row -> row.contains(" : ") || row.endsWith(" :"))
                            .count()
                    > count);
        }

        private byte[] bytes(String[] words) {
            String rest = words.length > 2 ? words[2] : "";
            for (int i = handles.size(); i > 0; i--) {
                rest = rest.replace("$" + i, handles.get(i - 1));
            }
            return switch (words[1]) {
                case ">" -> (rest + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
                case ">>" -> (rest + "\n").getBytes(StandardCharsets.ISO_8859_1);
                case "hex" -> HexFormat.of().parseHex(rest);
                default -> packet(PacketType.valueOf(words[1]), rest);
            };
        }

        private static byte[] packet(PacketType type, String words) {
            String[] arguments = words.isEmpty() ? new String[0] : words.split(" ");
            for (int i = 0; i < arguments.length; i++) {
                Matcher times = Pattern.compile("(.)\\*([0-9]+)").matcher(arguments[i]);
                arguments[i] = times.matches()
                        ? times.group(1).repeat(Integer.parseInt(times.group(2)))
                        : arguments[i].equals("''") ? "" : arguments[i].replace('+', '\0');
            }
            byte[] body = String.join("\0", arguments).getBytes(StandardCharsets.ISO_8859_1);
            return ByteBuffer.allocate(12 + body.length)
                    .putInt(Line.REQUEST)
                    .putInt(type.code())
                    .putInt(body.length)
                    .put(body)
                    .array();
        }

        /** An answer without what differs from server to server and from run to run. */
        private String normal(String text, String step) {
            String normal = HANDLE.matcher(text).replaceAll(match -> {
                String handle = match.group();
                if (!step.contains(handle) && !handles.contains(handle)) {
                    handles.add(handle);
                }
                int number = handles.indexOf(handle) + 1;
                return number == 0 ? Matcher.quoteReplacement(handle) : "H" + number;
            });
            if (step.matches(". >>? (?i:version|getpid)")) {
                normal = normal.replaceAll("OK \\S+", "OK number");
            }
            normal = normal.replaceAll("(?m)^[0-9]+ 127\\.0\\.0\\.1 ", "number 127.0.0.1 ");
            if (normal.endsWith(".\n")) {
                normal = String.join(
                                "\n", Arrays.stream(normal.split("\n")).sorted().toList()) + "\n";
            }
            return normal.replace("\0", "|")
                    .replace("\r", "\\r")
                    .replace("\n", "\\n")
                    .replace("\t", "\\t");
        }
    }

    /** One connection. */
    private static final class Line implements AutoCloseable {
        static final int REQUEST = 0x00524551;
        private static final int RESPONSE = 0x00524553;

        private final Socket socket = new Socket();
        private final DataInputStream in;
        private final List<String> heard = new ArrayList<>();
        private int echoes;
        private boolean ended;

        Line(InetSocketAddress address) throws IOException {
            socket.connect(address, (int) PATIENCE.toMillis());
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.setTcpNoDelay(true);
            in = new DataInputStream(socket.getInputStream());
        }

        void send(byte[] bytes) {
            if (!ended) {
                try {
                    socket.getOutputStream().write(bytes);
                } catch (IOException e) {
                    end("closed");
                }
            }
        }

        /** Waits for all that the server had to say until now. */
        void barrier() {
            String mark = "barrier " + ++echoes;
            send(Play.packet(PacketType.ECHO_REQ, "barrier+" + echoes));
            String last = "";
            while (!ended && !last.equals("ECHO_RES[" + mark.replace(' ', '\0') + "]")) {
                try {
                    last = read();
                    heard.add(last);
                } catch (SocketTimeoutException e) {
                    end("silent");
                } catch (IOException e) {
                    end("closed");
                }
            }
            if (!ended) {
                heard.remove(heard.size() - 1);
            }
        }

        private void end(String how) {
            ended = true;
            heard.add(how);
        }

        List<String> take() {
            List<String> all = List.copyOf(heard);
            heard.clear();
            return all;
        }

        /** A packet, or text up to the next packet. */
        private String read() throws IOException {
            int first = in.readUnsignedByte();
            if (first != 0) {
                return text(first);
            }
            byte[] header = new byte[11];
            in.readFully(header);
            ByteBuffer fields = ByteBuffer.wrap(header);
            assertEquals(RESPONSE, (fields.getShort() & 0xffff) << 8 | fields.get() & 0xff, "magic");
            PacketType type = PacketType.ofCode(fields.getInt());
            byte[] body = new byte[fields.getInt()];
            in.readFully(body);
            return type + "[" + new String(body, StandardCharsets.ISO_8859_1) + "]";
        }

        /** One line, or a list up to its line {@code .}. */
        private String text(int first) throws IOException {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            text.write(first);
            while (true) {
                int next = first == '\n' ? -1 : in.read();
                if (next < 0) {
                    throw new EOFException("in the middle of a line");
                }
                text.write(next);
                String all = text.toString(StandardCharsets.ISO_8859_1);
                if (next == '\n'
                        && (all.startsWith("OK")
                                || all.startsWith("ERR")
                                || all.endsWith("\n.\n")
                                || all.equals(".\n"))) {
                    return all;
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
