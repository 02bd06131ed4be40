package io.kookoo.settings;

import io.kookoo.FileRights;
import io.kookoo.Secret;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads tokens: one from the environment, or those of a file. No message has one in it, or a line of such a file.
 *
 * @param byName in the order of the file; empty where no token is configured
 * @param where they were read; {@code default} for nowhere
 */
record Tokens(Map<String, Secret> byName, String where) {
    /** The environment's name of the token. */
    static final String VARIABLE = SettingKey.ENVIRONMENT_PREFIX + "TOKEN";

    /** Likewise, where neither that nor a file is given. */
    static final String ALIAS = "PASSWORD";

    /** What a token is called that has no name of its own. */
    static final String UNNAMED = "token";

    static final int MAX_FILE_BYTES = 1024 * 1024;

    private static final int MAX_TOKEN = 1024;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    /** Printable and without blanks, so that it is one word of a line of text. */
    private static final Pattern TOKEN = Pattern.compile("[!-~]{1," + MAX_TOKEN + "}");

    private static final String ALLOWED = "a token has 1 to " + MAX_TOKEN + " printable ASCII characters and no blanks";

    /**
     * @param file {@code [Security] token_file}; empty where none is given
     * @param fileWhere where that stands
     */
    static Tokens read(Map<String, String> environment, Optional<Path> file, String fileWhere) {
        String given = environment.getOrDefault(VARIABLE, "").strip();
        if (!given.isEmpty()) {
            return ofEnvironment(VARIABLE, given);
        }
        if (file.isPresent()) {
            return new Tokens(ofFile(file.get(), fileWhere), fileWhere);
        }
        String alias = environment.getOrDefault(ALIAS, "").strip();
        return alias.isEmpty() ? new Tokens(Map.of(), "default") : ofEnvironment(ALIAS, alias);
    }

    private static Tokens ofEnvironment(String variable, String token) {
        if (!TOKEN.matcher(token).matches()) {
            throw new SettingsException("environment " + variable + ": this is no token; " + ALLOWED);
        }
        return new Tokens(Map.of(UNNAMED, new Secret(token)), "environment " + variable);
    }

    private static Map<String, Secret> ofFile(Path file, String where) {
        String start = where + ": the token file " + file;
        List<String> lines;
        try {
            if (FileRights.othersMayRead(file)) {
                throw new SettingsException(
                        start + " can be read by others than its owner; let nobody else read it: chmod 600 " + file);
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new SettingsException(start + " has more than " + MAX_FILE_BYTES + " bytes");
            }
            lines = Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new SettingsException(start + " is no text in UTF-8");
        } catch (IOException e) {
            throw new SettingsException(start + " cannot be read: " + e);
        }
        Map<String, Secret> tokens = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                add(line.split("\\s+"), start + " line " + (i + 1), tokens);
            }
        }
        if (tokens.isEmpty()) {
            throw new SettingsException(start + " has no token; write one into it, or lines of a name and a token");
        }
        return tokens;
    }

    private static void add(String[] words, String line, Map<String, Secret> tokens) {
        String name = words.length == 1 ? UNNAMED : words[0];
        String token = words[words.length - 1];
        if (words.length > 2 || !TOKEN.matcher(token).matches()) {
            throw new SettingsException(line + ": a line is a token, or a name and a token; " + ALLOWED);
        }
        if (!NAME.matcher(name).matches()) {
            throw new SettingsException(
                    line + ": this is no name of a token; a name has 1 to 64 of A-Z, a-z, 0-9, _, . and -");
        }
        if (tokens.containsKey(name)) {
            throw new SettingsException(line + ": there is a token " + (words.length == 1 ? "without a name" : name)
                    + " already; give each a name of its own");
        }
        Secret secret = new Secret(token);
        if (tokens.containsValue(secret)) {
            throw new SettingsException(line + ": this token has a name already: nobody could tell whose it is");
        }
        tokens.put(name, secret);
    }
}
