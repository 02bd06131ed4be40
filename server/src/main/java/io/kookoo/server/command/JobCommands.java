package io.kookoo.server.command;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.EscapedText;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.server.access.Standing;
import io.kookoo.server.dispatch.Commit;
import io.kookoo.server.dispatch.Dispatcher;
import io.kookoo.server.dispatch.Peer;
import io.kookoo.server.store.JobQuery;
import io.kookoo.server.store.JobRecord;
import io.kookoo.server.store.JobState;
import io.kookoo.server.store.JobStore;
import io.kookoo.server.store.StoreException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The text commands about single jobs and what became of them: {@code result}, {@code jobs}, {@code retry}, {@code purge},
 * {@code backup}. What the dispatcher has in memory goes before what the store has on disk. Thread-safe; blocks the one who
 * asks, on the store.
 *
 * <p>Source: {@code docs/protocol.md}, Text commands.
 */
public final class JobCommands {
    /** What {@code jobs} lists where nobody says how many. */
    private static final int DEFAULT_LIMIT = 1000;

    /** Jobs that one {@code retry function} takes at a time. */
    private static final int RETRY_PAGE = 1000;

    /** What {@code jobs} shows of a result or reason. */
    private static final int MAX_TEXT_CHARS = 200;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Dispatcher dispatcher;
    private final JobStore store;
    /** Dead jobs are looked up and run again, or purged, by one at a time: what was looked up is so still. */
    private final ReentrantLock dead = new ReentrantLock();

    public JobCommands(Dispatcher dispatcher, JobStore store) {
        this.dispatcher = dispatcher;
        this.store = store;
    }

    /** {@code result H [wait]}; empty where the answer comes once the job has ended. */
    String result(String[] words, Standing standing, Peer peer) {
        boolean wait = words.length == 3 && option(words[2]).equals("wait");
        if (words.length != 2 && !wait) {
            return TextCommands.incomplete(words[0]);
        }
        JobHandle handle = JobHandle.of(words[1]);
        Optional<String> owner = dispatcher.owner(handle);
        TextCommands.checkOwner(owner, standing);
        // One that comes only now was nobody's when that was asked.
        if (wait && owner.isPresent() && dispatcher.watch(handle, peer, JobCommands::resultLine)) {
            return "";
        }
        try {
            Optional<JobRecord> job = known(handle);
            TextCommands.checkOwner(job.map(JobRecord::owner), standing);
            return job.map(JobCommands::resultLine).orElseGet(() -> unknown(words[1]));
        } catch (StoreException e) {
            return failed(e);
        }
    }

    private static String resultLine(JobRecord job) {
        return "OK "
                + String.join(
                        "\t",
                        job.state().word(),
                        Integer.toString(job.attempts()),
                        worker(job),
                        time(job.created()),
                        time(job.started()),
                        time(job.ended()),
                        EscapedText.encode(text(job)))
                + "\r\n";
    }

    /** {@code jobs [function F] [state S] [since MILLISECONDS] [limit N]}; of who is no administrator their own. */
    String jobs(String[] words, Standing standing) {
        FunctionName function = null;
        JobState state = null;
        long since = 0;
        int limit = DEFAULT_LIMIT;
        if (words.length % 2 == 0) {
            return TextCommands.incomplete(words[0]);
        }
        for (int i = 1; i < words.length; i += 2) {
            String value = words[i + 1];
            try {
                switch (option(words[i])) {
                    case "function" -> function = name(value);
                    case "state" -> state = JobState.valueOf(value.toUpperCase(Locale.ROOT));
                    case "since" -> since = Long.parseLong(value);
                    case "limit" -> limit = positive(value);
                    default -> {
                        return invalid("jobs takes function, state, since and limit, not " + words[i]);
                    }
                }
            } catch (IllegalArgumentException e) {
                return invalid(option(words[i]) + " takes "
                        + (option(words[i]).equals("state")
                                ? "one of " + Arrays.toString(JobState.values()).toLowerCase(Locale.ROOT)
                                : "a whole number" + (option(words[i]).equals("limit") ? " from 1 on" : ""))
                        + ", not " + value);
            }
        }
        StringBuilder answer = new StringBuilder();
        try {
            for (JobRecord job :
                    list(new JobQuery(function, state, standing.isAdmin() ? null : standing.name(), since, limit))) {
                TextCommands.row(
                        answer,
                        job.handle(),
                        job.function(),
                        job.kind().word(),
                        job.state().word(),
                        job.priority().name().toLowerCase(Locale.ROOT),
                        job.attempts(),
                        time(job.created()),
                        time(job.started()),
                        time(job.ended()),
                        worker(job),
                        EscapedText.encode(text(job), MAX_TEXT_CHARS));
            }
        } catch (StoreException e) {
            return failed(e);
        }
        return answer.append(TextCommands.END).toString();
    }

    /** {@code retry H}, {@code retry function F}. */
    String retry(String[] words) {
        boolean all = words.length == 3 && option(words[1]).equals("function");
        if (words.length != 2 && !all) {
            return TextCommands.incomplete(words[0]);
        }
        dead.lock();
        try {
            if (all) {
                return retryAll(name(words[2]));
            }
            Optional<JobRecord> job = known(JobHandle.of(words[1]));
            if (job.isEmpty()) {
                return unknown(words[1]);
            }
            if (job.get().state() != JobState.DEAD) {
                return "ERR NOT_DEAD "
                        + TextCommands.encode(
                                words[1] + " is " + job.get().state().word() + "; only dead jobs are run again")
                        + "\r\n";
            }
            Commit commit = dispatcher.revive(job.get());
            if (commit == null) {
                return "ERR NOT_RETRIED "
                        + TextCommands.encode(words[1] + " is still dead: another job with its unique waits or runs,"
                                + " or the server stops; try again when that one has ended")
                        + "\r\n";
            }
            String failure = commit.await();
            return failure == null ? "OK 1\r\n" : failed(failure);
        } catch (StoreException e) {
            return failed(e);
        } finally {
            dead.unlock();
        }
    }

