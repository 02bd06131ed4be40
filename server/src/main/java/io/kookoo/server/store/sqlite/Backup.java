package io.kookoo.server.store.sqlite;

import io.kookoo.server.store.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Copies of the database while it is written to, one at a time. */
final class Backup implements AutoCloseable {
    /** A copy of such a name would be taken for a part of another database, and be read or deleted with it. */
    private static final List<String> OF_A_DATABASE = List.of("-wal", "-shm", "-journal", ".lock", ".native", ".part");

    private final Path file;

    private volatile boolean closed;

    /** The one under way; null while there is none. */
    private volatile PreparedStatement running;

    Backup(Path file) {
        this.file = file;
    }

    boolean isRunning() {
        return running != null;
    }

    /**
     * Writes a new file, which is there under its name only when it is whole and synced. Meanwhile it is {@code <target>.part}.
     *
     * @throws StoreException where it exists or cannot be written
     */
    synchronized void write(Path target) throws StoreException {
        Path absolute = target.toAbsolutePath().normalize();
        Path folder = absolute.getParent();
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
            throw new StoreException(absolute + " exists; name a new file for the backup", null);
        }
        for (String ending : OF_A_DATABASE) {
            if (absolute.toString().endsWith(ending)) {
                throw new StoreException(
                        absolute + " ends with " + ending + ", as files do that belong to a database; name another",
                        null);
            }
        }
        if (!Files.isDirectory(folder)) {
            throw new StoreException(folder + " is no folder; make it, or name another for the backup", null);
        }
        Path part = absolute.resolveSibling(absolute.getFileName() + ".part");
        if (Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
            throw new StoreException(
                    part + " exists, which the backup would be written to at first; where it was left by one that was"
                            + " broken off, delete it",
                    null);
        }
        boolean done = false;
        try {
            copy(part);
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(part, absolute);
            done = true;
        } catch (SQLException e) {
            throw Failures.of(absolute, "write the backup", e);
        } catch (IOException e) {
            throw new StoreException("cannot write the backup " + absolute + ": " + Failures.reason(e), e);
        } finally {
            if (!done) {
                delete(part);
            }
        }
    }

    private void copy(Path part) throws SQLException {
        try (Database database = Database.openToRead(file);
                PreparedStatement copy = database.prepare("VACUUM INTO ?")) {
            copy.setString(1, part.toString());
            running = copy;
            if (closed) {
                throw new SQLException("the store is closed");
            }
            copy.execute();
        } finally {
            running = null;
        }
    }

    private static void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            // The next backup to this place deletes it, and the failure that led here is reported.
            return;
        }
    }

    /** Breaks off the one under way, and waits for its end. */
    @Override
    public void close() {
        closed = true;
        PreparedStatement copy = running;
        if (copy != null) {
            try {
                copy.cancel();
            } catch (SQLException e) {
                // It has ended meanwhile.
                return;
            }
        }
        awaitEnd();
    }

    private synchronized void awaitEnd() {
        assert running == null;
    }
}
