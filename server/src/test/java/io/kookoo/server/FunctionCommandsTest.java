package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code create function}, {@code drop function} and {@code prioritystatus}. */
final class FunctionCommandsTest {
    private static final String OK = "OK\r\n";
    private static final String IN_USE = "ERR there are still connected workers or executing clients\r\n";

    @RegisterExtension
    final RunningServer server = new RunningServer();

    // ---- refused ----

    @ParameterizedTest
    @CsvSource({
        "create, create",
        "create function, create",
        "create function f g, create",
        "drop, drop",
        "drop function, drop",
        "drop function f g, drop",
        "Drop f, drop",
        "drop x f, drop"
    })
    void shouldRefuseWrongWords(String line, String verb) {
        server.connect()
                .sendText(line)
                .expectText("ERR INVALID_ARGUMENTS An+incomplete+set+of+arguments+was+sent+to+this+command+" + verb
                        + "\r\n")
                .sendText("status")
                .expectText(".\n");
    }

    @Test
    void shouldRefuseANameThatIsTooLong() {
        server.connect()
                .sendText("create function " + "f".repeat(513))
                .expectText("ERR ARGUMENT_TOO_LARGE A+function+name+has+1+to+512+bytes,+this+one+has+513\r\n")
                .sendText("create function " + "f".repeat(512))
                .expectText(OK);
    }

    @Test
    void shouldNotDropAFunctionThatNobodyKnows() {
        server.connect().sendText("drop function f").expectText("ERR function not found\r\n");
        server.connect().sendText("drop function " + "f".repeat(513)).expectText("ERR function not found\r\n");
    }

    @Test
    void shouldNotDropAFunctionThatAWorkerCanDo() {
        WireClient worker = server.worker("f");
        worker.sendText("drop function f").expectText(IN_USE);
        worker.send(CANT_DO, "f").sendText("drop function f").expectText(OK);
        worker.sendText("status").expectText(".\n");
    }

    // ---- created ----

    @ParameterizedTest
    @ValueSource(strings = {"create function f", "CREATE FUNCTION f\r", "  create\tfunction  f  "})
    void shouldMakeAFunctionKnown(String line) {
        WireClient client = server.connect();
        client.sendText(line).expectText(OK).sendText("status").expectText("f\t0\t0\t0\n.\n");
        // Twice is as good as once.
        client.sendText(line).expectText(OK).sendText("status").expectText("f\t0\t0\t0\n.\n");
    }

    // ---- dropped ----

    @Test
    void shouldForgetAFunctionWithoutJobs() {
        WireClient client = server.connect();
        client.sendText("create function f").expectText(OK);
        client.sendText("drop function f").expectText(OK).sendText("status").expectText(".\n");
        client.sendText("drop function f").expectText("ERR function not found\r\n");
    }

    @Test
    void shouldFailTheJobsThatWaitForADroppedFunction() {
        WireClient client = server.connect();
        String queued = client.send(SUBMIT_JOB_LOW, "f", "u", "").expectHandle();
        String delayed =
                client.send(SUBMIT_JOB_EPOCH, "f", "v", "99999999999", "").expectHandle();
        client.send(SUBMIT_JOB, "f", "v", "").expectHandle();
        String background = client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        String other = client.send(SUBMIT_JOB, "g", "u", "").expectHandle();
        WireClient admin = server.connect();
        admin.sendText("drop function f").expectText(OK).sendText("status").expectText("g\t1\t0\t0\n.\n");
        client.expect(WORK_FAIL, queued).expect(WORK_FAIL, delayed).expectNothingBeforeEcho();
        client.send(GET_STATUS, background).expect(STATUS_RES, background, "0", "0", "0", "0");
        // Nothing dangles: who asks for it again gets a new job, and a new worker gets that one alone.
        String again = client.send(SUBMIT_JOB, "f", "u", "again").expectHandle();
        assertNotEquals(queued, again);
        WireClient worker = server.worker("f");
        worker.send(GRAB_JOB)
                .expect(JOB_ASSIGN, again, "f", "again")
                .send(GRAB_JOB)
                .expect(NO_JOB);
        worker.send(WORK_COMPLETE, again, "done");
        client.expect(WORK_COMPLETE, again, "done");
        server.worker("g").send(GRAB_JOB).expect(JOB_ASSIGN, other, "g", "");
    }

    @Test
    void shouldForgetTheLimitOfADroppedFunction() {
        WireClient client = server.connect();
        client.sendText("maxqueue f 1")
                .expectText(OK)
                .sendText("drop function f")
                .expectText(OK);
        client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
    }

    // ---- prioritystatus ----

    @Test
    void shouldCountQueuedJobsByPriority() {
        WireClient client = server.connect();
        client.sendText("prioritystatus").expectText(".\n");
        client.send(SUBMIT_JOB_HIGH, "f", "", "").expectHandle();
        client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        for (int i = 0; i < 3; i++) {
            client.send(SUBMIT_JOB_LOW, "f", "", "").expectHandle();
        }
        WireClient worker = server.worker("f", "x\ty");
        client.sendText("PriorityStatus").expectText("f\t1\t2\t3\t1\nx%09y\t0\t0\t0\t1\n.\n");
        // Only those that are queued.
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        client.sendText("prioritystatus").expectText("f\t0\t2\t3\t1\nx%09y\t0\t0\t0\t1\n.\n");
    }
}