    /** Each of them once: one that dies again meanwhile is left to the next. */
    private String retryAll(FunctionName function) throws StoreException {
        awaitWritten();
        Set<Long> retried = new HashSet<>();
        while (true) {
            Commit last = null;
            int before = retried.size();
            for (JobRecord job : store.jobs(new JobQuery(function, JobState.DEAD, 0, before + RETRY_PAGE))) {
                Commit commit = retried.contains(job.number()) ? null : dispatcher.revive(job);
                if (commit != null) {
                    last = commit;
                    retried.add(job.number());
                }
            }
            if (last == null) {
                return "OK " + before + "\r\n";
            }
            String failure = last.await();
            if (failure != null) {
                return failed(failure);
            }
        }
    }

    /** {@code purge [function F]}. */
    String purge(String[] words) {
        boolean ofFunction = words.length == 3 && option(words[1]).equals("function");
        if (words.length != 1 && !ofFunction) {
            return TextCommands.incomplete(words[0]);
        }
        dead.lock();
        try {
            awaitWritten();
            FunctionName function = ofFunction ? name(words[2]) : null;
            return "OK " + store.purge(new JobQuery(function, JobState.DEAD, 0, Integer.MAX_VALUE)) + "\r\n";
        } catch (StoreException e) {
            return failed(e);
        } finally {
            dead.unlock();
        }
    }

    /** {@code backup FILE}, whose blanks are written {@code %20}. */
    String backup(String[] words) {
        if (words.length != 2) {
            return TextCommands.incomplete(words[0]);
        }
        try {
            Path file = Path.of(decode(words[1]));
            if (!file.isAbsolute()) {
                return invalid("backup takes a whole path, from the root on, not " + words[1]);
            }
            awaitWritten();
            store.backup(file);
            return TextCommands.OK;
        } catch (InvalidPathException e) {
            return invalid("no path: " + e.getMessage());
        } catch (StoreException e) {
            return failed(e);
        }
    }

    private Optional<JobRecord> known(JobHandle handle) throws StoreException {
        Optional<JobRecord> live = dispatcher.record(handle);
        if (live.isPresent()) {
            return live;
        }
        if (dispatcher.sync().await() != null) {
            Optional<JobRecord> unwritten = dispatcher.unwritten().stream()
                    .filter(job -> job.handle().equals(handle))
                    .findFirst();
            if (unwritten.isPresent()) {
                return unwritten;
            }
        }
        return store.find(handle);
    }

    private List<JobRecord> list(JobQuery query) throws StoreException {
        awaitWritten();
        TreeMap<Long, JobRecord> jobs = new TreeMap<>();
        store.jobs(query).forEach(job -> jobs.put(job.number(), job));
        // What is in memory is newer, and may match no more.
        dispatcher.unwritten().forEach(job -> replace(jobs, job, query));
        dispatcher.records().forEach(job -> replace(jobs, job, query));
        while (jobs.size() > query.limit()) {
            jobs.pollFirstEntry();
        }
        return List.copyOf(jobs.values());
    }

    private static void replace(TreeMap<Long, JobRecord> jobs, JobRecord job, JobQuery query) {
        if (query.matches(job)) {
            jobs.put(job.number(), job);
        } else {
            jobs.remove(job.number());
        }
    }

    /** So that the store is asked for what has happened until now; where it fails, it tells what it has. */
    private void awaitWritten() {
        dispatcher.sync().await();
    }

    // ---- words ----

    private static int positive(String word) {
        int number = Integer.parseInt(word);
        if (number < 1) {
            throw new NumberFormatException(word);
        }
        return number;
    }

    /** As the client writes it, or as people type it in a shell. */
    private static String option(String word) {
        String name = word.startsWith("--") ? word.substring(2) : word;
        return name.toLowerCase(Locale.ROOT);
    }

    private static FunctionName name(String word) {
        return FunctionName.of(decode(word));
    }

    /** Blanks are written {@code %20}; a plus sign is a plus sign. */
    private static String decode(String word) {
        return word.replace("%20", " ");
    }

    private static Data text(JobRecord job) {
        if (job.result() != null) {
            return job.result();
        }
        return job.reason() == null ? Data.EMPTY : Data.of(job.reason());
    }

    private static String worker(JobRecord job) {
        return job.worker().isEmpty() ? "-" : FunctionName.of(job.worker()).toString();
    }

    private static String time(long millis) {
        return millis == 0 ? "-" : TIME.format(Instant.ofEpochMilli(millis));
    }

    private static String unknown(String handle) {
        return "ERR UNKNOWN_JOB "
                + TextCommands.encode("no job " + handle + " is known, or its result is no longer kept") + "\r\n";
    }

    private static String invalid(String text) {
        return "ERR INVALID_ARGUMENTS " + TextCommands.encode(text) + "\r\n";
    }

    private static String failed(StoreException e) {
        return failed(e.getMessage());
    }

    private static String failed(String reason) {
        return "ERR STORE_ERROR " + TextCommands.encode(reason) + "\r\n";
    }
}
