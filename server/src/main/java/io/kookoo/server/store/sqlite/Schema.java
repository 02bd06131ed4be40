package io.kookoo.server.store.sqlite;

import io.kookoo.server.store.StoreException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** The tables of the file; docs/operations.md says what each column means, and how the format is changed. */
final class Schema {
    /** In {@code PRAGMA user_version}. */
    static final int FORMAT = 2;

    /** In {@code PRAGMA application_id}: the letters Kook, by which the tool {@code file} could know it. */
    static final int APPLICATION_ID = 0x4B6F6F6B;

    /**
     * What makes an empty file a store, in one transaction. The data come last, so that reading the other columns of a large
     * row does not touch the pages they fill. The index of outcomes serves their pruning: the first to end is the first to go.
     */
    static final List<String> CREATE = List.of(
            """
            CREATE TABLE run (
                id INTEGER PRIMARY KEY,
                prefix TEXT NOT NULL UNIQUE,
                started INTEGER NOT NULL)""",
            """
            CREATE TABLE job (
                number INTEGER PRIMARY KEY,
                kind INTEGER NOT NULL,
                function TEXT NOT NULL,
                unique_id TEXT NOT NULL,
                priority INTEGER NOT NULL,
                state INTEGER NOT NULL,
                created INTEGER NOT NULL,
                due INTEGER NOT NULL,
                attempts INTEGER NOT NULL,
                failures INTEGER NOT NULL,
                losses INTEGER NOT NULL,
                started INTEGER NOT NULL,
                ended INTEGER NOT NULL,
                worker TEXT NOT NULL,
                reducer TEXT,
                call TEXT,
                reason TEXT,
                owner TEXT NOT NULL DEFAULT '',
                data TEXT)""",
            "CREATE INDEX job_dead ON job (number) WHERE state = 5",
            """
            CREATE TABLE outcome (
                number INTEGER PRIMARY KEY,
                kind INTEGER NOT NULL,
                function TEXT NOT NULL,
                unique_id TEXT NOT NULL,
                priority INTEGER NOT NULL,
                state INTEGER NOT NULL,
                created INTEGER NOT NULL,
                due INTEGER NOT NULL,
                attempts INTEGER NOT NULL,
                failures INTEGER NOT NULL,
                losses INTEGER NOT NULL,
                started INTEGER NOT NULL,
                ended INTEGER NOT NULL,
                worker TEXT NOT NULL,
                reducer TEXT,
                call TEXT,
                reason TEXT,
                owner TEXT NOT NULL DEFAULT '',
                result TEXT)""",
            "CREATE INDEX outcome_ended ON outcome (kind, ended)",
            viewWithOwner(),
            "PRAGMA application_id = " + APPLICATION_ID,
            "PRAGMA user_version = " + FORMAT);

    /** What makes the format with this index, counted from 1, of the one before; never changed. */
    private static final List<List<String>> STEPS = List.of(
            List.of(),
            List.of(),
            List.of(
                    "ALTER TABLE job ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
                    "ALTER TABLE outcome ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
                    "DROP VIEW jobs",
                    viewWithOwner(),
                    "PRAGMA user_version = 2"));

    private Schema() {}

    private static String viewWithOwner() {
        return "CREATE VIEW jobs AS " + readable("job", "data", "NULL") + " UNION ALL "
                + readable("outcome", "NULL", "result");
    }

    /** Makes a store of an empty file, brings one of an older format to this one, and checks any other. */
    static void ensure(Database database, Path file) throws SQLException, StoreException {
        long application = database.number("PRAGMA application_id");
        long format = database.number("PRAGMA user_version");
        if (application == 0 && format == 0 && database.number("SELECT count(*) FROM sqlite_schema") == 0) {
            run(database, CREATE);
            return;
        }
        if (application != APPLICATION_ID) {
            throw new StoreException(
                    file + " is the database of another program; name another file, or one that does not exist yet",
                    null);
        }
        if (format < 1 || format > FORMAT) {
            throw new StoreException(
                    file + " has format " + format + ", written by a newer Kookoo; this one knows format " + FORMAT
                            + ": start the newer one, or restore a backup from before its first start",
                    null);
        }
        for (long next = format + 1; next <= FORMAT; next++) {
            run(database, STEPS.get((int) next));
        }
    }

    /** All in one transaction. */
    private static void run(Database database, List<String> statements) throws SQLException {
        database.run("BEGIN IMMEDIATE");
        try {
            for (String statement : statements) {
                database.run(statement);
            }
            database.run("COMMIT");
        } catch (SQLException e) {
            database.rollback();
            throw e;
        }
    }

    /** A table for people: handles, words, and local times instead of numbers. */
    private static String readable(String table, String data, String result) {
        return "SELECT run.prefix || (t.number & " + Rows.NUMBER_MASK + ") AS handle, "
                + words("kind", Codes.KINDS) + ", function, unique_id, "
                + words("priority", Codes.PRIORITIES) + ", "
                + words("state", Codes.STATES) + ", "
                + time("t", "created") + ", " + time("t", "due") + ", " + time("t", "started") + ", "
                + time("t", "ended")
                + ", attempts, failures, losses, worker, reducer, call, reason, owner, "
                + data + " AS data, " + result + " AS result, t.number AS number"
                + " FROM " + table + " AS t JOIN run ON run.id = t.number >> " + Rows.RUN_SHIFT;
    }

    private static String words(String column, List<? extends Enum<?>> values) {
        StringBuilder words = new StringBuilder("CASE ").append(column);
        for (int code = 0; code < values.size(); code++) {
            String word = values.get(code).name().toLowerCase(Locale.ROOT);
            words.append(" WHEN ").append(code).append(" THEN '").append(word).append('\'');
        }
        return words.append(" END AS ").append(column).toString();
    }

    /** Null for never. */
    private static String time(String table, String column) {
        return "datetime(nullif(" + table + "." + column + ", 0) / 1000, 'unixepoch', 'localtime') AS " + column;
    }
}
