package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** In which order jobs are handed out. */
final class PriorityTest {
    @RegisterExtension
    final RunningServer server = new RunningServer();

    private static List<String> grab(WireClient worker, int count) {
        return Stream.generate(() -> worker.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(2))
                .limit(count)
                .toList();
    }

    @Test
    void shouldHandOutFirstInFirstOut() {
        WireClient client = server.connect();
        for (int i = 0; i < 5; i++) {
            client.send(i % 2 == 0 ? SUBMIT_JOB : SUBMIT_JOB_BG, "f", "", "" + i)
                    .expectHandle();
        }
        assertEquals(List.of("0", "1", "2", "3", "4"), grab(server.worker("f"), 5));
    }

    @Test
    void shouldHandOutHighBeforeNormalBeforeLow() {
        WireClient client = server.connect();
        client.send(SUBMIT_JOB_LOW, "f", "", "low").expectHandle();
        client.send(SUBMIT_JOB_LOW_BG, "f", "", "low bg").expectHandle();
        client.send(SUBMIT_JOB, "f", "", "normal").expectHandle();
        client.send(SUBMIT_JOB_BG, "f", "", "normal bg").expectHandle();
        client.send(SUBMIT_JOB_HIGH, "f", "", "high").expectHandle();
        client.send(SUBMIT_JOB_HIGH_BG, "f", "", "high bg").expectHandle();
        assertEquals(List.of("high", "high bg", "normal", "normal bg", "low", "low bg"), grab(server.worker("f"), 6));
    }

    @Test
    void shouldHandOutAnyHighBeforeAnyNormalOverAllFunctionsOfAWorker() {
        WireClient client = server.connect();
        for (String function : List.of("f", "g", "h")) {
            client.send(SUBMIT_JOB_LOW, function, "", function + " low").expectHandle();
            client.send(SUBMIT_JOB, function, "", function + " normal").expectHandle();
        }
        client.send(SUBMIT_JOB_HIGH, "h", "", "h high").expectHandle();
        client.send(SUBMIT_JOB_HIGH, "other", "", "not for this worker").expectHandle();
        assertEquals(
                List.of("h high", "f normal", "g normal", "h normal", "f low", "g low", "h low"),
                grab(server.worker("f", "g", "h"), 7));
    }

    @Test
    void shouldTakeFunctionsOfEqualPriorityInTurn() {
        WireClient client = server.connect();
        for (String function : List.of("f", "g", "h")) {
            for (int i = 1; i <= 3; i++) {
                client.send(SUBMIT_JOB_BG, function, "", function + i).expectHandle();
            }
        }
        assertEquals(
                List.of("f1", "g1", "h1", "f2", "g2", "h2", "f3", "g3", "h3"), grab(server.worker("h", "f", "g"), 9));
    }
}
