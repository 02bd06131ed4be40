package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code [Function <name>] max_running}: at most so many jobs of it at once over all workers; the others wait in order. */
final class MaxRunningTest {
    @RegisterExtension
    final RunningServer server = new RunningServer()
            .with("stall-alarm", "0.1")
            .withSection("Function f", "max_running = 2")
            .withSection("Function one", "max_running = 1")
            .withSection("Retry one", "retries = 1", "first_delay = 60");

    private final String[] handles = new String[5];

    private WireClient submitted() {
        WireClient client = server.connect();
        for (int i = 0; i < handles.length; i++) {
            handles[i] = client.send(SUBMIT_JOB, "f", "", "" + i).expectHandle();
        }
        return client;
    }

    private WireClient sleeper(String function) {
        return server.worker(function).send(PRE_SLEEP).expectNothingBeforeEcho();
    }

    @Test
    void shouldHandOutNoMoreThanMayRun() {
        submitted();
        WireClient first = server.worker("f");
        WireClient second = server.worker("f");
        first.send(GRAB_JOB).expect(JOB_ASSIGN, handles[0], "f", "0");
        second.send(GRAB_JOB).expect(JOB_ASSIGN, handles[1], "f", "1");
        first.send(GRAB_JOB).expect(NO_JOB);
        server.worker("f").send(GRAB_JOB).expect(NO_JOB).sendText("status").expectText("f\t5\t2\t3\n.\n");
    }

    @Test
    void shouldHandOutTheNextInOrderWhenOneHasEnded() {
        WireClient client = submitted();
        WireClient worker = server.worker("f");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handles[0], "f", "0");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handles[1], "f", "1");
        worker.send(WORK_COMPLETE, handles[1], "");
        client.expect(WORK_COMPLETE, handles[1], "");
        worker.send(GRAB_JOB)
                .expect(JOB_ASSIGN, handles[2], "f", "2")
                .send(GRAB_JOB)
                .expect(NO_JOB);
        worker.send(WORK_FAIL, handles[0]);
        client.expect(WORK_FAIL, handles[0]);
        worker.send(GRAB_JOB)
                .expect(JOB_ASSIGN, handles[3], "f", "3")
                .send(GRAB_JOB)
                .expect(NO_JOB);
        client.sendText("cancel job " + handles[2])
                .expect(WORK_FAIL, handles[2])
                .expectText("OK\r\n");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handles[4], "f", "4");
    }

    @Test
    void shouldWakeOnlyAsManyAsMayRunAndAnotherWhenOneHasEnded() {
        WireClient first = sleeper("f");
        WireClient second = sleeper("f");
        WireClient third = sleeper("f");
        WireClient client = submitted();
        first.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handles[0], "f", "0");
        second.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handles[1], "f", "1");
        third.expectNothingBeforeEcho();
        first.send(PRE_SLEEP).expectNothingBeforeEcho();
        second.send(WORK_COMPLETE, handles[1], "");
        client.expect(WORK_COMPLETE, handles[1], "");
        third.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handles[2], "f", "2");
        first.expectNothingBeforeEcho();
    }

    @Test
    void shouldMakeRoomWhenAWorkerIsLost() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "one", "", "1").expectHandle();
        client.send(SUBMIT_JOB, "one", "", "2").expectHandle();
        WireClient lost = server.worker("one");
        lost.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "one", "1");
        WireClient other = sleeper("one");
        lost.close();
        other.expect(NOOP)
                .send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "one", "1")
                .send(GRAB_JOB)
                .expect(NO_JOB);
    }

    @Test
    void shouldServeOtherFunctionsMeanwhile() {
        WireClient client = submitted();
        String low = client.send(SUBMIT_JOB_LOW, "g", "", "").expectHandle();
        WireClient worker = server.worker("f", "g");
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, low, "g", "").send(GRAB_JOB).expect(NO_JOB);
    }

    @Test
    void shouldRaiseNoAlarmForJobsThatWaitForRoom() {
        WireClient client = submitted();
        WireClient worker = server.worker("f");
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        sleeper("f");
        // Another function stalls later: its alarm shows that those of f had their time.
        client.send(SUBMIT_JOB_BG, "g", "", "").expectHandle();
        server.worker("g");
        server.log().await("ERROR stalled", "function=g");
        assertEquals(0, server.log().with("stalled", "function=f").size());
    }

    @Test
    void shouldWakeTheNextWorkerWhenAJobThatFailedIsToBeRunAgainLater() {
        WireClient client = server.connect();
        String failing = client.send(SUBMIT_JOB_BG, "one", "", "failing").expectHandle();
        String next = client.send(SUBMIT_JOB_BG, "one", "", "next").expectHandle();
        WireClient first = server.worker("one");
        first.send(GRAB_JOB).expect(JOB_ASSIGN, failing, "one", "failing");
        WireClient second = sleeper("one");
        first.send(WORK_FAIL, failing);
        second.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, next, "one", "next");
    }
}
