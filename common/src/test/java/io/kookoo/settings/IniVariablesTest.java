package io.kookoo.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.ini4j.Ini;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code ${section/key}} in a settings file is text. ini4j would replace it, where somebody asks its maps to {@code fetch}, and again in what it
 * has put there, without an end: CVE-2022-41404. That its maps are never made is a fence of the architecture; that the text stays is seen here.
 */
final class IniVariablesTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    @TempDir
    private Path home;

    /** So that the files of these tests are the harmful ones. */
    @Test
    void shouldBeWhatHarmsTheMapsOfTheLibrary() throws IOException {
        Ini maps = new Ini(new StringReader("[Server]\nfunctions = ${Server/functions}\n"));
        assertThrows(StackOverflowError.class, () -> maps.fetch("Server", "functions"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${Server/functions}",
                "${functions}",
                "${@prop/user.home}",
                "${@env/PATH}",
                "${Server/functions[0]}",
                "${}",
                "${",
                "a${Server/functions}${Server/functions}"
            })
    void shouldKeepAVariableAsItIsWritten(String value) throws IOException {
        Settings settings = load("[Server]\nfunctions = " + value + "\n");
        assertEquals(home.resolve(value).normalize(), settings.server().functions());
        assertEquals(value, text(settings, "functions"));
    }

    @Test
    void shouldEndAtOnceWhereVariablesNameEachOther() throws IOException {
        Settings settings = load("""
                [Server]
                functions = ${Store/file}${Store/file}
                pid_file = ${Server/functions}${Server/functions}
                [Store]
                file = ${Logger/log_dir}${Server/pid_file}
                [Logger]
                log_dir = ${Server/functions}
                """);
        assertEquals(
                List.of(
                        "${Store/file}${Store/file}",
                        "${Server/functions}${Server/functions}",
                        "${Logger/log_dir}${Server/pid_file}",
                        "${Server/functions}"),
                List.of(
                        text(settings, "functions"),
                        text(settings, "pid_file"),
                        text(settings, "file"),
                        text(settings, "log_dir")));
    }

    @Test
    void shouldEndAtOnceWithAFileFullOfVariables() throws IOException {
        String value = "${Server/functions}".repeat((IniFile.MAX_BYTES - 100) / 19);
        IniFile file =
                assertTimeoutPreemptively(AT_ONCE, () -> IniFile.read(written("[Server]\nfunctions = " + value)));
        assertEquals(value, file.entries().get(0).value());
    }

    /** Nor is another file read because one names it. */
    @Test
    void shouldRefuseALineThatIncludesAFile() throws IOException {
        Files.writeString(home.resolve("other.ini"), "[Server]\nport = 1\n");
        assertThrows(SettingsException.class, () -> load("<other.ini>\n"));
    }

    private Path written(String text) throws IOException {
        return Files.writeString(home.resolve("settings.ini"), text);
    }

    private Settings load(String text) throws IOException {
        String file = written(text).toString();
        return assertTimeoutPreemptively(AT_ONCE, () -> Settings.load(home, home, Map.of(), Map.of("config", file)));
    }

    private static String text(Settings settings, String key) {
        return settings.origins().stream()
                .filter(origin -> origin.key().equals(key) && !origin.where().equals("default"))
                .findFirst()
                .orElseThrow()
                .text();
    }
}
