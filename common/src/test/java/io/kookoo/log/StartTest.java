package io.kookoo.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Logback is set up in code alone: it needs no logback.xml, takes none, and says nothing of its own. */
final class StartTest {

    @TempDir
    private Path temp;

    /** Logs before the log is open, while it is, and after. */
    static final class Program {
        public static void main(String[] arguments) {
            Logger log = LoggerFactory.getLogger(Program.class);
            log.error("too early");
            Settings.Logger settings = new Settings.Logger(
                    Level.INFO, Settings.Logger.Format.PLAIN, Path.of(arguments[0]), false, 200, Optional.empty());
            SettableClock clock = new SettableClock("2026-11-21T10:00:00", ZoneOffset.UTC);
            KookooLog opened = KookooLog.open(settings, "Server", true, clock);
            log.info("in time");
            opened.close();
            log.error("too late");
        }
    }

    @Test
    void shouldNeedNoLogbackXml() throws Exception {
        assertNull(getClass().getResource("/logback.xml"));
        assertNull(getClass().getResource("/logback-test.xml"));
        assertStarts(List.of());
    }

    @Test
    void shouldTakeNoLogbackXml() throws Exception {
        Path folder = Files.createDirectory(temp.resolve("classes"));
        Files.writeString(folder.resolve("logback.xml"), """
                <configuration debug="true">
                  <appender name="a" class="ch.qos.logback.core.ConsoleAppender">
                    <encoder><pattern>STRANGE %msg%n</pattern></encoder>
                  </appender>
                  <root level="TRACE"><appender-ref ref="a"/></root>
                </configuration>
                """);
        assertStarts(List.of(folder));
    }

    private void assertStarts(List<Path> firstOnClassPath) throws Exception {
        Path logs = temp.resolve("logs");
        Process program = ChildJvm.start(Program.class, firstOnClassPath, List.of(logs.toString()));
        try {
            String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(program.waitFor(20, TimeUnit.SECONDS));
            assertEquals(0, program.exitValue());
            assertEquals("2026-11-21 10:00:00 - Server - INFO - in time\n", output);
            assertEquals(output, Files.readString(logs.resolve("kookoo-2026-W47.log")));
        } finally {
            program.destroyForcibly();
        }
    }
}
