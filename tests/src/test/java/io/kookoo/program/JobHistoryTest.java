package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.program.CrashWorker.Function;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That {@link JobHistory} sees what a server must not do, and nothing where it has done well. */
final class JobHistoryTest {
    private static final long FIRST = 1;
    private static final long SECOND = 2;
    private static final long ALICE = 11;
    private static final long BOB = 12;

    private static final long KILLED = 10_000;

    private final JobHistory history = new JobHistory();

    @BeforeEach
    void startTheFirstServer() {
        history.started(FIRST);
    }

    private void killTheFirstServer() {
        history.killed(FIRST, new JobHistory.Kill(KILLED, KILLED + 5));
        history.started(SECOND);
    }

    /** A job that is accepted right after that moment. */
    private void accept(String handle, Function function, long sent) {
        history.submitted(
                new JobHistory.Submission(FIRST, function.word(), "", "data of " + handle, sent, sent + 1, handle));
    }

    private void accept(String handle, Function function) {
        accept(handle, function, 100);
    }

    private static JobHistory.Run run(long server, long worker, String handle, Function function, long began) {
        return new JobHistory.Run(server, worker, handle, function, "data of " + handle, began, 0, false);
    }

    /** A run whose end the server has read, ten microseconds later. */
    private static JobHistory.Run ended(long server, long worker, String handle, Function function, long began) {
        return run(server, worker, handle, function, began).settledAt(began + 10);
    }

    private void ran(JobHistory.Run... runs) {
        history.ran(List.of(runs));
    }

    /** @param jobs a handle and a state, with a blank between */
    private void look(String... jobs) {
        history.looked(new JobHistory.Look(Arrays.stream(jobs)
                .map(job -> job.split(" "))
                .map(job -> new JobHistory.Told(job[0], job[1]))
                .toList()));
    }

    private void cancel(String handle, long asked, boolean ok) {
        history.cancelled(new JobHistory.Cancel(FIRST, handle, asked, asked + 1, ok));
    }

    private void assertReported(String... parts) {
        List<String> violations = history.violations();
        assertTrue(!violations.isEmpty(), "nothing is reported");
        for (String part : parts) {
            assertTrue(violations.get(0).contains(part), violations::toString);
        }
    }

    private void assertNothingReported() {
        assertEquals(List.of(), history.violations());
    }

    // ---- what must be reported ----

    @Test
    void shouldReportAJobThatWasAcceptedAndIsLost() {
        accept("a", Function.WORK);
        accept("b", Function.WORK);
        ran(ended(FIRST, ALICE, "a", Function.WORK, 200));
        killTheFirstServer();
        look("a done");
        assertReported("b is lost");
    }

    @Test
    void shouldReportAJobThatHasRunAndIsLostThoughItsSubmissionWasNeverAnswered() {
        history.submitted(new JobHistory.Submission(FIRST, "work", "", "data of a", 100, 0, null));
        ran(run(FIRST, ALICE, "a", Function.WORK, 200));
        killTheFirstServer();
        look();
        assertReported("a is lost");
    }

    @Test
    void shouldReportAnEndThatIsThereTwice() {
        accept("a", Function.WORK);
        ran(ended(FIRST, ALICE, "a", Function.WORK, 200));
        look("a done", "a done");
        assertReported("a has ended more than once", "[done, done]");
    }

    @Test
    void shouldReportAnEndThatIsAnotherAfterARestart() {
        accept("a", Function.WORK);
        ran(run(FIRST, ALICE, "a", Function.WORK, 200));
        cancel("a", KILLED - 100, true);
        killTheFirstServer();
        ran(ended(SECOND, ALICE, "a", Function.WORK, KILLED + 100));
        look("a done");
        look("a cancelled");
        assertReported("a is cancelled in look 2");
    }

    @Test
    void shouldReportAJobThatIsStillQueuedWhereItMustHaveEnded() {
        accept("a", Function.WORK);
        ran(ended(FIRST, ALICE, "a", Function.WORK, 200));
        look("a done");
        look("a queued");
        assertReported("a is queued in look 2", "[done]");
    }

