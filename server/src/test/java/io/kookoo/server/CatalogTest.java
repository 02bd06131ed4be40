package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls of functions.txt on the wire: who asked for the option {@code catalog} gets them, nobody else. */
final class CatalogTest {
    @RegisterExtension
    final RunningServer server = new RunningServer().withCatalog("add(1,2)\n");

    private WireClient poller() {
        return server.connect().send(OPTION_REQ, "catalog").expect(OPTION_RES, "catalog");
    }

    @Test
    void shouldLogACallOfALostPollerAndNotRepeatIt() {
        WireClient poller = poller().send(SET_CLIENT_ID, "unlucky");
        String handle = poller.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        poller.close();
        server.log().await("WARN ended", "client=unlucky", "handle=" + handle, "outcome=lost");
        WireClient other = poller();
        String next = other.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        assertTrue(!next.equals(handle), next);
        assertEquals(0, server.log().with("requeued").size());
    }

    @Test
    void shouldGiveCallsToNobodyWhoDidNotAsk() {
        server.worker("add")
                .send(GRAB_JOB)
                .expect(NO_JOB)
                .send(GRAB_JOB_ALL)
                .expect(NO_JOB)
                .send(PRE_SLEEP)
                .expectNothingBeforeEcho();
    }

    @ParameterizedTest
    @EnumSource(
            value = PacketType.class,
            names = {"GRAB_JOB", "GRAB_JOB_UNIQ", "GRAB_JOB_ALL"})
    void shouldAnswerEveryGrabOfAPollerWithACall(PacketType grab) {
        WireClient poller = poller();
        server.connect().send(SUBMIT_JOB, "add", "", "submitted").expectHandle();
        poller.send(CAN_DO, "add");
        for (int i = 0; i < 3; i++) {
            WireClient.Received call = poller.send(grab).receive();
            String handle = call.part(0);
            if (grab == GRAB_JOB) {
                assertEquals("JOB_ASSIGN[" + handle + "|add|1,2]", call.toString());
            } else {
                assertEquals("JOB_ASSIGN_UNIQ[" + handle + "|add||1,2]", call.toString());
            }
            poller.send(WORK_COMPLETE, handle, "3").expectNothingBeforeEcho();
        }
    }

    @Test
    void shouldLogEveryCallWithTwoLines() {
        WireClient poller = poller().send(SET_CLIENT_ID, "me");
        String done = poller.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        poller.send(WORK_COMPLETE, done, "3");
        server.log().await("INFO handed_out", "client=me", "handle=" + done, "call=add(1,2)");
        server.log().await("INFO ended", "client=me", "handle=" + done, "call=add(1,2)", "result=3", "ms=");
        String failed = poller.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        poller.send(WORK_EXCEPTION, failed, "x".repeat(1000)).expectNothingBeforeEcho();
        String line = server.log().await("WARN ended", "handle=" + failed, "outcome=exception");
        assertTrue(line.contains(" error=" + "x".repeat(200) + " "), line);
    }

    @Test
    void shouldWakeAPollerThatSleeps() {
        poller().send(PRE_SLEEP).expect(NOOP);
    }

    @Test
    void shouldNotShowCallsAmongTheJobsOfFunctions() {
        WireClient poller = poller();
        String handle = poller.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        poller.sendText("status").expectText(".\n");
        poller.send(GET_STATUS, handle).expect(STATUS_RES, handle, "1", "1", "0", "0");
        // CANT_DO and RESET_ABILITIES do not concern it.
        poller.send(CANT_DO, "add")
                .send(RESET_ABILITIES)
                .send(WORK_COMPLETE, handle, "")
                .expectNothingBeforeEcho();
    }

    @Test
    void shouldHandOutALineAddedWhileItRuns() throws IOException {
        WireClient poller = poller();
        Files.writeString(server.folder().resolve("functions.txt"), "hostname\n");
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        server.log().await(2, "catalog_loaded", "calls=1");
        assertTrue(System.nanoTime() < end);
        assertEquals("hostname", poller.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(1));
    }

    @Test
    void shouldHandOutAnExpressionAsItIsWritten() {
        try (RunningServer calculating = new RunningServer()
                .withCatalog("calculate((1 + 2) * (3 - 4) / 5)\n")
                .start()) {
            WireClient poller =
                    calculating.connect().send(OPTION_REQ, "catalog").expect(OPTION_RES, "catalog");
            WireClient.Received call = poller.send(GRAB_JOB).receive();
            assertEquals("JOB_ASSIGN[" + call.part(0) + "|calculate|(1 + 2) * (3 - 4) / 5]", call.toString());
        }
    }

    @Test
    void shouldAnswerNoJobWhenTheCatalogIsEmpty() {
        try (RunningServer empty =
                new RunningServer().withCatalog("# nothing\n\n").start()) {
            WireClient poller = empty.connect().send(OPTION_REQ, "catalog").expect(OPTION_RES, "catalog");
            poller.send(GRAB_JOB).expect(NO_JOB).send(PRE_SLEEP).expectNothingBeforeEcho();
            empty.log().await("WARN catalog_empty");
        }
    }
}
