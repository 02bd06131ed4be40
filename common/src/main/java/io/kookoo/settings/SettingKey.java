package io.kookoo.settings;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.event.Level;

/**
 * One row of the table of settings. Reading, defaults, environment names, options, error messages and the check of the
 * shipped settings.ini all derive from {@link #ALL}; what a key means stands in config/settings.ini.
 *
 * @param section the section of settings.ini, without brackets
 * @param name the key in that section
 * @param option the command line's name without the two dashes; the environment's name derives from it
 * @param defaultText what holds where nobody says anything
 */
record SettingKey<T>(String section, String name, String option, String defaultText, ValueType<T> type) {

    static final String ENVIRONMENT_PREFIX = "KOOKOO_";

    private static final String SERVER = "Server";
    private static final String CLIENT = "Client";
    private static final String LOGGER = "Logger";
    private static final String STORE_SECTION = "Store";
    private static final String REPORT = "Report";
    private static final String SECURITY = "Security";

    /** Its keys are names of people and programs. */
    static final String ACCESS = "Access";

    /** Sections of these kinds carry a function's name behind them: {@code [Function add]}. */
    static final String FUNCTION = "Function";

    static final String RETRY = "Retry";

    /** A day: longer waits are mistakes, and every such time fits into nanoseconds many times over. */
    private static final String A_DAY = "86400";

    private static final int DEFAULT_PORT = 5555;

    static final SettingKey<String> IP = key(SERVER, "ip", "127.0.0.1", ValueType.host());
    static final SettingKey<Integer> PORT =
            key(SERVER, "port", Integer.toString(DEFAULT_PORT), ValueType.integer(0, 65535));
    static final SettingKey<Path> FUNCTIONS = key(SERVER, "functions", "functions.txt", ValueType.path());
    static final SettingKey<Integer> WORKERS = key(SERVER, "workers", "0", ValueType.integer(0, 1000));
    static final SettingKey<OptionalLong> SEED = key(SERVER, "seed", "", ValueType.longOrEmpty());
    static final SettingKey<Duration> SHUTDOWN_TIMEOUT =
            key(SERVER, "shutdown_timeout", "20", ValueType.seconds("0", A_DAY));
    static final SettingKey<Integer> JOB_RETRIES = key(SERVER, "job_retries", "3", ValueType.integer(0, 1000));
    static final SettingKey<Long> MAX_PACKET = key(SERVER, "max_packet", "64M", ValueType.bytes("1K", "1G"));
    static final SettingKey<Long> MAX_LINE = key(SERVER, "max_line", "64K", ValueType.bytes("256", "64M"));
    static final SettingKey<Long> OUTBOX_LIMIT = key(SERVER, "outbox_limit", "80M", ValueType.bytes("1K", "1024G"));
    static final SettingKey<Duration> WRITE_STALL = key(SERVER, "write_stall", "30", ValueType.seconds("0.1", A_DAY));
    static final SettingKey<Boolean> EXCEPTIONS = key(SERVER, "exceptions", "no", ValueType.yesOrNo());
    static final SettingKey<Duration> STALL_ALARM = key(SERVER, "stall_alarm", "30", ValueType.seconds("0.1", A_DAY));
    static final SettingKey<Integer> CHANNEL_HISTORY =
            key(SERVER, "channel_history", "100", ValueType.integer(0, 100_000));
    static final SettingKey<Optional<Path>> PID_FILE = key(SERVER, "pid_file", "", ValueType.pathOrEmpty());
    static final SettingKey<Integer> MAX_CONNECTIONS =
            key(SERVER, "max_connections", "20000", ValueType.integer(1, 1_000_000));
    static final SettingKey<Duration> FIRST_MESSAGE =
            key(SERVER, "first_message", "60", ValueType.seconds("0.1", A_DAY));
    static final SettingKey<Integer> MAX_FUNCTIONS =
            key(SERVER, "max_functions", "10000", ValueType.integer(1, 1_000_000));
    static final SettingKey<Integer> MAX_FUNCTION_NAMES =
            key(SERVER, "max_function_names", "100000", ValueType.integer(1, 10_000_000));
    static final SettingKey<Integer> MAX_JOBS =
            key(SERVER, "max_jobs", "10000000", ValueType.integer(1, 1_000_000_000));
    static final SettingKey<Long> MAX_JOBS_SIZE = key(SERVER, "max_jobs_size", "0", ValueType.bytes("0", "1024G"));
    static final SettingKey<Integer> MAX_SUBSCRIPTIONS =
            key(SERVER, "max_subscriptions", "100", ValueType.integer(1, 100_000));
    static final SettingKey<Integer> MAX_CHANNELS = key(SERVER, "max_channels", "1000", ValueType.integer(4, 100_000));

