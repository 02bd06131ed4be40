package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A peer that stops reading costs nobody else anything, and is closed in the end. */
final class SlowPeerTest {
    private static final String MEGABYTE = "0123456789abcdef".repeat(64 * 1024);

    /** What is between a server and a peer that does not read: the buffers of two kernels. */
    private static final int SMALL_RECEIVE_BUFFER = 4096;

    @Test
    void shouldCloseAClientThatDoesNotReadWhenItsOutboxIsFull() {
        try (RunningServer server = new RunningServer()
                .with("max-packet", "2M")
                .with("outbox-limit", "8M")
                .start()) {
            WireClient stuck = server.connect(SMALL_RECEIVE_BUFFER);
            WireClient worker = server.worker("f");
            String handle = stuck.send(SUBMIT_JOB, "f", "", "").expectHandle();
            worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
            for (int i = 0; i < 12; i++) {
                worker.send(WORK_DATA, handle, MEGABYTE).expectNothingBeforeEcho();
            }
            server.log().await("WARN peer_given_up conn=1 ", "8388608 bytes wait for it and it does not read them");
            // The worker's job is still its own; what comes of it is dropped.
            worker.send(WORK_COMPLETE, handle, "").expectNothingBeforeEcho();
            stuck.expectGone();
        }
    }

    @Test
    void shouldCloseAClientThatDoesNotReadWhenTheWriteStalls() {
        try (RunningServer server =
                new RunningServer().with("write-stall", "0.2").start()) {
            WireClient stuck = server.connect(SMALL_RECEIVE_BUFFER);
            WireClient worker = server.worker("f");
            String handle = stuck.send(SUBMIT_JOB, "f", "", "").expectHandle();
            worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
            worker.send(WORK_COMPLETE, handle, MEGABYTE.repeat(8)).expectNothingBeforeEcho();
            server.log().await("WARN peer_given_up conn=1 ", "it has not read what was written to it");
            stuck.expectGone();
        }
    }

    @Test
    void shouldReturnTheJobsOfAWorkerThatDoesNotRead() {
        try (RunningServer server =
                new RunningServer().with("write-stall", "0.2").start()) {
            WireClient client = server.connect();
            List<String> handles = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                handles.add(client.send(SUBMIT_JOB, "f", "", MEGABYTE).expectHandle());
            }
            WireClient stuck = server.connect(SMALL_RECEIVE_BUFFER).send(CAN_DO, "f");
            for (int i = 0; i < 8; i++) {
                stuck.send(GRAB_JOB);
            }
            server.log().await("worker_lost conn=2 ", "it has not read what was written to it");
            WireClient worker = server.worker("f");
            for (String handle : handles) {
                worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", MEGABYTE).send(WORK_COMPLETE, handle, "ok");
                client.expect(WORK_COMPLETE, handle, "ok");
            }
        }
    }

    @Test
    void shouldServeOthersWhileAPeerDoesNotRead() {
        // The time limit is far away: who waited for the stuck peer would miss the deadline of this test.
        try (RunningServer server =
                new RunningServer().with("write-stall", "600").start()) {
            // Room for several results: where it has only for one, the system may send each only when a timer of 0.2 s
            // has
            // passed, once the peer reads again.
            WireClient stuck = server.connect(32 * 1024);
            WireClient worker = server.worker("f");
            // Thousands of small results, each passed on by the worker's thread: far more than buffers hold.
            for (int i = 0; i < 2000; i++) {
                stuck.send(SUBMIT_JOB, "f", "", "");
            }
            // All of them are accepted before the first result: what it does not read holds up what it says, too.
            WireClient client = server.connect();
            String status;
            do {
                status = client.sendText("status").receiveLine();
                client.expectText(".\n");
            } while (!status.equals("f\t2000\t0\t1"));
            String result = MEGABYTE.substring(0, 2000);
            int done = 0;
            while (done < 2000) {
                WireClient.Received job = worker.send(GRAB_JOB).receive();
                if (job.type() == JOB_ASSIGN) {
                    worker.send(WORK_COMPLETE, job.part(0), result);
                    done++;
                }
            }
            worker.expectNothingBeforeEcho();
            String handle = client.send(SUBMIT_JOB, "f", "", "other").expectHandle();
            worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "other").send(WORK_COMPLETE, handle, "fine");
            client.expect(WORK_COMPLETE, handle, "fine").sendText("status").expectText("f\t0\t0\t1\n.\n");
            // It was only slow: all its answers are there, in order.
            List<String> handles = new ArrayList<>();
            int completed = 0;
            while (completed < 2000) {
                WireClient.Received received = stuck.receive();
                if (received.type() == JOB_CREATED) {
                    handles.add(received.part(0));
                } else {
                    assertEquals(
                            WORK_COMPLETE + "[" + handles.get(completed) + "|" + result + "]", received.toString());
                    completed++;
                }
            }
        }
    }

    @Test
    void shouldServeOthersWhileAPeerTrickles() {
        try (RunningServer server = new RunningServer().start()) {
            WireClient trickle = server.connect();
            WireClient worker = server.worker("f");
            WireClient client = server.connect();
            byte[] submission = WireClient.packet(SUBMIT_JOB, "f", "u", "slowly");
            for (int i = 0; i < submission.length - 1; i++) {
                trickle.sendBytes(submission[i]);
                String handle = client.send(SUBMIT_JOB, "f", "", "quick").expectHandle();
                worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "quick").send(WORK_COMPLETE, handle, "done");
                client.expect(WORK_COMPLETE, handle, "done");
            }
            String handle = trickle.sendBytes(submission[submission.length - 1]).expectHandle();
            worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "slowly");
        }
    }
}
