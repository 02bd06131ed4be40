package io.kookoo.client.command;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that ask for what the server's store keeps, and submissions that wait for it. */
class StoreCommandsTest extends CommandTest {
    private static final String TIMES = "2026-11-22T02:27:53.001Z\t2026-11-22T02:27:54.000Z\t2026-11-22T02:27:55.250Z";

    // What goes wrong

    @ParameterizedTest
    @ValueSource(
            strings = {
                "result",
                "result H:1 H:2",
                "result H:1 --wait --timeout 0",
                "jobs surplus",
                "jobs --state lost",
                "jobs --since yesterday",
                "jobs --limit 0",
                "jobs --limit many",
                "jobs --function=",
                "retry",
                "retry H:1 --function f",
                "retry H:1 H:2",
                "purge H:1",
                "backup",
                "backup 100%20.db"
            })
    void shouldRefuseWrongUsage(String arguments) throws Exception {
        CommandRun run = run((Object[]) arguments.split(" ")).exits(2);
        assertEquals("", run.out());
        assertEquals(2, run.err().lines().count(), run.err());
    }

    @Test
    void shouldSayWhatATimeMayBe() throws Exception {
        run("jobs", "--since", "yesterday").exits(2).printing("", """
                        --since yesterday: expected a moment (2026-11-22T02:27:53Z), a date (2026-11-22) or an age (90s, 15m, 2h, 7d)
                        Try: java -jar client.jar jobs --help
                        """);
    }

    @ParameterizedTest
    @CsvSource({
        "result H:1, result H:1, ERR UNKNOWN_JOB no+such+job:+H%3A1, UNKNOWN_JOB no such job: H:1",
        "retry H:1, retry H:1, ERR NOT_DEAD the+job+is+queued, NOT_DEAD the job is queued",
        "retry --function f, retry function f, ERR STORE_ERROR disk+full, STORE_ERROR disk full",
        "purge, purge, ERR STORE_ERROR disk+at+100%, STORE_ERROR disk+at+100%",
        "jobs, jobs, ERR STORE_ERROR there+is+no+store, STORE_ERROR there is no store",
        "backup /x, backup /x, ERR PERMISSION_DENIED from+this+machine+alone, PERMISSION_DENIED from this machine alone"
    })
    void shouldSayWhyTheServerRefuses(String arguments, String request, String answer, String reason) throws Exception {
        ask(request, answer + "\r\n", (Object[]) arguments.split(" "))
                .exits(5)
                .printing("", "the server refuses \"" + request + "\": ERR " + reason + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "result H:1, result H:1, OK",
        "result H:1, result H:1, OK done 1",
        "result H:1, result H:1, OK asleep|1|w|-|-|-|",
        "result H:1, result H:1, OK done|many|w|-|-|-|",
        "result H:1, result H:1, OK done|1|w|-|-|-|bad \\escape",
        "jobs, jobs, H:1|f|background",
        "jobs, jobs, H:1|f|background|done|normal|x|-|-|-|-|",
        "jobs, jobs, H:1|f|background|done|normal|1|-|-|-|-|\\q",
        "retry H:1, retry H:1, OK many",
        "purge, purge, OKAY 1",
        "backup /x, backup /x, .",
    })
    void shouldSayThatAnAnswerIsNotUnderstood(String arguments, String request, String answer) throws Exception {
        CommandRun run = ask(request, answer.replace('|', '\t') + "\n.\n", (Object[]) arguments.split(" "))
                .exits(4);
        assertEquals("", run.out());
        assertTrue(run.err().contains("the answer to the text command " + request + " is not understood"), run.err());
    }

    // result

    @Test
    void shouldPrintAResultByteForByte() throws Exception {
        ask("result H:1", "OK done\t1\t7/box\t" + TIMES + "\tgrüße\\t\\n\\\\ \\x00\n", "result", "H:1")
                .exits(0)
                .printing("grüße\t\n\\ \0\n", "");
        ask("result H:1", "OK done\t1\t7/box\t" + TIMES + "\t\n", "result", "H:1")
                .exits(0)
                .printing("\n", "");
    }

