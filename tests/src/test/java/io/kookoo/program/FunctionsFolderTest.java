package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example, "Add a function", done as it says, while a client runs. */
class FunctionsFolderTest {
    private static final Path SHOWN = RunningProgram.ROOT.resolve("client/src/test/resources/functions/Words.java");

    @TempDir
    Path folder;

    @Test
    void shouldShowTheSourceThatIsTested() throws IOException {
        String readme = Files.readString(RunningProgram.ROOT.resolve("README.md"));
        String section = readme.substring(readme.indexOf("# Add a function"));
        String fence = "```java\n";
        int from = section.indexOf(fence) + fence.length();
        assertEquals(Files.readString(SHOWN), section.substring(from, section.indexOf("```", from)));
    }

    @Test
    void shouldTakeAFunctionAFaultyVersionOfItAndItsEndWithoutARestart() throws IOException {
        Path home = RunningProgram.shippedHome(folder.resolve("home"));
        Path words = home.resolve("functions/Words.java");
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram client = RunningProgram.client(home, server.port())) {
            Files.createDirectory(words.getParent());
            Files.copy(SHOWN, words);
            assertAnswered(server, "6");

            String faulty = Files.readString(words).replace("\\\\s+\").length;", "\\\\s+\").length + 1");
            Files.writeString(words, faulty);
            String refused = client.awaitOut(
                    line -> line.contains(" - ERROR - function_refused ") && line.contains("Words.java:"));
            assertTrue(refused.contains("Words.java:10:"), refused);
            assertTrue(refused.contains("';' expected"), refused);
            assertAnswered(server, "6");

            Files.writeString(words, faulty.replace("+ 1", "+ 1;"));
            client.awaitOut(2, line -> line.contains("function_file_loaded") && line.contains("Words.java"));
            assertAnswered(server, "7");

            Files.delete(words);
            List<String> functions = TextCommand.await(
                    server.port(),
                    "status",
                    lines -> lines.stream().noneMatch(line -> line.matches("count_words\t\\d+\t\\d+\t[1-9].*")));
            assertTrue(functions.contains("add\t0\t0\t1"), functions::toString);
            RunningProgram call = call(server, "0.5");
            assertEquals(5, call.awaitExit());
            assertTrue(call.err().get(0).contains("no worker offers count_words"), call.err()::toString);
        }
    }

    private static void assertAnswered(RunningProgram server, String result) throws IOException {
        RunningProgram call = call(server, "60");
        assertEquals(List.of(result, "6"), call.out(), () -> call.err().toString());
        assertEquals(0, call.awaitExit());
    }

    private static RunningProgram call(RunningProgram server, String waitWorker) throws IOException {
        return RunningProgram.command(
                RunningProgram.ROOT,
                server.port(),
                "call",
                "count_words(to be or not to be)",
                "sum([1, 2, 3])",
                "--wait-worker",
                waitWorker);
    }
}
