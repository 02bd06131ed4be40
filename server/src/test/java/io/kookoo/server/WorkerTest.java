package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;

import io.kookoo.protocol.PacketType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** CAN_DO, CANT_DO, RESET_ABILITIES, GRAB_JOB and its kin, WORK_*: the worker's side. */
final class WorkerTest {
    @RegisterExtension
    final RunningServer server = new RunningServer();

    // ---- reports about jobs the worker does not hold ----

    @ParameterizedTest
    @CsvSource({
        "WORK_DATA, Job does not exist on server",
        "WORK_WARNING, Job does not exist on server",
        "WORK_STATUS, Job given in work result not found",
        "WORK_COMPLETE, Job given in work result not found",
        "WORK_FAIL, Job given in work result not found",
        "WORK_EXCEPTION, An exception was received for a job that does not exist"
    })
    void shouldRefuseReportsOfJobsThatAreNotTheWorkers(PacketType type, String text) {
        String[] unknown = report(type, "H:unknown:1:1");
        server.connect()
                .send(type, unknown)
                .expect(ERROR, "JOB_NOT_FOUND", text)
                .expectNothingBeforeEcho();

        WireClient client = server.connect();
        WireClient holder = server.worker("f");
        WireClient thief = server.worker("f");
        String handle = client.send(SUBMIT_JOB, "f", "", "data").expectHandle();
        // Queued: nobody holds it.
        holder.send(type, report(type, handle)).expect(ERROR, "JOB_NOT_FOUND", text);
        holder.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        // Running: only its holder may speak of it.
        thief.send(type, report(type, handle)).expect(ERROR, "JOB_NOT_FOUND", text);
        client.send(type, report(type, handle)).expect(ERROR, "JOB_NOT_FOUND", text);
        holder.send(WORK_COMPLETE, handle, "done");
        client.expect(WORK_COMPLETE, handle, "done");
        // Done.
        holder.send(type, report(type, handle)).expect(ERROR, "JOB_NOT_FOUND", text);
        client.expectNothingBeforeEcho();
    }

    private static String[] report(PacketType type, String handle) {
        return switch (type) {
            case WORK_FAIL -> new String[] {handle};
            case WORK_STATUS -> new String[] {handle, "1", "2"};
            default -> new String[] {handle, "data"};
        };
    }

    // ---- abilities ----

    @Test
    void shouldGiveNoJobToAPeerWithoutFunctions() {
        WireClient client = server.connect();
        client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        client.send(GRAB_JOB)
                .expect(NO_JOB)
                .send(GRAB_JOB_UNIQ)
                .expect(NO_JOB)
                .send(GRAB_JOB_ALL)
                .expect(NO_JOB);
        server.worker("g").send(GRAB_JOB).expect(NO_JOB);
    }

    @Test
    void shouldAnswerAGrabThatWaitsWhenThePeerSaysNoMore() {
        server.worker("f").send(GRAB_JOB).endOutput().expect(NO_JOB).expectClosed();
    }

    @Test
    void shouldCountARepeatedCanDoOnce() {
        WireClient worker = server.worker("f", "f", "f");
        worker.sendText("status").expectText("f\t0\t0\t1\n.\n");
        worker.sendText("workers").expectText("1 127.0.0.1 - : f\n.\n");
        worker.send(CANT_DO, "f").sendText("status").expectText("f\t0\t0\t0\n.\n");
    }

    @Test
    void shouldIgnoreCantDoOfAFunctionNeverAnnounced() {
        server.worker("f")
                .send(CANT_DO, "g")
                .send(CANT_DO, "")
                .sendText("status")
                .expectText("f\t0\t0\t1\n.\n");
    }

    @Test
    void shouldNoLongerGiveJobsAfterCantDo() {
        WireClient worker = server.worker("f", "g").send(CANT_DO, "f");
        WireClient client = server.connect();
        client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        String handle = client.send(SUBMIT_JOB_BG, "g", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "g", "").send(GRAB_JOB).expect(NO_JOB);
        // The connection stays the same worker: it may announce it again.
        worker.send(CAN_DO, "f").send(GRAB_JOB).expectAny(JOB_ASSIGN);
    }

