package io.kookoo.server.store.sqlite;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.JobHandle;
import io.kookoo.server.store.Change;
import io.kookoo.server.store.JobQuery;
import io.kookoo.server.store.JobRecord;
import io.kookoo.server.store.JobState;
import io.kookoo.server.store.JobStore;
import io.kookoo.server.store.OutcomeBounds;
import io.kookoo.server.store.StoreException;
import io.kookoo.server.time.Clock;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store in a database file. What was committed survives the program's death, and on an honest disk the machine's: each
 * commit is synced. Other programs may read the file at any time; a second server is refused.
 *
 * <p>Beside the file there are {@code -wal} and {@code -shm} while it is open, and {@code .lock}. Reads never wait for a commit.
 */
public final class SqliteJobStore implements JobStore {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteJobStore.class);

    /** What SQLite's log, the file with {@code -wal}, may have before a commit waits for those who read it. */
    static final long LOG_BOUND = 64L << 20;

    /** Dead jobs that are forgotten in one transaction. */
    private static final int PURGE_PORTION = 1_000;

    private static final long MAX_RUN = 1L << 22;

    private final Path file;
    private final OutcomeBounds bounds;
    private final Clock clock;
    private final StoreLock lock;

    /** The beginnings of the handles of all runs, and the runs' ids; in both directions. */
    private final Map<Long, String> prefixes = new ConcurrentHashMap<>();

    private final Map<String, Long> runs = new ConcurrentHashMap<>();

    /** Fair, so that commits get their turn between the portions of a purge. */
    private final ReentrantLock writing = new ReentrantLock(true);

    private final ReentrantLock reading = new ReentrantLock(true);

    /** Guarded by {@link #writing}. */
    private final Writer writer;

    private final OpenFiles files;

    /** Guarded by {@link #reading}. */
    private final Reader reader;

    private final Backup backup;

    private volatile boolean closed;

    /** Why nothing is written any more: somebody has found the file damaged. What would be written might be lost with it. Null otherwise. */
    private volatile String damage;

    /**
     * Opens the file, or makes it together with its folder. Blocks on the disk; outcomes are counted, which takes about a tenth
     * of a second for a million. A file of up to 64 MiB is checked as a whole; of a larger one what is read at a start:
     * its beginning, its tables' definitions, the index of outcomes, and by {@link #unfinished} the jobs.
     *
     * @param file may be reached through links
     * @throws StoreException where it is in use by another server, is no store of this format, is damaged, or cannot be read
     *     and written; the message says what to do
     */
    public static SqliteJobStore open(Path file, OutcomeBounds bounds, Clock clock) throws StoreException {
        return open(file, bounds, clock, LOG_BOUND);
    }

    static SqliteJobStore open(Path file, OutcomeBounds bounds, Clock clock, long logBound) throws StoreException {
        Path real = Place.of(file);
        StoreLock lock = StoreLock.take(real);
        SqliteJobStore store = null;
        try {
            NativeLibrary.load(real.resolveSibling(real.getFileName() + ".native"));
            store = new SqliteJobStore(real, bounds, clock, logBound, lock);
            return store;
        } catch (SQLException e) {
            throw Failures.isDamage(e) ? Damage.of(real, e.getMessage(), e) : Failures.of(real, "open", e);
        } finally {
            if (store == null) {
                lock.close();
            }
        }
    }

    private SqliteJobStore(Path file, OutcomeBounds bounds, Clock clock, long logBound, StoreLock lock)
            throws SQLException, StoreException {
        this.file = file;
        this.bounds = Objects.requireNonNull(bounds);
        this.clock = Objects.requireNonNull(clock);
        this.lock = lock;
        this.backup = new Backup(file);
        Writer openWriter = null;
        Reader openReader = null;
        boolean opened = false;
        try {
            openWriter = new Writer(file, bounds, clock, logBound);
            openReader = new Reader(file, prefixes);
            openWriter.runs().forEach(this::know);
            files = new OpenFiles(file);
            opened = true;
        } finally {
            if (!opened) {
                close(openReader);
                close(openWriter);
            }
        }
        writer = openWriter;
        reader = openReader;
    }

    private void know(long run, String prefix) {
        prefixes.put(run, prefix);
        runs.put(prefix, run);
    }

    @Override
    public long begin(String handlePrefix) throws StoreException {
        if (!handlePrefix.endsWith(":")) {
            throw new IllegalArgumentException(
                    "handles that begin with " + handlePrefix + "; expected a colon at its end");
        }
        writing.lock();
        try {
            requireOpen();
            if (runs.containsKey(handlePrefix)) {
                throw new StoreException(
                        file + " knows jobs of an earlier run whose handles begin with " + handlePrefix
                                + ", so handles would not be unique; is the clock right?",
                        null);
            }
            long run =
                    prefixes.keySet().stream().mapToLong(Long::longValue).max().orElse(0) + 1;
            if (run > MAX_RUN) {
                throw new StoreException(
                        file + " has seen " + MAX_RUN + " runs, the most there can be; use a new file", null);
            }
            files.checkAndMeasureLog();
            writer.addRun(run, handlePrefix);
            know(run, handlePrefix);
            return run;
        } catch (SQLException e) {
            throw failure("write to", e);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void unfinished(Consumer<JobRecord> each) throws StoreException {
        read(() -> {
            reader.unfinished(each);
            return null;
        });
    }

    @Override
    public void commit(List<Change> changes) throws StoreException {
        if (changes.isEmpty() && damage == null) {
            return;
        }
        assert changes.stream().allMatch(change -> change.job().handle().equals(handle(change.job()))) : changes;
        writing.lock();
        try {
            requireSound();
            long log = files.checkAndMeasureLog();
            // A backup is one long read; to wait for it is of no use, and what it costs is its own size again.
            if (!backup.isRunning()) {
                writer.keepLogShort(log);
            }
            writer.commit(changes);
        } catch (SQLException e) {
            throw failure("write to", e);
        } finally {
            writing.unlock();
        }
    }

    /** The handle that a job must have by its number. */
    private JobHandle handle(JobRecord job) {
        return JobHandle.of(prefixes.get(job.number() >> Rows.RUN_SHIFT) + (job.number() & Rows.NUMBER_MASK));
    }

    @Override
    public Optional<JobRecord> find(JobHandle handle) throws StoreException {
        long number = number(handle.text());
        return number < 0 ? Optional.empty() : read(() -> reader.find(number, bounds.keptSince(clock.now())));
    }

    /** The number of the job with this handle; -1 where no run of this store can have given it. */
    private long number(String handle) {
        int end = handle.lastIndexOf(':') + 1;
        Long run = runs.get(handle.substring(0, end));
        String last = handle.substring(end);
        if (run == null
                || !last.chars().allMatch(c -> c >= '0' && c <= '9')
                || last.startsWith("0")
                || last.isEmpty()
                || last.length() > Long.toString(Rows.NUMBER_MASK).length()) {
            return -1;
        }
        long number = Long.parseLong(last);
        return number <= Rows.NUMBER_MASK ? (run << Rows.RUN_SHIFT) + number : -1;
    }

    @Override
    public List<JobRecord> jobs(JobQuery query) throws StoreException {
        return read(() -> reader.jobs(query, bounds.keptSince(clock.now())));
    }

    @Override
    public int purge(JobQuery query) throws StoreException {
        if (query.state() != null && query.state() != JobState.DEAD) {
            return 0;
        }
        List<Long> numbers = read(() -> reader.dead(query));
        int removed = 0;
        for (int from = 0; from < numbers.size(); from += PURGE_PORTION) {
            List<Long> portion = numbers.subList(from, Math.min(from + PURGE_PORTION, numbers.size()));
            writing.lock();
            try {
                requireSound();
                files.checkAndMeasureLog();
                removed += writer.removeDead(portion);
            } catch (SQLException e) {
                throw failure("write to", e);
            } finally {
                writing.unlock();
            }
        }
        return removed;
    }

    @Override
    public void backup(Path target) throws StoreException {
        writing.lock();
        try {
            requireOpen();
            files.checkAndMeasureLog();
        } finally {
            writing.unlock();
        }
        try {
            backup.write(target);
        } catch (StoreException e) {
            if (e.getCause() instanceof SQLException cause && Failures.isDamage(cause)) {
                damage = e.getMessage();
            }
            throw e;
        }
    }

    private interface Read<T> {
        T run() throws SQLException;
    }

    private <T> T read(Read<T> read) throws StoreException {
        reading.lock();
        try {
            requireOpen();
            return read.run();
        } catch (SQLException e) {
            throw failure("read", e);
        } finally {
            reading.unlock();
        }
    }

    private void requireOpen() throws StoreException {
        if (closed) {
            throw new StoreException(file + " is closed, because the server stops", null);
        }
    }

    private void requireSound() throws StoreException {
        requireOpen();
        if (damage != null) {
            throw new StoreException(damage, null);
        }
    }

    private StoreException failure(String doing, SQLException e) {
        StoreException failure = Failures.of(file, doing, e);
        if (Failures.isDamage(e)) {
            damage = failure.getMessage();
        }
        return failure;
    }

    /** For tests: makes commits fail, or ends that. */
    void pragma(String setting) throws SQLException {
        writing.lock();
        try {
            writer.pragma(setting);
        } finally {
            writing.unlock();
        }
    }

    /** Waits for the commit and the reads under way; a backup under way fails. */
    @Override
    public void close() {
        closed = true;
        backup.close();
        reading.lock();
        writing.lock();
        try {
            // The writer last: the last to close empties the log into the database.
            close(reader);
            close(writer);
            lock.close();
        } finally {
            writing.unlock();
            reading.unlock();
        }
    }

    private static void close(AutoCloseable part) {
        if (part != null) {
            try {
                part.close();
            } catch (Exception e) {
                // What was committed is safe in the log, and nothing else is lost.
                LOG.warn(LogEvent.of("store_close_failed").with("cause", e).toString());
            }
        }
    }
}
