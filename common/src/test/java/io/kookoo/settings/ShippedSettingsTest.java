package io.kookoo.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The settings.ini that people get is the table of keys, with its defaults and with words. */
final class ShippedSettingsTest {

    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    private static final Path FILE = HOME.resolve("config/settings.ini");

    @Test
    void shouldHaveEveryKeyOnceWithItsDefault() {
        assertEquals(
                SettingKey.ALL.stream()
                        .map(key -> key.title() + "=" + key.defaultText())
                        .toList(),
                IniFile.read(FILE).entries().stream()
                        .map(entry -> "[" + entry.section() + "] " + entry.key() + "=" + entry.value())
                        .toList());
    }

    @Test
    void shouldExplainEveryKeyAboveIt() throws IOException {
        List<String> lines = Files.readAllLines(FILE);
        for (SettingKey<?> key : SettingKey.ALL) {
            int line = lines.indexOf((key.name() + " = " + key.defaultText()).strip());
            assertTrue(line > 1, key.title());
            String names = lines.get(line - 1);
            // The option stands there where a program has it.
            assertTrue(
                    names.equals("# " + key.environment())
                            || names.equals("# " + key.environment() + ", --" + key.option()),
                    () -> key.title() + ": " + names);
            assertTrue(lines.get(line - 2).matches("# \\S.{10,}"), key.title());
        }
    }

    @Test
    void shouldLoad() {
        Settings shipped = Settings.load(HOME, HOME, Map.of(), Map.of());
        assertEquals(FILE, shipped.file().orElseThrow());
        assertEquals(5555, shipped.server().port());
    }
}
