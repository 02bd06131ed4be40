package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of jobs when their worker or their client is lost. */
final class DisconnectTest {
    @RegisterExtension
    final RunningServer server = new RunningServer().with("job-retries", "2");

    // ---- the worker ----

    @Test
    void shouldFailAJobWhenAllItsWorkersWereLost() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "f", "", "deadly").expectHandle();
        for (int run = 1; run <= 3; run++) {
            // Nothing final before the last run.
            client.expectNothingBeforeEcho();
            server.worker("f")
                    .send(GRAB_JOB)
                    .expect(JOB_ASSIGN, handle, "f", "deadly")
                    .close();
            server.log().await(run, "worker_lost", "jobs=1");
        }
        client.expect(WORK_FAIL, handle).expectNothingBeforeEcho();
        server.worker("f").send(GRAB_JOB).expect(NO_JOB);
        server.log().await("WARN ended", "handle=" + handle, "outcome=retries_exhausted");
        assertEquals(2, server.log().with("requeued", "handle=" + handle).size());
        assertEquals(1, server.log().with("requeued", "attempt=1").size());
        assertEquals(1, server.log().with("requeued", "attempt=2").size());
    }

    @Test
    void shouldFailABackgroundJobWhenAllItsWorkersWereLost() {
        String handle = server.connect().send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        for (int run = 1; run <= 3; run++) {
            server.worker("f")
                    .send(GRAB_JOB)
                    .expect(JOB_ASSIGN, handle, "f", "")
                    .reset();
            server.log().await(run, "worker_lost");
        }
        server.worker("f").send(GRAB_JOB).expect(NO_JOB);
        server.connect().send(GET_STATUS, handle).expect(STATUS_RES, handle, "0", "0", "0", "0");
    }

    /** A worker of f that has the option {@code attempt}. */
    private WireClient countingWorker() {
        return server.worker("f").send(OPTION_REQ, "attempt").expect(OPTION_RES, "attempt");
    }

    @Test
    void shouldTellWorkersThatAskedForItWhichFurtherRunTheyGet() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "f", "u", "x").expectHandle();
        countingWorker()
                .send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "f", "x")
                .expectNothingBeforeEcho()
                .close();
        server.log().await(1, "worker_lost");
        countingWorker()
                .send(GRAB_JOB_UNIQ)
                .expect(OPTION_RES, "attempt=2")
                .expect(JOB_ASSIGN_UNIQ, handle, "f", "u", "x")
                .close();
        server.log().await(2, "worker_lost");
        WireClient last = countingWorker()
                .send(GRAB_JOB_ALL)
                .expect(OPTION_RES, "attempt=3")
                .expect(JOB_ASSIGN_UNIQ, handle, "f", "u", "x");
        // The number belongs to that job: the next one has run never before.
        String next = client.send(SUBMIT_JOB, "f", "", "y").expectHandle();
        last.send(WORK_COMPLETE, handle, "")
                .send(GRAB_JOB)
                .expect(JOB_ASSIGN, next, "f", "y")
                .expectNothingBeforeEcho();
    }

    @Test
    void shouldQueueJobsOfALostWorkerAtTheHeadInTheirOldOrder() {
        WireClient client = server.connect();
        WireClient worker = server.worker("f");
        String[] handles = new String[5];
        for (int i = 0; i < 5; i++) {
            handles[i] = client.send(SUBMIT_JOB, "f", "", "" + i).expectHandle();
        }
        for (int i = 0; i < 3; i++) {
            worker.send(GRAB_JOB).expect(JOB_ASSIGN, handles[i], "f", "" + i);
        }
        worker.send(WORK_STATUS, handles[0], "1", "2");
        client.expect(WORK_STATUS, handles[0], "1", "2");
        worker.close();
        server.log().await("worker_lost", "jobs=3");
        client.send(GET_STATUS, handles[0]).expect(STATUS_RES, handles[0], "1", "0", "0", "0");
        WireClient other = server.worker("f");
        for (int i = 0; i < 5; i++) {
            other.send(GRAB_JOB).expect(JOB_ASSIGN, handles[i], "f", "" + i);
        }
    }

    @Test
    void shouldKeepThePriorityOfAJobThatComesBack() {
        WireClient client = server.connect();
        WireClient worker = server.worker("f");
        client.send(SUBMIT_JOB_LOW, "f", "", "low").expectHandle();
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        client.send(SUBMIT_JOB, "f", "", "normal").expectHandle();
        worker.close();
        server.log().await("worker_lost");
        WireClient other = server.worker("f");
        assertEquals("normal", other.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(2));
        assertEquals("low", other.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(2));
    }

    @Test
    void shouldRepeatTheDataOfARepeatedJob() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        server.worker("f")
                .send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "f", "")
                .send(WORK_DATA, handle, "part")
                .close();
        client.expect(WORK_DATA, handle, "part");
        server.log().await("worker_lost");
        server.worker("f")
                .send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "f", "")
                .send(WORK_DATA, handle, "part")
                .send(WORK_COMPLETE, handle, "whole")
                .expectNothingBeforeEcho();
        client.expect(WORK_DATA, handle, "part").expect(WORK_COMPLETE, handle, "whole");
    }

    @Test
    void shouldNotCountAJobThatWasGivenBackAsALoss() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        WireClient worker = server.worker("f");
        for (int i = 0; i < 10; i++) {
            worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
            worker.send(CANT_DO, "f").send(CAN_DO, "f");
        }
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_COMPLETE, handle, "done");
        client.expect(WORK_COMPLETE, handle, "done");
    }

    @Test
    void shouldNotCountAWorkersLossForJobsItHadEnded() {
        WireClient client = server.connect();
        WireClient worker = server.worker("f");
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        worker.send(WORK_COMPLETE, handle, "").close();
        client.expect(WORK_COMPLETE, handle, "");
        server.log().await("disconnected conn=2 ");
        client.sendText("status").expectText("f\t0\t0\t0\n.\n");
        assertEquals(0, server.log().with("worker_lost").size());
    }

    // ---- the client ----

    @Test
    void shouldDropAQueuedJobWhenItsOnlyClientIsLost() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        String kept = client.send(SUBMIT_JOB_BG, "f", "", "kept").expectHandle();
        client.close();
        server.log().await("disconnected conn=1 ");
        WireClient other = server.worker("f");
        other.send(GET_STATUS, handle).expect(STATUS_RES, handle, "0", "0", "0", "0");
        other.sendText("status").expectText("f\t1\t0\t1\n.\n");
        other.send(GRAB_JOB)
                .expect(JOB_ASSIGN, kept, "f", "kept")
                .send(GRAB_JOB)
                .expect(NO_JOB);
    }

    @Test
    void shouldLetARunningJobEndWhenItsClientIsLost() {
        WireClient client = server.connect();
        WireClient worker = server.worker("f");
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        client.close();
        server.log().await("disconnected conn=1 ");
        worker.send(GET_STATUS, handle).expect(STATUS_RES, handle, "1", "1", "0", "0");
        // Its result is dropped, without an error for the worker.
        worker.send(WORK_DATA, handle, "x").send(WORK_COMPLETE, handle, "").expectNothingBeforeEcho();
        worker.send(GET_STATUS, handle).expect(STATUS_RES, handle, "0", "0", "0", "0");
    }

    @Test
    void shouldNotRepeatAJobWhoseClientAndWorkerAreBothLost() {
        WireClient client = server.connect();
        WireClient worker = server.worker("f");
        client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        client.close();
        server.log().await("disconnected conn=1 ");
        worker.close();
        server.log().await("worker_lost");
        server.log().await("dropped", "its client is gone, and closed by the peer");
        server.worker("f").send(GRAB_JOB).expect(NO_JOB).sendText("status").expectText("f\t0\t0\t1\n.\n");
    }

    @Test
    void shouldForgetAConnectionThatIsBothClientAndWorker() {
        WireClient both = server.worker("f");
        String held = both.send(SUBMIT_JOB, "f", "", "").expectHandle();
        both.send(GRAB_JOB).expect(JOB_ASSIGN, held, "f", "");
        both.send(SUBMIT_JOB, "f", "", "queued").expectHandle();
        both.close();
        server.log().await("disconnected conn=1 ");
        server.connect()
                .sendText("status")
                .expectText("f\t0\t0\t0\n.\n")
                .sendText("workers")
                .expectText("2 127.0.0.1 - :\n.\n");
    }
}
