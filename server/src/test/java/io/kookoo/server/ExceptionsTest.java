package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The setting {@code exceptions}: every connection is served as if it had sent that option. */
final class ExceptionsTest {
    @RegisterExtension
    final RunningServer server = new RunningServer().with("exceptions", "yes");

    @Test
    void shouldPassExceptionsToClientsThatDidNotAsk() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        server.worker("f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_EXCEPTION, handle, "trace");
        client.expect(WORK_EXCEPTION, handle, "trace").expectNothingBeforeEcho();
    }

    @Test
    void shouldStillAnswerTheOption() {
        server.connect().send(OPTION_REQ, "exceptions").expect(OPTION_RES, "exceptions");
    }
}
