package io.kookoo.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens and roles: no message about them has a token in it. */
final class AccessSettingsTest {
    private static final String TOKEN = "tEnLetters-and-more";

    @TempDir
    private Path home;

    private Path ini;
    private Path tokens;

    @BeforeEach
    void makeFolder() throws IOException {
        ini = Files.createDirectory(home.resolve("config")).resolve("settings.ini");
        tokens = home.resolve("tokens");
    }

    private Settings load(Map<String, String> environment) {
        return Settings.load(home, home, environment, Map.of());
    }

    private String refusal(Map<String, String> environment) {
        String message =
                assertThrows(SettingsException.class, () -> load(environment)).getMessage();
        assertFalse(message.contains(TOKEN), message);
        return message;
    }

    /** Writes the file of tokens, for its owner alone, and settings that name it. */
    private void write(String text) throws IOException {
        Files.writeString(tokens, text);
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(ini, "[Security]\ntoken_file = tokens\n");
    }

    // ---- errors ----

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw-rw-rw-"})
    void shouldRefuseAFileThatOthersCanRead(String permissions) throws IOException {
        write(TOKEN);
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString(permissions));
        String own = Files.getAttribute(tokens, "posix:group").toString();
        if (permissions.equals("rw-r-----") && own.equals(Files.getOwner(tokens).getName())) {
            // The group of a user of that name is no other.
            assertTrue(load(Map.of()).security().requiresToken());
            return;
        }
        assertEquals(
                ini + " line 2: the token file " + tokens
                        + " can be read by others than its owner; let nobody else read it: chmod 600 " + tokens,
                refusal(Map.of()));
    }

    @Test
    void shouldRefuseAFileThatIsMissing() throws IOException {
        Files.writeString(ini, "[Security]\ntoken_file = tokens\n");
        assertTrue(refusal(Map.of()).startsWith(ini + " line 2: the token file " + tokens + " cannot be read: "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# " + TOKEN + "\n"})
    void shouldRefuseAFileWithoutATokenInIt(String text) throws IOException {
        write(text);
        assertTrue(refusal(Map.of()).contains(" has no token"));
    }

    @Test
    void shouldRefuseAFileThatIsNoText() throws IOException {
        write("");
        Files.write(tokens, (TOKEN + "\u00fc").getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(refusal(Map.of()).endsWith(" is no text in UTF-8"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b " + TOKEN, "ops " + TOKEN + "\u00fc", "ops " + TOKEN + "\u0007"})
    void shouldRefuseALineThatIsNoToken(String line) throws IOException {
        write("# first\n" + line + "\n");
        assertTrue(refusal(Map.of()).contains(tokens + " line 2: a line is a token, or a name and a token; "));
    }

    @Test
    void shouldRefuseATokenThatIsTooLong() throws IOException {
        write("x".repeat(1025));
        assertTrue(refusal(Map.of()).contains("a token has 1 to 1024 printable ASCII characters"));
        write("x".repeat(1024));
        assertTrue(load(Map.of()).security().requiresToken());
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "a:b", "\u00fc"})
    void shouldRefuseANameThatIsNone(String name) throws IOException {
        write(name + " " + TOKEN);
        assertTrue(refusal(Map.of()).contains(tokens + " line 1: this is no name of a token; "));
    }

    @Test
    void shouldRefuseTwoTokensOfOneNameAndTwoNamesOfOneToken() throws IOException {
        write("ops " + TOKEN + "\nops other\n");
        assertTrue(refusal(Map.of()).contains(" line 2: there is a token ops already"));
        write("one\ntwo\n");
        assertTrue(refusal(Map.of()).contains(" line 2: there is a token without a name already"));
        write("ops " + TOKEN + "\nci " + TOKEN + "\n");
        assertTrue(refusal(Map.of()).contains(" line 2: this token has a name already"));
    }

    @Test
    void shouldRefuseATokenOfTheEnvironmentThatIsNone() {
        assertEquals(
                "environment KOOKOO_TOKEN: this is no token; a token has 1 to 1024 printable ASCII characters and no blanks",
                refusal(Map.of("KOOKOO_TOKEN", TOKEN + " " + TOKEN)));
    }

    @Test
    void shouldRefuseATokenInSettingsIni() throws IOException {
        Files.writeString(ini, "[Security]\ntoken = " + TOKEN + "\n");
        assertEquals(
                ini + " line 2: unknown key \"token\" (value \"***\") in [Security]; a token stands in the environment"
                        + " (KOOKOO_TOKEN) or in the file of [Security] token_file",
                refusal(Map.of()));
    }

    @Test
    void shouldTakeNoTokenFromTheCommandLine() {
        assertThrows(IllegalArgumentException.class, () -> Settings.load(home, home, Map.of(), Map.of("token", TOKEN)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"admn", "admin submit", "admin,,work", "Admin"})
    void shouldRefuseARoleThatIsNone(String roles) throws IOException {
        Files.writeString(ini, "[Access]\nops = admin\nci = " + roles + "\n");
        assertEquals(
                ini + " line 3: [Access] ci = \"" + roles
                        + "\" is refused; allowed is any of admin, submit, work, separated by commas, or nothing",
                refusal(Map.of()));
    }

    // ---- what is read ----

    @Test
    void shouldReadNamedTokensInTheirOrder() throws IOException {
        write("# who may\n\nops   " + TOKEN + "\nci\tsecond-token\n" + "lonely-token\n");
        Settings.Security security = load(Map.of()).security();
        assertEquals(
                List.of("ops", "ci", "token"), List.copyOf(security.tokens().keySet()));
        assertTrue(security.tokens().get("ops").matches(TOKEN));
        assertTrue(security.tokens().get("token").matches("lonely-token"));
        assertTrue(security.token().orElseThrow().matches(TOKEN), "a client shows the first");
    }

    @Test
    void shouldPreferTheEnvironmentThenTheFileThenTheAlias() throws IOException {
        write("of-the-file");
        assertShown("of-the-environment", Map.of("KOOKOO_TOKEN", "of-the-environment", "PASSWORD", "of-the-alias"));
        assertShown("of-the-file", Map.of("PASSWORD", "of-the-alias", "KOOKOO_TOKEN", ""));
        Files.delete(ini);
        assertShown("of-the-alias", Map.of("PASSWORD", "of-the-alias"));
        assertFalse(load(Map.of("PASSWORD", "")).security().requiresToken());
    }

    private void assertShown(String token, Map<String, String> environment) {
        Settings.Security security = load(environment).security();
        assertEquals(Optional.of(new Secret(token)), security.token());
        assertEquals(1, security.tokens().size());
    }

    @Test
    void shouldMaskTheTokenWhereSettingsAreShown() {
        Settings settings = load(Map.of("KOOKOO_TOKEN", TOKEN));
        assertTrue(settings.origins()
                .contains(new Settings.Origin("Security", "token", "***", "environment KOOKOO_TOKEN")));
        assertFalse(settings.toString().contains(TOKEN));
        assertEquals(List.of(), settings.warnings());
    }

    @Test
    void shouldReadRolesByName() throws IOException {
        Files.writeString(ini, "[Access]\nops = admin, submit,work\nworker 7 = work\nnobody =\n* = submit\n");
        Settings settings = load(Map.of());
        assertEquals(
                Map.of(
                        "ops",
                        Set.of(Role.ADMIN, Role.SUBMIT, Role.WORK),
                        "worker 7",
                        Set.of(Role.WORK),
                        "nobody",
                        Set.of(),
                        "*",
                        Set.of(Role.SUBMIT)),
                settings.security().roles());
        assertTrue(settings.origins().contains(new Settings.Origin("Access", "worker 7", "work", ini + " line 3")));
    }

    @Test
    void shouldReadTheFunctionsThatAClientOffers() throws IOException {
        Files.writeString(ini, "[Client]\nfunctions = add, count_words\n");
        assertEquals(List.of("add", "count_words"), load(Map.of()).client().functions());
    }
}
