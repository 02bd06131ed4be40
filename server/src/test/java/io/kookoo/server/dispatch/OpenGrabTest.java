package io.kookoo.server.dispatch;

import static io.kookoo.protocol.PacketType.JOB_ASSIGN;
import static io.kookoo.protocol.PacketType.JOB_ASSIGN_UNIQ;
import static io.kookoo.protocol.PacketType.JOB_CREATED;
import static io.kookoo.protocol.PacketType.NOOP;
import static io.kookoo.protocol.PacketType.NO_JOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A GRAB that finds nothing waits a moment for a job: by the clock, to the nanosecond. */
final class OpenGrabTest {
    private static final Duration PATIENCE = Duration.ofMillis(2);
    private static final Duration NANO = Duration.ofNanos(1);

    private final Bench bench = new Bench(new DispatchSettings(
            "bench", 3, 1_000_000, false, Duration.ofSeconds(30), PATIENCE, Map.of(FunctionName.of("one"), 1)));
    private final Bench.TestPeer client = bench.peer();

    private static void assertHears(Bench.TestPeer peer, PacketType... types) {
        assertEquals(List.of(types), peer.heardTypes());
    }

    private static void assertGets(Bench.TestPeer peer, String data) {
        List<Packet> heard = peer.heard();
        assertEquals(1, heard.size(), heard::toString);
        assertEquals(JOB_ASSIGN, heard.get(0).type());
        assertEquals(data, heard.get(0).data().text());
    }

    @Test
    void shouldAnswerNoJobWhenTheTimeIsUpAndNotBefore() {
        Bench.TestPeer worker = bench.peer("f").ask();
        bench.pass(PATIENCE.minus(NANO));
        assertHears(worker);
        bench.pass(NANO);
        assertHears(worker, NO_JOB);
        bench.pass(PATIENCE.multipliedBy(5));
        assertHears(worker);
    }

    @Test
    void shouldAnswerEachGrabInItsOwnTime() {
        Bench.TestPeer first = bench.peer("f").ask();
        bench.pass(PATIENCE.dividedBy(2));
        Bench.TestPeer second = bench.peer("f").ask();
        bench.pass(PATIENCE.dividedBy(2));
        assertHears(first, NO_JOB);
        assertHears(second);
        bench.pass(PATIENCE.dividedBy(2));
        assertHears(second, NO_JOB);
    }

    @Test
    void shouldAnswerWithTheJobThatComesAndWakeNobody() {
        Bench.TestPeer sleeper = bench.peer("f").preSleep();
        Bench.TestPeer worker = bench.peer("f").ask();
        client.submit("f", "data");
        assertGets(worker, "data");
        bench.pass(Duration.ofSeconds(1));
        assertHears(worker);
        assertHears(sleeper);
    }

    @Test
    void shouldAnswerInTheFormThatWasAskedFor() {
        Bench.TestPeer worker = bench.peer("f").ask(Dispatcher.Grab.JOB_UNIQ);
        client.submit("f", "data");
        assertHears(worker, JOB_ASSIGN_UNIQ);
    }

    @Test
    void shouldGiveTheJobToTheWorkerThatHasWaitedLongest() {
        Bench.TestPeer first = bench.peer("f").ask();
        Bench.TestPeer second = bench.peer("f").ask();
        client.submit("f", "1").submit("f", "2");
        assertGets(first, "1");
        assertGets(second, "2");
    }

    @Test
    void shouldGiveNoJobToAWorkerThatCannotDoIt() {
        Bench.TestPeer other = bench.peer("g").ask();
        Bench.TestPeer sleeper = bench.peer("f").preSleep();
        client.submit("f", "data");
        assertHears(other);
        assertHears(sleeper, NOOP);
        bench.pass(PATIENCE);
        assertHears(other, NO_JOB);
    }

    @Test
    void shouldFindTheJobWhenItsTimeIsUpWhereTooManyOthersWait() {
        for (int i = 0; i < 100; i++) {
            bench.peer("g").ask();
        }
        Bench.TestPeer worker = bench.peer("f").ask();
        client.submit("f", "data");
        bench.pass(PATIENCE);
        assertGets(worker, "data");
    }