    static final SettingKey<Duration> GET_FUNCTION_INTERVAL =
            new SettingKey<>(CLIENT, "get_function_interval", "interval", "5", ValueType.seconds("0", A_DAY));
    static final SettingKey<Integer> THREADS = key(CLIENT, "threads", "0", ValueType.integer(0, 10000));
    static final SettingKey<Duration> FUNCTION_TIMEOUT =
            key(CLIENT, "function_timeout", "0", ValueType.seconds("0", A_DAY));
    static final SettingKey<Path> FUNCTIONS_DIR = key(CLIENT, "functions_dir", "functions", ValueType.path());
    static final SettingKey<List<String>> OFFERED_FUNCTIONS =
            new SettingKey<>(CLIENT, "functions", "client-functions", "", ValueType.functionNames());
    static final SettingKey<Duration> WAIT_WORKER = key(CLIENT, "wait_worker", "10", ValueType.seconds("0", A_DAY));

    static final SettingKey<Duration> STORE_TIMEOUT =
            key(CLIENT, "store_timeout", "60", ValueType.seconds("0.1", A_DAY));
    static final SettingKey<OptionalInt> NODE_ID =
            key(CLIENT, "node_id", "", ValueType.integerOrEmpty(1, Integer.MAX_VALUE));
    static final SettingKey<Optional<String>> NAME = key(CLIENT, "name", "", ValueType.nodeNameOrEmpty());
    static final SettingKey<Duration> PING_INTERVAL =
            key(CLIENT, "ping_interval", "5", ValueType.seconds("0.01", "3600"));
    static final SettingKey<Duration> PING_TIMEOUT =
            key(CLIENT, "ping_timeout", "15", ValueType.seconds("0.02", A_DAY));

    static final SettingKey<List<InetSocketAddress>> SERVERS =
            key(CLIENT, "servers", "", ValueType.hostPorts(DEFAULT_PORT));
    static final SettingKey<Settings.Client.Balance> BALANCE =
            key(CLIENT, "balance", "order", ValueType.oneOf(Settings.Client.Balance.class));
    static final SettingKey<Duration> FAILBACK_AFTER =
            key(CLIENT, "failback_after", "30", ValueType.seconds("0", A_DAY));

    static final SettingKey<Level> LOG_LEVEL = key(LOGGER, "log_level", "INFO", ValueType.level());
    static final SettingKey<Settings.Logger.Format> FORMAT =
            key(LOGGER, "format", "plain", ValueType.oneOf(Settings.Logger.Format.class));
    static final SettingKey<Path> LOG_DIR = key(LOGGER, "log_dir", "logs", ValueType.path());
    static final SettingKey<Boolean> VERBOSE = key(LOGGER, "verbose", "no", ValueType.yesOrNo());
    static final SettingKey<Integer> JOB_LINES =
            key(LOGGER, "job_lines", "200", ValueType.integer(0, Integer.MAX_VALUE));
    static final SettingKey<Optional<InetSocketAddress>> SYSLOG =
            key(LOGGER, "syslog", "", ValueType.hostPortOrEmpty());

