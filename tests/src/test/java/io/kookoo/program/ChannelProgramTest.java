package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code client.jar} publish, subscribe, tell, history, channels and clients, against one server. */
class ChannelProgramTest {
    private static final String TIME = "20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z";

    @TempDir
    static Path folder;

    private static Path home;
    private static RunningProgram server;

    @BeforeAll
    static void startServer() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        server = RunningProgram.server(home);
        for (String channel : List.of("talk", "old", "numbers")) {
            assertPrints(List.of(), run("create", channel));
        }
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private static RunningProgram run(String command, String... arguments) throws IOException {
        return RunningProgram.command(home, server.port(), command, arguments);
    }

    private static void assertPrints(List<String> out, RunningProgram program) {
        assertEquals(0, program.awaitExit(), () -> program.out() + " " + program.err());
        assertEquals(out, program.out());
    }

    private static void assertMatches(String pattern, String line) {
        assertTrue(line.matches(pattern), () -> line + " is not " + pattern);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\": 1 | the text is no JSON: Unexpected end-of-input: expected close marker for Object, at character",
                "1 2 | the text is no JSON: something follows its first value; nothing was sent",
                "{'a': 1} | the text is no JSON: Unexpected character",
                "hello | the text is no JSON: Unrecognized token 'hello'",
                "NaN | the text is no JSON: ",
            })
    void shouldPublishNothingThatIsNoJson(String text, String message) throws IOException {
        RunningProgram publish = run("publish", "--json", "old", text);
        assertEquals(2, publish.awaitExit());
        assertTrue(publish.err().get(0).startsWith(message), () -> publish.err().toString());
        assertPrints(List.of(), run("history", "old"));
    }

    @Test
    void shouldSayWhatCannotBeSent() throws IOException {
        RunningProgram blank = run("publish", "talk", "  ");
        assertEquals(2, blank.awaitExit());
        assertEquals("the text is blank", blank.err().get(0));
        RunningProgram lines = run("tell", "bob", "a\nb");
        assertEquals(2, lines.awaitExit());
        assertEquals(
                "the text is more than one line; write \\n for the end of one",
                lines.err().get(0));
        RunningProgram unknown = run("subscribe", "talk", "nowhere");
        assertEquals(5, unknown.awaitExit());
        assertEquals(
                List.of("the server refuses \"subscribe nowhere\": ERR UNKNOWN_CHANNEL there is no channel nowhere;"
                        + " \"channels\" lists them, \"create\" makes one"),
                unknown.err());
        RunningProgram nobody = run("tell", "nobody", "x");
        assertEquals(5, nobody.awaitExit());
        RunningProgram twice = run("create", "main_channel");
        assertEquals(5, twice.awaitExit());
        RunningProgram function = run("create", "function");
        assertEquals(5, function.awaitExit());
        RunningProgram minus = run("subscribe", "talk", "--last", "-1");
        assertEquals(2, minus.awaitExit());
        assertEquals("--last is -1, expected 0 or more", minus.err().get(0));
    }

    @Test
    void shouldPrintMessagesAsTheyCome() throws IOException {
        RunningProgram bob = RunningProgram.startCommand(
                home, server.port(), "subscribe", "talk", "clients", "--name", "bob", "--count", "3");
        String subscribed = "\\d+\tbob\t127\\.0\\.0\\.1:\\d+\t.*\ttalk,clients";
        TextCommand.await(server.port(), "clients", lines -> lines.stream().anyMatch(line -> line.matches(subscribed)));
        // Whoever publishes comes first.
        RunningProgram publish = run("publish", "--json", "--name", "alice", "talk", "{\"a\":  [1, \"\u00e4\u2603\"]}");
        assertPrints(List.of("1"), publish);
        bob.awaitExit();
        assertTrue(
                bob.out().stream().anyMatch(line -> line.contains(" came conn=")),
                () -> bob.out().toString());
        RunningProgram history = run("history", "talk", "1");
        assertEquals(0, history.awaitExit());
        assertMatches(
                "message talk alice " + TIME + " \\{\"a\":  \\[1, \"\u00e4\u2603\"]}",
                history.out().get(0));
    }

    @Test
    void shouldPrintWhatWasSaidBefore() throws IOException {
        for (int i = 1; i <= 3; i++) {
            assertPrints(List.of("0"), run("publish", "numbers", "n" + i));
        }
        RunningProgram subscribe = run("subscribe", "numbers", "--last", "2", "--count", "2");
        assertEquals(0, subscribe.awaitExit());
        assertMatches(
                "message numbers conn-\\d+ " + TIME + " n2", subscribe.out().get(0));
        assertMatches(
                "message numbers conn-\\d+ " + TIME + " n3", subscribe.out().get(1));
    }

    @Test
    void shouldListChannels() throws IOException {
        RunningProgram channels = run("channels");
        assertEquals(0, channels.awaitExit());
        assertMatches("CHANNEL +SUBSCRIBERS", channels.out().get(0));
        assertMatches("main_channel +0", channels.out().get(1));
        RunningProgram json = run("channels", "--json");
        assertEquals(0, json.awaitExit());
        assertEquals(
                "[{\"channel\": \"main_channel\", \"subscribers\": 0},",
                json.out().get(0));
    }

    @Test
    void shouldEndWhenItsServerDoes() throws IOException {
        RunningProgram other = RunningProgram.server(home, "--store", "none");
        try {
            RunningProgram subscribe =
                    RunningProgram.startCommand(home, other.port(), "subscribe", "clients", "--last", "1");
            TextCommand.await(other.port(), "channels", lines -> lines.contains("clients\t1"));
            other.kill();
            assertEquals(4, subscribe.awaitExit());
        } finally {
            other.close();
        }
    }
}