    @Test
    void shouldPrintAResultThatIsLongerThanLinesAreUsually() throws Exception {
        String text = "x".repeat(1 << 20);
        ask("result H:1", "OK done\t1\t7/box\t" + TIMES + "\t" + text + "\n", "result", "H:1")
                .exits(0)
                .printing(text + "\n", "");
    }

    @ParameterizedTest
    @CsvSource({
        "dead, 'boom\\nat line 1', 'dead: boom\nat line 1', 5",
        "failed, '', failed, 5",
        "dead, deadline passed, dead: deadline passed, 5",
        "dead, 'oh\\x1B[2J\\tno', 'dead: oh\\u001b[2J\tno', 5",
        "failed, failed: no number, failed: no number, 5",
        "cancelled, by a person, cancelled: by a person, 5",
        "cancelled, cancelled, cancelled, 5",
        "running, '', 'running, not ended yet; --wait waits for it', 6",
        "delayed, '', 'delayed, not ended yet; --wait waits for it', 6"
    })
    void shouldSayWhyThereIsNoResult(String state, String text, String reason, int exitCode) throws Exception {
        ask("result H:1", "OK " + state + "\t2\t-\t" + TIMES + "\t" + text + "\n", "result", "H:1")
                .exits(exitCode)
                .printing("", "H:1: " + reason + "\n");
    }

    @Test
    void shouldWriteAResultAsJson() throws Exception {
        ask("result H:1", "OK done\t1\t7/box\t" + TIMES + "\ta\\tb\n", "result", "--json", "H:1")
                .exits(0)
                .printing("""
                        [{"handle": "H:1", "state": "done", "attempts": 1, "worker": "7/box", "created": "2026-11-22T02:27:53.001Z",\
                         "started": "2026-11-22T02:27:54.000Z", "ended": "2026-11-22T02:27:55.250Z", "result": "a\\u0009b"}]
                        """, "");
        ask("result H:1", "OK cancelled\t0\t-\t-\t-\t-\tdropped\n", "result", "--json", "H:1")
                .exits(5)
                .printing("""
                        [{"handle": "H:1", "state": "cancelled", "attempts": 0, "worker": null, "created": null,\
                         "started": null, "ended": null, "error": "cancelled: dropped"}]
                        """, "H:1: cancelled: dropped\n");
    }

    @Test
    void shouldWaitForTheEndOfAJob() throws Exception {
        ask("result H:1 wait", "OK done\t1\t7/box\t" + TIMES + "\t3\n", "result", "H:1", "--wait")
                .exits(0)
                .printing("3\n", "");
        ask("result H:1 wait", "OK done\t1\t7/box\t" + TIMES + "\t3\n", "result", "H:1", "--wait", "--timeout", "60")
                .exits(0)
                .printing("3\n", "");
        ask("result H:1 wait", "ERR UNKNOWN_JOB\n", "result", "H:1", "--wait", "--timeout", "60")
                .exits(5)
                .printing("", "the server refuses \"result H:1 wait\": ERR UNKNOWN_JOB\n");
    }

    @Test
    void shouldEndWithSixWhenAJobDoesNotEndInTime() throws Exception {
        CommandRun run = run("result", "H:1", "--wait", "--timeout", "0.2");
        try (Peer peer = server.accept()) {
            peer.expect("result H:1 wait\n");
            run.exits(6).printing("", "H:1: not ended within 0.2 s (--timeout)\n");
            peer.expectEnd();
        }
    }

    // jobs

