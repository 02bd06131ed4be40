package io.kookoo.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code shutdown} over a connection. */
final class ShutdownTest {
    @RegisterExtension
    final RunningServer server = new RunningServer();

    @ParameterizedTest
    @CsvSource({"shutdown, false", "Shutdown Graceful, true"})
    void shouldTellTheProgramToEnd(String line, boolean graceful) throws InterruptedException {
        server.connect().sendText(line).expectText("OK\r\n");
        assertEquals(graceful, server.shutdowns().poll(10, TimeUnit.SECONDS));
    }

    @Test
    void shouldNotEndForOtherWords() {
        server.connect()
                .sendText("shutdown now")
                .expectText("ERR INVALID_ARGUMENTS"
                        + " An+incomplete+set+of+arguments+was+sent+to+this+command+shutdown\r\n");
        assertEquals(0, server.shutdowns().size());
    }
}
