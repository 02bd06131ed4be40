package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The stall alarm: a job that is ready for long while an idle worker could take it. */
final class StallAlarmTest {
    @RegisterExtension
    final RunningServer server = new RunningServer().with("stall-alarm", "0.3");

    @Test
    void shouldSayAllThatIsNeededInOneLineAndWakeAgain() {
        WireClient client = server.connect();
        WireClient silent = server.worker("f").send(SET_CLIENT_ID, "silent").send(PRE_SLEEP);
        silent.expectNothingBeforeEcho();
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        // It never grabs; the alarm wakes it a second time.
        silent.expect(NOOP).expect(NOOP);
        String line = server.log().await("ERROR stalled");
        for (String part : new String[] {
            " function=f ",
            " handle=" + handle + " ",
            " ready_ms=",
            " queued=2 ",
            " running=0 ",
            " workers=1 ",
            " idle_workers=1 ",
            " conn=2 ",
            " client=silent ",
            " asleep=false ",
            " idle_ms="
        }) {
            assertTrue(line.contains(part), () -> part + " in " + line);
        }
        silent.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
    }

    @Test
    void shouldRaiseNoAlarmWhileNobodyCouldTakeTheJob() {
        WireClient client = server.connect();
        client.send(SUBMIT_JOB_BG, "nobody", "", "").expectHandle();
        String running = client.send(SUBMIT_JOB_BG, "busy", "", "").expectHandle();
        WireClient busy = server.worker("busy");
        busy.send(GRAB_JOB).expect(JOB_ASSIGN, running, "busy", "");
        client.send(SUBMIT_JOB_BG, "busy", "", "").expectHandle();
        client.send(SUBMIT_JOB_EPOCH, "f", "", "99999999999", "").expectHandle();
        // That of another function, which began later, shows that theirs had their time.
        client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        server.worker("f");
        server.log().await("ERROR stalled", "function=f");
        assertEquals(1, server.log().with("stalled").size());
    }
}