    @Test
    void shouldListJobsAsTableAndAsJson() throws Exception {
        String answer = """
                H:1\tadd\tbackground\tdone\tnormal\t1\t2026-11-22T02:27:53.001Z\t2026-11-22T02:27:54.000Z\t\
                2026-11-22T02:27:55.250Z\t7/box\t-
                H:2\ttwo words\tcatalog\tqueued\thigh\t12\t2026-11-22T02:27:53.001Z\t-\t-\t-\ta\\tb
                .
                """;
        ask("jobs", answer, "jobs").exits(0).printing("""
                        HANDLE  FUNCTION   KIND        STATE   PRIORITY  ATTEMPTS  CREATED                   STARTED                   ENDED                     WORKER  TEXT
                        H:1     add        background  done    normal           1  2026-11-22T02:27:53.001Z  2026-11-22T02:27:54.000Z  2026-11-22T02:27:55.250Z  7/box   -
                        H:2     two words  catalog     queued  high            12  2026-11-22T02:27:53.001Z  -                         -                         -       a\\tb
                        """, "");
        ask("jobs", answer, "jobs", "--json").exits(0).printing("""
                        [{"handle": "H:1", "function": "add", "kind": "background", "state": "done", "priority": "normal",\
                         "attempts": 1, "created": "2026-11-22T02:27:53.001Z", "started": "2026-11-22T02:27:54.000Z",\
                         "ended": "2026-11-22T02:27:55.250Z", "worker": "7/box", "text": "-"},
                         {"handle": "H:2", "function": "two words", "kind": "catalog", "state": "queued", "priority": "high",\
                         "attempts": 12, "created": "2026-11-22T02:27:53.001Z", "started": null, "ended": null,\
                         "worker": null, "text": "a\\u0009b"}]
                        """, "");
        ask("jobs", ".\n", "jobs", "--json").exits(0).printing("[]\n", "");
    }

    @Test
    void shouldAskForTheJobsOfAFunctionAStateAndATime() throws Exception {
        long midnight = LocalDate.parse("2026-11-22")
                .atStartOfDay(ZoneId.systemDefault())
                .toInstant()
                .toEpochMilli();
        ask(
                        "jobs function two%20words state dead since " + midnight + " limit 10",
                        ".\n",
                        "jobs",
                        "--function",
                        "two words",
                        "--state",
                        "dead",
                        "--since",
                        "2026-11-22",
                        "--limit",
                        10)
                .exits(0);
        Instant moment = Instant.parse("2026-11-22T02:27:53Z");
        ask("jobs since " + moment.toEpochMilli(), ".\n", "jobs", "--since", moment)
                .exits(0);
    }

    // retry, purge, backup

    @Test
    void shouldSayHowManyJobsAreQueuedAgain() throws Exception {
        ask("retry H:1", "OK 1\n", "retry", "H:1").exits(0).printing("1 job queued again\n", "");
        ask("retry function two%20words", "OK 12\r\n", "retry", "--function", "two words")
                .exits(0)
                .printing("12 jobs queued again\n", "");
    }

    @Test
    void shouldSayHowManyDeadJobsAreForgotten() throws Exception {
        ask("purge", "OK 0\n", "purge").exits(0).printing("0 dead jobs forgotten\n", "");
        ask("purge function f", "OK 1\n", "purge", "--function", "f").exits(0).printing("1 dead job forgotten\n", "");
    }

    @Test
    void shouldNameTheFileOfABackupByItsWholePath() throws Exception {
        Path file = home.resolve("my backup.db");
        ask("backup " + file.toString().replace(" ", "%20"), "OK\n", "backup", "sub/../my backup.db")
                .exits(0)
                .printing("backup written: " + file + "\n", "");
    }

    // A store that takes its time

    @Test
    void shouldTakeASilentServerForSlowWhileItsStoreMayBeBusy() {
        ConnectionLimits usual = Program.limits(settings(Map.of()));
        ConnectionLimits patient = Program.limitsOfStore(settings(Map.of()));
        assertEquals(ConnectionLimits.PING_TIMEOUT, usual.pingTimeout());
        assertEquals(Duration.ofSeconds(60), patient.pingTimeout());
        assertEquals(ConnectionLimits.PING_INTERVAL, patient.pingInterval());
        ConnectionLimits hasty = Program.limitsOfStore(settings(Map.of("KOOKOO_STORE_TIMEOUT", "0.1")));
        assertEquals(Duration.ofMillis(100), hasty.pingTimeout());
        assertEquals(Duration.ofMillis(50), hasty.pingInterval());
    }

