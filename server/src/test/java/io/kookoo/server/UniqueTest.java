package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.kookoo.protocol.PacketType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Uniques: what joins a submission to a job that is there already, who hears of it, and GET_STATUS_UNIQUE. */
final class UniqueTest {
    @RegisterExtension
    final RunningServer server = new RunningServer();

    private final String none = "";

    private WireClient client() {
        return server.connect();
    }

    // ---- what does not join ----

    @Test
    void shouldNeverJoinWithoutAUnique() {
        WireClient client = client();
        String first = client.send(SUBMIT_JOB, "f", none, "same").expectHandle();
        assertNotEquals(first, client.send(SUBMIT_JOB, "f", none, "same").expectHandle());
    }

    @Test
    void shouldNotJoinAJobOfAnotherFunction() {
        WireClient client = client();
        String first = client.send(SUBMIT_JOB, "f", "u", "same").expectHandle();
        assertNotEquals(first, client.send(SUBMIT_JOB, "g", "u", "same").expectHandle());
    }

    @Test
    void shouldNotJoinAJobThatHasEnded() {
        WireClient client = client();
        String first = client.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, first, "f", "").send(WORK_COMPLETE, first, "done");
        client.expect(WORK_COMPLETE, first, "done");
        assertNotEquals(first, client.send(SUBMIT_JOB, "f", "u", "").expectHandle());
    }

    @Test
    void shouldNotJoinByOtherDataWhenTheUniqueIsADash() {
        WireClient client = client();
        String first = client.send(SUBMIT_JOB_BG, "f", "-", "one").expectHandle();
        assertNotEquals(first, client.send(SUBMIT_JOB_BG, "f", "-", "two").expectHandle());
        assertNotEquals(first, client.send(SUBMIT_JOB_BG, "g", "-", "one").expectHandle());
    }

    @Test
    void shouldNeverJoinADashWithoutData() {
        WireClient client = client();
        String first = client.send(SUBMIT_JOB_BG, "f", "-", "").expectHandle();
        assertNotEquals(first, client.send(SUBMIT_JOB_BG, "f", "-", "").expectHandle());
    }

    @Test
    void shouldNotTakeAUniqueForDataNorDataForAUnique() {
        WireClient client = client();
        String first = client.send(SUBMIT_JOB_BG, "f", "x", "y").expectHandle();
        assertNotEquals(first, client.send(SUBMIT_JOB_BG, "f", "-", "x").expectHandle());
        assertNotEquals(first, client.send(SUBMIT_JOB_BG, "f", "-", "y").expectHandle());
        assertNotEquals(first, client.send(SUBMIT_JOB_BG, "f", "y", "x").expectHandle());
    }

    // ---- what joins ----

    @ParameterizedTest
    @EnumSource(
            value = PacketType.class,
            names = {
                "SUBMIT_JOB",
                "SUBMIT_JOB_BG",
                "SUBMIT_JOB_HIGH",
                "SUBMIT_JOB_HIGH_BG",
                "SUBMIT_JOB_LOW",
                "SUBMIT_JOB_LOW_BG"
            })
    void shouldJoinAQueuedJobAndDropTheNewDataAndPriority(PacketType type) {
        WireClient client = client();
        String low = client.send(SUBMIT_JOB_LOW, "f", "u", "first").expectHandle();
        String normal = client.send(SUBMIT_JOB, "f", none, "other").expectHandle();
        assertEquals(low, client().send(type, "f", "u", "second").expectHandle());
        client.sendText("status").expectText("f\t2\t0\t0\n.\n");
        WireClient worker = server.worker("f");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, normal, "f", "other");
        worker.send(GRAB_JOB_UNIQ).expect(JOB_ASSIGN_UNIQ, low, "f", "u", "first");
        worker.send(GRAB_JOB).expect(NO_JOB);
    }

    @Test
    void shouldJoinByTheExactDataWhenTheUniqueIsADash() {
        WireClient client = client();
        String first = client.send(SUBMIT_JOB, "f", "-", "a\0b").expectHandle();
        assertEquals(first, client().send(SUBMIT_JOB_BG, "f", "-", "a\0b").expectHandle());
    }

    @Test
    void shouldTellEveryForegroundSubmitterTheResultOnce() {
        WireClient first = client();
        WireClient second = client();
        WireClient background = client();
        String handle = first.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        second.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        background.send(SUBMIT_JOB_BG, "f", "u", "").expectHandle();
        WireClient worker = server.worker("f");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_DATA, handle, "part");
        worker.send(WORK_STATUS, handle, "1", "2").send(WORK_COMPLETE, handle, "done");
        for (WireClient client : new WireClient[] {first, second}) {
            client.expect(WORK_DATA, handle, "part")
                    .expect(WORK_STATUS, handle, "1", "2")
                    .expect(WORK_COMPLETE, handle, "done")
                    .expectNothingBeforeEcho();
        }
        background.expectNothingBeforeEcho();
    }

    @Test
    void shouldTellAClientAsOftenAsItSubmitted() {
        WireClient client = client();
        String handle = client.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        assertEquals(handle, client.send(SUBMIT_JOB, "f", "u", "").expectHandle());
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_FAIL, handle);
        client.expect(WORK_FAIL, handle).expect(WORK_FAIL, handle).expectNothingBeforeEcho();
    }

    @Test
    void shouldJoinARunningJobAndTellWhatComesFromThenOn() {
        WireClient first = client();
        WireClient worker = server.worker("f");
        String handle = first.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_DATA, handle, "before");
        first.expect(WORK_DATA, handle, "before");
        WireClient second = client();
        assertEquals(handle, second.send(SUBMIT_JOB, "f", "u", "").expectHandle());
        worker.send(GRAB_JOB).expect(NO_JOB).send(WORK_COMPLETE, handle, "done");
        first.expect(WORK_COMPLETE, handle, "done");
        second.expect(WORK_COMPLETE, handle, "done").expectNothingBeforeEcho();
    }

    @Test
    void shouldTellEachClientOfAnExceptionAsItAskedFor() {
        WireClient plain = client();
        WireClient asking = client().send(OPTION_REQ, "exceptions").expect(OPTION_RES, "exceptions");
        String handle = plain.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        asking.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_EXCEPTION, handle, "trace");
        plain.expect(WORK_FAIL, handle).expectNothingBeforeEcho();
        asking.expect(WORK_EXCEPTION, handle, "trace").expectNothingBeforeEcho();
    }

    // ---- who goes away ----

    @Test
    void shouldKeepABackgroundJobWhenAnAttachedForegroundClientGoesAway() {
        WireClient background = client();
        WireClient foreground = client();
        String handle = background.send(SUBMIT_JOB_BG, "f", "u", "").expectHandle();
        foreground.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        foreground.close();
        server.log().await("disconnected conn=2 ");
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
    }

    @Test
    void shouldKeepAForegroundJobThatABackgroundSubmissionJoined() {
        WireClient foreground = client();
        WireClient background = client();
        String handle = foreground.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        background.send(SUBMIT_JOB_BG, "f", "u", "").expectHandle();
        foreground.close();
        server.log().await("disconnected conn=1 ");
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
    }

    @Test
    void shouldKeepAJobWhileOneOfItsClientsStays() {
        WireClient goes = client();
        WireClient stays = client();
        String handle = goes.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        stays.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        goes.close();
        server.log().await("disconnected conn=1 ");
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_COMPLETE, handle, "done");
        stays.expect(WORK_COMPLETE, handle, "done");
    }

    @Test
    void shouldRunAgainARunningJobThatWasJoinedAfterItsClientHadGone() {
        WireClient goes = client();
        WireClient worker = server.worker("f");
        String handle = goes.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        goes.close();
        server.log().await("disconnected conn=1 ");
        WireClient late = client();
        assertEquals(handle, late.send(SUBMIT_JOB, "f", "u", "").expectHandle());
        worker.close();
        server.log().await("worker_lost", "jobs=1");
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_COMPLETE, handle, "done");
        late.expect(WORK_COMPLETE, handle, "done");
    }

    // ---- GET_STATUS_UNIQUE ----

    @Test
    void shouldAnswerStatusOfAUniqueThatNoJobHas() {
        client().send(GET_STATUS_UNIQUE, "u").expect(STATUS_RES_UNIQUE, "u", "0", "0", "0", "0", "0");
        String longest = "u".repeat(1000);
        client().send(GET_STATUS_UNIQUE, longest).expect(STATUS_RES_UNIQUE, longest, "0", "0", "0", "0", "0");
    }

    @Test
    void shouldNotFindJobsThatAreJoinedByTheirData() {
        WireClient client = client();
        client.send(SUBMIT_JOB_BG, "f", "-", "data").expectHandle();
        client.send(GET_STATUS_UNIQUE, "-").expect(STATUS_RES_UNIQUE, "-", "0", "0", "0", "0", "0");
        client.send(GET_STATUS_UNIQUE, "data").expect(STATUS_RES_UNIQUE, "data", "0", "0", "0", "0", "0");
    }

    @Test
    void shouldAnswerStatusOfAUniqueFromItsBeginningToItsEnd() {
        WireClient asking = client();
        WireClient client = client();
        String handle = client.send(SUBMIT_JOB_BG, "f", "u", "").expectHandle();
        asking.send(GET_STATUS_UNIQUE, "u").expect(STATUS_RES_UNIQUE, "u", "1", "0", "0", "0", "0");
        client.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        client().send(SUBMIT_JOB, "f", "u", "").expectHandle();
        asking.send(GET_STATUS_UNIQUE, "u").expect(STATUS_RES_UNIQUE, "u", "1", "0", "0", "0", "2");
        WireClient worker = server.worker("f");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        asking.send(GET_STATUS_UNIQUE, "u").expect(STATUS_RES_UNIQUE, "u", "1", "1", "0", "0", "2");
        worker.send(WORK_STATUS, handle, "3", "4").expectNothingBeforeEcho();
        asking.send(GET_STATUS_UNIQUE, "u").expect(STATUS_RES_UNIQUE, "u", "1", "1", "3", "4", "2");
        worker.send(WORK_COMPLETE, handle, "").expectNothingBeforeEcho();
        asking.send(GET_STATUS_UNIQUE, "u").expect(STATUS_RES_UNIQUE, "u", "0", "0", "0", "0", "0");
    }

    // ---- parts of a result that who joins does not get ----

    @Test
    void shouldTellWhoAsksForItThatItJoinsAJobOfWhichPartsWereSent() {
        WireClient first = client();
        String handle = first.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        WireClient worker = server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        WireClient early = client().send(OPTION_REQ, "parts").expect(OPTION_RES, "parts");
        early.send(SUBMIT_JOB, "f", "u", "").expect(JOB_CREATED, handle);
        worker.send(WORK_DATA, handle, "half");
        first.expect(WORK_DATA, handle, "half");
        early.expect(WORK_DATA, handle, "half");
        WireClient late = client().send(OPTION_REQ, "parts").expect(OPTION_RES, "parts");
        late.send(SUBMIT_JOB, "f", "u", "").expect(OPTION_RES, "parts=missed").expect(JOB_CREATED, handle);
        late.send(SUBMIT_JOB_BG, "f", "u", "").expect(JOB_CREATED, handle);
        client().send(SUBMIT_JOB, "f", "u", "").expect(JOB_CREATED, handle).expectNothingBeforeEcho();
    }

    @Test
    void shouldNotSpeakOfPartsOfARunThatIsOver() {
        WireClient first = client();
        String handle = first.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        WireClient worker = server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        worker.send(WORK_DATA, handle, "half").expectNothingBeforeEcho().close();
        server.log().await("worker_lost", "jobs=1");
        WireClient late = client().send(OPTION_REQ, "parts").expect(OPTION_RES, "parts");
        late.send(SUBMIT_JOB, "f", "u", "").expect(JOB_CREATED, handle);
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        late.send(SUBMIT_JOB, "f", "u", "").expect(JOB_CREATED, handle);
    }
}
