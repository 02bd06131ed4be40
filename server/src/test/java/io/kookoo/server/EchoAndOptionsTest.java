package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ECHO_REQ, SET_CLIENT_ID and OPTION_REQ. */
final class EchoAndOptionsTest {
    @RegisterExtension
    final RunningServer server = new RunningServer();

    @ParameterizedTest
    @ValueSource(strings = {"", "no such option", "exception", "exceptions ", "cancel ", "attempt=2"})
    void shouldRefuseUnknownOptions(String option) {
        server.connect()
                .send(OPTION_REQ, option)
                .expect(ERROR, "UNKNOWN_OPTION", "Server does not recognize given option")
                .expectNothingBeforeEcho();
    }

    @ParameterizedTest
    @ValueSource(strings = {"exceptions", "Exceptions", "EXCEPTIONS", "catalog", "cancel", "Attempt"})
    void shouldAnswerOptionsAsTheyWereSent(String option) {
        server.connect().send(OPTION_REQ, option).expect(OPTION_RES, option);
    }

    /** Their threads are of another kind while they are many; see ConnectionThreads. */
    @Test
    void shouldServeEveryConnectionWhileTheyBecomeManyAndFewAgain() {
        List<WireClient> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            clients.add(server.connect());
            clients.forEach(WireClient::expectNothingBeforeEcho);
        }
        while (clients.size() > 1) {
            clients.remove(clients.size() / 2).close();
            clients.forEach(WireClient::expectNothingBeforeEcho);
        }
        server.connect().expectNothingBeforeEcho();
    }

    @Test
    void shouldEchoAnyBytes() {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 256; c++) {
            all.append(c);
        }
        server.connect().send(ECHO_REQ, all.toString()).expect(ECHO_RES, all.toString());
        server.connect().send(ECHO_REQ).expect(ECHO_RES);
    }

    @Test
    void shouldEchoMoreThanBuffersHold() {
        String data = "0123456789abcdef".repeat(512 * 1024);
        server.connect().send(ECHO_REQ, data).expect(ECHO_RES, data);
    }

    @Test
    void shouldShowTheClientIdInWorkers() {
        WireClient client = server.connect();
        client.sendText("workers").expectText("1 127.0.0.1 - :\n.\n");
        client.send(SET_CLIENT_ID, "me").sendText("workers").expectText("1 127.0.0.1 me :\n.\n");
        client.send(SET_CLIENT_ID, "").sendText("workers").expectText("1 127.0.0.1 - :\n.\n");
    }

    @Test
    void shouldKeepTheBeginningOfALongClientId() {
        server.connect()
                .send(SET_CLIENT_ID, "x".repeat(1_000_000))
                .sendText("workers")
                .expectText("1 127.0.0.1 " + "x".repeat(127) + " :\n.\n");
    }
}