    @Test
    void shouldReturnAJobWhenItsWorkerSendsCantDo() {
        WireClient worker = server.worker("f", "g");
        WireClient client = server.connect();
        String f = client.send(SUBMIT_JOB, "f", "", "1").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, f, "f", "1");
        String g = client.send(SUBMIT_JOB, "g", "", "2").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, g, "g", "2");
        worker.send(CANT_DO, "f").expectNothingBeforeEcho();
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, f, "f", "1").send(WORK_COMPLETE, f, "other");
        client.expect(WORK_COMPLETE, f, "other");
        worker.send(WORK_COMPLETE, f, "late").expect(ERROR, "JOB_NOT_FOUND", "Job given in work result not found");
        // That of another function is untouched.
        worker.send(WORK_COMPLETE, g, "ok");
        client.expect(WORK_COMPLETE, g, "ok");
    }

    @Test
    void shouldReturnAllJobsWhenTheirWorkerSendsResetAbilities() {
        WireClient worker = server.worker("f", "g");
        WireClient client = server.connect();
        String f = client.send(SUBMIT_JOB, "f", "", "1").expectHandle();
        String g = client.send(SUBMIT_JOB, "g", "", "2").expectHandle();
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        worker.send(RESET_ABILITIES).send(GRAB_JOB).expect(NO_JOB);
        client.sendText("status").expectText("f\t1\t0\t0\ng\t1\t0\t0\n.\n");
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, f, "f", "1");
        server.worker("g").send(GRAB_JOB).expect(JOB_ASSIGN, g, "g", "2");
    }

    // ---- grabbing ----

    @Test
    void shouldAnswerEachGrabInItsOwnForm() {
        WireClient client = server.connect();
        WireClient worker = server.worker("f");
        String[] handles = new String[3];
        for (int i = 0; i < 3; i++) {
            handles[i] = client.send(SUBMIT_JOB, "f", "u" + i, "data" + i).expectHandle();
        }
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handles[0], "f", "data0");
        worker.send(GRAB_JOB_UNIQ).expect(JOB_ASSIGN_UNIQ, handles[1], "f", "u1", "data1");
        // No reducer: the form of GRAB_JOB_UNIQ.
        worker.send(GRAB_JOB_ALL).expect(JOB_ASSIGN_UNIQ, handles[2], "f", "u2", "data2");
    }

    @ParameterizedTest
    @EnumSource(
            value = PacketType.class,
            names = {"GRAB_JOB_UNIQ", "GRAB_JOB_ALL"})
    void shouldShowAnEmptyUnique(PacketType grab) {
        String handle = server.connect().send(SUBMIT_JOB_BG, "f", "", "x\0y").expectHandle();
        server.worker("f").send(grab).expect(JOB_ASSIGN_UNIQ, handle, "f", "", "x\0y");
    }

    @Test
    void shouldLetAWorkerHoldSeveralJobsAndFinishThemInAnyOrder() {
        WireClient client = server.connect();
        WireClient worker = server.worker("f");
        String[] handles = new String[4];
        for (int i = 0; i < 4; i++) {
            handles[i] = client.send(SUBMIT_JOB, "f", "", "" + i).expectHandle();
            worker.send(GRAB_JOB).expect(JOB_ASSIGN, handles[i], "f", "" + i);
        }
        client.sendText("status").expectText("f\t4\t4\t1\n.\n");
        for (int i : new int[] {2, 0, 3, 1}) {
            worker.send(WORK_COMPLETE, handles[i], "result " + i);
            client.expect(WORK_COMPLETE, handles[i], "result " + i);
        }
        client.sendText("status").expectText("f\t0\t0\t1\n.\n");
    }

    @Test
    void shouldTakeFunctionNamesAsBytes() {
        // The same letters in another case, or another encoding, are another function.
        WireClient worker = server.worker("f", "\u00e4");
        WireClient client = server.connect();
        client.send(SUBMIT_JOB_BG, "F", "", "").expectHandle();
        client.send(SUBMIT_JOB_BG, "\u00c3\u00a4", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(NO_JOB);
        String handle = client.send(SUBMIT_JOB_BG, "\u00e4", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "\u00e4", "");
    }
}