    @Test
    void shouldAnswerTheGrabBeforeWhatTheWorkerSaysNext() {
        Bench.TestPeer worker = bench.peer("f").ask();
        worker.submit("f", "its own");
        assertHears(worker, NO_JOB, JOB_CREATED);
        assertEquals("its own", worker.grab());
    }

    @Test
    void shouldCountAGrabAsOpenUntilItsAnswerIsInTheOutbox() {
        Bench.TestPeer worker = bench.peer("f").ask();
        List<List<PacketType>> seenByItsThread = new ArrayList<>();
        // The time is read while the job is handed out. A reading thread that is told by then that no GRAB is open goes
        // on
        // with what comes next, and writes what is in the outbox.
        bench.clock.whenRead(() -> {
            if (!worker.peer.mayHaveOpenGrab()) {
                worker.peer.outbox.flush(false);
                seenByItsThread.add(worker.heardTypes());
            }
        });
        client.submit("f", "data");
        assertEquals(List.of(List.of(JOB_ASSIGN)), seenByItsThread);
    }

    @Test
    void shouldAnswerAtOnceWhereVeryManyWait() {
        for (int i = 0; i < 256; i++) {
            assertHears(bench.peer("f").ask());
        }
        assertHears(bench.peer("f").ask(), NO_JOB);
    }

    @Test
    void shouldAnswerTheFirstGrabBeforeTheSecond() {
        Bench.TestPeer worker = bench.peer("f").ask().ask();
        assertHears(worker, NO_JOB);
        client.submit("f", "data");
        assertGets(worker, "data");
    }

    @Test
    void shouldGiveTheJobToAnotherWhenTheWorkerIsGone() {
        Bench.TestPeer gone = bench.peer("f").ask();
        Bench.TestPeer stays = bench.peer("f").ask();
        gone.disconnect();
        client.submit("f", "data");
        assertGets(stays, "data");
        assertHears(gone);
        bench.pass(PATIENCE);
        assertHears(gone);
    }

    @Test
    void shouldAnswerAtOnceWhereNoJobCanCome() {
        Bench.TestPeer withoutFunctions = bench.peer().ask();
        assertHears(withoutFunctions, NO_JOB);
        Bench.TestPeer poller = bench.peer("f");
        bench.dispatcher.becomePoller(poller.peer);
        assertHears(poller.ask(), NO_JOB);
    }

    @Test
    void shouldAnswerAtOnceWhileTheServerStops() throws InterruptedException {
        Bench.TestPeer waits = bench.peer("f").ask();
        Bench.TestPeer holds = bench.peer("f");
        client.submit("f", "data");
        assertGets(waits, "data");
        bench.dispatcher.drain(Duration.ZERO);
        assertHears(holds.ask(), NO_JOB);
    }

    @Test
    void shouldHandOutTheJobsOfALostWorkerInTheirOldOrder() {
        Bench.TestPeer lost = bench.peer("f");
        client.submit("f", "1").submit("f", "2").submit("f", "3");
        for (int i = 0; i < 3; i++) {
            assertNotNull(lost.grab());
        }
        Bench.TestPeer[] workers = {
            bench.peer("f").ask(), bench.peer("f").ask(), bench.peer("f").ask()
        };
        lost.disconnect();
        for (int i = 0; i < 3; i++) {
            assertGets(workers[i], Integer.toString(i + 1));
        }
    }

    @Test
    void shouldHandOutTheNextJobWhenAFullFunctionHasRoom() {
        Bench.TestPeer busy = bench.peer("one");
        client.submit("one", "1").submit("one", "2");
        Packet job = busy.grabPacket();
        Bench.TestPeer waits = bench.peer("one").ask();
        assertHears(waits);
        busy.complete(job.handle(0));
        assertGets(waits, "2");
    }

    @Test
    void shouldHandOutADelayedJobInItsSecond() {
        Bench.TestPeer worker = bench.peer("f");
        client.submit(
                new Submission(FunctionName.of("f"), UniqueId.NONE, Priority.NORMAL, true, Data.of("later"), null, 1));
        bench.pass(Duration.ofSeconds(1).minus(NANO));
        worker.ask();
        bench.pass(NANO);
        assertGets(worker, "later");
    }
}
