package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CAN_DO_TIMEOUT: a lease for each job; when it runs out, the job is retried, and at last it fails. */
final class LeaseTest {
    private static final String SHORT = "50";
    private static final String LONG = "60000";

    @RegisterExtension
    final RunningServer server = new RunningServer().with("job-retries", "1");

    private WireClient worker(String function, String millis) {
        return server.connect().send(CAN_DO_TIMEOUT, function, millis).expectNothingBeforeEcho();
    }

    // ---- refused ----

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1.5", "4294967296"})
    void shouldRefuseWhatAreNoMilliseconds(String millis) {
        server.connect()
                .send(CAN_DO_TIMEOUT, "f", millis)
                .expect(ERROR, "INVALID_ARGUMENTS", "CAN_DO_TIMEOUT takes milliseconds, 0 to 4294967295, not " + millis)
                .sendText("status")
                .expectText(".\n");
    }

    @Test
    void shouldRefuseAMissingTimeoutAndFunctionNamesThatDoNotFit() {
        WireClient worker = server.connect();
        worker.send(CAN_DO_TIMEOUT, "f").expectAny(ERROR);
        worker.send(CAN_DO_TIMEOUT, "", "1")
                .expect(ERROR, "INVALID_ARGUMENTS", "A function name has 1 to 512 bytes, this one has 0");
        worker.send(CAN_DO_TIMEOUT, "f".repeat(513), "1")
                .expect(ERROR, "ARGUMENT_TOO_LARGE", "A function name has 1 to 512 bytes, this one has 513");
    }

    // ---- a lease runs out ----

    @Test
    void shouldRetryAJobWhoseLeaseRanOut() {
        WireClient client = server.connect();
        WireClient slow = worker("f", SHORT);
        String handle = client.send(SUBMIT_JOB, "f", "", "data").expectHandle();
        slow.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        WireClient other = server.worker("f").send(PRE_SLEEP).expect(NOOP);
        other.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        slow.send(WORK_COMPLETE, handle, "late").expect(ERROR, "JOB_NOT_FOUND", "Job given in work result not found");
        // Nothing final before.
        client.expectNothingBeforeEcho();
        other.send(WORK_COMPLETE, handle, "done");
        client.expect(WORK_COMPLETE, handle, "done").expectNothingBeforeEcho();
        server.log().await("WARN requeued", "handle=" + handle, "did not end it within 50 ms");
    }

    @Test
    void shouldFailAJobWhenItsLastLeaseRanOutAndTellTheClients() {
        WireClient client = server.connect();
        WireClient slow = worker("f", SHORT);
        String handle = client.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        WireClient other = server.connect();
        other.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        for (int run = 0; run < 2; run++) {
            slow.send(PRE_SLEEP).expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        }
        client.expect(WORK_FAIL, handle).expectNothingBeforeEcho();
        other.expect(WORK_FAIL, handle).expectNothingBeforeEcho();
        client.send(GET_STATUS, handle).expect(STATUS_RES, handle, "0", "0", "0", "0");
        server.log().await("WARN ended", "handle=" + handle, "outcome=retries_exhausted");
        slow.send(WORK_FAIL, handle).expect(ERROR, "JOB_NOT_FOUND", "Job given in work result not found");
    }

    @Test
    void shouldTellTheWorkerThatAskedForItToStopAndThenWhichRunItGets() {
        WireClient client = server.connect();
        WireClient worker = worker("f", SHORT)
                .send(OPTION_REQ, "cancel")
                .expect(OPTION_RES, "cancel")
                .send(OPTION_REQ, "attempt")
                .expect(OPTION_RES, "attempt");
        String handle = client.send(SUBMIT_JOB, "f", "", "data").expectHandle();
        worker.send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "f", "data")
                .expect(WORK_FAIL, handle)
                .send(CAN_DO, "f")
                .send(GRAB_JOB)
                .expect(OPTION_RES, "attempt=2")
                .expect(JOB_ASSIGN, handle, "f", "data")
                .send(WORK_COMPLETE, handle, "done")
                .expectNothingBeforeEcho();
        client.expect(WORK_COMPLETE, handle, "done");
    }

    @Test
    void shouldTellTheWorkerToStopWhenTheLastLeaseRanOut() {
        WireClient worker = worker("f", SHORT).send(OPTION_REQ, "cancel").expect(OPTION_RES, "cancel");
        String handle = server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        for (int run = 0; run < 2; run++) {
            worker.send(PRE_SLEEP)
                    .expect(NOOP)
                    .send(GRAB_JOB)
                    .expect(JOB_ASSIGN, handle, "f", "")
                    .expect(WORK_FAIL, handle);
        }
        server.log().await("WARN ended", "handle=" + handle, "outcome=retries_exhausted");
    }

    // ---- none runs out ----

    @Test
    void shouldLeaveAJobThatEndedInTime() {
        WireClient client = server.connect();
        WireClient worker = worker("f", LONG);
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_COMPLETE, handle, "done");
        client.expect(WORK_COMPLETE, handle, "done");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLiftTheLimitWithZeroAndWithCanDo(boolean zero) {
        WireClient client = server.connect();
        WireClient worker = worker("f", SHORT);
        if (zero) {
            worker.send(CAN_DO_TIMEOUT, "f", "0");
        } else {
            worker.send(CAN_DO, "f");
        }
        String unlimited = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, unlimited, "f", "");
        // A job with a limit of the same length, taken later, is the measure of time here.
        String limited = client.send(SUBMIT_JOB, "g", "", "").expectHandle();
        WireClient measure = worker("g", SHORT);
        measure.send(GRAB_JOB)
                .expect(JOB_ASSIGN, limited, "g", "")
                .send(PRE_SLEEP)
                .expect(NOOP);
        client.send(GET_STATUS, unlimited).expect(STATUS_RES, unlimited, "1", "1", "0", "0");
        client.sendText("status").expectText("f\t1\t1\t1\ng\t1\t0\t1\n.\n");
        assertEquals(0, server.log().with("requeued", "handle=" + unlimited).size());
    }

    @Test
    void shouldCountAsOneWorkerHoweverOftenItIsAnnounced() {
        WireClient worker = worker("f", SHORT);
        worker.send(CAN_DO_TIMEOUT, "f", LONG)
                .send(CAN_DO, "f")
                .sendText("status")
                .expectText("f\t0\t0\t1\n.\n");
    }
}
