package io.kookoo.settings;

import io.kookoo.Secret;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.event.Level;

/**
 * Everything a person chose, in one immutable value: read once at the start, handed down, never building parts itself.
 * Every path in it is absolute; one that was written relative starts at {@link #home()}.
 *
 * @param home the folder where every relative path starts
 * @param file the settings.ini that was read; empty if there was none and nobody named one
 * @param functions those that have a section {@code [Function <name>]}, by name
 * @param retries those that have a section {@code [Retry <name>]}, by name; of others no failed run is repeated
 * @param origins every key of the table with its text and where that came from, in the order of the table
 * @param warnings sentences about what was found and not understood, to be logged once the log is open
 */
public record Settings(
        Path home,
        Optional<Path> file,
        Server server,
        Limits limits,
        Client client,
        Logger logger,
        Store store,
        Report report,
        Security security,
        Map<String, Function> functions,
        Map<String, Retry> retries,
        List<Origin> origins,
        List<String> warnings) {

    /** The environment's name of a token: of the one that a server wants, and that a client shows. */
    public static final String TOKEN_VARIABLE = Tokens.VARIABLE;

    /** Likewise, where neither that nor a file is given. */
    public static final String TOKEN_ALIAS = Tokens.ALIAS;

    /** Where settings.ini is expected under home. */
    private static final Path FILE = Path.of("config", "settings.ini");

    private static final String CONFIG = "config";

    /** Options of the programs that are no settings: their environment names are known all the same. */
    private static final List<String> OTHER_OPTIONS = List.of(
            CONFIG,
            "background",
            "count",
            "function",
            "json",
            "limit",
            "no-resubmit",
            "priority",
            "replace",
            "since",
            "state",
            "timeout",
            "wait");

    /**
     * {@code [Server]}, which the client reads as well, to find the server.
     *
     * @param ip address or host name, never blank, not resolved
     * @param port 0 to 65535; 0 lets a server take a free one
     * @param functions the file of the catalog
     * @param workers local client processes the server keeps running, at least 0
     * @param seed makes the order of the catalog repeatable; empty for random
     * @param shutdownTimeout how long running jobs may take when the server stops, at least 0
     * @param jobRetries how often a job whose worker was lost is handed out again, at least 0
     * @param maxPacketBytes the largest packet taken
     * @param maxLineBytes the longest line of text taken
     * @param outboxLimitBytes what may wait for one peer; more than {@code maxPacketBytes}
     * @param writeStall how long a write to a peer may make no progress, over 0
     * @param exceptions whether every client gets WORK_EXCEPTION instead of WORK_FAIL
     * @param stallAlarm how long a job may be ready beside an idle worker before that is an error, over 0
     * @param channelHistory how many messages each channel keeps, at least 0
     * @param pidFile where the process id is written; empty for nowhere
     */
    public record Server(
            String ip,
            int port,
            Path functions,
            int workers,
            OptionalLong seed,
            Duration shutdownTimeout,
            int jobRetries,
            int maxPacketBytes,
            int maxLineBytes,
            long outboxLimitBytes,
            Duration writeStall,
            boolean exceptions,
            Duration stallAlarm,
            int channelHistory,
            Optional<Path> pidFile) {}

    /**
     * What a server holds at most, in {@code [Server]} beside those of its record.
     *
     * @param maxConnections connections at a time
     * @param firstMessage how long a connection may take from its first byte until its first message is there whole, and from its beginning
     *     until it has shown its token; over 0
     * @param maxFunctions functions that one connection can do
     * @param maxFunctionNames functions in all that it knows, whether or not anybody offers them
     * @param maxJobs jobs that have not ended
     * @param maxJobsBytes what these take, over 0; a written 0 is half of the heap
     * @param maxSubscriptions channels that one connection has subscribed to
     * @param maxChannels channels in all, the server's own included
     */
    public record Limits(
            int maxConnections,
            Duration firstMessage,
            int maxFunctions,
            int maxFunctionNames,
            int maxJobs,
            long maxJobsBytes,
            int maxSubscriptions,
            int maxChannels) {}

    /**
     * {@code [Client]}.
     *
     * @param functionInterval from the end of a call of the catalog until the next is asked for, at least 0
     * @param threads slots for submitted jobs, at least 1: a written 0 is the number of processors here
     * @param functionTimeout how long a function may take, of a batch for each line; 0 for no limit
     * @param functionsDir the folder of sources and jars with functions; need not exist
     * @param functions the names of those it offers and runs; empty for all
     * @param waitWorker how long a submitted call waits for some worker to offer its function, at least 0
     * @param storeTimeout how long a server that has to write to its store before it answers may be silent and counts as
     *     slow, not as lost; over 0
     * @param servers where its servers are, unresolved, each once, in the order in which they are preferred; empty where the one of
     *     {@code [Server] ip} and {@code port} is meant
     * @param balance which of several servers is used where one is enough
     * @param failbackAfter how long a better server has to have answered without a break before it is used again, at least 0
     * @param nodeId the id of a client that runs functions, over 0; empty for none
     * @param name the name of such a client, not digits alone; empty for that of the machine
     * @param pingInterval so often a server is sent an ECHO_REQ, over 0
     * @param pingTimeout a server that has not answered one for so long is lost; more than {@code pingInterval}
     */
    public record Client(
            Duration functionInterval,
            int threads,
            Duration functionTimeout,
            Path functionsDir,
            List<String> functions,
            Duration waitWorker,
            Duration storeTimeout,
            List<InetSocketAddress> servers,
            Balance balance,
            Duration failbackAfter,
            OptionalInt nodeId,
            Optional<String> name,
            Duration pingInterval,
            Duration pingTimeout) {
        /** Which of several servers is used where one is enough. */
        public enum Balance {
            /** The first that answers, in their order. */
            ORDER,
            /** Of those that answer the one with the fewest jobs, waiting and running. */
            LEAST
        }

        public Client {
            functions = List.copyOf(functions);
            servers = List.copyOf(servers);
        }
    }

    /**
     * {@code [Logger]}.
     *
     * @param level DEBUG, INFO, WARN or ERROR
     * @param format how a line is written
     * @param dir the folder of the weekly files; need not exist
     * @param verbose whether stack traces are logged
     * @param jobLines lines about submitted jobs that a second may have, at least 0
     * @param syslog the syslog server that gets a copy, unresolved; empty for none
     */
    public record Logger(
            Level level, Format format, Path dir, boolean verbose, int jobLines, Optional<InetSocketAddress> syslog) {
        /** How a line is put together. */
        public enum Format {
            /** {@code TIME - PROGRAM - LEVEL - message}. */
            PLAIN,
            /** {@code [TIME] : [LEVEL] - [PROGRAM - message]}. */
            BRACKET
        }
    }

    /**
     * {@code [Store]}.
     *
     * @param file the database, which need not exist
     * @param keep which calls have their outcomes kept, {@link Keep#ALL} alone or with others included; may be empty
     * @param keepResults how long outcomes are kept, at least a second
     * @param keepRows the most outcomes that are kept, counted for each kind of job apart; at least 0
     */
    public record Store(Kind kind, Path file, Set<Keep> keep, Duration keepResults, int keepRows) {
        /** Where jobs are kept besides memory. */
        public enum Kind {
            SQLITE,
            NONE
        }

        /** Whose outcomes are kept. */
        public enum Keep {
            /** Background jobs. */
            BACKGROUND,
            /** Calls of the catalog. */
            CATALOG,
            /** Whatever fails, foreground calls included. */
            FAILED,
            /** Everything: foreground calls that succeed, too. */
            ALL
        }

        public Store {
            Objects.requireNonNull(kind);
            Objects.requireNonNull(file);
            Objects.requireNonNull(keepResults);
            keep = Set.copyOf(keep);
        }

        /** Whether these outcomes are kept, named by themselves or by {@link Keep#ALL}. */
        public boolean keeps(Keep outcomes) {
            return keep.contains(outcomes) || keep.contains(Keep.ALL);
        }
    }

    /**
     * {@code [Report]}: the report of a session.
     *
     * @param dir the folder of the reports; need not exist
     * @param keep how many reports the folder keeps, at least 1
     * @param grace how long nobody must be there for a session to end, at least 0
     * @param every the longest span of one report, over 0
     */
    public record Report(When when, Path dir, int keep, Duration grace, Duration every) {
        /** When a session ends by itself. */
        public enum When {
            /** Once all clients have gone, and when the server stops. */
            IDLE,
            /** When the server stops. */
            SHUTDOWN,
            /** There are no reports, and nothing is counted for them. */
            NEVER
        }
    }

    /**
     * {@code [Security]} and {@code [Access]}: who may connect, how both sides know each other, and who may do what.
     *
     * @param tls whether connections are TLS: where nothing is said, if there is a keystore or a truststore
     * @param keystore the program's own key and certificate; a server with {@code tls} has one
     * @param truststore whose certificates are trusted; where a client has none, it trusts whom Java does
     * @param clientAuth whether the server wants certificates of its clients; only with a truststore
     * @param handshakeTimeout how long a handshake with the server may take, over 0
     * @param open whether the server may listen where others reach it without knowing who they are
     * @param tokens by their names, in the order in which they were read: a server takes any of them, a client shows the first
     * @param roles what those with a certificate or token of a name may do
     */
    public record Security(
            boolean tls,
            Optional<KeyFile> keystore,
            Optional<KeyFile> truststore,
            ClientAuth clientAuth,
            Duration handshakeTimeout,
            boolean open,
            Map<String, Secret> tokens,
            Map<String, Set<Role>> roles) {
        /** The name in {@code [Access]} of all who are not named there. */
        public static final String EVERYBODY_ELSE = "*";

        /** What a server does about certificates of its clients. */
        public enum ClientAuth {
            /** Who shows none is refused. */
            NEED,
            /** Who shows one is known by it; a bad one is refused. */
            WANT,
            /** None is asked for. */
            NONE
        }

        public Security {
            Objects.requireNonNull(keystore);
            Objects.requireNonNull(truststore);
            Objects.requireNonNull(clientAuth);
            Objects.requireNonNull(handshakeTimeout);
            tokens = Collections.unmodifiableMap(new LinkedHashMap<>(tokens));
            roles = Map.copyOf(roles);
        }

        /** Without tokens and roles. */
        public Security(
                boolean tls,
                Optional<KeyFile> keystore,
                Optional<KeyFile> truststore,
                ClientAuth clientAuth,
                Duration handshakeTimeout,
                boolean open) {
            this(tls, keystore, truststore, clientAuth, handshakeTimeout, open, Map.of(), Map.of());
        }

        /** Whether a server answers nobody who has not shown a token. */
        public boolean requiresToken() {
            return !tokens.isEmpty();
        }

        /** What a client shows; empty for nothing. */
        public Optional<Secret> token() {
            return tokens.values().stream().findFirst();
        }

        /** Whether a server has nobody in who has not shown a certificate that it trusts. */
        public boolean requiresCertificate() {
            return tls && clientAuth == ClientAuth.NEED;
        }
    }

    /**
     * {@code [Function <name>]}.
     *
     * @param maxRunning the most jobs of it that may run at once over all workers; 0 for no limit
     */
    public record Function(int maxRunning) {}

    /**
     * {@code [Retry <name>]}: what follows when a worker ends a run with WORK_FAIL or WORK_EXCEPTION.
     *
     * @param retries further runs after such ends, at least 0
     * @param firstDelay from the first such end to the next run, at least 0 and at most {@code maxDelay}
     * @param factor how many times as long each further delay is, at least 1
     * @param maxDelay no delay is longer
     */
    public record Retry(int retries, Duration firstDelay, double factor, Duration maxDelay) {
        public Retry {
            Objects.requireNonNull(firstDelay);
            Objects.requireNonNull(maxDelay);
        }

        /**
         * How long a job waits for its next run.
         *
         * @param failures how often it has failed so far, at least 1
         */
        public Duration delay(int failures) {
            // Infinity times no delay would be no number.
            double times = Math.min(Math.pow(factor, failures - 1), Double.MAX_VALUE);
            double nanos = firstDelay.toNanos() * times;
            return nanos < maxDelay.toNanos() ? Duration.ofNanos((long) nanos) : maxDelay;
        }
    }

    /**
     * One key, its text as written and where it was read: {@code default}, {@code <file> line 12}, {@code environment
     * KOOKOO_PORT} or {@code option --port}.
     */
    public record Origin(String section, String key, String text, String where) {}

    public Settings {
        Objects.requireNonNull(home);
        Objects.requireNonNull(file);
        Objects.requireNonNull(server);
        Objects.requireNonNull(limits);
        Objects.requireNonNull(client);
        Objects.requireNonNull(logger);
        Objects.requireNonNull(store);
        Objects.requireNonNull(report);
        Objects.requireNonNull(security);
        retries = Map.copyOf(retries);
        functions = Map.copyOf(functions);
        origins = List.copyOf(origins);
        warnings = List.copyOf(warnings);
    }

    /**
     * Home: the current folder if it holds config/settings.ini, else the folder of the jar if that one does, else the
     * current folder. The result is absolute.
     */
    public static Path home(Path currentFolder, Path jarFolder) {
        boolean jar = !Files.exists(currentFolder.resolve(FILE)) && Files.exists(jarFolder.resolve(FILE));
        return (jar ? jarFolder : currentFolder).toAbsolutePath().normalize();
    }

    /** The folder of the jar that {@code program} was loaded from, absolute; the current folder if that is unknown. */
    public static Path jarFolder(Class<?> program) {
        CodeSource source = program.getProtectionDomain().getCodeSource();
        try {
            Path jar = source == null
                    ? null
                    : Path.of(source.getLocation().toURI()).toAbsolutePath().getParent();
            return jar == null ? Path.of("").toAbsolutePath() : jar;
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            return Path.of("").toAbsolutePath();
        }
    }

    /**
     * How large a packet a server takes, in bytes; empty where it does not say so.
     *
     * @param shown what it answers to {@code show settings}: lines of section, key, value and where it was read
     */
    public static OptionalInt maxPacketBytesOf(List<String> shown) {
        SettingKey<Long> key = SettingKey.MAX_PACKET;
        String row = key.section() + "	" + key.name() + "	";
        return shown.stream()
                .filter(line -> line.startsWith(row))
                .mapToInt(line -> Math.toIntExact(key.parse(line.split("	")[2], "the server")))
                .findFirst();
    }

    /** The long names, without dashes, that {@link #load} takes from a command line. */
    public static Set<String> optionNames() {
        Set<String> names =
                SettingKey.ALL.stream().map(SettingKey::option).collect(Collectors.toCollection(LinkedHashSet::new));
        names.add(CONFIG);
        return Collections.unmodifiableSet(names);
    }

    /**
     * Reads all settings: defaults, over them settings.ini, the environment, and the command line. The file is the one
     * that the option {@code config} or else {@code KOOKOO_CONFIG} names, which must exist; without them
     * config/settings.ini of {@link #home(Path, Path)}, which may be missing. Blocking.
     *
     * @param environment as {@link System#getenv()} gives it
     * @param commandLine long option names without dashes, of {@link #optionNames()}, and the text of those given
     * @throws SettingsException for the first thing that is wrong
     * @throws IllegalArgumentException for an option that is no setting
     */
    public static Settings load(
            Path currentFolder, Path jarFolder, Map<String, String> environment, Map<String, String> commandLine) {
        return load(currentFolder, jarFolder, environment, commandLine, Map.of());
    }

    /**
     * The same for a program that also takes names of the environment which are not {@code KOOKOO_...}, and may therefore be meant for
     * others: they are stronger than the file and weaker than the names of our own.
     *
     * @param bareNames by the long names of options without dashes: such as {@code NODE_ID} for {@code node-id}
     */
    public static Settings load(
            Path currentFolder,
            Path jarFolder,
            Map<String, String> environment,
            Map<String, String> commandLine,
            Map<String, String> bareNames) {
        Set<String> strangers = new TreeSet<>(commandLine.keySet());
        strangers.removeAll(optionNames());
        if (!strangers.isEmpty()) {
            throw new IllegalArgumentException("no settings: " + strangers);
        }
        Path home = home(currentFolder, jarFolder);
        Optional<IniFile> ini = file(home, environment, commandLine).map(IniFile::read);

        Map<SettingKey<?>, Text> texts = new LinkedHashMap<>();
        SettingKey.ALL.forEach(key -> texts.put(key, Text.ofDefault(key)));
        Map<OfFunction, Map<SettingKey<?>, Text>> ofFunctions = new LinkedHashMap<>();
        Map<String, Text> access = new LinkedHashMap<>();
        ini.ifPresent(file -> readTexts(file, texts, ofFunctions, access));
        for (SettingKey<?> key : SettingKey.ALL) {
            for (String name : List.of(bareNames.getOrDefault(key.option(), key.environment()), key.environment())) {
                String inEnvironment = environment.get(name);
                if (inEnvironment != null) {
                    texts.put(key, new Text(inEnvironment.strip(), Source.ENVIRONMENT, "environment " + name));
                }
            }
            String given = commandLine.get(key.option());
            if (given != null) {
                texts.put(key, new Text(given.strip(), Source.COMMAND_LINE, "option --" + key.option()));
            }
        }
        Map<String, String> secrets = new HashMap<>(environment);
        secrets.keySet().retainAll(SettingKey.SECRETS);
        return new Values(home, texts, ofFunctions, access, secrets)
                .settings(ini.map(IniFile::path), warnings(environment));
    }

    private static Optional<Path> file(Path home, Map<String, String> environment, Map<String, String> commandLine) {
        String variable = SettingKey.environmentOf(CONFIG);
        String option = commandLine.get(CONFIG);
        String named = option == null ? environment.get(variable) : option;
        if (named == null) {
            return Optional.of(home.resolve(FILE)).filter(Files::exists);
        }
        String where = option == null ? "environment " + variable : "option --" + CONFIG;
        try {
            Path file = named.isBlank() ? null : home.resolve(named.strip()).normalize();
            if (file != null && Files.isRegularFile(file)) {
                return Optional.of(file);
            }
            String looked = file == null ? "" : " (looked for " + file + "; a relative path starts at " + home + ")";
            throw new SettingsException(where + ": \"" + named + "\" is not a file" + looked);
        } catch (InvalidPathException e) {
            throw new SettingsException(where + ": \"" + named + "\" is not a path: " + e.getReason());
        }
    }

    private static void readTexts(
            IniFile file,
            Map<SettingKey<?>, Text> texts,
            Map<OfFunction, Map<SettingKey<?>, Text>> ofFunctions,
            Map<String, Text> access) {
        Map<String, Map<String, SettingKey<?>>> sections = bySection(SettingKey.ALL);
        Map<String, Map<String, SettingKey<?>>> kinds = bySection(SettingKey.OF_FUNCTIONS);
        for (IniFile.Entry entry : file.entries()) {
            String where = file.origin(entry.line());
            if (entry.section().equals(SettingKey.ACCESS)) {
                access.put(entry.key(), new Text(entry.value(), Source.FILE, where));
                continue;
            }
            OfFunction section = OfFunction.parse(entry.section(), kinds.keySet());
            Map<String, SettingKey<?>> keys =
                    section == null ? sections.get(entry.section()) : kinds.get(section.kind());
            if (keys == null) {
                Set<String> known = new LinkedHashSet<>(sections.keySet());
                known.add(SettingKey.ACCESS);
                kinds.keySet().forEach(kind -> known.add(OfFunction.pattern(kind)));
                throw new SettingsException(where + ": " + entry.key() + " = \"" + shown(entry)
                        + "\" stands in the unknown section [" + entry.section() + "]"
                        + NearestName.hint(entry.section(), known));
            }
            SettingKey<?> key = keys.get(entry.key());
            if (key == null) {
                throw unknownKey(where, entry, keys);
            }
            Map<SettingKey<?>, Text> into =
                    section == null ? texts : ofFunctions.computeIfAbsent(section, unknown -> new LinkedHashMap<>());
            into.put(key, new Text(entry.value(), Source.FILE, where));
        }
    }

    private static Map<String, Map<String, SettingKey<?>>> bySection(List<SettingKey<?>> keys) {
        Map<String, Map<String, SettingKey<?>>> sections = new LinkedHashMap<>();
        keys.forEach(key -> sections.computeIfAbsent(key.section(), section -> new LinkedHashMap<>())
                .put(key.name(), key));
        return sections;
    }

    private static SettingsException unknownKey(
            String where, IniFile.Entry entry, Map<String, SettingKey<?>> keysOfSection) {
        Optional<String> home = SettingKey.ALL.stream()
                .filter(key -> key.name().equals(entry.key()))
                .findFirst()
                .map(SettingKey::section)
                .or(() -> SettingKey.OF_FUNCTIONS.stream()
                        .filter(key -> key.name().equals(entry.key()))
                        .findFirst()
                        .map(key -> OfFunction.pattern(key.section())));
        String hint = entry.key().equals(SettingKey.TOKEN)
                ? "; a token stands in the environment (" + TOKEN_VARIABLE + ") or in the file of "
                        + SettingKey.TOKEN_FILE.title()
                : home.map(section -> "; it belongs into [" + section + "]")
                        .orElseGet(() -> NearestName.hint(entry.key(), keysOfSection.keySet()));
        return new SettingsException(where + ": unknown key \"" + entry.key() + "\" (value \"" + shown(entry)
                + "\") in [" + entry.section() + "]" + hint);
    }

    /** Whoever writes a password or a token where it does not belong does not want to read it on the screen. */
    private static String shown(IniFile.Entry entry) {
        String key = entry.key().toLowerCase(Locale.ROOT);
        return key.contains("password") || key.contains("token") ? Secret.MASK : entry.value();
    }

    /** Strange names in the environment are no error: it is shared with programs nobody here knows. */
    private static List<String> warnings(Map<String, String> environment) {
        Set<String> known = new LinkedHashSet<>();
        SettingKey.ALL.forEach(key -> known.add(key.environment()));
        OTHER_OPTIONS.forEach(option -> known.add(SettingKey.environmentOf(option)));
        known.addAll(SettingKey.SECRETS);
        List<String> warnings = new ArrayList<>();
        for (String name : new TreeSet<>(environment.keySet())) {
            if (name.startsWith(SettingKey.ENVIRONMENT_PREFIX) && !known.contains(name)) {
                warnings.add("environment " + name + " is not known and has no effect"
                        + NearestName.of(name, known)
                                .map(near -> "; did you mean " + near + "?")
                                .orElse(""));
            }
        }
        return warnings;
    }

    /** Where a text was read; the later is stronger. */
    private enum Source {
        DEFAULT,
        FILE,
        ENVIRONMENT,
        COMMAND_LINE
    }

    /** The text of a setting and where it stands, for programs and for people. */
    private record Text(String text, Source source, String where) {
        static Text ofDefault(SettingKey<?> key) {
            return new Text(key.defaultText(), Source.DEFAULT, "default");
        }
    }

    /** A section that carries a function's name, {@code [Function add]}: its kind and the name. */
    private record OfFunction(String kind, String name) {
        /** Null where it is another section. */
        static OfFunction parse(String section, Set<String> kinds) {
            int blank = section.indexOf(' ');
            if (blank < 0 || !kinds.contains(section.substring(0, blank))) {
                return null;
            }
            String name = section.substring(blank).strip();
            return name.isEmpty() ? null : new OfFunction(section.substring(0, blank), name);
        }

        /** How people are told of sections of a kind. */
        static String pattern(String kind) {
            return kind + " <name>";
        }
    }

    /** All texts, one for every key of the table, on their way into types. */
    private record Values(
            Path home,
            Map<SettingKey<?>, Text> texts,
            Map<OfFunction, Map<SettingKey<?>, Text>> ofFunctions,
            Map<String, Text> access,
            Map<String, String> secrets) {

        Settings settings(Optional<Path> file, List<String> warnings) {
            Server server = server();
            Client client = client();
            Logger logger = logger();
            Store store = store();
            Report report = report();
            Tokens tokens = tokens();
            Security security = security(tokens.byName());
            List<Origin> origins = new ArrayList<>();
            texts.forEach((key, text) -> origins.add(origin(key.section(), key, text)));
            Map<String, Function> functions = new LinkedHashMap<>();
            Map<String, Retry> retries = new LinkedHashMap<>();
            ofFunctions.forEach((section, given) -> {
                if (section.kind().equals(SettingKey.RETRY)) {
                    retries.put(section.name(), retry(given));
                } else {
                    functions.put(section.name(), new Function(value(SettingKey.MAX_RUNNING, given)));
                }
                given.forEach((key, text) -> origins.add(origin(key.section() + " " + section.name(), key, text)));
            });
            if (!tokens.byName().isEmpty()) {
                origins.add(new Origin(SettingKey.TOKEN_FILE.section(), SettingKey.TOKEN, Secret.MASK, tokens.where()));
            }
            access.forEach((name, text) -> origins.add(new Origin(SettingKey.ACCESS, name, text.text(), text.where())));
            return new Settings(
                    home, file, server, limits(), client, logger, store, report, security, functions, retries, origins,
                    warnings);
        }

        private static Origin origin(String section, SettingKey<?> key, Text text) {
            return new Origin(section, key.name(), text.text(), text.where());
        }

        private static Retry retry(Map<SettingKey<?>, Text> given) {
            Duration firstDelay = value(SettingKey.FIRST_DELAY, given);
            Duration maxDelay = value(SettingKey.MAX_DELAY, given);
            if (firstDelay.compareTo(maxDelay) > 0) {
                boolean first = given.containsKey(SettingKey.FIRST_DELAY);
                SettingKey<?> key = first ? SettingKey.FIRST_DELAY : SettingKey.MAX_DELAY;
                SettingKey<?> other = first ? SettingKey.MAX_DELAY : SettingKey.FIRST_DELAY;
                Text otherText = given.get(other);
                throw refused(
                        key,
                        given.get(key),
                        (first ? "at most " : "at least ") + other.title() + ", which is \""
                                + (otherText == null ? other.defaultText() : otherText.text()) + "\"");
            }
            return new Retry(value(SettingKey.RETRIES, given), firstDelay, value(SettingKey.FACTOR, given), maxDelay);
        }

        private Server server() {
            long outboxLimit = value(SettingKey.OUTBOX_LIMIT);
            long maxPacket = value(SettingKey.MAX_PACKET);
            if (outboxLimit <= maxPacket) {
                throw refused(
                        SettingKey.OUTBOX_LIMIT,
                        texts.get(SettingKey.OUTBOX_LIMIT),
                        "more than " + SettingKey.MAX_PACKET.title() + ", which is \""
                                + texts.get(SettingKey.MAX_PACKET).text() + "\"");
            }
            return new Server(
                    value(SettingKey.IP),
                    value(SettingKey.PORT),
                    path(SettingKey.FUNCTIONS),
                    value(SettingKey.WORKERS),
                    value(SettingKey.SEED),
                    value(SettingKey.SHUTDOWN_TIMEOUT),
                    value(SettingKey.JOB_RETRIES),
                    Math.toIntExact(maxPacket),
                    Math.toIntExact(value(SettingKey.MAX_LINE)),
                    outboxLimit,
                    value(SettingKey.WRITE_STALL),
                    value(SettingKey.EXCEPTIONS),
                    value(SettingKey.STALL_ALARM),
                    value(SettingKey.CHANNEL_HISTORY),
                    optionalPath(SettingKey.PID_FILE));
        }

        private Limits limits() {
            long maxJobsBytes = value(SettingKey.MAX_JOBS_SIZE);
            return new Limits(
                    value(SettingKey.MAX_CONNECTIONS),
                    value(SettingKey.FIRST_MESSAGE),
                    value(SettingKey.MAX_FUNCTIONS),
                    value(SettingKey.MAX_FUNCTION_NAMES),
                    value(SettingKey.MAX_JOBS),
                    maxJobsBytes == 0 ? Runtime.getRuntime().maxMemory() / 2 : maxJobsBytes,
                    value(SettingKey.MAX_SUBSCRIPTIONS),
                    value(SettingKey.MAX_CHANNELS));
        }

        private Tokens tokens() {
            return Tokens.read(
                    secrets,
                    optionalPath(SettingKey.TOKEN_FILE),
                    texts.get(SettingKey.TOKEN_FILE).where());
        }

        private Client client() {
            int threads = value(SettingKey.THREADS);
            Duration pingInterval = value(SettingKey.PING_INTERVAL);
            Duration pingTimeout = value(SettingKey.PING_TIMEOUT);
            if (pingTimeout.compareTo(pingInterval) <= 0) {
                boolean timeout = texts.get(SettingKey.PING_TIMEOUT).source() != Source.DEFAULT;
                SettingKey<?> key = timeout ? SettingKey.PING_TIMEOUT : SettingKey.PING_INTERVAL;
                SettingKey<?> other = timeout ? SettingKey.PING_INTERVAL : SettingKey.PING_TIMEOUT;
                throw refused(
                        key,
                        texts.get(key),
                        (timeout ? "more than " : "less than ") + other.title() + ", which is \""
                                + texts.get(other).text() + "\"");
            }
            return new Client(
                    value(SettingKey.GET_FUNCTION_INTERVAL),
                    threads == 0 ? Runtime.getRuntime().availableProcessors() : threads,
                    value(SettingKey.FUNCTION_TIMEOUT),
                    path(SettingKey.FUNCTIONS_DIR),
                    value(SettingKey.OFFERED_FUNCTIONS),
                    value(SettingKey.WAIT_WORKER),
                    value(SettingKey.STORE_TIMEOUT),
                    servers(),
                    value(SettingKey.BALANCE),
                    value(SettingKey.FAILBACK_AFTER),
                    value(SettingKey.NODE_ID),
                    value(SettingKey.NAME),
                    pingInterval,
                    pingTimeout);
        }

        /** Those of the list, unless somebody has named one server for this one start of the program. */
        private List<InetSocketAddress> servers() {
            List<InetSocketAddress> servers = value(SettingKey.SERVERS);
            Text list = texts.get(SettingKey.SERVERS);
            for (SettingKey<?> key : List.of(SettingKey.IP, SettingKey.PORT)) {
                Text one = texts.get(key);
                if (one.source().compareTo(Source.ENVIRONMENT) < 0
                        || one.source().compareTo(list.source()) < 0) {
                    continue;
                }
                if (list.source() == Source.COMMAND_LINE) {
                    throw new SettingsException(list.where() + " and " + one.where()
                            + ": one of them says where the server is; remove the other");
                }
                return List.of();
            }
            return servers;
        }

        private Logger logger() {
            return new Logger(
                    value(SettingKey.LOG_LEVEL),
                    value(SettingKey.FORMAT),
                    path(SettingKey.LOG_DIR),
                    value(SettingKey.VERBOSE),
                    value(SettingKey.JOB_LINES),
                    value(SettingKey.SYSLOG));
        }

        private Store store() {
            return new Store(
                    value(SettingKey.STORE),
                    path(SettingKey.STORE_FILE),
                    value(SettingKey.KEEP),
                    value(SettingKey.KEEP_RESULTS),
                    value(SettingKey.KEEP_ROWS));
        }

        private Report report() {
            return new Report(
                    value(SettingKey.REPORT_WHEN),
                    path(SettingKey.REPORT_DIR),
                    value(SettingKey.REPORT_KEEP),
                    value(SettingKey.REPORT_GRACE),
                    value(SettingKey.REPORT_EVERY));
        }

        private Security security(Map<String, Secret> tokens) {
            Map<String, Set<Role>> roles = new LinkedHashMap<>();
            access.forEach(
                    (name, text) -> roles.put(name, SettingKey.access(name).parse(text.text(), text.where())));
            Optional<KeyFile> keystore =
                    keyFile(SettingKey.KEYSTORE, SettingKey.KEYSTORE_PASSWORD_FILE, SettingKey.KEYSTORE_PASSWORD);
            Optional<KeyFile> truststore =
                    keyFile(SettingKey.TRUSTSTORE, SettingKey.TRUSTSTORE_PASSWORD_FILE, SettingKey.TRUSTSTORE_PASSWORD);
            return new Security(
                    value(SettingKey.TLS).orElse(keystore.isPresent() || truststore.isPresent()),
                    keystore,
                    truststore,
                    value(SettingKey.CLIENT_AUTH),
                    value(SettingKey.HANDSHAKE_TIMEOUT),
                    value(SettingKey.OPEN),
                    tokens,
                    roles);
        }

        private Optional<KeyFile> keyFile(
                SettingKey<Optional<Path>> file, SettingKey<Optional<Path>> passwordFile, String password) {
            return optionalPath(file)
                    .map(path ->
                            new KeyFile(path, Optional.ofNullable(secrets.get(password)), optionalPath(passwordFile)));
        }

        private <T> T value(SettingKey<T> key) {
            return value(key, texts);
        }

        /** The value where it is given, else the default. */
        private static <T> T value(SettingKey<T> key, Map<SettingKey<?>, Text> given) {
            Text text = given.getOrDefault(key, Text.ofDefault(key));
            return key.parse(text.text(), text.where());
        }

        private static SettingsException refused(SettingKey<?> key, Text text, String allowed) {
            return new SettingsException(
                    text.where() + ": " + key.title() + " = \"" + text.text() + "\" is refused; allowed is " + allowed);
        }

        private Optional<Path> optionalPath(SettingKey<Optional<Path>> key) {
            return value(key).map(home::resolve).map(Path::normalize);
        }

        private Path path(SettingKey<Path> key) {
            return home.resolve(value(key)).normalize();
        }
    }
}
