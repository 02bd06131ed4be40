package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kookoo.protocol.PacketType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code maxqueue}: how many jobs of a function there may be. */
final class MaxQueueTest {
    private static final String FULL = "Job queue is full";

    @RegisterExtension
    final RunningServer server = new RunningServer();

    private WireClient limited(String limits) {
        return server.connect().sendText("maxqueue f " + limits).expectText("OK\r\n");
    }

    // ---- wrong words ----

    @ParameterizedTest
    @ValueSource(strings = {"maxqueue", "maxqueue f 1 2", "maxqueue f 1 2 3 4"})
    void shouldRefuseTooFewAndTooManyWords(String line) {
        server.connect()
                .sendText(line)
                .expectText("ERR INVALID_ARGUMENTS"
                        + " An+incomplete+set+of+arguments+was+sent+to+this+command+maxqueue\r\n");
    }

    @ParameterizedTest
    @CsvSource({"f x, x", "f 1 2 x, x", "f 1.5, 1.5", "f 99999999999, 99999999999", "f \u00e4, %C3%A4"})
    void shouldRefuseWhatIsNoNumberAndChangeNothing(String words, String word) {
        WireClient client = limited("1");
        client.sendText("maxqueue " + words)
                .expectText("ERR INVALID_ARGUMENTS maxqueue+takes+whole+numbers,+not+" + word + "\r\n");
        client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        client.send(SUBMIT_JOB_BG, "f", "", "").expect(ERROR, "QUEUE_ERROR", FULL);
    }

    @Test
    void shouldRefuseAFunctionNameThatIsTooLong() {
        server.connect()
                .sendText("maxqueue " + "f".repeat(513))
                .expectText("ERR ARGUMENT_TOO_LARGE A+function+name+has+1+to+512+bytes,+this+one+has+513\r\n")
                .sendText("status")
                .expectText(".\n");
    }

    // ---- full ----

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
    void shouldRefuseEverySubmissionPastTheLimit(PacketType type) {
        WireClient client = limited("2");
        client.send(type, "f", "", "").expectHandle();
        client.send(type, "f", "", "").expectHandle();
        client.send(type, "f", "", "").expect(ERROR, "QUEUE_ERROR", FULL).expectNothingBeforeEcho();
        client.send(type, "g", "", "").expectHandle();
        client.sendText("status").expectText("f\t2\t0\t0\ng\t1\t0\t0\n.\n");
    }

    @Test
    void shouldRefuseEpochAndReduceJobsPastTheLimit() {
        WireClient client = limited("1");
        client.send(SUBMIT_JOB_EPOCH, "f", "", "99999999999", "").expectHandle();
        client.send(SUBMIT_JOB_EPOCH, "f", "", "1", "").expect(ERROR, "QUEUE_ERROR", FULL);
        client.send(SUBMIT_REDUCE_JOB, "f", "", "r", "", "").expect(ERROR, "QUEUE_ERROR", FULL);
        client.send(SUBMIT_REDUCE_JOB_BACKGROUND, "f", "", "r", "", "").expect(ERROR, "QUEUE_ERROR", FULL);
    }

    @Test
    void shouldCountRunningJobs() {
        WireClient client = limited("1");
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        WireClient worker = server.worker("f");
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        client.send(SUBMIT_JOB, "f", "", "").expect(ERROR, "QUEUE_ERROR", FULL);
        worker.send(WORK_COMPLETE, handle, "");
        client.expect(WORK_COMPLETE, handle, "");
        client.send(SUBMIT_JOB, "f", "", "").expectHandle();
    }

    @Test
    void shouldLetASubmissionJoinAJobOfAFullFunction() {
        WireClient client = limited("1");
        String handle = client.send(SUBMIT_JOB, "f", "u", "").expectHandle();
        assertEquals(handle, client.send(SUBMIT_JOB, "f", "u", "").expectHandle());
    }

    @Test
    void shouldTakeBackAJobOfALostWorkerWhateverTheLimit() {
        WireClient client = limited("1");
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").close();
        server.log().await("worker_lost", "jobs=1");
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
    }

    // ---- by priority, and lifted ----

    @Test
    void shouldLimitEachPriorityBySoManyJobsOfAnyPriority() {
        WireClient client = limited("3 2 1");
        client.send(SUBMIT_JOB_LOW_BG, "f", "", "").expectHandle();
        client.send(SUBMIT_JOB_LOW_BG, "f", "", "").expect(ERROR, "QUEUE_ERROR", FULL);
        client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        client.send(SUBMIT_JOB_BG, "f", "", "").expect(ERROR, "QUEUE_ERROR", FULL);
        client.send(SUBMIT_JOB_HIGH_BG, "f", "", "").expectHandle();
        client.send(SUBMIT_JOB_HIGH_BG, "f", "", "").expect(ERROR, "QUEUE_ERROR", FULL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"maxqueue f", "maxqueue f 0", "maxqueue f -1", "MAXQUEUE f 0 0 0", "maxqueue  f\t-5\r"})
    void shouldLiftTheLimit(String line) {
        WireClient client = limited("1");
        client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        client.send(SUBMIT_JOB_BG, "f", "", "").expect(ERROR, "QUEUE_ERROR", FULL);
        client.sendText(line).expectText("OK\r\n");
        client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
    }

    @Test
    void shouldKeepTheJobsThatAreMoreThanANewLimit() {
        WireClient client = server.connect();
        String first = client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        String second = client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        client.sendText("maxqueue f 1").expectText("OK\r\n");
        server.worker("f")
                .send(GRAB_JOB)
                .expect(JOB_ASSIGN, first, "f", "")
                .send(GRAB_JOB)
                .expect(JOB_ASSIGN, second, "f", "");
    }
}