    static final SettingKey<Settings.Store.Kind> STORE =
            key(STORE_SECTION, "store", "sqlite", ValueType.oneOf(Settings.Store.Kind.class));
    static final SettingKey<Path> STORE_FILE =
            new SettingKey<>(STORE_SECTION, "file", "store-file", "data/kookoo.db", ValueType.path());
    static final SettingKey<Set<Settings.Store.Keep>> KEEP =
            key(STORE_SECTION, "keep", "background, catalog, failed", ValueType.anyOf(Settings.Store.Keep.class));
    static final SettingKey<Duration> KEEP_RESULTS =
            key(STORE_SECTION, "keep_results", "7d", ValueType.timeSpan("1s", "36500d"));
    static final SettingKey<Integer> KEEP_ROWS =
            key(STORE_SECTION, "keep_rows", "1000000", ValueType.integer(0, Integer.MAX_VALUE));

    static final SettingKey<Settings.Report.When> REPORT_WHEN =
            ofReport("when", "idle", ValueType.oneOf(Settings.Report.When.class));
    static final SettingKey<Path> REPORT_DIR = ofReport("dir", "reports", ValueType.path());
    static final SettingKey<Integer> REPORT_KEEP = ofReport("keep", "20", ValueType.integer(1, 10_000));
    static final SettingKey<Duration> REPORT_GRACE = ofReport("grace", "5", ValueType.seconds("0", A_DAY));
    static final SettingKey<Duration> REPORT_EVERY = ofReport("every", "24h", ValueType.timeSpan("1s", "365d"));

    static final SettingKey<Optional<Boolean>> TLS = key(SECURITY, "tls", "", ValueType.yesOrNoOrEmpty());
    static final SettingKey<Optional<Path>> KEYSTORE = key(SECURITY, "keystore", "", ValueType.pathOrEmpty());
    static final SettingKey<Optional<Path>> KEYSTORE_PASSWORD_FILE =
            key(SECURITY, "keystore_password_file", "", ValueType.pathOrEmpty());
    static final SettingKey<Optional<Path>> TRUSTSTORE = key(SECURITY, "truststore", "", ValueType.pathOrEmpty());
    static final SettingKey<Optional<Path>> TRUSTSTORE_PASSWORD_FILE =
            key(SECURITY, "truststore_password_file", "", ValueType.pathOrEmpty());
    static final SettingKey<Settings.Security.ClientAuth> CLIENT_AUTH =
            key(SECURITY, "client_auth", "none", ValueType.oneOf(Settings.Security.ClientAuth.class));
    static final SettingKey<Duration> HANDSHAKE_TIMEOUT =
            key(SECURITY, "handshake_timeout", "10", ValueType.seconds("0.1", A_DAY));
    static final SettingKey<Boolean> OPEN = key(SECURITY, "open", "no", ValueType.yesOrNo());
    static final SettingKey<Optional<Path>> TOKEN_FILE = key(SECURITY, "token_file", "", ValueType.pathOrEmpty());

    /** What the environment alone has, so that it stands on no command line: the names of its rows in lists. */
    static final String TOKEN = "token";

    /** The whole table but for functions, in the order in which people read it. */
    static final List<SettingKey<?>> ALL = List.of(
            IP,
            PORT,
            FUNCTIONS,
            WORKERS,
            SEED,
            SHUTDOWN_TIMEOUT,
            JOB_RETRIES,
            MAX_PACKET,
            MAX_LINE,
            OUTBOX_LIMIT,
            WRITE_STALL,
            EXCEPTIONS,
            STALL_ALARM,
            CHANNEL_HISTORY,
            PID_FILE,
            MAX_CONNECTIONS,
            FIRST_MESSAGE,
            MAX_FUNCTIONS,
            MAX_FUNCTION_NAMES,
            MAX_JOBS,
            MAX_JOBS_SIZE,
            MAX_SUBSCRIPTIONS,
            MAX_CHANNELS,
            GET_FUNCTION_INTERVAL,
            THREADS,
            FUNCTION_TIMEOUT,
            FUNCTIONS_DIR,
            OFFERED_FUNCTIONS,
            WAIT_WORKER,
            STORE_TIMEOUT,
            SERVERS,
            BALANCE,
            FAILBACK_AFTER,
            NODE_ID,
            NAME,
            PING_INTERVAL,
            PING_TIMEOUT,
            LOG_LEVEL,
            FORMAT,
            LOG_DIR,
            VERBOSE,
            JOB_LINES,
            SYSLOG,
            STORE,
            STORE_FILE,
            KEEP,
            KEEP_RESULTS,
            KEEP_ROWS,
            REPORT_WHEN,
            REPORT_DIR,
            REPORT_KEEP,
            REPORT_GRACE,
            REPORT_EVERY,
            TLS,
            KEYSTORE,
            KEYSTORE_PASSWORD_FILE,
            TRUSTSTORE,
            TRUSTSTORE_PASSWORD_FILE,
            CLIENT_AUTH,
            HANDSHAKE_TIMEOUT,
            OPEN,
            TOKEN_FILE);

