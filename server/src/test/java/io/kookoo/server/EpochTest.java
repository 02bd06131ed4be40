package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SUBMIT_JOB_EPOCH: a background job that runs at or after a second. */
final class EpochTest {
    /** The promise is 100 ms; the rest is for a machine that is busy with other things. */
    private static final Duration AT_MOST_LATE = Duration.ofSeconds(1);

    @RegisterExtension
    final RunningServer server = new RunningServer();

    private static String in(long seconds) {
        return Long.toString(Instant.now().getEpochSecond() + seconds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "1.5", "12x", " 12", "1234567890123456789"})
    void shouldRefuseWhatIsNoSecond(String epoch) {
        server.connect()
                .send(SUBMIT_JOB_EPOCH, "f", "", epoch, "data")
                .expect(
                        ERROR,
                        "INVALID_ARGUMENTS",
                        "SUBMIT_JOB_EPOCH takes seconds since 1970 as a whole number, not " + epoch)
                .expectNothingBeforeEcho()
                .sendText("status")
                .expectText(".\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "1500000000"})
    void shouldQueueAJobOfThePastAtOnce(String epoch) {
        String handle =
                server.connect().send(SUBMIT_JOB_EPOCH, "f", "", epoch, "data").expectHandle();
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999999999", "31556889864403199", "31556889864403200", "999999999999999999"})
    void shouldKeepAJobOfTheFarFuture(String epoch) {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB_EPOCH, "f", "u", epoch, "data").expectHandle();
        client.expectNothingBeforeEcho();
        server.worker("f").send(GRAB_JOB).expect(NO_JOB).send(PRE_SLEEP).expectNothingBeforeEcho();
        client.send(GET_STATUS, handle).expect(STATUS_RES, handle, "1", "0", "0", "0");
        client.sendText("status").expectText("f\t1\t0\t1\n.\n");
        // Others are not held up by it.
        String soon = client.send(SUBMIT_JOB_EPOCH, "g", "", in(1), "").expectHandle();
        server.worker("g").send(PRE_SLEEP).expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, soon, "g", "");
    }

    @Test
    void shouldWakeASleepingWorkerInItsSecond() {
        WireClient worker = server.worker("f").send(PRE_SLEEP).expectNothingBeforeEcho();
        WireClient client = server.connect();
        String due = in(2);
        String handle = client.send(SUBMIT_JOB_EPOCH, "f", "", due, "data").expectHandle();
        worker.send(GRAB_JOB).expect(NO_JOB).send(PRE_SLEEP).expect(NOOP);
        Instant woken = Instant.now();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        Instant second = Instant.ofEpochSecond(Long.parseLong(due));
        assertTrue(!woken.isBefore(second), () -> woken + " is before " + second);
        assertTrue(woken.isBefore(second.plus(AT_MOST_LATE)), () -> woken + " is late for " + second);
    }

    @Test
    void shouldStayWhenItsClientGoes() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB_EPOCH, "f", "", in(1), "").expectHandle();
        client.close();
        server.log().await("disconnected conn=1 ");
        server.worker("f").send(PRE_SLEEP).expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
    }

    @Test
    void shouldBeJoinedByItsUniqueWhileItWaits() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB_EPOCH, "f", "u", in(1), "epoch").expectHandle();
        assertEquals(handle, client.send(SUBMIT_JOB, "f", "u", "now").expectHandle());
        client.send(GET_STATUS_UNIQUE, "u").expect(STATUS_RES_UNIQUE, "u", "1", "0", "0", "0", "1");
        WireClient worker = server.worker("f");
        worker.send(PRE_SLEEP).expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "epoch");
        worker.send(WORK_COMPLETE, handle, "done");
        client.expect(WORK_COMPLETE, handle, "done");
    }

    @Test
    void shouldRefuseAUniqueOf65Bytes() {
        server.connect()
                .send(SUBMIT_JOB_EPOCH, "f", "u".repeat(65), "1", "")
                .expect(ERROR, "ARGUMENT_TOO_LARGE", "Unique value too large");
    }
}
