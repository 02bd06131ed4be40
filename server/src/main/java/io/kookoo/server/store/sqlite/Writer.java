package io.kookoo.server.store.sqlite;

import io.kookoo.log.LogEvent;
import io.kookoo.server.store.Change;
import io.kookoo.server.store.JobRecord;
import io.kookoo.server.store.OutcomeBounds;
import io.kookoo.server.store.StoreException;
import io.kookoo.server.time.Clock;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection that writes: commits, forgets outcomes that are too many or too old, and keeps SQLite's log short. For
 * one thread at a time.
 */
final class Writer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

    private static final int PAGE_BYTES = 4096;

    /** A file up to this size is checked as a whole when it is opened, which takes less than a second. */
    private static final long CHECKED_BYTES = 64L << 20;

    /** Outcomes that one commit forgets even if it brings none. What it brings it forgets twice over. */
    private static final int PORTION = 256;

    /** How often outcomes that are too old are looked for. */
    private static final long AGE_LOOK_MILLIS = 1_000;

    /** How long a checkpoint waits for those who read the log. */
    private static final int CHECKPOINT_BUSY_MILLIS = 500;

    private final Path file;
    private final Database database;
    private final OutcomeBounds bounds;
    private final Clock clock;
    private final long logBound;

    /** Outcomes of each kind, by its code. */
    private final long[] counts = new long[Codes.KINDS.size()];

    /** No number above it was ever committed. */
    private long highest;

    /** When outcomes that are too old were looked for last; as {@link OutcomeBounds#keptSince}. */
    private long lastLook = Long.MIN_VALUE / 2;

    /** The size of the log at which the next checkpoint is worth waiting for; 0 for the bound. */
    private long nextCheckpoint;

    private boolean warned;

    /** Null after a failure, since the driver gives up statements that fail. */
    private Statements statements;

    private static final class Statements implements AutoCloseable {
        private final List<PreparedStatement> all = new ArrayList<>();
        final PreparedStatement begin;
        final PreparedStatement commit;
        final PreparedStatement addJob;
        final PreparedStatement updateJob;
        final PreparedStatement removeJob;
        final PreparedStatement removeDead;
        final PreparedStatement addOutcome;
        final PreparedStatement removeOutcome;
        final PreparedStatement trim;
        final PreparedStatement trimOld;

        Statements(Database database) throws SQLException {
            begin = keep(database.prepare("BEGIN IMMEDIATE"));
            commit = keep(database.prepare("COMMIT"));
            addJob = keep(
                    database.prepare("INSERT OR REPLACE INTO job (" + Rows.JOB + ") VALUES (" + Rows.PARAMETERS + ")"));
            updateJob =
                    keep(database.prepare("UPDATE job SET state = ?, due = ?, attempts = ?, failures = ?, losses = ?,"
                            + " started = ?, ended = ?, worker = ?, reason = ? WHERE number = ?"));
            removeJob = keep(database.prepare("DELETE FROM job WHERE number = ?"));
            removeDead = keep(database.prepare("DELETE FROM job WHERE number = ? AND state = " + Codes.DEAD));
            addOutcome = keep(database.prepare("INSERT INTO outcome (" + Rows.OUTCOME + ") VALUES (" + Rows.PARAMETERS
                    + ") ON CONFLICT DO NOTHING"));
            removeOutcome = keep(database.prepare("DELETE FROM outcome WHERE number = ?"));
            trim = keep(database.prepare("DELETE FROM outcome WHERE number IN"
                    + " (SELECT number FROM outcome WHERE kind = ? ORDER BY ended, number LIMIT ?)"));
            trimOld = keep(database.prepare("DELETE FROM outcome WHERE number IN"
                    + " (SELECT number FROM outcome WHERE kind = ? AND ended < ? ORDER BY ended, number LIMIT ?)"));
        }

        private PreparedStatement keep(PreparedStatement statement) {
            all.add(statement);
            return statement;
        }

        @Override
        public void close() throws SQLException {
            for (PreparedStatement statement : all) {
                statement.close();
            }
        }
    }

    /** Opens the file, makes it a store where it is empty, and counts its outcomes. */
    Writer(Path file, OutcomeBounds bounds, Clock clock, long logBound) throws SQLException, StoreException {
        this.file = file;
        this.bounds = bounds;
        this.clock = clock;
        this.logBound = logBound;
        this.database = Database.openToWrite(file);
        boolean opened = false;
        try {
            configure();
            statements = new Statements(database);
            count();
            opened = true;
        } finally {
            if (!opened) {
                database.close();
            }
        }
    }

    private void configure() throws SQLException, StoreException {
        // Before anything is written: a file of somebody else stays as it is.
        Schema.ensure(database, file);
        checkContent();
        if (!database.text("PRAGMA journal_mode = WAL").equals("wal")) {
            throw new StoreException(file + " cannot have a log beside it; the folder must be on a local disk", null);
        }
        database.run("PRAGMA synchronous = FULL");
        // On a Mac, fsync alone leaves the disk's own cache.
        database.run("PRAGMA fullfsync = ON");
        database.run("PRAGMA checkpoint_fullfsync = ON");
        database.run("PRAGMA cache_size = -16384");
        // What is left of the log's bound is for the time in which somebody reads.
        database.run("PRAGMA wal_autocheckpoint = " + Math.max(1, logBound / 4 / PAGE_BYTES));
        database.run("PRAGMA journal_size_limit = " + logBound / 4);
    }

    private void checkContent() throws SQLException, StoreException {
        long bytes = database.number("PRAGMA page_count") * database.number("PRAGMA page_size");
        if (bytes <= CHECKED_BYTES) {
            String found = database.text("PRAGMA quick_check(1)");
            if (!found.equals("ok")) {
                throw Damage.of(file, found, null);
            }
        }
    }

    private void count() throws SQLException {
        highest = Math.max(
                database.number("SELECT max(number) FROM job"), database.number("SELECT max(number) FROM outcome"));
        for (int kind = 0; kind < counts.length; kind++) {
            counts[kind] = database.number("SELECT count(*) FROM outcome WHERE kind = " + kind);
        }
    }

    /** The beginnings of the handles of all runs, by their ids. */
    Map<Long, String> runs() throws SQLException {
        Map<Long, String> runs = new TreeMap<>();
        try (PreparedStatement query = database.prepare("SELECT id, prefix FROM run");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                runs.put(row.getLong(1), row.getString(2));
            }
        }
        return runs;
    }

    void addRun(long id, String prefix) throws SQLException {
        inTransaction(() -> {
            try (PreparedStatement insert =
                    database.prepare("INSERT INTO run (id, prefix, started) VALUES (?, ?, ?)")) {
                insert.setLong(1, id);
                insert.setString(2, prefix);
                insert.setLong(3, clock.now().toEpochMilli());
                insert.executeUpdate();
            }
        });
    }

    void commit(List<Change> changes) throws SQLException {
        long[] after = counts.clone();
        inTransaction(() -> {
            int outcomes = 0;
            for (Change change : changes) {
                outcomes += apply(change, after);
            }
            prune(after, PORTION + 2L * outcomes);
        });
        System.arraycopy(after, 0, counts, 0, counts.length);
    }

    /** Forgets those of these jobs that are dead (still). @return how many */
    int removeDead(List<Long> numbers) throws SQLException {
        int[] removed = {0};
        inTransaction(() -> {
            for (long number : numbers) {
                statements.removeDead.setLong(1, number);
                removed[0] += statements.removeDead.executeUpdate();
            }
        });
        return removed[0];
    }

    private interface Work {
        void run() throws SQLException;
    }

    private void inTransaction(Work work) throws SQLException {
        boolean committed = false;
        try {
            if (statements == null) {
                statements = new Statements(database);
            }
            statements.begin.execute();
            work.run();
            statements.commit.execute();
            committed = true;
        } finally {
            if (!committed) {
                undo();
            }
        }
    }

    private void undo() throws SQLException {
        if (statements != null) {
            statements.close();
            statements = null;
        }
        database.rollback();
    }

    /** @param after the counts of outcomes, which are kept up to date @return how many outcomes it brings */
    private int apply(Change change, long[] after) throws SQLException {
        JobRecord job = change.job();
        switch (change.kind()) {
            case ADD -> {
                if (job.number() <= highest) {
                    after[Codes.KINDS.indexOf(job.kind())] -= remove(statements.removeOutcome, job);
                }
                highest = Math.max(highest, job.number());
                Rows.bind(statements.addJob, job, job.data());
                statements.addJob.executeUpdate();
            }
            case UPDATE -> update(job);
            case REMOVE -> remove(statements.removeJob, job);
            case END -> {
                remove(statements.removeJob, job);
                return keep(job, after);
            }
            case OUTCOME -> {
                return keep(job, after);
            }
        }
        return 0;
    }

    private static int remove(PreparedStatement statement, JobRecord job) throws SQLException {
        statement.setLong(1, job.number());
        return statement.executeUpdate();
    }

    private void update(JobRecord job) throws SQLException {
        PreparedStatement update = statements.updateJob;
        update.setInt(1, Codes.STATES.indexOf(job.state()));
        update.setLong(2, job.due());
        update.setInt(3, job.attempts());
        update.setInt(4, job.failures());
        update.setInt(5, job.losses());
        update.setLong(6, job.started());
        update.setLong(7, job.ended());
        update.setString(8, job.worker());
        update.setString(9, job.reason());
        update.setLong(10, job.number());
        update.executeUpdate();
    }

    private int keep(JobRecord job, long[] after) throws SQLException {
        highest = Math.max(highest, job.number());
        int kind = Codes.KINDS.indexOf(job.kind());
        Rows.bind(statements.addOutcome, job, job.result());
        if (statements.addOutcome.executeUpdate() == 0) {
            after[kind] -= remove(statements.removeOutcome, job);
            statements.addOutcome.executeUpdate();
        }
        after[kind]++;
        return 1;
    }

    /** Forgets a portion of what is too old or too many: more than the commit brings, and not so much that it becomes slow. */
    private void prune(long[] after, long portion) throws SQLException {
        for (int kind = 0; kind < after.length; kind++) {
            long excess = after[kind] - bounds.rows();
            if (excess > 0) {
                statements.trim.setInt(1, kind);
                statements.trim.setLong(2, Math.min(excess, portion));
                after[kind] -= statements.trim.executeUpdate();
            }
        }
        long keptSince = bounds.keptSince(clock.now());
        // The distance in both directions: a clock that is set back must not stop it.
        if (Math.abs(keptSince - lastLook) < AGE_LOOK_MILLIS) {
            return;
        }
        boolean more = false;
        for (int kind = 0; kind < after.length; kind++) {
            statements.trimOld.setInt(1, kind);
            statements.trimOld.setLong(2, keptSince);
            statements.trimOld.setLong(3, portion);
            int removed = statements.trimOld.executeUpdate();
            after[kind] -= removed;
            more |= removed == portion;
        }
        if (!more) {
            lastLook = keptSince;
        }
    }

    /**
     * Takes over into the database what the log holds and empties it, where it has grown past its bound. SQLite does so by
     * itself whenever nobody reads at that moment; where somebody always does, it takes this: to wait until those who read are
     * done, while newcomers read from the database alone.
     *
     * @param size of the log, in bytes
     */
    void keepLogShort(long size) throws SQLException {
        if (size <= logBound) {
            nextCheckpoint = 0;
            warned = false;
            return;
        }
        if (size < nextCheckpoint) {
            return;
        }
        database.setBusyMillis(CHECKPOINT_BUSY_MILLIS);
        String reason = null;
        try {
            if (database.number("PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
                reason = "another program has been reading the database in one transaction for long; end it";
            }
        } catch (SQLException e) {
            // The commit that comes has its own word on a disk that is full or broken.
            reason = Failures.of(file, "shorten the log of", e).getMessage();
        } finally {
            database.setBusyMillis(Database.BUSY_MILLIS);
        }
        if (reason == null) {
            nextCheckpoint = 0;
            warned = false;
            return;
        }
        nextCheckpoint = size + logBound / 8;
        if (size > 2 * logBound && !warned) {
            warned = true;
            LOG.warn(LogEvent.of("store_log_grows")
                    .with("file", file + "-wal")
                    .with("bytes", size)
                    .with("reason", reason)
                    .toString());
        }
    }

    /** For tests: a setting of SQLite that makes commits fail, or end that. */
    void pragma(String setting) throws SQLException {
        database.run("PRAGMA " + setting);
    }

    @Override
    public void close() throws SQLException {
        if (statements != null) {
            statements.close();
        }
        database.close();
    }
}
