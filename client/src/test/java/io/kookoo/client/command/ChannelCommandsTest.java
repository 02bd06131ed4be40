package io.kookoo.client.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people say to channels and hear from them, against a server that says what it is told. */
class ChannelCommandsTest {
    private static final String MESSAGE = "message talk bob 2026-11-25T06:31:03.887Z hello\n";

    @TempDir
    private Path home;

    private final ScriptedServer server = new ScriptedServer();

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private CommandRun run(String... args) {
        return new CommandRun(home)
                .start(Stream.concat(Stream.of(args), Stream.of("--port", Integer.toString(server.port())))
                        .toArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"publish", "tell"})
    void shouldRefuseATextThatIsTooLong(String command) throws Exception {
        // Of two bytes each.
        CommandRun run = run(command, "talk", "\u00e4".repeat(30_721)).exits(2);
        assertTrue(run.err().startsWith("the text has 61442 bytes, a message has at most 61440"), run.err());
    }

    @Test
    void shouldEndWhenTheServerDropsASubscriber() throws Exception {
        CommandRun run = run("subscribe", "talk", "news");
        try (Peer peer = server.accept()) {
            peer.expect("subscribe talk\nsubscribe news\n")
                    .send("OK talk\nOK news\n" + MESSAGE)
                    .send("dropped talk more than 1048576 bytes wait to be read; subscribe again\n")
                    .expectEnd();
        }
        run.exits(4);
        assertEquals(MESSAGE, run.out());
        assertEquals(
                "the server has dropped talk more than 1048576 bytes wait to be read; subscribe again\n", run.err());
    }

    @Test
    void shouldTakeAPlainTextOfARefusalAsItIs() throws Exception {
        CommandRun run = run("subscribe", "a+b%41");
        try (Peer peer = server.accept()) {
            peer.expect("subscribe a+b%41\n")
                    .send("ERR UNKNOWN_CHANNEL there is no channel a+b%41\n")
                    .expectEnd();
        }
        assertEquals(
                "the server refuses \"subscribe a+b%41\": ERR UNKNOWN_CHANNEL there is no channel a+b%41\n",
                run.exits(5).err());
    }

    static Stream<String> unusualJson() {
        return Stream.of(
                "[".repeat(2_000) + "]".repeat(2_000),
                "1".repeat(2_000),
                "0." + "1".repeat(2_000) + "e999999999",
                "\"a\u2028b\"",
                "{\"a\": 1, \"a\":  1}");
    }

    @ParameterizedTest
    @MethodSource("unusualJson")
    void shouldPassOnJsonAsItIs(String json) throws Exception {
        CommandRun run = run("publish", "--json", "talk", json);
        try (Peer peer = server.accept()) {
            peer.expect("publish talk " + json + "\n").send("OK 3\n").expectEnd();
        }
        assertEquals("3\n", run.exits(0).out());
    }
}
