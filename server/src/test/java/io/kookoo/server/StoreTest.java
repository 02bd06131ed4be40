package io.kookoo.server;

import static io.kookoo.protocol.PacketType.CAN_DO;
import static io.kookoo.protocol.PacketType.ECHO_REQ;
import static io.kookoo.protocol.PacketType.ECHO_RES;
import static io.kookoo.protocol.PacketType.ERROR;
import static io.kookoo.protocol.PacketType.GRAB_JOB;
import static io.kookoo.protocol.PacketType.GRAB_JOB_UNIQ;
import static io.kookoo.protocol.PacketType.JOB_ASSIGN;
import static io.kookoo.protocol.PacketType.JOB_ASSIGN_UNIQ;
import static io.kookoo.protocol.PacketType.JOB_CREATED;
import static io.kookoo.protocol.PacketType.NO_JOB;
import static io.kookoo.protocol.PacketType.SUBMIT_JOB;
import static io.kookoo.protocol.PacketType.SUBMIT_JOB_BG;
import static io.kookoo.protocol.PacketType.SUBMIT_JOB_EPOCH;
import static io.kookoo.protocol.PacketType.SUBMIT_JOB_HIGH_BG;
import static io.kookoo.protocol.PacketType.WORK_COMPLETE;
import static io.kookoo.protocol.PacketType.WORK_EXCEPTION;
import static io.kookoo.protocol.PacketType.WORK_FAIL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.Version;
import io.kookoo.server.store.FailingJobStore;
import io.kookoo.server.store.StoreException;
import io.kookoo.server.time.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the store promises, through the front door: over restarts, over errors of the disk, and in the text commands. */
final class StoreTest {
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

    private FailingJobStore disk;

    @RegisterExtension
    private final RunningServer server = new RunningServer()
            .withSection("Retry twice", "retries = 1", "first_delay = 0")
            .withStore((settings, clock) -> disk = new FailingJobStore(Server.openStore(settings, clock)));

    private String submit(String function, String data) {
        return server.connect().send(SUBMIT_JOB_BG, function, "", data).expectHandle();
    }

    /** Runs the next job of a function to its end. */
    private void run(String function, String result) {
        WireClient worker = server.worker(function);
        String handle = worker.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        worker.send(WORK_COMPLETE, handle, result).expectNothingBeforeEcho().close();
    }

    private void fail(String function, String reason) {
        WireClient worker = server.worker(function);
        String handle = worker.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        worker.send(WORK_EXCEPTION, handle, reason).expectNothingBeforeEcho().close();
    }

    private List<String> ask(String line) {
        return Arrays.asList(
                server.connect().sendText(line).receiveLine().stripTrailing().split("\t"));
    }

    // ---- errors of the disk ----

