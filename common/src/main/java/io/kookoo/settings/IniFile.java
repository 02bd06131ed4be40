package io.kookoo.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ini4j.Config;
import org.ini4j.InvalidFileFormatException;
import org.ini4j.spi.IniHandler;
import org.ini4j.spi.IniParser;

/**
 * The text of one settings.ini: its entries in the order of the file, each value as written. UTF-8, at most {@value
 * #MAX_BYTES} bytes. A section or a key of a section may stand there once.
 *
 * <p>ini4j parses, and nothing more of it is used: its maps expand {@code ${...}} without a bound (CVE-2022-41404), so
 * the entries are taken straight from the parser, where such text is plain text.
 */
record IniFile(Path path, List<Entry> entries) {

    static final int MAX_BYTES = 1 << 20;

    /** One line {@code key = value}; {@code line} counts from 1. */
    record Entry(String section, String key, String value, int line) {}

    IniFile {
        entries = List.copyOf(entries);
    }

    /** Where an entry stands, as messages begin with it. */
    String origin(int line) {
        return origin(path, line);
    }

    /**
     * Reads the file; blocking.
     *
     * @throws SettingsException if it cannot be read or is not an ini file
     */
    static IniFile read(Path path) {
        LineByLine text = new LineByLine(decode(path, bytesOf(path)));
        EntryCollector collector = new EntryCollector(path, text);
        try {
            IniParser.newInstance(plain()).parse(text, collector);
        } catch (InvalidFileFormatException e) {
            throw new SettingsException(origin(path, text.line)
                    + ": a line is a [Section], key = value, empty or a # comment; this is none");
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the text is in memory
        }
        return new IniFile(path, List.copyOf(collector.entries.values()));
    }

    private static String origin(Path path, int line) {
        return path + " line " + line;
    }

    private static byte[] bytesOf(Path path) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new SettingsException(path + ": there is no such settings file");
        } catch (AccessDeniedException e) {
            throw new SettingsException(path + ": the settings file may not be read: permission denied");
        } catch (IOException e) {
            throw new SettingsException(path + ": the settings file cannot be read: " + e.getMessage());
        }
        if (bytes.length > MAX_BYTES) {
            throw new SettingsException(path + ": a settings file has at most " + MAX_BYTES + " bytes");
        }
        return bytes;
    }

    private static String decode(Path path, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        if (StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError()) {
            int line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new SettingsException(origin(path, line) + ": not UTF-8 text; save the file as UTF-8");
        }
        String text = out.flip().toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static Config plain() {
        Config config = new Config();
        config.setEscape(false);
        config.setEscapeNewline(false);
        config.setInclude(false);
        config.setTree(false);
        config.setEmptyOption(false);
        config.setUnnamedSection(false);
        config.setLowerCaseOption(false);
        config.setLowerCaseSection(false);
        config.setGlobalSection(true);
        config.setGlobalSectionName("");
        return config;
    }

    /** Takes the entries as the parser meets them. */
    private static final class EntryCollector implements IniHandler {
        private final Path path;
        private final LineByLine text;
        private final Map<String, Integer> sectionLines = new LinkedHashMap<>();
        private final Map<List<String>, Entry> entries = new LinkedHashMap<>();
        private String section;

        EntryCollector(Path path, LineByLine text) {
            this.path = path;
            this.text = text;
        }

        @Override
        public void startSection(String name) {
            if (name.isEmpty()) {
                throw new SettingsException(origin(path, text.line) + ": a key needs a [Section] above it");
            }
            Integer first = sectionLines.putIfAbsent(name, text.line);
            if (first != null) {
                throw new SettingsException(
                        origin(path, text.line) + ": [" + name + "] is already in line " + first + "; join the two");
            }
            section = name;
        }

        @Override
        public void handleOption(String key, String value) {
            Entry first = entries.putIfAbsent(List.of(section, key), new Entry(section, key, value, text.line));
            if (first != null) {
                throw new SettingsException(origin(path, text.line) + ": [" + section + "] " + key
                        + " is already in line " + first.line() + "; remove one of the two");
            }
        }

        @Override
        public void startIni() {}

        @Override
        public void endSection() {}

        @Override
        public void endIni() {}

        @Override
        public void handleComment(String comment) {}
    }

    /** Gives out one line a read, so that {@link #line} is the line the parser is at; ini4j does not tell its own. */
    private static final class LineByLine extends Reader {
        private final String text;
        private int position;
        private int line;

        LineByLine(String text) {
            this.text = text.replace("\r\n", "\n").replace('\r', '\n');
        }

        @Override
        public int read(char[] buffer, int offset, int length) {
            if (position == text.length()) {
                return -1;
            }
            if (position == 0 || text.charAt(position - 1) == '\n') {
                line++;
            }
            int newline = text.indexOf('\n', position);
            int end = Math.min(newline < 0 ? text.length() : newline + 1, position + length);
            text.getChars(position, end, buffer, offset);
            int count = end - position;
            position = end;
            return count;
        }

        @Override
        public void close() {}
    }
}
