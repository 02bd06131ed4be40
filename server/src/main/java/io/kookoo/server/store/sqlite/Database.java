package io.kookoo.server.store.sqlite;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/** One connection to the file. Transactions are begun and ended here, never by the driver. For one thread at a time. */
final class Database implements AutoCloseable {
    /** How long another program may hold the file locked before a commit gives up. */
    static final int BUSY_MILLIS = 5_000;

    private final SQLiteConnection connection;

    private Database(SQLiteConnection connection) {
        this.connection = connection;
    }

    static Database openToWrite(Path file) throws SQLException {
        return open(file, false);
    }

    static Database openToRead(Path file) throws SQLException {
        return open(file, true);
    }

    private static Database open(Path file, boolean readOnly) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setBusyTimeout(BUSY_MILLIS);
        // Otherwise the driver asks for the number of the row after each that is added, which takes as long as adding
        // it.
        config.setGetGeneratedKeys(false);
        // As a URI, in which every character of a path has its place; the driver reads settings out of a plain one.
        SQLiteConnection connection = (SQLiteConnection) config.createConnection("jdbc:sqlite:" + file.toUri());
        // The driver would try a transaction of its own around each statement.
        connection.getConnectionConfig().setAutoCommit(false);
        Database database = new Database(connection);
        try {
            // Sorting needs no files elsewhere, and a damaged page is found out when it is read.
            database.run("PRAGMA temp_store = MEMORY");
            database.run("PRAGMA cell_size_check = ON");
            return database;
        } catch (SQLException | RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /** Runs a statement that has no result, or whose result nobody wants. */
    void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the one row of a query. */
    long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The first column of the first row of a query. */
    String text(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    /** Undoes the open transaction; SQLite has done so already after some failures. */
    void rollback() {
        try {
            run("ROLLBACK");
        } catch (SQLException e) {
            assert e.getMessage().contains("no transaction is active") : e;
        }
    }

    PreparedStatement prepare(String sql) throws SQLException {
        return connection.prepareStatement(sql);
    }

    void setBusyMillis(int millis) throws SQLException {
        connection.setBusyTimeout(millis);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
