package io.kookoo.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.settings.Settings;
import io.kookoo.settings.SettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The bytes up to the first NUL are a settings.ini; each piece behind it is {@code name=value}, an option where there is one of that name, else
 * a variable of the environment. Settings come out of it, or a {@link SettingsException}; and each value is text that stands in the input:
 * nothing in it is ever expanded.
 */
public final class SettingsTarget {
    private static final Set<String> OPTIONS = Settings.optionNames();
    private static final Path HOME = home();
    private static final Path FILE = HOME.resolve("settings.ini");

    private SettingsTarget() {}

    private static Path home() {
        try {
            Path home = Files.createTempDirectory("kookoo-fuzz");
            home.toFile().deleteOnExit();
            home.resolve("settings.ini").toFile().deleteOnExit();
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void fuzzerTestOneInput(byte[] input) {
        int end = 0;
        while (end < input.length && input[end] != 0) {
            end++;
        }
        Map<String, String> options = new HashMap<>(Map.of("config", FILE.toString()));
        Map<String, String> environment = new HashMap<>();
        String text = new String(input, StandardCharsets.UTF_8);
        for (String piece : text.split("\0")) {
            String[] named = piece.split("=", 2);
            if (named.length == 2 && !named[0].equals("config")) {
                (OPTIONS.contains(named[0]) ? options : environment).put(named[0], named[1]);
            }
        }
        try {
            Files.write(FILE, java.util.Arrays.copyOf(input, end));
            check(Settings.load(HOME, HOME, environment, options), text);
        } catch (SettingsException e) {
            assertTrue(!e.getMessage().isBlank());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(Settings settings, String text) {
        for (Settings.Origin origin : settings.origins()) {
            assertTrue(
                    origin.where().equals("default") || text.contains(origin.text()),
                    () -> origin + " is not what was written");
        }
    }
}
