package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example, "From a program": compiled against client.jar alone, and run. */
class LibraryTest {
    @TempDir
    Path folder;

    /** The block behind that fence, the first in the section. */
    private static String block(String section, String fence) {
        int from = section.indexOf("\n" + fence + "\n") + fence.length() + 2;
        return section.substring(from, section.indexOf("```", from));
    }

    @Test
    void shouldDoWhatTheReadmeShows() throws IOException {
        String readme = Files.readString(RunningProgram.ROOT.resolve("README.md"));
        String section = readme.substring(readme.indexOf("### From a program"));
        String example = block(section, "```java");
        Path source = Files.writeString(folder.resolve("Greetings.java"), example);
        String jar = RunningProgram.jar("client.jar").toString();
        int errors = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-cp", jar, "-d", folder.toString(), source.toString());
        assertEquals(0, errors, "the example compiles");

        Path home = RunningProgram.shippedHome(folder.resolve("home"));
        try (RunningProgram server = RunningProgram.server(home)) {
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            List<String> command = List.of(
                    java,
                    "-cp",
                    jar + System.getProperty("path.separator") + folder,
                    "Greetings",
                    Integer.toString(server.port()));
            try (RunningProgram program = RunningProgram.start(home, Map.of(), command)) {
                assertEquals(0, program.awaitExit(), () -> program.err().toString());
                String shown = block(section.substring(section.indexOf(example) + example.length() + 3), "```");
                assertEquals(shown.lines().toList(), program.out());
                assertEquals(List.of(), program.err());
            }
        }
    }
}
