package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.PacketType;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SUBMIT_JOB and its kin, what comes back of them, and GET_STATUS: the client's side. */
final class SubmitTest {
    @RegisterExtension
    final RunningServer server = new RunningServer();

    // ---- refused ----

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
    void shouldRefuseAUniqueOf65Bytes(PacketType type) {
        server.connect()
                .send(type, "f", "u".repeat(65), "data")
                .expect(ERROR, "ARGUMENT_TOO_LARGE", "Unique value too large")
                .sendText("status")
                .expectText(".\n");
    }

    @Test
    void shouldTakeAUniqueOf64Bytes() {
        WireClient worker = server.worker("f");
        String handle =
                server.connect().send(SUBMIT_JOB, "f", "u".repeat(64), "data").expectHandle();
        worker.send(GRAB_JOB_UNIQ).expect(JOB_ASSIGN_UNIQ, handle, "f", "u".repeat(64), "data");
    }

    @Test
    void shouldAnswerErrorAndJobCreatedInTheOrderOfSubmissions() {
        WireClient client = server.connect();
        client.sendBytes(WireClient.together(
                WireClient.packet(SUBMIT_JOB, "f", "", "1"),
                WireClient.packet(SUBMIT_JOB, "f", "u".repeat(65), "2"),
                WireClient.packet(SUBMIT_JOB_BG, "f", "", "3"),
                WireClient.packet(SUBMIT_JOB, "", "", "4"),
                WireClient.packet(SUBMIT_JOB_HIGH, "f", "", "5")));
        client.expectHandle();
        client.expectAny(ERROR);
        client.expectHandle();
        client.expectAny(ERROR);
        client.expectHandle();
    }

    // ---- accepted ----

    @Test
    void shouldGiveHandlesThatNameTheHostAndAreNeverTheSame() {
        WireClient client = server.connect();
        Set<String> handles = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            String handle = client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
            assertTrue(handle.matches("H:[A-Za-z0-9._-]+:[0-9a-z]+:[0-9]+"), handle);
            assertTrue(handle.length() < 64, handle);
            handles.add(handle);
        }
        assertEquals(100, handles.size());
    }

    @Test
    void shouldSendJobCreatedBeforeAnythingOfTheJob() {
        // A worker that is as quick as it can be, on the client's own connection.
        WireClient both = server.connect();
        both.sendBytes(WireClient.together(
                WireClient.packet(CAN_DO, "f"),
                WireClient.packet(SUBMIT_JOB, "f", "", "data"),
                WireClient.packet(GRAB_JOB)));
        String handle = both.expectHandle();
        both.expect(JOB_ASSIGN, handle, "f", "data")
                .send(WORK_COMPLETE, handle, "done")
                .expect(WORK_COMPLETE, handle, "done");
    }

    @ParameterizedTest
    @EnumSource(
            value = PacketType.class,
            names = {"SUBMIT_JOB", "SUBMIT_JOB_HIGH", "SUBMIT_JOB_LOW"})
    void shouldPassOnAllThatAWorkerSaysToAForegroundClient(PacketType submit) {
        WireClient worker = server.worker("f");
        WireClient client = server.connect();
        String handle = client.send(submit, "f", "u", "in\0put").expectHandle();
        worker.send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "f", "in\0put")
                .send(WORK_DATA, handle, "some\0data")
                .send(WORK_WARNING, handle, "a warning")
                .send(WORK_STATUS, handle, "1", "2")
                .send(WORK_DATA, handle, "")
                .send(WORK_COMPLETE, handle, "the\0result\0");
        client.expect(WORK_DATA, handle, "some\0data")
                .expect(WORK_WARNING, handle, "a warning")
                .expect(WORK_STATUS, handle, "1", "2")
                .expect(WORK_DATA, handle, "")
                .expect(WORK_COMPLETE, handle, "the\0result\0")
                .expectNothingBeforeEcho();
        worker.expectNothingBeforeEcho();
    }

    @ParameterizedTest
    @EnumSource(
            value = PacketType.class,
            names = {"SUBMIT_JOB_BG", "SUBMIT_JOB_HIGH_BG", "SUBMIT_JOB_LOW_BG"})
    void shouldTellABackgroundClientNothingMore(PacketType submit) {
        WireClient worker = server.worker("f");
        WireClient client = server.connect();
        String handle = client.send(submit, "f", "", "data").expectHandle();
        worker.send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "f", "data")
                .send(WORK_DATA, handle, "x")
                .send(WORK_COMPLETE, handle, "done")
                .expectNothingBeforeEcho();
        client.expectNothingBeforeEcho();
    }

    @Test
    void shouldPassOnWorkFail() {
        WireClient worker = server.worker("f");
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_FAIL, handle);
        client.expect(WORK_FAIL, handle).expectNothingBeforeEcho();
        // Done, and never tried again.
        worker.send(GRAB_JOB).expect(NO_JOB);
        client.send(GET_STATUS, handle).expect(STATUS_RES, handle, "0", "0", "0", "0");
    }

    @Test
    void shouldSendWorkFailForAnExceptionToClientsThatDidNotAskForExceptions() {
        WireClient worker = server.worker("f");
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_EXCEPTION, handle, "a trace");
        client.expect(WORK_FAIL, handle).expectNothingBeforeEcho();
    }

    @Test
    void shouldSendWorkExceptionToClientsThatAskedForExceptions() {
        WireClient worker = server.worker("f");
        WireClient client = server.connect().send(OPTION_REQ, "exceptions").expect(OPTION_RES, "exceptions");
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "f", "")
                .send(WORK_EXCEPTION, handle, "a\0trace")
                // The job is done with the exception.
                .send(WORK_FAIL, handle)
                .expect(ERROR, "JOB_NOT_FOUND", "Job given in work result not found");
        client.expect(WORK_EXCEPTION, handle, "a\0trace").expectNothingBeforeEcho();
    }

    @Test
    void shouldServeClientAndWorkerOnOneConnection() {
        WireClient both = server.worker("f");
        String handle = both.send(SUBMIT_JOB, "f", "", "1").expectHandle();
        both.send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "f", "1")
                .send(WORK_FAIL, handle)
                .expect(WORK_FAIL, handle);
    }

    // ---- GET_STATUS ----

    @Test
    void shouldAnswerStatusOfAnUnknownJob() {
        server.connect().send(GET_STATUS, "H:nowhere:0:1").expect(STATUS_RES, "H:nowhere:0:1", "0", "0", "0", "0");
    }

    @Test
    void shouldAnswerStatusOfAJobFromItsBeginningToItsEnd() {
        WireClient worker = server.worker("f");
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        client.send(GET_STATUS, handle).expect(STATUS_RES, handle, "1", "0", "0", "0");
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        client.send(GET_STATUS, handle).expect(STATUS_RES, handle, "1", "1", "0", "0");
        worker.send(WORK_STATUS, handle, "7", "1000").expectNothingBeforeEcho();
        client.send(GET_STATUS, handle).expect(STATUS_RES, handle, "1", "1", "7", "1000");
        worker.send(WORK_COMPLETE, handle, "").expectNothingBeforeEcho();
        client.send(GET_STATUS, handle).expect(STATUS_RES, handle, "0", "0", "0", "0");
    }
}
