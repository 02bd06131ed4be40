package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** PRE_SLEEP and NOOP: for one job one worker is woken, and if that one does nothing, another. */
final class WakeUpTest {
    @RegisterExtension
    final RunningServer server = new RunningServer();

    private WireClient sleeper(String... functions) {
        return server.worker(functions).send(PRE_SLEEP).expectNothingBeforeEcho();
    }

    // ---- the woken worker does not come ----

    @Test
    void shouldPassAnUnansweredWakeUpOn() {
        WireClient first = sleeper("f");
        WireClient second = sleeper("f");
        WireClient third = sleeper("f");
        String handle = server.connect().send(SUBMIT_JOB, "f", "", "data").expectHandle();
        first.expect(NOOP);
        // Neither of them grabs: after 100 ms each, the next is woken.
        second.expect(NOOP);
        third.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        first.expectNothingBeforeEcho().send(GRAB_JOB).expect(NO_JOB);
    }

    @Test
    void shouldPassAWakeUpOnAtOnceWhenTheWokenIsLost() {
        WireClient first = sleeper("f");
        WireClient second = sleeper("f");
        server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        first.expect(NOOP).close();
        second.expect(NOOP).send(GRAB_JOB).expectAny(JOB_ASSIGN);
    }

    @Test
    void shouldPassAWakeUpOnAtOnceAfterCantDo() {
        WireClient first = sleeper("f", "g");
        WireClient second = sleeper("f");
        server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        first.expect(NOOP).send(CANT_DO, "f");
        second.expect(NOOP).send(GRAB_JOB).expectAny(JOB_ASSIGN);
    }

    @Test
    void shouldPassAWakeUpOnAtOnceAfterResetAbilities() {
        WireClient first = sleeper("f", "g");
        WireClient second = sleeper("f");
        server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        first.expect(NOOP).send(RESET_ABILITIES);
        second.expect(NOOP).send(GRAB_JOB).expectAny(JOB_ASSIGN);
    }

    @Test
    void shouldPassAWakeUpOnWhenTheWokenGrabsAnotherJob() {
        WireClient first = sleeper("f", "g");
        WireClient second = sleeper("f");
        WireClient client = server.connect();
        String f = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        first.expect(NOOP);
        String g = client.send(SUBMIT_JOB_HIGH, "g", "", "").expectHandle();
        first.send(GRAB_JOB).expect(JOB_ASSIGN, g, "g", "");
        second.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, f, "f", "");
    }

    @Test
    void shouldNotWakeAWorkerThatIsGone() {
        WireClient lost = sleeper("f");
        lost.reset();
        server.log().await("disconnected conn=1 ");
        WireClient second = sleeper("f");
        String handle = server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        second.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
    }

    @Test
    void shouldNotWakeForAFunctionThatWasWithdrawnInItsSleep() {
        WireClient worker = sleeper("f", "g").send(CANT_DO, "f").expectNothingBeforeEcho();
        server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.expectNothingBeforeEcho();
        server.connect().send(SUBMIT_JOB, "g", "", "").expectHandle();
        worker.expect(NOOP);
    }

    // ---- as many as jobs ----

    @Test
    void shouldWakeExactlyOneSleeperForEachJob() {
        List<WireClient> sleepers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sleepers.add(sleeper("f"));
        }
        WireClient client = server.connect();
        for (int i = 0; i < 5; i++) {
            String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
            // Whoever sleeps longest; the others hear nothing.
            sleepers.get(i).expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
            sleepers.forEach(WireClient::expectNothingBeforeEcho);
        }
    }

    @Test
    void shouldWakeNobodyAgainWhoWasWokenAlready() {
        WireClient worker = sleeper("f", "g");
        WireClient client = server.connect();
        client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        client.send(SUBMIT_JOB, "g", "", "").expectHandle();
        client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.expect(NOOP).expectNothingBeforeEcho();
    }

    @Test
    void shouldNotWakeAWorkerThatDoesNotSleep() {
        WireClient worker = server.worker("f");
        server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.expectNothingBeforeEcho();
    }

    @Test
    void shouldNotWakeAWorkerThatGrabbedOutOfItsSleep() {
        WireClient worker = sleeper("f").send(GRAB_JOB).expect(NO_JOB);
        server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.expectNothingBeforeEcho();
    }

    @Test
    void shouldWakeAtOnceWhoGoesToSleepWhileAJobWaits() {
        server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        server.worker("f").send(PRE_SLEEP).expect(NOOP).expectNothingBeforeEcho();
    }

    @Test
    void shouldWakeAgainWhoSleepsOnWithoutAGrab() {
        WireClient worker = sleeper("f");
        server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.expect(NOOP).send(PRE_SLEEP).expect(NOOP).expectNothingBeforeEcho();
    }

    @Test
    void shouldWakeASleeperThatAnnouncesAFunctionWithJobs() {
        WireClient worker = sleeper("g");
        server.connect().send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(CAN_DO, "f").expect(NOOP);
    }

    @Test
    void shouldWakeForAJobThatCameBack() {
        WireClient holder = server.worker("f");
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        holder.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        WireClient sleeper = sleeper("f");
        holder.close();
        sleeper.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
    }

    @Test
    void shouldHandOutEveryJobWithoutAStallWhenWorkersComeAndGo() {
        // Each job is answered although the workers that are woken keep going away or back to sleep.
        List<WireClient> sleepers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sleepers.add(sleeper("f"));
        }
        WireClient client = server.connect();
        for (int i = 0; i < 20; i++) {
            String handle = client.send(SUBMIT_JOB, "f", "", "" + i).expectHandle();
            WireClient woken = sleepers.remove(0).expect(NOOP);
            if (i % 3 == 0) {
                woken.close();
                woken = sleepers.remove(0).expect(NOOP);
                sleepers.add(sleeper("f"));
            }
            woken.send(GRAB_JOB)
                    .expect(JOB_ASSIGN, handle, "f", "" + i)
                    .send(WORK_COMPLETE, handle, "")
                    .send(PRE_SLEEP);
            client.expect(WORK_COMPLETE, handle, "");
            woken.expectNothingBeforeEcho();
            sleepers.add(woken);
        }
        assertEquals(List.of(), server.log().errors());
        assertEquals(20, server.log().with("ended", "outcome=done").size());
    }
}
