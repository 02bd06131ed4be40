package io.kookoo.server.store.sqlite;

import io.kookoo.protocol.FunctionName;
import io.kookoo.server.store.JobQuery;
import io.kookoo.server.store.JobRecord;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The connection that reads: it sees what was committed and waits for nobody. For one thread at a time. */
final class Reader implements AutoCloseable {
    private static final String FIND =
            Rows.READ_JOB + " WHERE number = ? UNION ALL " + Rows.READ_OUTCOME + " WHERE number = ? AND ended >= ?";

    private final Database database;
    private final Map<Long, String> prefixes;

    /** Null after a failure, since the driver gives up statements that fail. */
    private PreparedStatement find;

    /** @param prefixes of the handles of each run, by its id: the owner adds to it */
    Reader(Path file, Map<Long, String> prefixes) throws SQLException {
        this.prefixes = prefixes;
        this.database = Database.openToRead(file);
        // Files are opened by the first read. A log that was deleted meanwhile would be made anew by it.
        boolean opened = false;
        try {
            database.number("SELECT count(*) FROM run");
            opened = true;
        } finally {
            if (!opened) {
                database.close();
            }
        }
    }

    void unfinished(Consumer<JobRecord> each) throws SQLException {
        Map<FunctionName, FunctionName> names = new HashMap<>();
        try (PreparedStatement query =
                        database.prepare(Rows.READ_JOB + " WHERE state <> " + Codes.DEAD + " ORDER BY number");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                each.accept(Rows.read(row, prefixes, names));
            }
        }
    }

    /** @param keptSince outcomes that ended before it are not there any more */
    Optional<JobRecord> find(long number, long keptSince) throws SQLException {
        boolean done = false;
        try {
            if (find == null) {
                find = database.prepare(FIND);
            }
            find.setLong(1, number);
            find.setLong(2, number);
            find.setLong(3, keptSince);
            Optional<JobRecord> job;
            try (ResultSet row = find.executeQuery()) {
                job = row.next() ? Optional.of(Rows.read(row, prefixes, new HashMap<>())) : Optional.empty();
            }
            done = true;
            return job;
        } finally {
            if (!done && find != null) {
                find.close();
                find = null;
            }
        }
    }

    /** The newest that match, in the order of their numbers. @param keptSince as for {@link #find} */
    List<JobRecord> jobs(JobQuery query, long keptSince) throws SQLException {
        List<JobRecord> found = new ArrayList<>();
        Map<FunctionName, FunctionName> names = new HashMap<>();
        // In one statement, so that a job that ends meanwhile is neither missed nor met twice.
        String sql = Rows.READ_JOB + matches(query) + " UNION ALL " + Rows.READ_OUTCOME + matches(query)
                + " AND ended >= ? ORDER BY 1 DESC LIMIT ?";
        try (PreparedStatement statement = database.prepare(sql)) {
            int next = bind(query, statement, 1);
            next = bind(query, statement, next);
            statement.setLong(next, keptSince);
            statement.setInt(next + 1, query.limit());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(Rows.read(row, prefixes, names));
                }
            }
        }
        Collections.reverse(found);
        return Collections.unmodifiableList(found);
    }

    /** The numbers of the newest dead jobs that match, newest first. */
    List<Long> dead(JobQuery query) throws SQLException {
        List<Long> numbers = new ArrayList<>();
        JobQuery dead = query.withState(null);
        String sql = "SELECT number FROM job" + matches(dead) + " AND state = " + Codes.DEAD
                + " ORDER BY number DESC LIMIT ?";
        try (PreparedStatement statement = database.prepare(sql)) {
            statement.setInt(bind(dead, statement, 1), query.limit());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    numbers.add(row.getLong(1));
                }
            }
        }
        return numbers;
    }

    /** The condition; {@link #bind} binds its parameters. */
    private static String matches(JobQuery query) {
        // Written out where it is dead, so that the index of the dead ones is used.
        return " WHERE created >= ?" + (query.function() == null ? "" : " AND function = ?")
                + (query.owner() == null ? "" : " AND owner = ?")
                + (query.state() == null ? "" : " AND state = " + Codes.STATES.indexOf(query.state()));
    }

    /** @return the parameter after the last it has bound */
    private static int bind(JobQuery query, PreparedStatement statement, int first) throws SQLException {
        int next = first;
        statement.setLong(next++, query.since());
        if (query.function() != null) {
            Rows.bind(statement, next++, query.function());
        }
        if (query.owner() != null) {
            statement.setString(next++, query.owner());
        }
        return next;
    }

    @Override
    public void close() throws SQLException {
        if (find != null) {
            find.close();
        }
        database.close();
    }
}
