package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cancel job H} and {@code cancel unique F U}: a job ends before its time, and nobody hears of it twice. */
final class CancelTest {
    private static final String OK = "OK\r\n";
    private static final String UNKNOWN = "ERR UNKNOWN_JOB\r\n";

    @RegisterExtension
    final RunningServer server = new RunningServer();

    // ---- refused ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cancel",
                "cancel job",
                "cancel job a b",
                "cancel unique",
                "cancel unique f",
                "cancel unique f u x",
                "cancel x y",
                "CANCEL H:x:1:1"
            })
    void shouldRefuseWrongWords(String line) {
        server.connect()
                .sendText(line)
                .expectText("ERR INVALID_ARGUMENTS"
                        + " An+incomplete+set+of+arguments+was+sent+to+this+command+cancel\r\n");
    }

    @Test
    void shouldNameAnUnknownJob() {
        WireClient client = server.connect();
        client.sendText("cancel job H:nowhere:1:1").expectText(UNKNOWN);
        client.sendText("cancel job " + "x".repeat(1000)).expectText(UNKNOWN);
        client.sendText("cancel unique f u").expectText(UNKNOWN);
        client.send(SUBMIT_JOB_BG, "f", "u", "").expectHandle();
        client.sendText("cancel unique g u").expectText(UNKNOWN);
        client.sendText("cancel unique f v").expectText(UNKNOWN);
        client.sendText("cancel unique " + "f".repeat(1000) + " u").expectText(UNKNOWN);
        client.sendText("status").expectText("f\t1\t0\t0\n.\n");
    }

    // ---- queued ----

    @ParameterizedTest
    @ValueSource(strings = {"cancel job %s", "CANCEL JOB %s\r", "cancel unique f u", "  Cancel  Unique  f\tu  "})
    void shouldEndAQueuedJobAndTellEveryClient(String line) {
        WireClient first = server.connect();
        WireClient second = server.connect();
        String handle = first.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        second.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        server.connect().sendText(String.format(line, handle)).expectText(OK);
        first.expect(WORK_FAIL, handle).expectNothingBeforeEcho();
        second.expect(WORK_FAIL, handle).expectNothingBeforeEcho();
        server.worker("f").send(GRAB_JOB).expect(NO_JOB);
        first.sendText("cancel job " + handle).expectText(UNKNOWN);
        first.send(GET_STATUS, handle).expect(STATUS_RES, handle, "0", "0", "0", "0");
        server.log().await("WARN cancelled", "handle=" + handle);
    }

    @Test
    void shouldTellWhoWantsExceptionsThatAQueuedJobWasCancelled() {
        WireClient client = server.connect().send(OPTION_REQ, "exceptions").expect(OPTION_RES, "exceptions");
        WireClient other = server.connect();
        String handle = client.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        other.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        server.connect().sendText("cancel job " + handle).expectText(OK);
        client.expect(WORK_EXCEPTION, handle, "cancelled").expectNothingBeforeEcho();
        other.expect(WORK_FAIL, handle).expectNothingBeforeEcho();
    }

    @Test
    void shouldTellWhoWantsExceptionsThatTheFunctionOfAQueuedJobWasDropped() {
        WireClient client = server.connect().send(OPTION_REQ, "exceptions").expect(OPTION_RES, "exceptions");
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        client.sendText("drop function f")
                .expect(WORK_EXCEPTION, handle, "cancelled")
                .expectText(OK);
    }

    @Test
    void shouldEndABackgroundJobAndFreeItsUnique() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB_BG, "f", "u", "").expectHandle();
        client.sendText("cancel job " + handle).expectText(OK).expectNothingBeforeEcho();
        assertNotEquals(handle, client.send(SUBMIT_JOB_BG, "f", "u", "").expectHandle());
    }

    @Test
    void shouldEndAJobThatWaitsForItsSecond() {
        WireClient client = server.connect();
        String handle =
                client.send(SUBMIT_JOB_EPOCH, "f", "u", "99999999999", "").expectHandle();
        client.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        client.sendText("cancel job " + handle).expect(WORK_FAIL, handle).expectText(OK);
        client.sendText("status").expectText("f\t0\t0\t0\n.\n");
    }

    @Test
    void shouldKeepTheOrderOfTheOthers() {
        WireClient client = server.connect();
        String first = client.send(SUBMIT_JOB_BG, "f", "", "1").expectHandle();
        String second = client.send(SUBMIT_JOB_BG, "f", "", "2").expectHandle();
        String third = client.send(SUBMIT_JOB_BG, "f", "", "3").expectHandle();
        client.sendText("cancel job " + second).expectText(OK);
        server.worker("f")
                .send(GRAB_JOB)
                .expect(JOB_ASSIGN, first, "f", "1")
                .send(GRAB_JOB)
                .expect(JOB_ASSIGN, third, "f", "3")
                .send(GRAB_JOB)
                .expect(NO_JOB);
    }

    // ---- running ----

    @Test
    void shouldEndARunningJobOnce() {
        WireClient client = server.connect();
        WireClient worker = server.worker("f");
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        client.sendText("cancel job " + handle).expect(WORK_FAIL, handle).expectText(OK);
        client.sendText("status").expectText("f\t0\t0\t1\n.\n");
        // The worker learns of it when it reports.
        worker.expectNothingBeforeEcho()
                .send(WORK_DATA, handle, "x")
                .expect(ERROR, "JOB_NOT_FOUND", "Job does not exist on server")
                .send(WORK_COMPLETE, handle, "late")
                .expect(ERROR, "JOB_NOT_FOUND", "Job given in work result not found");
        client.expectNothingBeforeEcho();
        server.log().await("WARN ended", "handle=" + handle, "outcome=cancelled");
    }

    @Test
    void shouldTellWhoWantsExceptionsThatARunningJobWasCancelled() {
        WireClient client = server.connect().send(OPTION_REQ, "exceptions").expect(OPTION_RES, "exceptions");
        WireClient worker = server.worker("f");
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        client.sendText("cancel job " + handle)
                .expect(WORK_EXCEPTION, handle, "cancelled")
                .expectText(OK)
                .expectNothingBeforeEcho();
        server.log().await("WARN ended", "handle=" + handle, "outcome=cancelled");
    }

    @Test
    void shouldNotRunACancelledJobAgainWhenItsWorkerIsLost() {
        WireClient client = server.connect();
        WireClient worker = server.worker("f");
        String handle = client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        client.sendText("cancel job " + handle).expectText(OK);
        worker.close();
        server.log().await("disconnected conn=2 ");
        server.worker("f").send(GRAB_JOB).expect(NO_JOB);
    }

    // ---- option cancel ----

    /** A worker of f that is told what to stop. */
    private WireClient obedientWorker() {
        return server.worker("f").send(OPTION_REQ, "cancel").expect(OPTION_RES, "cancel");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cancel job %s", "cancel unique f u"})
    void shouldTellTheWorkerThatAskedForItOnce(String line) {
        WireClient client = server.connect();
        WireClient worker = obedientWorker();
        String handle = client.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        server.connect().sendText(String.format(line, handle)).expectText(OK);
        worker.expect(WORK_FAIL, handle).expectNothingBeforeEcho();
        client.expect(WORK_FAIL, handle).expectNothingBeforeEcho();
        client.sendText("cancel job " + handle).expectText(UNKNOWN);
        worker.send(WORK_STATUS, handle, "1", "2")
                .expect(ERROR, "JOB_NOT_FOUND", "Job given in work result not found")
                .send(WORK_EXCEPTION, handle, "interrupted")
                .expect(ERROR, "JOB_NOT_FOUND", "An exception was received for a job that does not exist")
                .expectNothingBeforeEcho();
    }

    @Test
    void shouldTellTheWorkerThatCancelsItsOwnJobBeforeItAnswers() {
        WireClient worker = obedientWorker();
        String handle = server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "f", "")
                .sendText("cancel job " + handle)
                .expect(WORK_FAIL, handle)
                .expectText(OK);
    }

    @Test
    void shouldTellNoWorkerOfAQueuedJob() {
        WireClient worker = obedientWorker();
        String handle = worker.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        server.connect().sendText("cancel job " + handle).expectText(OK);
        worker.expectNothingBeforeEcho();
    }

    // ---- not to be cancelled ----

    @Test
    void shouldNotCancelACallOfTheCatalog() {
        WireClient poller = server.connect().send(OPTION_REQ, "catalog").expect(OPTION_RES, "catalog");
        String handle = poller.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        poller.sendText("cancel job " + handle).expectText(UNKNOWN);
        poller.send(WORK_COMPLETE, handle, "").expectNothingBeforeEcho();
    }
}
