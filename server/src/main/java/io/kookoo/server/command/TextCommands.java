package io.kookoo.server.command;

import io.kookoo.Version;
import io.kookoo.log.ControlCharacters;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import io.kookoo.protocol.WireName;
import io.kookoo.server.access.Need;
import io.kookoo.server.access.Standing;
import io.kookoo.server.dispatch.Deliveries;
import io.kookoo.server.dispatch.Dispatcher;
import io.kookoo.server.dispatch.FunctionStatus;
import io.kookoo.server.dispatch.JobStatus;
import io.kookoo.server.dispatch.Peer;
import io.kookoo.server.dispatch.PeerStatus;
import io.kookoo.server.report.Reporter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The lines of text that people and monitoring tools send. Each is answered by one line, {@code OK ...} or
 * {@code ERR CODE text}, or by a list that ends with a line {@code .}. Columns are separated by tabs and are never added to:
 * tools split them. Thread-safe; blocks on nothing but the disk, where {@link #mayBlock} says so.
 *
 * <p>Source: {@code docs/protocol.md}, Text commands; file PROTOCOL of gearmand, "Administrative Protocol".
 */
public final class TextCommands {
    static final String END = ".\n";
    static final String OK = "OK\r\n";

    private static final String HELP = """
            version\tthe server's version
            getpid\tthe server's process id
            verbose\tthe log's level
            status\tfunctions: name, jobs, jobs running, workers
            prioritystatus\tfunctions: name, jobs queued high, normal, low, workers
            workers\tconnections: number, address, client id, and the functions each can do
            show jobs\tjobs: handle, retries, 0, whether a store has it
            show unique jobs\tthe uniques of jobs
            show clients\tconnections: number, id, address, since, idle seconds, functions, jobs running
            show running\tjobs: handle, function, worker, attempt, age in seconds, progress
            show queued [F]\tjobs: handle, unique, priority, age in seconds
            show functions\tname, queued, running, done, failed, retried, mean and p99 in milliseconds
            show settings\tsection, key, value, where it was read
            show load\tconnections, queued, running
            cancel job H\tends a job before its time
            cancel unique F U\tlikewise the job of function F with unique U
            create function F\tmakes a function known
            drop function F\tforgets a function; its queued jobs fail
            result H [wait]\tstate, attempts, worker, created, started, ended, result or reason; wait: once it has ended
            jobs ...\tjobs that are known: [function F] [state S] [since MILLISECONDS] [limit N]
            retry H\truns a dead job again; retry function F: all of F
            purge [function F]\tforgets dead jobs
            backup FILE\tcopies the store into a new file of the server's machine
            maxqueue F [N]\tat most N jobs of F; or three numbers, for high, normal and low priority
            report\twrites the report of the session, and begins another
            shutdown [graceful]\tends the server; graceful lets jobs end first
            auth TOKEN\tshows the token that this server may want first
            help\tthis list
            name [N]\tthe name of this connection among the others; N takes it
            clients\tconnections: number, name, address, since, seconds, channels
            channels\tchannels: name, subscribers
            create C\tmakes channel C
            subscribe C [--last N]\tfrom now on the messages of C come, after the last N
            unsubscribe C\tthey come no more
            publish C TEXT\tsends a line to all subscribers of C; how many those are
            history C [N]\tthe last messages of C
            tell N TEXT\tsends a line to the connection called N
            nodes\tnodes: id, name, address, state, quiet, silent seconds, p50 and p99 of a ping in milliseconds, calls, version
            quiet NODE\tthe node of that id or name gets no new jobs
            resume NODE\tit gets jobs again
            stop NODE\tit finishes what it runs, and ends
            quit\tends the connection, as exit does
            """;

    private static final Set<String> BLOCKING = Set.of("result", "jobs", "retry", "purge", "backup", "report");

    private final Dispatcher dispatcher;
    private final JobCommands jobCommands;
    private final NodeCommands nodeCommands;
    private final String level;
    private final Supplier<List<String>> settings;
    private final Reporter reporter;
    private final Consumer<Boolean> shutdown;

    /**
     * @param level the log's level, for {@code verbose}
     * @param settings the lines of {@code show settings}, without their ends
     * @param reporter writes the report of the session
     * @param shutdown ends the server without blocking the caller; true lets running jobs end first
     */
    public TextCommands(
            Dispatcher dispatcher,
            JobCommands jobCommands,
            NodeCommands nodeCommands,
            String level,
            Supplier<List<String>> settings,
            Reporter reporter,
            Consumer<Boolean> shutdown) {
        this.dispatcher = dispatcher;
        this.jobCommands = jobCommands;
        this.nodeCommands = nodeCommands;
        this.level = level;
        this.settings = settings;
        this.reporter = reporter;
        this.shutdown = shutdown;
    }

    /** The first word of a line as it is typed. */
    static String verb(String line) {
        return line.strip().split("\\s", 2)[0];
    }

    /** Whether the answer to a verb, in any case, may have to wait for a disk. */
    static boolean mayBlock(String verb) {
        return BLOCKING.contains(verb.toLowerCase(Locale.ROOT));
    }

    /**
     * The whole answer to a line, with the ends of its lines. The verb may be in any case; words are split at blanks.
     *
     * @param standing of who sent it; that it may use the verb was looked at before
     * @param peer who sent it
     * @param deliveries what the command leaves to be done
     * @throws DeniedException where the command is about a job of others that is none of its business
     */
    String answer(String line, Standing standing, Peer peer, Deliveries deliveries) {
        String[] words = line.strip().split("\\s+");
        return switch (words[0].toLowerCase(Locale.ROOT)) {
            case "version" -> "OK " + Version.TEXT + "\n";
            case "getpid" -> "OK " + ProcessHandle.current().pid() + "\n";
            case "verbose" -> "OK " + level + "\n";
            case "status" -> status();
            case "prioritystatus" -> priorityStatus();
            case "workers" -> workers();
            case "show" -> show(words, standing);
            case "cancel" -> cancel(words, standing, deliveries);
            case "create" -> create(words);
            case "drop" -> drop(words, deliveries);
            case "maxqueue" -> maxQueue(words);
            case "shutdown" -> shutdown(words);
            case "result" -> jobCommands.result(words, standing, peer);
            case "jobs" -> jobCommands.jobs(words, standing);
            case "retry" -> jobCommands.retry(words);
            case "purge" -> jobCommands.purge(words);
            case "backup" -> jobCommands.backup(words);
            case "report" -> report(words);
            case "nodes" -> nodeCommands.nodes(words);
            case "quiet" -> nodeCommands.quiet(words, deliveries);
            case "resume" -> nodeCommands.resume(words, deliveries);
            case "stop" -> nodeCommands.stop(words, deliveries);
            // It was looked at before it came here, or nobody needs one.
            case "auth" -> words.length == 2 ? OK : incomplete(words[0]);
            case "help" -> HELP + END;
            default -> unknown(words[0]);
        };
    }

    // ---- gearmand's own ----

    private String status() {
        StringBuilder answer = new StringBuilder();
        for (FunctionStatus function : dispatcher.functions()) {
            row(answer, function.name(), function.total(), function.running(), function.workers());
        }
        return answer.append(END).toString();
    }

    private String priorityStatus() {
        StringBuilder answer = new StringBuilder();
        for (FunctionStatus function : dispatcher.functions()) {
            List<Integer> queued = function.queued();
            row(answer, function.name(), queued.get(0), queued.get(1), queued.get(2), function.workers());
        }
        return answer.append(END).toString();
    }

    private String workers() {
        StringBuilder answer = new StringBuilder();
        for (PeerStatus peer : dispatcher.peers()) {
            answer.append(peer.number())
                    .append(' ')
                    .append(peer.address())
                    .append(' ')
                    .append(word(FunctionName.of(peer.clientId())))
                    .append(" :");
            for (FunctionName function : peer.functions()) {
                answer.append(' ').append(word(function));
            }
            answer.append('\n');
        }
        return answer.append(END).toString();
    }

    private String showJobs() {
        StringBuilder answer = new StringBuilder();
        for (JobStatus job : dispatcher.jobs()) {
            // Counted when it is queued again, as gearmand does.
            row(answer, job.handle(), job.running() ? job.attempt() - 1 : job.attempt(), 0, job.stored() ? 1 : 0);
        }
        return answer.append(END).toString();
    }

    /** A unique is a key: who submits another job with it gets the result of this one. So it is shown to those alone who may have that. */
    private static boolean showsUnique(JobStatus job, Standing standing) {
        return !job.unique().isEmpty() && standing.mayHandle(job.owner());
    }

    private String showUniqueJobs(Standing standing) {
        StringBuilder answer = new StringBuilder();
        for (JobStatus job : dispatcher.jobs()) {
            if (showsUnique(job, standing)) {
                row(answer, job.unique());
            }
        }
        return answer.append(END).toString();
    }

    private String cancel(String[] words, Standing standing, Deliveries deliveries) {
        Optional<JobHandle> handle;
        if (words.length == 3 && words[1].equalsIgnoreCase("job")) {
            handle = Optional.of(JobHandle.of(words[2]));
        } else if (words.length == 4 && words[1].equalsIgnoreCase("unique")) {
            handle = dispatcher.handle(FunctionName.of(words[2]), UniqueId.of(words[3]));
        } else {
            return incomplete(words[0]);
        }
        Optional<String> owner = handle.flatMap(dispatcher::owner);
        checkOwner(owner, standing);
        // By its handle, which is one job's for ever: another that comes only now was nobody's when that was asked.
        return owner.isPresent() && dispatcher.cancel(handle.get(), deliveries) ? OK : "ERR UNKNOWN_JOB\r\n";
    }

    /** @param owner of a job; empty where there is no such job, which is said by whoever looks for it next */
    static void checkOwner(Optional<String> owner, Standing standing) {
        if (owner.isPresent() && !standing.mayHandle(owner.get())) {
            throw new DeniedException(Need.OWN);
        }
    }

    private String create(String[] words) {
        if (words.length != 3 || !words[1].equalsIgnoreCase("function")) {
            return incomplete(words[0]);
        }
        FunctionName name = FunctionName.of(words[2]);
        if (name.length() > FunctionName.MAX_BYTES) {
            return tooLong(name);
        }
        String refusal = dispatcher.createFunction(name);
        return refusal == null ? OK : error("TOO_MANY_FUNCTIONS", refusal);
    }

    private String drop(String[] words, Deliveries deliveries) {
        if (words.length != 3 || !words[1].equalsIgnoreCase("function")) {
            return incomplete(words[0]);
        }
        return switch (dispatcher.dropFunction(FunctionName.of(words[2]), deliveries)) {
            case DROPPED -> OK;
            case IN_USE -> "ERR there are still connected workers or executing clients\r\n";
            case UNKNOWN -> "ERR function not found\r\n";
        };
    }

    /** No number, one for all priorities, or three: for high, normal and low. None, or one of 0 or less, is unlimited. */
    private String maxQueue(String[] words) {
        if (words.length != 2 && words.length != 3 && words.length != 5) {
            return incomplete(words[0]);
        }
        FunctionName name = FunctionName.of(words[1]);
        if (name.length() > FunctionName.MAX_BYTES) {
            return tooLong(name);
        }
        Map<Priority, Integer> limits = new EnumMap<>(Priority.class);
        for (Priority priority : Priority.values()) {
            int at = words.length == 5 ? 2 + priority.ordinal() : 2;
            try {
                limits.put(priority, at < words.length ? Math.max(0, Integer.parseInt(words[at])) : 0);
            } catch (NumberFormatException e) {
                return "ERR INVALID_ARGUMENTS maxqueue+takes+whole+numbers,+not+" + encode(words[at]) + "\r\n";
            }
        }
        dispatcher.maxQueue(name, limits);
        return OK;
    }

    private String shutdown(String[] words) {
        boolean graceful = words.length == 2 && words[1].equalsIgnoreCase("graceful");
        if (words.length > 1 && !graceful) {
            return incomplete(words[0]);
        }
        shutdown.accept(graceful);
        return OK;
    }

    /** {@code report}: the file's whole path, in which a control character is escaped. */
    private String report(String[] words) {
        if (words.length > 1) {
            return incomplete(words[0]);
        }
        try {
            return "OK " + ControlCharacters.escaped(reporter.reportNow().toString()) + "\n";
        } catch (Reporter.NoReportException e) {
            return "ERR " + e.code() + " " + encode(e.getMessage()) + "\r\n";
        }
    }

    // ---- lists of our own ----

    private String show(String[] words, Standing standing) {
        String what = words.length > 1 ? words[1].toLowerCase(Locale.ROOT) : "";
        return switch (words.length + " " + what) {
            case "2 jobs" -> showJobs();
            case "3 unique" -> words[2].equalsIgnoreCase("jobs") ? showUniqueJobs(standing) : unknownShow();
            case "2 clients" -> showClients();
            case "2 running" -> showRunning();
            case "2 queued" -> showQueued(null, standing);
            case "3 queued" -> showQueued(FunctionName.of(words[2]), standing);
            case "2 functions" -> showFunctions();
            case "2 settings" -> showSettings();
            case "2 load" -> showLoad();
            default -> unknownShow();
        };
    }

    private static String unknownShow() {
        return "ERR UNKNOWN_SHOW_ARGUMENTS\r\n";
    }

    private String showClients() {
        StringBuilder answer = new StringBuilder();
        for (PeerStatus peer : dispatcher.peers()) {
            row(
                    answer,
                    peer.number(),
                    FunctionName.of(peer.clientId()),
                    peer.address(),
                    peer.since().truncatedTo(ChronoUnit.MILLIS),
                    seconds(peer.idle()),
                    join(peer.functions()),
                    join(peer.running()));
        }
        return answer.append(END).toString();
    }

    private String showRunning() {
        StringBuilder answer = new StringBuilder();
        for (JobStatus job : dispatcher.jobs()) {
            if (job.running()) {
                row(
                        answer,
                        job.handle(),
                        job.function(),
                        FunctionName.of(job.worker()),
                        job.attempt(),
                        seconds(job.ran()),
                        job.numerator() + "/" + job.denominator());
            }
        }
        return answer.append(END).toString();
    }

    /** @param function null for all */
    private String showQueued(FunctionName function, Standing standing) {
        StringBuilder answer = new StringBuilder();
        for (JobStatus job : dispatcher.jobs()) {
            if (!job.running() && (function == null || function.equals(job.function()))) {
                row(
                        answer,
                        job.handle(),
                        showsUnique(job, standing) ? job.unique() : "-",
                        job.priority().name().toLowerCase(Locale.ROOT),
                        seconds(job.age()));
            }
        }
        return answer.append(END).toString();
    }

    private String showFunctions() {
        StringBuilder answer = new StringBuilder();
        for (FunctionStatus function : dispatcher.functions()) {
            row(
                    answer,
                    function.name(),
                    function.total() - function.running(),
                    function.running(),
                    function.done(),
                    function.failed(),
                    function.retried(),
                    millis(function.mean()),
                    millis(function.p99()));
        }
        return answer.append(END).toString();
    }

    private String showSettings() {
        StringBuilder answer = new StringBuilder();
        settings.get().forEach(setting -> answer.append(setting).append('\n'));
        return answer.append(END).toString();
    }

    private String showLoad() {
        var load = dispatcher.load();
        StringBuilder answer = new StringBuilder();
        row(answer, load.connections(), load.queued(), load.running());
        return answer.append(END).toString();
    }

    // ---- words ----

    static void row(StringBuilder answer, Object... columns) {
        for (int i = 0; i < columns.length; i++) {
            answer.append(i == 0 ? "" : "\t").append(columns[i]);
        }
        answer.append('\n');
    }

    /** Names as one column: separated by commas, or {@code -} for none. */
    private static String join(List<? extends WireName> names) {
        return names.isEmpty()
                ? "-"
                : String.join(",", names.stream().map(WireName::toString).toList());
    }

    /** A name as one column between blanks. */
    static String word(WireName name) {
        return name.toString().replace(" ", "%20");
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.3f", duration.toNanos() / 1e9);
    }

    static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.3f", duration.toNanos() / 1e6);
    }

    /** One line, which nothing in {@code what} ends. */
    static String ok(String what) {
        return "OK " + what + "\n";
    }

    /** One line whatever the peer has sent; {@code message} is plain text for people. */
    static String error(String code, String message) {
        return "ERR " + code + " " + ControlCharacters.escaped(message) + "\n";
    }

    static String unknown(String verb) {
        return "ERR UNKNOWN_COMMAND Unknown+server+command" + encode(verb) + "\r\n";
    }

    static String incomplete(String verb) {
        return "ERR INVALID_ARGUMENTS An+incomplete+set+of+arguments+was+sent+to+this+command+"
                + verb.toLowerCase(Locale.ROOT) + "\r\n";
    }

    private static String tooLong(FunctionName name) {
        return "ERR ARGUMENT_TOO_LARGE A+function+name+has+1+to+" + FunctionName.MAX_BYTES + "+bytes,+this+one+has+"
                + name.length() + "\r\n";
    }

    /** What an unknown command was, such that it stays one word of one line whatever it holds. */
    static String encode(String word) {
        return URLEncoder.encode(word, StandardCharsets.UTF_8);
    }
}
