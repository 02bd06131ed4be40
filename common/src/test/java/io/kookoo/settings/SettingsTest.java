package io.kookoo.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.settings.Settings.Store.Keep;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.Level;

final class SettingsTest {

    @TempDir
    private Path temp;

    private Path home;
    private Path ini;

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createDirectories(temp.resolve("home"));
        ini = Files.createDirectories(home.resolve("config")).resolve("settings.ini");
    }

    @Test
    void shouldRefuseUnknownKeyAndNameTheNearest() {
        assertRefused(
                "[Logger]\nlog_levl = INFO\n",
                ini + " line 2: unknown key \"log_levl\" (value \"INFO\") in [Logger]; did you mean \"log_level\"?");
    }

    @Test
    void shouldNameTheSectionWhereAKeyBelongs() {
        assertRefused(
                "[Server]\nthreads = 4\n",
                ini + " line 2: unknown key \"threads\" (value \"4\") in [Server]; it belongs into [Client]");
    }

    @Test
    void shouldListKnownKeysWhereNoneIsNear() {
        assertRefused(
                "[Client]\n\n# text\ncolour = red\n",
                ini + " line 4: unknown key \"colour\" (value \"red\") in [Client]; known are get_function_interval,"
                        + " threads, function_timeout, functions_dir, functions, wait_worker, store_timeout,"
                        + " servers, balance, failback_after, node_id, name, ping_interval, ping_timeout");
    }

    @Test
    void shouldNotShowSecretsThatStandWhereTheyDoNotBelong() {
        for (String text : List.of(
                "[security]\ntoken = s3cret\n", "[Server]\nToken = s3cret\n", "[Client]\nMY_PASSWORD = s3cret\n")) {
            String refusal = refusalOf(text);
            assertFalse(refusal.contains("s3cret"), refusal);
            assertTrue(refusal.contains("\"***\""), refusal);
        }
    }

    @Test
    void shouldRefuseUnknownSectionAndNameTheNearest() {
        assertRefused(
                "[server]\nport = 1\n",
                ini + " line 2: port = \"1\" stands in the unknown section [server]; did you mean \"Server\"?");
    }

    @Test
    void shouldRefuseKeyWithoutSection() {
        assertRefused("port = 1\n[Server]\n", ini + " line 1: a key needs a [Section] above it");
    }

    @Test
    void shouldRefuseKeyThatStandsTwice() {
        assertRefused(
                "[Server]\nport = 1\nip = ::1\nport = 2\n",
                ini + " line 4: [Server] port is already in line 2; remove one of the two");
    }

    @Test
    void shouldRefuseSectionThatStandsTwice() {
        assertRefused(
                "[Server]\r\nport = 1\r\n[Client]\r\n[Server]\r\nip = ::1\r\n",
                ini + " line 4: [Server] is already in line 1; join the two");
    }

    @ParameterizedTest
    @CsvSource({"port", "[Server", "<settings.ini>", "= 5", "[]"})
    void shouldRefuseLineThatIsNoIni(String line) {
        assertRefused(
                "[Client]\n\n" + line + "\n",
                ini + " line 3: a line is a [Section], key = value, empty or a # comment; this is none");
    }

    @Test
    void shouldRefuseFileThatIsNotUtf8() throws IOException {
        Files.write(ini, "[Server]\n# Gr\u00fc\u00dfe\n".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(ini + " line 2: not UTF-8 text; save the file as UTF-8", refusal(Map.of(), Map.of()));
    }

    @Test
    void shouldRefuseFileOverTheLimit() throws IOException {
        Files.writeString(ini, "#".repeat(IniFile.MAX_BYTES + 1));
        assertEquals(ini + ": a settings file has at most 1048576 bytes", refusal(Map.of(), Map.of()));
        Files.writeString(ini, "#".repeat(IniFile.MAX_BYTES));
        assertEquals(5555, load(Map.of(), Map.of()).server().port());
    }

    @Test
    void shouldRefuseFolderInPlaceOfTheFile() throws IOException {
        Files.createDirectory(ini);
        assertTrue(refusal(Map.of(), Map.of()).startsWith(ini + ": the settings file cannot be read: "));
    }

    @Test
    void shouldRefuseNamedFileThatIsMissing() {
        String looked = " (looked for " + home.resolve("other.ini") + "; a relative path starts at " + home + ")";
        assertEquals(
                "option --config: \"other.ini\" is not a file" + looked,
                refusal(Map.of(), Map.of("config", "other.ini")));
        assertEquals(
                "environment KOOKOO_CONFIG: \"other.ini\" is not a file" + looked,
                refusal(Map.of("KOOKOO_CONFIG", "other.ini"), Map.of()));
        assertEquals("option --config: \"\" is not a file", refusal(Map.of(), Map.of("config", "")));
    }

    @Test
    void shouldNameWhereABadValueStands() {
        String refused = "[Server] port = \"70000\" is refused; allowed is a whole number from 0 to 65535";
        assertRefused("[Server]\nport = 70000\n", ini + " line 2: " + refused);
        assertEquals("environment KOOKOO_PORT: " + refused, refusal(Map.of("KOOKOO_PORT", "70000"), Map.of()));
        assertEquals("option --port: " + refused, refusal(Map.of(), Map.of("port", "70000")));
    }

    @Test
    void shouldHintAtCommentBehindAValue() {
        assertRefused(
                "[Client]\nthreads = 4 # four\n",
                ini + " line 2: [Client] threads = \"4 # four\" is refused; allowed is a whole number from 0 to 10000"
                        + " (a comment needs a line of its own in settings.ini)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ip | ''",
                "ip | two words",
                "port | ''",
                "port | -1",
                "port | 5555.0",
                "port | 99999999999999999999",
                "functions | ''",
                "workers | 1001",
                "seed | 9223372036854775808",
                "shutdown-timeout | -0.1",
                "shutdown-timeout | 1e3",
                "shutdown-timeout | 5s",
                "shutdown-timeout | 86400.000000001",
                "max-packet | 1023",
                "max-packet | 2G",
                "max-packet | 64MB",
                "max-packet | 999999999999G",
                "write-stall | 0",
                "exceptions | maybe",
                "stall-alarm | 0",
                "stall-alarm | 86401",
                "store | ''",
                "store | SQLite",
                "store | postgres",
                "store-file | ''",
                "keep | everything",
                "keep | background catalog",
                "keep | background,,failed",
                "keep | Failed",
                "keep-results | 7",
                "keep-results | 0d",
                "keep-results | 1.5h",
                "keep-results | -1d",
                "keep-results | 36501d",
                "keep-results | 9999999999d",
                "keep-rows | -1",
                "keep-rows | 1M",
                "store-timeout | 0",
                "store-timeout | 1m",
                "max-connections | 0",
                "first-message | 0",
                "max-functions | 0",
                "max-function-names | 0",
                "max-jobs | 10M",
                "max-jobs-size | -1",
                "max-subscriptions | 0",
                "max-channels | 3",
                "client-functions | add,",
                "client-functions | add; sub",
                "servers | a:1,",
                "servers | a:1, ,b:2",
                "servers | a:1 b:2",
                "servers | a:1;b:2",
                "servers | a:0",
                "servers | a:65536",
                "servers | a:",
                "servers | :5555",
                "servers | ::1",
                "servers | http://a:5555",
                "servers | a:1, b:2, a:1",
                "servers | a, a:5555",
                "servers | Box, box",
                "balance | most",
                "failback-after | -1",
                "failback-after | 86401",
                "node-id | 0",
                "node-id | -3",
                "node-id | three",
                "node-id | 2147483648",
                "name | 42",
                "name | two words",
                "name | büro",
                "name | a/b",
                "name | 12345678901234567890123456789012345678901234567890123456789012345",
                "name | a2345678901234567890123456789012345678901234567890123456789012345",
                "ping-interval | 0",
                "ping-interval | 5s",
                "ping-interval | 3601",
                "ping-timeout | 0.01",
                "format | ''",
                "format | Bracket",
                "format | json",
                "interval | NaN",
                "interval | 1,5",
                "threads | four",
                "verbose | maybe",
                "log-level | CHATTY",
                "tls | maybe",
                "client-auth | NEED",
                "client-auth | ''",
                "handshake-timeout | 0",
                "open | perhaps",
                "syslog | localhost",
                "syslog | localhost:0",
                "syslog | localhost:65536",
                "syslog | ::1:514",
                "syslog | :514",
            })
    void shouldRefuseBadValue(String option, String text) {
        String message = refusal(Map.of(), Map.of(option, text));
        assertTrue(
                message.matches("option --" + option + ": \\[\\w+] \\w+ = \"" + text + "\" is refused; allowed is .+"),
                message);
    }

    @Test
    void shouldRefuseOutboxThatHoldsNoPacket() {
        assertRefused(
                "[Server]\noutbox_limit = 32M\n",
                ini + " line 2: [Server] outbox_limit = \"32M\" is refused; allowed is more than [Server] max_packet,"
                        + " which is \"64M\"");
    }

    @Test
    void shouldRefuseAPingTimeoutThatIsNoLongerThanTheInterval() {
        String allowed = " is refused; allowed is more than [Client] ping_interval, which is \"5\"";
        assertRefused("[Client]\nping_timeout = 5\n", ini + " line 2: [Client] ping_timeout = \"5\"" + allowed);
        assertRefused(
                "[Client]\nping_interval = 20\n",
                ini + " line 2: [Client] ping_interval = \"20\" is refused; allowed is less than [Client] ping_timeout,"
                        + " which is \"15\"");
        Settings.Client quick = load(Map.of("KOOKOO_PING_INTERVAL", "0.1", "KOOKOO_PING_TIMEOUT", "0.3"), Map.of())
                .client();
        assertEquals(Duration.ofMillis(100), quick.pingInterval());
        assertEquals(Duration.ofMillis(300), quick.pingTimeout());
    }

    @Test
    void shouldTakeABareNameOfTheEnvironmentOnlyWhereAProgramAsksForIt() throws IOException {
        Files.writeString(ini, "[Client]\nnode_id = 1\nname = web-1.example_org\n");
        Map<String, String> bare = Map.of("node-id", "NODE_ID");
        Map<String, String> environment = Map.of("NODE_ID", "2");
        assertEquals(
                Optional.of("web-1.example_org"),
                load(Map.of(), Map.of()).client().name());
        assertEquals(
                OptionalInt.of(1),
                load(Map.of("NODE_ID", "no number"), Map.of()).client().nodeId());
        assertEquals(
                OptionalInt.of(2), load(environment, Map.of(), bare).client().nodeId());
        assertEquals(
                OptionalInt.of(3),
                load(Map.of("NODE_ID", "2", "KOOKOO_NODE_ID", "3"), Map.of(), bare)
                        .client()
                        .nodeId());
        assertEquals(
                OptionalInt.of(2147483647),
                load(environment, Map.of("node-id", "2147483647"), bare)
                        .client()
                        .nodeId());
        assertEquals(
                OptionalInt.empty(),
                load(Map.of("NODE_ID", ""), Map.of(), bare).client().nodeId());
        assertEquals(
                "environment NODE_ID: [Client] node_id = \"0\" is refused; allowed is a whole number from 1 to 2147483647,"
                        + " or nothing",
                assertThrows(SettingsException.class, () -> load(Map.of("NODE_ID", "0"), Map.of(), bare))
                        .getMessage());
    }

    @Test
    void shouldRefuseBadValuesAndKeysOfAFunction() {
        assertRefused(
                "[Function f]\nmax_running = -1\n",
                ini
                        + " line 2: [Function] max_running = \"-1\" is refused; allowed is a whole number from 0 to 1000000");
        assertRefused(
                "[Server]\n[Function f]\nmax_runing = 1\n",
                ini
                        + " line 3: unknown key \"max_runing\" (value \"1\") in [Function f]; did you mean \"max_running\"?");
        assertRefused(
                "[Function f]\nport = 1\n",
                ini + " line 2: unknown key \"port\" (value \"1\") in [Function f]; it belongs into [Server]");
        assertRefused(
                "[Function f]\nmax_running = 1\n[Function f]\nmax_running = 2\n",
                ini + " line 3: [Function f] is already in line 1; join the two");
        assertTrue(refusalOf("[Function]\nmax_running = 1\n").contains("unknown section [Function]"));
        assertTrue(refusalOf("[Function ]\nmax_running = 1\n").contains("unknown section [Function"));
        assertTrue(refusalOf("[Functions f]\nmax_running = 1\n").contains("unknown section [Functions f]"));
    }

    @Test
    void shouldSayWhatTheStoreMayKeep() {
        assertRefused(
                "[Store]\nkeep = background, dead\n",
                ini + " line 2: [Store] keep = \"background, dead\" is refused; allowed is any of background, catalog,"
                        + " failed, all, separated by commas, or nothing");
        assertRefused(
                "[Store]\nkeep_results = 7\n",
                ini + " line 2: [Store] keep_results = \"7\" is refused; allowed is a time from 1s to 36500d: a whole"
                        + " number with s, m, h or d behind it");
        assertRefused(
                "[Store]\nstore = file\n",
                ini + " line 2: [Store] store = \"file\" is refused; allowed is sqlite or none");
    }

    @ParameterizedTest
    @CsvSource({
        "retries = -1, a whole number from 0 to 1000",
        "retries = 2.5, a whole number from 0 to 1000",
        "first_delay = 1m, 'a number of seconds from 0 to 86400, decimals allowed'",
        "factor = 0.9, 'a number from 1 to 1000, decimals allowed'",
        "factor = NaN, 'a number from 1 to 1000, decimals allowed'",
        "factor = 1e2, 'a number from 1 to 1000, decimals allowed'",
        "max_delay = 86401, 'a number of seconds from 0 to 86400, decimals allowed'",
        "first_delay = 3601, 'at most [Retry] max_delay, which is \"3600\"'",
        "max_delay = 0.5, 'at least [Retry] first_delay, which is \"1\"'"
    })
    void shouldRefuseBadValueOfARetry(String line, String allowed) {
        String[] parts = line.split(" = ");
        assertRefused(
                "[Retry f]\n" + line + "\n",
                ini + " line 2: [Retry] " + parts[0] + " = \"" + parts[1] + "\" is refused; allowed is " + allowed);
    }

    @Test
    void shouldRefuseStrangeKeysAndSectionsOfRetries() {
        assertRefused(
                "[Retry f]\nretrys = 1\n",
                ini + " line 2: unknown key \"retrys\" (value \"1\") in [Retry f]; did you mean \"retries\"?");
        assertRefused(
                "[Function f]\nretries = 1\n",
                ini + " line 2: unknown key \"retries\" (value \"1\") in [Function f]; it belongs into [Retry <name>]");
        assertRefused(
                "[Retry]\nretries = 1\n",
                ini
                        + " line 2: retries = \"1\" stands in the unknown section [Retry]; known are Server, Client, Logger,"
                        + " Store, Report, Security, Access, Function <name>, Retry <name>");
    }

    @Test
    void shouldReadTheSectionsOfRetries() throws IOException {
        Files.writeString(ini, """
                [Retry resize]
                retries = 5
                first_delay = 0.5
                factor = 1.5
                max_delay = 60
                [Retry two words]
                retries = 1
                [Function resize]
                max_running = 4
                """);
        Settings settings = load(Map.of(), Map.of());
        assertEquals(
                Map.of(
                        "resize",
                        new Settings.Retry(5, Duration.ofMillis(500), 1.5, Duration.ofSeconds(60)),
                        "two words",
                        new Settings.Retry(1, Duration.ofSeconds(1), 2, Duration.ofHours(1))),
                settings.retries());
        assertEquals(Map.of("resize", new Settings.Function(4)), settings.functions());
        assertEquals(
                new Settings.Origin("Retry two words", "retries", "1", ini + " line 7"),
                settings.origins().get(SettingKey.ALL.size() + 4));
    }

    @Test
    void shouldLengthenTheDelaysOfARetryUpToTheLongest() {
        Settings.Retry retry = new Settings.Retry(9, Duration.ofMillis(500), 3, Duration.ofSeconds(10));
        assertEquals(
                List.of(500L, 1500L, 4500L, 10_000L, 10_000L),
                List.of(1, 2, 3, 4, 1_000_000).stream()
                        .map(failures -> retry.delay(failures).toMillis())
                        .toList());
        Settings.Retry atOnce = new Settings.Retry(9, Duration.ZERO, 1000, Duration.ofSeconds(10));
        assertEquals(Duration.ZERO, atOnce.delay(1000));
    }

    @Test
    void shouldReadTheSectionsOfFunctions() throws IOException {
        Files.writeString(ini, """
                [Function resize]
                max_running = 4
                [Function  two words\\x]
                max_running = 0
                [Function empty]
                """);
        Settings settings = load(Map.of(), Map.of());
        assertEquals(
                Map.of("resize", new Settings.Function(4), "two words\\x", new Settings.Function(0)),
                settings.functions());
        List<Settings.Origin> origins = settings.origins();
        assertEquals(SettingKey.ALL.size() + 2, origins.size());
        assertEquals(
                new Settings.Origin("Function resize", "max_running", "4", ini + " line 2"),
                origins.get(SettingKey.ALL.size()));
        assertEquals(
                Map.of(),
                load(Map.of(), Map.of("config", emptyFile().toString())).functions());
    }

    private Path emptyFile() throws IOException {
        return Files.writeString(temp.resolve("empty.ini"), "");
    }

    @Test
    void shouldTakeNoSettingsOfFunctionsFromElsewhere() {
        assertThrows(IllegalArgumentException.class, () -> load(Map.of(), Map.of("max-running", "1")));
        assertEquals(
                List.of("environment KOOKOO_MAX_RUNNING is not known and has no effect"),
                load(Map.of("KOOKOO_MAX_RUNNING", "1"), Map.of()).warnings().stream()
                        .map(warning -> warning.replaceAll("; did you mean.*", ""))
                        .toList());
    }

    @Test
    void shouldRefuseOptionThatIsNoSetting() {
        assertThrows(IllegalArgumentException.class, () -> load(Map.of(), Map.of("colour", "red")));
        assertTrue(Settings.optionNames().containsAll(List.of("config", "port", "interval", "log-level")));
    }

    @Test
    void shouldWarnAboutStrangeNamesInTheEnvironmentAndGoOn() {
        Settings settings = load(
                Map.of("KOOKOO_PROT", "1", "KOOKOO_HOUSE_OF_CARDS", "", "KOOKOO_TIMEOUT", "3", "PORT", "2"), Map.of());
        assertEquals(
                List.of(
                        "environment KOOKOO_HOUSE_OF_CARDS is not known and has no effect",
                        "environment KOOKOO_PROT is not known and has no effect; did you mean KOOKOO_PORT?"),
                settings.warnings());
        assertEquals(5555, settings.server().port());
    }

    @Test
    void shouldHaveDefaultsWithoutAFile() {
        Settings settings = load(Map.of(), Map.of());
        assertEquals(Optional.empty(), settings.file());
        assertEquals(
                new Settings.Server(
                        "127.0.0.1",
                        5555,
                        home.resolve("functions.txt"),
                        0,
                        OptionalLong.empty(),
                        Duration.ofSeconds(20),
                        3,
                        64 << 20,
                        64 << 10,
                        80 << 20,
                        Duration.ofSeconds(30),
                        false,
                        Duration.ofSeconds(30),
                        100,
                        Optional.empty()),
                settings.server());
        assertEquals(
                new Settings.Client(
                        Duration.ofSeconds(5),
                        Runtime.getRuntime().availableProcessors(),
                        Duration.ZERO,
                        home.resolve("functions"),
                        List.of(),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60),
                        List.of(),
                        Settings.Client.Balance.ORDER,
                        Duration.ofSeconds(30),
                        OptionalInt.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15)),
                settings.client());
        assertEquals(
                new Settings.Store(
                        Settings.Store.Kind.SQLITE,
                        home.resolve("data/kookoo.db"),
                        Set.of(Keep.BACKGROUND, Keep.CATALOG, Keep.FAILED),
                        Duration.ofDays(7),
                        1_000_000),
                settings.store());
        assertEquals(Map.of(), settings.retries());
        assertEquals(
                new Settings.Limits(
                        20_000,
                        Duration.ofSeconds(60),
                        10_000,
                        100_000,
                        10_000_000,
                        Runtime.getRuntime().maxMemory() / 2,
                        100,
                        1000),
                settings.limits());
        assertEquals(Map.of(), settings.security().tokens());
        assertEquals(Map.of(), settings.security().roles());
        assertFalse(settings.security().requiresToken());
        assertEquals(
                new Settings.Logger(
                        Level.INFO, Settings.Logger.Format.PLAIN, home.resolve("logs"), false, 200, Optional.empty()),
                settings.logger());
        assertEquals(List.of(), settings.warnings());
    }

    @Test
    void shouldPreferCommandLineThenEnvironmentThenFileThenDefault() throws IOException {
        Files.writeString(ini, "[Server]\nport = 1\nworkers = 1\nip = one\n");
        Settings settings = load(Map.of("KOOKOO_PORT", "2", "KOOKOO_WORKERS", "2"), Map.of("port", "3"));
        assertEquals(3, settings.server().port());
        assertEquals(2, settings.server().workers());
        assertEquals("one", settings.server().ip());
        assertEquals(3, settings.server().jobRetries());
        assertEquals(Optional.of(ini), settings.file());
        assertEquals(
                List.of("ip one " + ini + " line 4", "port 3 option --port", "workers 2 environment KOOKOO_WORKERS"),
                settings.origins().stream()
                        .filter(origin -> List.of("ip", "port", "workers").contains(origin.key()))
                        .map(origin -> origin.key() + " " + origin.text() + " " + origin.where())
                        .toList());
        assertEquals(SettingKey.ALL.size(), settings.origins().size());
    }

    @Test
    void shouldReadEveryKindOfValue() throws IOException {
        Files.writeString(ini, """
                \uFEFF; a byte-order mark, both kinds of comment, both separators, no escapes
                [Server]
                seed: -42
                shutdown_timeout = 0.25
                max_packet = 1k
                max_line = 4096
                outbox_limit = 2g
                functions = C:\\new\\${user.home}
                pid_file = /run/kookoo.pid
                exceptions = yes
                stall_alarm = 0.5
                [Store]
                store = none
                file = /var/lib/kookoo.db
                keep = all,failed
                keep_results = 36h
                keep_rows = 0
                [Client]
                store_timeout = 1.5
                get_function_interval = 0
                function_timeout = 2.5
                [Logger]
                log_level = warn
                format = bracket
                log_dir = ../Gr\u00fc\u00dfe
                verbose = Yes
                syslog = [::1]:514
                """);
        Settings settings = load(Map.of("KOOKOO_SYSLOG", "[fe80::1%eth0]:1"), Map.of());
        assertEquals(OptionalLong.of(-42), settings.server().seed());
        assertEquals(Duration.ofMillis(250), settings.server().shutdownTimeout());
        assertEquals(1024, settings.server().maxPacketBytes());
        assertEquals(4096, settings.server().maxLineBytes());
        assertEquals(2L << 30, settings.server().outboxLimitBytes());
        assertEquals(home.resolve("C:\\new\\${user.home}"), settings.server().functions());
        assertEquals(Optional.of(Path.of("/run/kookoo.pid")), settings.server().pidFile());
        assertTrue(settings.server().exceptions());
        assertEquals(Duration.ofMillis(500), settings.server().stallAlarm());
        assertEquals(
                new Settings.Store(
                        Settings.Store.Kind.NONE,
                        Path.of("/var/lib/kookoo.db"),
                        Set.of(Keep.ALL, Keep.FAILED),
                        Duration.ofHours(36),
                        0),
                settings.store());
        assertTrue(settings.store().keeps(Keep.CATALOG), "all includes it");
        assertEquals(Duration.ZERO, settings.client().functionInterval());
        assertEquals(Duration.ofMillis(2500), settings.client().functionTimeout());
        assertEquals(Duration.ofMillis(1500), settings.client().storeTimeout());
        assertEquals(Level.WARN, settings.logger().level());
        assertEquals(Settings.Logger.Format.BRACKET, settings.logger().format());
        assertEquals(temp.resolve("Gr\u00fc\u00dfe"), settings.logger().dir());
        assertTrue(settings.logger().verbose());
        assertEquals(
                Optional.of(InetSocketAddress.createUnresolved("fe80::1%eth0", 1)),
                settings.logger().syslog());
    }

    @Test
    void shouldTakeTheStoreFromTheCommandLineAndTheEnvironment() {
        Settings settings = load(Map.of("KOOKOO_STORE_FILE", "jobs.db", "KOOKOO_KEEP", ""), Map.of("store", "none"));
        assertEquals(Settings.Store.Kind.NONE, settings.store().kind());
        assertEquals(home.resolve("jobs.db"), settings.store().file());
        assertEquals(Set.of(), settings.store().keep());
        assertFalse(settings.store().keeps(Keep.BACKGROUND));
        assertEquals(
                home.resolve("more.db"),
                load(Map.of("KOOKOO_STORE_FILE", "jobs.db"), Map.of("store-file", "more.db"))
                        .store()
                        .file());
    }

    private static List<InetSocketAddress> servers(Object... hostsAndPorts) {
        return IntStream.range(0, hostsAndPorts.length / 2)
                .mapToObj(i -> InetSocketAddress.createUnresolved(
                        (String) hostsAndPorts[2 * i], (Integer) hostsAndPorts[2 * i + 1]))
                .toList();
    }

    @Test
    void shouldReadServersInTheirOrder() throws IOException {
        Files.writeString(
                ini,
                "[Client]\nservers = b.example:1, a ,[::1],[fe80::1%eth0]:9,10.0.0.7:65535\n"
                        + "balance = least\nfailback_after = 0.5\n");
        Settings.Client client = load(Map.of(), Map.of()).client();
        assertEquals(
                servers("b.example", 1, "a", 5555, "::1", 5555, "fe80::1%eth0", 9, "10.0.0.7", 65535),
                client.servers());
        assertEquals(Settings.Client.Balance.LEAST, client.balance());
        assertEquals(Duration.ofMillis(500), client.failbackAfter());
        assertEquals(
                servers("c", 3),
                load(Map.of("KOOKOO_SERVERS", "c:3", "KOOKOO_BALANCE", "order"), Map.of())
                        .client()
                        .servers());
        assertEquals(
                servers("d", 4),
                load(Map.of("KOOKOO_SERVERS", "c:3"), Map.of("servers", "d:4"))
                        .client()
                        .servers());
    }

    @Test
    void shouldPreferOneServerThatIsNamedForThisStartToTheList() throws IOException {
        Files.writeString(ini, "[Server]\nip = one\nport = 1\n[Client]\nservers = a:1, b:2\n");
        assertEquals(servers("a", 1, "b", 2), load(Map.of(), Map.of()).client().servers());
        for (Settings settings : List.of(
                load(Map.of("KOOKOO_PORT", "3"), Map.of()),
                load(Map.of(), Map.of("port", "3")),
                load(Map.of("KOOKOO_SERVERS", "c:3", "KOOKOO_PORT", "3"), Map.of()),
                load(Map.of("KOOKOO_SERVERS", "c:3"), Map.of("port", "3")))) {
            assertEquals(List.of(), settings.client().servers());
            assertEquals("one", settings.server().ip());
            assertEquals(3, settings.server().port());
        }
        assertEquals(
                List.of(), load(Map.of("KOOKOO_IP", "two"), Map.of()).client().servers());
        assertEquals(
                servers("c", 3),
                load(Map.of("KOOKOO_PORT", "3"), Map.of("servers", "c:3"))
                        .client()
                        .servers());
    }

    @Test
    void shouldRefuseServersBesideOneServerOnTheCommandLine() {
        assertEquals(
                "option --servers and option --port: one of them says where the server is; remove the other",
                refusal(Map.of(), Map.of("servers", "a:1", "port", "5555")));
        assertEquals(
                "option --servers and option --ip: one of them says where the server is; remove the other",
                refusal(Map.of(), Map.of("servers", "a:1, b:2", "ip", "a")));
    }

    @Test
    void shouldSayWhatAServerInTheListIs() {
        assertRefused(
                "[Client]\nservers = a:1, b:2, a:1\n",
                ini
                        + " line 2: [Client] servers = \"a:1, b:2, a:1\" is refused; allowed is host:port, separated by commas,"
                        + " each once, with ports from 1 to 65535 ([::1]:5555 for IPv6; without a port it is 5555), or"
                        + " nothing");
    }

    @Test
    void shouldReadTheSectionOfReports() throws IOException {
        assertEquals(
                new Settings.Report(
                        Settings.Report.When.IDLE,
                        home.resolve("reports"),
                        20,
                        Duration.ofSeconds(5),
                        Duration.ofDays(1)),
                load(Map.of(), Map.of()).report());
        Files.writeString(ini, "[Report]\nwhen = shutdown\ndir = /var/reports\nkeep = 1\ngrace = 0.5\nevery = 90s\n");
        assertEquals(
                new Settings.Report(
                        Settings.Report.When.SHUTDOWN,
                        Path.of("/var/reports"),
                        3,
                        Duration.ofMillis(500),
                        Duration.ofSeconds(90)),
                load(Map.of("KOOKOO_REPORT_KEEP", "3"), Map.of()).report());
    }

    @Test
    void shouldRefuseReportsThatCannotBe() {
        assertRefused(
                "[Report]\nwhen = daily\n",
                ini + " line 2: [Report] when = \"daily\" is refused; allowed is idle or shutdown or never");
        assertRefused(
                "[Report]\nkeep = 0\n",
                ini + " line 2: [Report] keep = \"0\" is refused; allowed is a whole number from 1 to 10000");
        assertRefused(
                "[Report]\nevery = 0s\n",
                ini
                        + " line 2: [Report] every = \"0s\" is refused; allowed is a time from 1s to 365d: a whole number with"
                        + " s, m, h or d behind it");
    }

    @Test
    void shouldReadWhatTlsRestsOn() throws IOException {
        Settings.Security none = load(Map.of(), Map.of()).security();
        assertFalse(none.tls());
        assertFalse(none.open());
        assertFalse(none.requiresCertificate());
        assertEquals(Optional.empty(), none.keystore());
        assertEquals(Settings.Security.ClientAuth.NONE, none.clientAuth());
        assertEquals(Duration.ofSeconds(10), none.handshakeTimeout());

        Files.writeString(ini, """
                [Security]
                keystore = own.p12
                keystore_password_file = /etc/secret
                truststore = trusted.p12
                client_auth = need
                handshake_timeout = 2.5
                open = yes
                """);
        Settings settings = load(Map.of("KOOKOO_TRUSTSTORE_PASSWORD", "hush"), Map.of());
        Settings.Security given = settings.security();
        assertEquals(
                Optional.of(
                        new KeyFile(home.resolve("own.p12"), Optional.empty(), Optional.of(Path.of("/etc/secret")))),
                given.keystore());
        assertEquals(Optional.of(KeyFile.of(home.resolve("trusted.p12"), "hush")), given.truststore());
        assertTrue(given.tls());
        assertTrue(given.requiresCertificate());
        assertTrue(given.open());
        assertEquals(Duration.ofMillis(2500), given.handshakeTimeout());
        // A secret has no row of its own, nobody wonders at its name, and no text of the settings has it.
        assertEquals(List.of(), settings.warnings());
        assertFalse(settings.toString().contains("hush"), settings::toString);

        Settings.Security off = load(Map.of("KOOKOO_TLS", "no"), Map.of()).security();
        assertFalse(off.tls());
        assertFalse(off.requiresCertificate());
        Files.writeString(ini, "");
        assertTrue(load(Map.of(), Map.of("tls", "yes")).security().tls());
        assertTrue(
                load(Map.of(), Map.of("truststore", "trusted.p12")).security().tls());
    }

    @Test
    void shouldNotRepeatAPasswordThatStandsInTheFile() {
        assertRefused(
                "[Security]\nkeystore_password = hush\n",
                ini + " line 2: unknown key \"keystore_password\" (value \"***\") in [Security]; did you mean"
                        + " \"keystore_password_file\"?");
    }

    @Test
    void shouldEmptyAValueFromTheEnvironment() throws IOException {
        Files.writeString(ini, "[Server]\nseed = 1\n");
        assertEquals(
                OptionalLong.empty(),
                load(Map.of("KOOKOO_SEED", ""), Map.of()).server().seed());
    }

    @Test
    void shouldReadTheNamedFileAndKeepHome() throws IOException {
        Files.writeString(ini, "[Server]\nport = 1\n");
        Files.writeString(home.resolve("other.ini"), "[Server]\nport = 2\n");
        Files.writeString(temp.resolve("third.ini"), "[Server]\nport = 3\n");
        assertEquals(
                2, load(Map.of("KOOKOO_CONFIG", "other.ini"), Map.of()).server().port());
        Settings settings = load(
                Map.of("KOOKOO_CONFIG", "other.ini"),
                Map.of("config", temp.resolve("third.ini").toString()));
        assertEquals(3, settings.server().port());
        assertEquals(home, settings.home());
        assertEquals(home.resolve("functions.txt"), settings.server().functions());
    }

    @Test
    void shouldTakeTheCurrentFolderAsHomeBeforeTheJars() throws IOException {
        Path jar = Files.createDirectories(temp.resolve("jar"));
        assertEquals(home, Settings.home(home, jar), "neither has a file");
        Files.createDirectory(jar.resolve("config"));
        Files.writeString(jar.resolve("config/settings.ini"), "");
        assertEquals(jar, Settings.home(home, jar), "the jar's folder has one");
        Files.writeString(ini, "");
        assertEquals(home, Settings.home(home, jar), "both have one");
        assertTrue(Settings.home(Path.of(""), Path.of("")).isAbsolute());
        assertFalse(Files.isRegularFile(Settings.jarFolder(Settings.class)));
    }

    private void assertRefused(String iniText, String message) {
        assertEquals(message, refusalOf(iniText));
    }

    private String refusalOf(String iniText) {
        try {
            Files.writeString(ini, iniText);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return refusal(Map.of(), Map.of());
    }

    private String refusal(Map<String, String> environment, Map<String, String> commandLine) {
        return assertThrows(SettingsException.class, () -> load(environment, commandLine))
                .getMessage();
    }

    private Settings load(Map<String, String> environment, Map<String, String> commandLine) {
        return load(environment, commandLine, Map.of());
    }

    private Settings load(
            Map<String, String> environment, Map<String, String> commandLine, Map<String, String> bareNames) {
        return Settings.load(home, temp, environment, commandLine, bareNames);
    }
}