    @Test
    void shouldReportAnEndOfAJobThatHasNotRun() {
        accept("a", Function.WORK);
        look("a done");
        assertReported("a is done in look 1");
    }

    @Test
    void shouldReportARunTooManyWhenNothingWasKilled() {
        accept("a", Function.WORK);
        ran(ended(FIRST, ALICE, "a", Function.WORK, 200), run(FIRST, BOB, "a", Function.WORK, 205));
        look("a done");
        assertReported("a ran once too often");
    }

    @Test
    void shouldReportARunTooManyWhenAnotherWorkerWasKilled() {
        accept("a", Function.WORK);
        ran(run(FIRST, ALICE, "a", Function.WORK, 200), ended(FIRST, BOB, "a", Function.WORK, 300));
        history.killed(BOB, new JobHistory.Kill(400, 401));
        look("a done");
        assertReported("a ran once too often");
    }

    @Test
    void shouldReportARunOfAJobWhoseEndWasOnTheDiskWhenTheServerWasKilled() {
        accept("a", Function.WORK);
        ran(ended(FIRST, ALICE, "a", Function.WORK, KILLED - 100));
        accept("b", Function.WORK, KILLED - 50);
        killTheFirstServer();
        ran(ended(SECOND, ALICE, "a", Function.WORK, KILLED + 100));
        ran(ended(SECOND, ALICE, "b", Function.WORK, KILLED + 200));
        look("a done", "b done");
        assertReported("a ran once too often");
    }

    @Test
    void shouldReportARunAfterACancelThatWasOnTheDisk() {
        accept("a", Function.WORK);
        cancel("a", KILLED - 100, true);
        accept("b", Function.WORK, KILLED - 50);
        killTheFirstServer();
        ran(ended(SECOND, ALICE, "a", Function.WORK, KILLED + 100));
        ran(ended(SECOND, ALICE, "b", Function.WORK, KILLED + 200));
        look("a done", "b done");
        assertReported("a ran once too often", "CANCELLED");
    }

    @Test
    void shouldReportARunToTheEndAfterACancel() {
        accept("a", Function.WORK);
        cancel("a", 200, true);
        ran(ended(FIRST, ALICE, "a", Function.WORK, 300));
        look("a done");
        assertReported("does not fit Cancel");
    }

    @Test
    void shouldReportACancelThatDoesNotFindAJobWhichIsThere() {
        accept("a", Function.WORK);
        cancel("a", 200, false);
        ran(ended(FIRST, ALICE, "a", Function.WORK, 300));
        look("a done");
        assertReported("does not fit Cancel");
    }

    @Test
    void shouldReportAJobThatWasTakenFromItsWorker() {
        accept("a", Function.WORK);
        ran(ended(FIRST, ALICE, "a", Function.WORK, 200).withRefusal());
        look("a done");
        assertReported("a was taken from its worker");
    }

    @Test
    void shouldReportAThirdRunOfAJobThatIsToBeRetriedOnce() {
        accept("a", Function.RETRIED);
        ran(
                ended(FIRST, ALICE, "a", Function.RETRIED, 200),
                ended(FIRST, ALICE, "a", Function.RETRIED, 300),
                ended(FIRST, ALICE, "a", Function.RETRIED, 400));
        look("a dead");
        assertReported("a ran once too often");
    }

    @Test
    void shouldReportAHandleThatIsGivenTwice() {
        accept("a", Function.WORK);
        history.submitted(new JobHistory.Submission(SECOND, "work", "", "other data", 300, 301, "a"));
        ran(ended(FIRST, ALICE, "a", Function.WORK, 200));
        look("a done");
        assertReported("The handle a was given to");
    }

    @Test
    void shouldReportASubmissionThatBecomesTwoJobs() {
        history.submitted(new JobHistory.Submission(FIRST, "work", "", "data of a", 100, 0, null));
        ran(ended(FIRST, ALICE, "a", Function.WORK, 200));
        ran(new JobHistory.Run(FIRST, ALICE, "b", Function.WORK, "data of a", 300, 310, false));
        look("a done", "b done");
        assertReported("one submission became two jobs");
    }

    @Test
    void shouldReportAWorkloadOfNobody() {
        ran(ended(FIRST, ALICE, "a", Function.WORK, 200));
        look("a done");
        assertReported("nothing that was submitted");
    }