    @Test
    void shouldRefuseBackgroundJobsWhileTheDiskFailsAndTakeThemWhenItIsWellAgain() {
        String before = submit("f", "before");
        disk.fail(new StoreException("the disk of this test is full", null));
        WireClient client = server.connect();
        client.send(SUBMIT_JOB_BG, "f", "", "refused").expect(ERROR, "QUEUE_ERROR", "the disk of this test is full");
        server.connect().sendText("show settings").awaitLine("Store\tstate\tthe disk of this test is full\tnow");
        server.log().await("store_failing");
        // To ask for what is there says nothing about the disk.
        assertEquals("ERR UNKNOWN_JOB", ask("result H:none:1").get(0).substring(0, 15));
        server.connect().sendText("show settings").awaitLine("Store\tstate\tthe disk of this test is full\tnow");
        // Memory goes on.
        client.send(SUBMIT_JOB, "f", "", "foreground").expectAny(JOB_CREATED);
        run("f", "1");
        run("f", "2");
        client.expectAny(WORK_COMPLETE);
        assertEquals("done", ask("result " + before).get(0).substring("OK ".length()));
        disk.fail(null);
        String after = submit("f", "after");
        server.restart();
        assertEquals("done", ask("result " + before).get(0).substring("OK ".length()));
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, after, "f", "after");
    }

    @Test
    void shouldAnswerWhenTheStoreRunsOutOfMemory() {
        disk.fail(new OutOfMemoryError("of this test"));
        server.connect()
                .send(SUBMIT_JOB_BG, "f", "", "refused")
                .expect(ERROR, "QUEUE_ERROR", "the store failed: java.lang.OutOfMemoryError: of this test");
        disk.fail(null);
        submit("f", "taken");
    }

    @Test
    void shouldRunEachDeadJobOnceWhereItDiesAgainMeanwhile() {
        String handle = submit("f", "x");
        fail("f", "bad");
        server.connect().sendText("retry function f").expectText("OK 1\r\n");
        fail("f", "bad again");
        List<String> answer = ask("result " + handle);
        assertEquals(List.of("OK dead", "2"), answer.subList(0, 2));
        assertEquals("exception: bad again", answer.get(6));
    }

    @Test
    void shouldNotRunADeadJobAgainBesideOneThatHasItsUnique() {
        String dead = server.connect().send(SUBMIT_JOB_BG, "f", "u", "1").expectHandle();
        fail("f", "bad");
        String live = server.connect().send(SUBMIT_JOB_BG, "f", "u", "2").expectHandle();
        assertTrue(ask("retry " + dead).get(0).startsWith("ERR NOT_RETRIED "));
        assertEquals(List.of("OK 0"), ask("retry function f"));
        assertEquals(live, server.connect().send(SUBMIT_JOB_BG, "f", "u", "3").expectHandle());
        run("f", "done");
        assertEquals(List.of("OK 1"), ask("retry " + dead));
    }

    @Test
    void shouldRefuseALimitBelowOne() {
        assertTrue(ask("jobs limit 0").get(0).startsWith("ERR INVALID_ARGUMENTS limit+takes+a+whole+number"));
        assertTrue(ask("jobs limit -3").get(0).startsWith("ERR INVALID_ARGUMENTS limit+takes+a+whole+number"));
    }

    @Test
    void shouldAnswerNothingElseOnAConnectionBeforeWhatWaitsForItsCommit() {
        WireClient client = server.connect();
        client.send(SUBMIT_JOB_BG, "f", "", "a");
        client.send(ECHO_REQ, "b");
        client.send(SUBMIT_JOB_BG, "", "", "c");
        client.expectAny(JOB_CREATED);
        client.expect(ECHO_RES, "b");
        client.expectAny(ERROR);
    }

    @Test
    void shouldRefuseToStartASecondServerOnTheSameFile() {
        Server.StartException e = assertThrows(
                Server.StartException.class,
                () -> Server.bind(server.settings(Map.of()), Clock.SYSTEM, Path.of("client.jar"), graceful -> {}));
        assertEquals(ExitCode.SETTINGS, e.exitCode());
        assertTrue(e.getMessage().contains("kookoo.db"), e.getMessage());
    }

    @Test
    void shouldRefuseToStartOnAFileThatIsNoDatabase() throws Exception {
        Path file =
                Files.writeString(server.folder().resolve("letter.txt"), "Dear reader, this is a letter.".repeat(99));
        Server.StartException e = assertThrows(
                Server.StartException.class,
                () -> Server.bind(
                        server.settings(Map.of("store-file", file.toString())),
                        Clock.SYSTEM,
                        Path.of("client.jar"),
                        graceful -> {}));
        assertEquals(ExitCode.SETTINGS, e.exitCode());
        assertTrue(e.getMessage().contains("letter.txt"), e.getMessage());
    }

    // ---- restarts ----

    @Test
    void shouldQueueJobsInTheirOrderAndPriorityAfterARestart() {
        String first = submit("f", "1");
        WireClient client = server.connect();
        String unique = client.send(SUBMIT_JOB_BG, "f", "u", "2").expectHandle();
        String high = client.send(SUBMIT_JOB_HIGH_BG, "f", "", "3").expectHandle();
        String delayed =
                client.send(SUBMIT_JOB_EPOCH, "f", "", "99999999999", "4").expectHandle();
        server.restart();
        client = server.connect();
        assertEquals(unique, client.send(SUBMIT_JOB_BG, "f", "u", "again").expectHandle());
        WireClient worker = server.worker("f");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, high, "f", "3");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, first, "f", "1");
        worker.send(GRAB_JOB_UNIQ).expect(JOB_ASSIGN_UNIQ, unique, "f", "u", "2");
        worker.send(GRAB_JOB).expect(NO_JOB);
        assertEquals("OK delayed", ask("result " + delayed).get(0));
        // And none of their handles is given to another.
        String next = submit("f", "5");
        assertTrue(List.of(first, unique, high, delayed).stream().noneMatch(next::equals), next);
    }

    @Test
    void shouldQueueARunningJobAgainAfterARestartWithoutCountingItsRun() {
        String handle = submit("f", "x");
        server.worker("f").send(GRAB_JOB).expectAny(JOB_ASSIGN);
        server.restart();
        assertEquals("OK queued", ask("result " + handle).get(0));
        WireClient worker = server.worker("f");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "x");
        assertEquals(List.of("OK running", "1"), ask("result " + handle).subList(0, 2));
    }

    @Test
    void shouldGiveAResultToAnybodyAsOftenAsWantedAlsoAfterARestart() {
        String handle = submit("f", "x");
        run("f", "a\tresult\\ of\ntwo lines");
        for (int i = 0; i < 2; i++) {
            List<String> answer = ask("result " + handle);
            assertEquals(7, answer.size(), answer::toString);
            assertEquals(List.of("OK done", "1"), answer.subList(0, 2));
            answer.subList(3, 6).forEach(time -> assertTrue(time.matches(TIME), time));
            assertEquals("a\\tresult\\\\ of\\ntwo lines", answer.get(6));
            server.restart();
        }
    }

    // ---- text commands ----

    @Test
    void shouldNotKnowAJobThatNeverWas() {
        server.connect().sendText("result H:none:1").awaitLine("ERR UNKNOWN_JOB ");
        server.connect().sendText("retry H:none:1").awaitLine("ERR UNKNOWN_JOB ");
        server.connect().sendText("result").awaitLine("ERR INVALID_ARGUMENTS ");
        server.connect().sendText("jobs state sleeping").awaitLine("ERR INVALID_ARGUMENTS ");
        server.connect().sendText("jobs colour red").awaitLine("ERR INVALID_ARGUMENTS ");
        server.connect().sendText("jobs function").awaitLine("ERR INVALID_ARGUMENTS ");
        server.connect().sendText("backup relative.db").awaitLine("ERR INVALID_ARGUMENTS ");
    }

    @Test
    void shouldKeepNoResultOfAForegroundCallThatSucceedsButItsFailure() {
        WireClient client = server.connect();
        String done = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        run("f", "");
        client.expectAny(WORK_COMPLETE);
        String failed = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        fail("f", "no luck");
        assertEquals("ERR UNKNOWN_JOB", ask("result " + done).get(0).substring(0, 15));
        List<String> answer = ask("result " + failed);
        assertEquals("OK failed", answer.get(0));
        assertEquals("exception: no luck", answer.get(6));
    }

    @Test
    void shouldTellAResultOnceTheJobHasEndedWhereSomebodyWaits() {
        String handle = submit("f", "x");
        WireClient waiting = server.connect();
        waiting.sendText("result " + handle + " wait").sendText("version");
        assertEquals("OK " + Version.TEXT, waiting.receiveLine());
        run("f", "here");
        String line = waiting.awaitLine("OK done\t1\t").stripTrailing();
        assertTrue(line.endsWith("\there"), line);
    }

    @Test
    void shouldListJobsByFunctionStateAndTime() {
        String done = submit("f", "x");
        run("f", "res");
        String dead = submit("f", "y");
        fail("f", "bad");
        String queued = submit("g", "z");
        WireClient client = server.connect().sendText("jobs");
        List<String> all =
                List.of(client.receiveLine(), client.receiveLine(), client.receiveLine(), client.receiveLine());
        assertEquals(".", all.get(3));
        assertEquals(done, all.get(0).split("\t")[0]);
        assertEquals(
                List.of("f", "background", "done", "normal", "1"),
                Arrays.asList(all.get(0).split("\t")).subList(1, 6));
        assertEquals("res", all.get(0).split("\t")[10]);
        server.connect().sendText("jobs state dead").awaitLine(dead + "\tf\tbackground\tdead\tnormal\t1\t");
        server.connect().sendText("jobs --function g").awaitLine(queued + "\tg\tbackground\tqueued\tnormal\t0\t");
        server.connect().sendText("jobs limit 1").awaitLine(queued + "\t");
        server.connect().sendText("jobs since 99999999999999").expectText(".\n");
    }

    @Test
    void shouldRunADeadJobAgain() {
        String handle = submit("f", "x");
        server.connect().sendText("retry " + handle).awaitLine("ERR NOT_DEAD ");
        fail("f", "bad");
        server.restart();
        List<String> answer = ask("result " + handle);
        assertEquals("OK dead", answer.get(0));
        assertEquals("exception: bad", answer.get(6));
        server.connect().sendText("retry " + handle).expectText("OK 1\r\n");
        server.restart();
        run("f", "good");
        assertEquals("OK done", ask("result " + handle).get(0));
    }

    @Test
    void shouldRunAllDeadJobsOfAFunctionAgainAndForgetTheOthers() {
        for (int i = 0; i < 3; i++) {
            submit("f", "x");
            fail("f", "bad");
        }
        submit("g", "x");
        fail("g", "bad");
        server.connect().sendText("retry function f").expectText("OK 3\r\n");
        server.connect().sendText("purge function f").expectText("OK 0\r\n");
        server.connect().sendText("purge").expectText("OK 1\r\n");
        server.connect().sendText("jobs state dead").expectText(".\n");
        run("f", "1");
        run("f", "2");
        run("f", "3");
    }

    @Test
    void shouldRunAJobAgainThatItsFunctionIsToBeRetriedFor() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "twice", "", "").expectHandle();
        fail("twice", "first");
        server.log().await("retried");
        WireClient worker = server.connect().send(CAN_DO, "twice");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "twice", "");
        worker.send(WORK_FAIL, handle);
        client.expect(WORK_FAIL, handle);
    }

    @Test
    void shouldBackUpWhileItRunsAndStartWithTheCopy() {
        String handle = submit("f", "x");
        Path copy = server.folder().resolve("copy of it.db");
        server.connect()
                .sendText("backup " + copy.toString().replace(" ", "%20"))
                .expectText("OK\r\n");
        server.connect()
                .sendText("backup " + copy.toString().replace(" ", "%20"))
                .awaitLine("ERR STORE_ERROR ");
        run("f", "only in the first");
        server.with("store-file", copy.toString()).restart();
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "x");
    }

    @Test
    void shouldKeepCallsOfTheCatalog() {
        WireClient poller = server.connect().send(io.kookoo.protocol.PacketType.OPTION_REQ, "catalog");
        poller.expectAny(io.kookoo.protocol.PacketType.OPTION_RES);
        String handle = poller.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        poller.send(WORK_COMPLETE, handle, "hello").expectNothingBeforeEcho();
        server.restart();
        assertEquals("hello", ask("result " + handle).get(6));
    }
}