    private Settings settings(Map<String, String> environment) {
        return Settings.load(home, home, environment, Map.of());
    }

    @Test
    void shouldPrintTheHandleThatComesAfterASilence() throws Exception {
        CommandRun run = background("60", "f(1)");
        try (Peer peer = server.accept()) {
            peer.expect(req(OPTION_REQ, "exceptions"), req(SUBMIT_JOB_BG, "f", "", "1"))
                    // No text command asks for workers meanwhile, and nobody answers.
                    .expect(req(ECHO_REQ, "kookoo-ping"))
                    .send(res(OPTION_RES, "exceptions"), res(JOB_CREATED, "H:1"));
            run.exits(0).printing("H:1\n", "");
        }
    }

    @Test
    void shouldSayWhatIsNotKnownWhenTheStoreTakesTooLong() throws Exception {
        CommandRun run = background("2", "f(1)", "g(2)");
        try (Peer peer = server.accept()) {
            peer.expect(
                            req(OPTION_REQ, "exceptions"),
                            req(SUBMIT_JOB_BG, "f", "", "1"),
                            req(SUBMIT_JOB_BG, "g", "", "2"))
                    .send(res(JOB_CREATED, "H:1"));
            run.exits(6)
                    .printing(
                            "H:1\n",
                            "g(2): the job may or may not have been accepted: 127.0.0.1:" + server.port()
                                    + " has not answered for 2 s ([Client] store_timeout);"
                                    + " java -jar client.jar jobs shows it when the server answers again\n");
        }
    }

    @Test
    void shouldSayWhatIsNotKnownWhenTimeRunsOutOrTheConnectionIsLost() throws Exception {
        CommandRun late = background("60", "--timeout", "0.2", "f(1)");
        try (Peer peer = server.accept()) {
            peer.expect(req(OPTION_REQ, "exceptions"), req(SUBMIT_JOB_BG, "f", "", "1"));
            late.exits(6)
                    .printing(
                            "",
                            "f(1): the job may or may not have been accepted: 127.0.0.1:" + server.port()
                                    + " has not answered within 0.2 s (--timeout)\n");
        }
        CommandRun lost = background("60", "f(1)");
        server.accept()
                .expect(req(OPTION_REQ, "exceptions"), req(SUBMIT_JOB_BG, "f", "", "1"))
                .hangUp();
        lost.exits(4)
                .printing(
                        "",
                        "f(1): the job may or may not have been accepted: the connection to 127.0.0.1:" + server.port()
                                + " is lost: the server closed the connection\n");
    }

    private CommandRun background(String storeTimeout, Object... args) {
        return new CommandRun(home)
                .environment("KOOKOO_STORE_TIMEOUT", storeTimeout)
                .start(Stream.concat(Stream.of("call", "--port", server.port(), "--background"), Stream.of(args))
                        .toArray());
    }

    // Help and completion

    @Test
    void shouldTeachByExampleAndComplete() throws Exception {
        String completion = run("generate-completion").exits(0).out();
        for (String command : new String[] {"result", "jobs", "retry", "purge", "backup"}) {
            String help = run(command, "--help").exits(0).out();
            assertTrue(help.contains("Examples:\n  java -jar client.jar " + command), help);
            assertTrue(help.contains("--ip"), help);
            assertEquals(-1, help.indexOf("${"), help);
            assertTrue(completion.contains("_picocli_client.jar_" + command + "()"), command);
        }
        assertTrue(
                completion.contains("\"delayed\" \"queued\" \"running\" \"done\" \"failed\" \"dead\" \"cancelled\""));
    }
}