    // ---- what is no violation ----

    @Test
    void shouldReportNothingWhenACancelIsForgottenByAKill() {
        accept("a", Function.WORK);
        cancel("a", KILLED - 100, true);
        killTheFirstServer();
        ran(ended(SECOND, ALICE, "a", Function.WORK, KILLED + 100));
        look("a done");
        assertNothingReported();
    }

    @Test
    void shouldReportNothingWhenTwoCancelAtTheSameTimeAndOneFindsTheJob() {
        accept("a", Function.WORK);
        history.cancelled(new JobHistory.Cancel(FIRST, "a", 200, 210, true));
        history.cancelled(new JobHistory.Cancel(FIRST, "a", 201, 205, false));
        look("a cancelled");
        assertNothingReported();
    }

    @Test
    void shouldReportNothingWhenAJobThatStillRunsIsCancelledAndTheServerIsKilled() {
        accept("a", Function.WORK);
        ran(run(FIRST, ALICE, "a", Function.WORK, 200));
        cancel("a", 300, true);
        killTheFirstServer();
        look("a cancelled");
        assertNothingReported();
    }

    @Test
    void shouldReportNothingWhenEachJobEndsOnce() {
        accept("a", Function.WORK);
        accept("b", Function.FAIL);
        accept("c", Function.RETRIED);
        accept("d", Function.WORK);
        cancel("d", 150, true);
        ran(
                ended(FIRST, ALICE, "a", Function.WORK, 200),
                ended(FIRST, BOB, "b", Function.FAIL, 200),
                ended(FIRST, ALICE, "c", Function.RETRIED, 300),
                ended(FIRST, BOB, "c", Function.RETRIED, 400));
        look("a done", "b dead", "c dead", "d cancelled");
        look("a done", "b dead", "c dead", "d cancelled");
        assertNothingReported();
    }

    @Test
    void shouldReportNothingWhenASubmissionThatWasNotAnsweredLeavesNoJob() {
        history.submitted(new JobHistory.Submission(FIRST, "work", "", "data of a", 100, 0, null));
        killTheFirstServer();
        look();
        assertNothingReported();
    }

    @Test
    void shouldReportNothingWhenAJobRunsAgainWhoseEndMayNotHaveBeenOnTheDisk() {
        accept("a", Function.WORK);
        ran(ended(FIRST, ALICE, "a", Function.WORK, KILLED - 100));
        // Sent before the end was known to the worker.
        accept("b", Function.WORK, KILLED - 95);
        killTheFirstServer();
        ran(ended(SECOND, ALICE, "a", Function.WORK, KILLED + 100));
        ran(ended(SECOND, ALICE, "b", Function.WORK, KILLED + 200));
        look("a done", "b done");
        assertNothingReported();
    }

    @Test
    void shouldReportNothingWhenAJobRunsAgainWhoseWorkerWasKilled() {
        accept("a", Function.WORK);
        ran(run(FIRST, ALICE, "a", Function.WORK, 200), ended(FIRST, BOB, "a", Function.WORK, 300));
        history.killed(ALICE, new JobHistory.Kill(250, 251));
        look("a done");
        assertNothingReported();
    }

    @Test
    void shouldReportNothingWhenAFailureIsForgottenByAKill() {
        accept("a", Function.RETRIED);
        ran(
                ended(FIRST, ALICE, "a", Function.RETRIED, KILLED - 300),
                ended(FIRST, ALICE, "a", Function.RETRIED, KILLED - 200));
        killTheFirstServer();
        ran(
                ended(SECOND, ALICE, "a", Function.RETRIED, KILLED + 100),
                ended(SECOND, ALICE, "a", Function.RETRIED, KILLED + 200));
        look("a dead");
        assertNothingReported();
    }

    @Test
    void shouldReportNothingWhenAJobIsCancelledWhileItIsOnItsWayToAWorker() {
        accept("a", Function.WORK);
        cancel("a", 200, true);
        ran(ended(FIRST, ALICE, "a", Function.WORK, 300).withRefusal());
        look("a cancelled");
        assertNothingReported();
    }
}