    /** The environment alone has these: what is a secret stands in no list of settings and on no command line. */
    static final String KEYSTORE_PASSWORD = environmentOf("keystore-password");

    static final String TRUSTSTORE_PASSWORD = environmentOf("truststore-password");

    static final List<String> SECRETS = List.of(KEYSTORE_PASSWORD, TRUSTSTORE_PASSWORD, Tokens.VARIABLE, Tokens.ALIAS);

    static final SettingKey<Integer> MAX_RUNNING = key(FUNCTION, "max_running", "0", ValueType.integer(0, 1_000_000));

    static final SettingKey<Integer> RETRIES = key(RETRY, "retries", "0", ValueType.integer(0, 1000));
    static final SettingKey<Duration> FIRST_DELAY = key(RETRY, "first_delay", "1", ValueType.seconds("0", A_DAY));
    static final SettingKey<Double> FACTOR = key(RETRY, "factor", "2", ValueType.decimal(1, 1000));
    static final SettingKey<Duration> MAX_DELAY = key(RETRY, "max_delay", "3600", ValueType.seconds("0", A_DAY));

    /** The keys of sections that carry a function's name; settings.ini is the one place to give them. */
    static final List<SettingKey<?>> OF_FUNCTIONS = List.of(MAX_RUNNING, RETRIES, FIRST_DELAY, FACTOR, MAX_DELAY);

    /** Of any key in the section {@link #ACCESS}. */
    static SettingKey<Set<Role>> access(String name) {
        return new SettingKey<>(ACCESS, name, "", "", ValueType.anyOf(Role.class));
    }

    SettingKey {
        Objects.requireNonNull(section);
        Objects.requireNonNull(name);
        Objects.requireNonNull(option);
        Objects.requireNonNull(defaultText);
        Objects.requireNonNull(type);
    }

    private static <T> SettingKey<T> key(String section, String name, String defaultText, ValueType<T> type) {
        return new SettingKey<>(section, name, name.replace('_', '-'), defaultText, type);
    }

    /** Its words alone say too little where the section is not named: {@code KOOKOO_REPORT_WHEN}. */
    private static <T> SettingKey<T> ofReport(String name, String defaultText, ValueType<T> type) {
        return new SettingKey<>(REPORT, name, "report-" + name, defaultText, type);
    }

    /** {@code KOOKOO_SOME_OPTION} for the option {@code some-option}. */
    static String environmentOf(String option) {
        return ENVIRONMENT_PREFIX + option.replace('-', '_').toUpperCase(Locale.ROOT);
    }

    String environment() {
        return environmentOf(option);
    }

    /** The key as people write it in messages: {@code [Server] port}. */
    String title() {
        return "[" + section + "] " + name;
    }

    /**
     * The value of {@code text}.
     *
     * @param origin where the text stands, to begin the message with
     * @throws SettingsException if it is not allowed
     */
    T parse(String text, String origin) {
        try {
            return type.parser().apply(text);
        } catch (IllegalArgumentException | ArithmeticException e) {
            String hint = text.contains(" ;") || text.contains(" #")
                    ? " (a comment needs a line of its own in settings.ini)"
                    : "";
            throw new SettingsException(
                    origin + ": " + title() + " = \"" + text + "\" is refused; allowed is " + type.allowed() + hint);
        }
    }
}
