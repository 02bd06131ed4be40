package io.kookoo.server.dispatch;

import static io.kookoo.protocol.PacketType.JOB_ASSIGN;
import static io.kookoo.protocol.PacketType.NOOP;
import static io.kookoo.protocol.PacketType.NO_JOB;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kookoo.protocol.PacketType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A worker that is to be quiet gets no job and no NOOP; by the clock, to the nanosecond. */
final class QuietTest {
    private static final Duration PATIENCE = Duration.ofMillis(2);
    private static final Duration ALARM = Duration.ofSeconds(30);

    private final Bench bench =
            new Bench(new DispatchSettings("bench", 3, 1_000_000, false, ALARM, PATIENCE, Map.of()));
    private final Bench.TestPeer client = bench.peer();

    private static void assertHears(Bench.TestPeer peer, PacketType... types) {
        assertEquals(List.of(types), peer.heardTypes());
    }

    @Test
    void shouldAnswerAnOpenGrabAtOnceWhenItsWorkerIsToBeQuiet() {
        Bench.TestPeer worker = bench.peer("f").ask().quiet();
        assertHears(worker, NO_JOB);
        client.submit("f", "data");
        bench.pass(PATIENCE.multipliedBy(2));
        assertHears(worker);
    }

    @Test
    void shouldAnswerAGrabAtOnceWhileItsWorkerIsQuiet() {
        client.submit("f", "data");
        Bench.TestPeer worker = bench.peer("f").quiet().ask();
        assertHears(worker, NO_JOB);
        assertHears(bench.peer("f").ask(), JOB_ASSIGN);
    }

    @Test
    void shouldNotWakeAQuietSleeperAndWakeItWhenItMayWorkAgain() {
        Bench.TestPeer worker = bench.peer("f").preSleep().quiet();
        client.submit("f", "data");
        bench.pass(Duration.ofSeconds(1));
        assertHears(worker);
        assertHears(worker.resume(), NOOP);
        assertHears(worker.ask(), JOB_ASSIGN);
    }

    @Test
    void shouldWakeWhoWentToSleepWhileItWasQuiet() {
        client.submit("f", "data");
        Bench.TestPeer worker = bench.peer("f").quiet().preSleep();
        assertHears(worker);
        assertHears(worker.resume(), NOOP);
    }

    @Test
    void shouldNotWakeByResumeWhoDoesNotSleepOrHasNothingToDo() {
        Bench.TestPeer awake = bench.peer("f").quiet();
        Bench.TestPeer idle = bench.peer("g").quiet().preSleep();
        client.submit("f", "data");
        assertHears(awake.resume());
        assertHears(idle.resume());
        // And once more, which changes nothing.
        assertHears(awake.resume());
        client.submit("g", "data");
        assertHears(idle, NOOP);
    }

    @Test
    void shouldWakeAnotherAtOnceInPlaceOfOneThatIsToBeQuiet() {
        Bench.TestPeer first = bench.peer("f").preSleep();
        Bench.TestPeer second = bench.peer("f").preSleep();
        client.submit("f", "data");
        assertHears(first, NOOP);
        assertHears(second);
        first.quiet();
        assertHears(second, NOOP);
        assertHears(first.ask(), NO_JOB);
    }

    @Test
    void shouldLetAQuietWorkerEndWhatItRuns() {
        client.submit("f", "1").submit("f", "2");
        Bench.TestPeer worker = bench.peer("f");
        var job = worker.grabPacket().handle(0);
        worker.quiet().complete(job);
        assertEquals(1, bench.dispatcher.ended(worker.peer));
        assertHears(worker.ask(), NO_JOB);
        assertHears(worker.resume().ask(), JOB_ASSIGN);
    }

    @Test
    void shouldGiveNoCallOfTheCatalogToAQuietPoller() {
        bench.catalog.add("hello_world");
        Bench.TestPeer poller = bench.peer();
        bench.dispatcher.becomePoller(poller.peer);
        assertHears(poller.quiet().ask(), NO_JOB);
        assertHears(poller.preSleep());
        assertHears(poller.resume(), NOOP);
        assertHears(poller.ask(), JOB_ASSIGN);
    }

    @Test
    void shouldKeepQuietWhatIsAnnouncedMeanwhile() {
        Bench.TestPeer worker = bench.peer("f").preSleep().quiet().canDo("g");
        client.submit("g", "data");
        assertHears(worker);
        assertHears(worker.resume(), NOOP);
    }

    @Test
    void shouldRaiseNoAlarmForJobsThatOnlyQuietWorkersCouldTake() {
        Bench.TestPeer worker = bench.peer("f").preSleep().quiet();
        client.submit("f", "data");
        bench.pass(ALARM.multipliedBy(2));
        assertHears(worker);
    }

    @Test
    void shouldNotKeepAPeerThatIsGone() {
        Bench.TestPeer worker = bench.peer("f").preSleep().quiet();
        worker.disconnect();
        worker.resume();
        client.submit("f", "data");
        assertHears(worker);
        assertHears(bench.peer("f").ask(), JOB_ASSIGN);
    }
}
