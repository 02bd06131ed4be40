package io.kookoo.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PushedTest {
    private static final String TIME = "2026-11-25T06:00:00.123456Z";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "OK",
                "message",
                "message\t0\t0\t1",
                "message news ann yesterday hello",
                "message news ann " + TIME,
                "message  ann " + TIME + " hello",
                "Message news ann " + TIME + " hello",
                "tell ann hello",
                "tell ann " + TIME,
                "dropped news",
                "dropped a b\t0\t0\t1"
            })
    void shouldLeaveOtherLinesAlone(String line) {
        assertEquals(Optional.empty(), Pushed.parse(line));
    }

    @Test
    void shouldReadWhatTheServerPushes() {
        Instant time = Instant.parse(TIME);
        String message = "message news ann " + TIME + "  {\"a\": 1}\u0085 ";
        assertEquals(
                Optional.of(new Pushed.Message("news", "ann", time, " {\"a\": 1}\u0085 ", message)),
                Pushed.parse(message));
        String tell = "tell conn-7 " + TIME + " tell bob " + TIME + " x";
        assertEquals(Optional.of(new Pushed.Tell("conn-7", time, "tell bob " + TIME + " x", tell)), Pushed.parse(tell));
        String dropped = "dropped news more than 1048576 bytes wait to be read; subscribe again";
        assertEquals(Optional.of(new Pushed.Dropped("news", dropped.substring(13), dropped)), Pushed.parse(dropped));
    }
}
