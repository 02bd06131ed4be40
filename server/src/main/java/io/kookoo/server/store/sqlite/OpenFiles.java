package io.kookoo.server.store.sqlite;

import io.kookoo.server.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * The two files that commits go to, as they were when the store was opened. An open file that is deleted or replaced can still be
 * written to, and all of that would be gone with the process: so they are looked at before each commit. By their names alone; a
 * database must not be opened except by SQLite, since closing it would give up SQLite's locks. Immutable.
 */
final class OpenFiles {
    private final Path file;
    private final Path log;
    private final Object fileKey;
    private final Object logKey;
    /** What the file had at the last look: it is never made shorter while it is open. */
    private volatile long fileBytes;

    /** Both files must exist. */
    OpenFiles(Path file) throws StoreException {
        this.file = file;
        this.log = file.resolveSibling(file.getFileName() + "-wal");
        BasicFileAttributes attributes = attributes(file);
        this.fileKey = attributes.fileKey();
        this.fileBytes = attributes.size();
        this.logKey = attributes(log).fileKey();
    }

    /**
     * The bytes of the log, the file with {@code -wal}.
     *
     * @throws StoreException where one of the two has been deleted or replaced; putting the old one back is a remedy
     */
    long checkAndMeasureLog() throws StoreException {
        BasicFileAttributes now = attributes(file);
        check(now, fileKey, file);
        if (now.size() < fileBytes) {
            throw new StoreException(
                    file + " was cut from " + fileBytes + " to " + now.size()
                            + " bytes while the server runs; stop the server and restore a backup",
                    null);
        }
        fileBytes = now.size();
        BasicFileAttributes attributes = attributes(log);
        check(attributes, logKey, log);
        return attributes.size();
    }

    private static BasicFileAttributes attributes(Path path) throws StoreException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            throw new StoreException(
                    path + " was deleted or moved while the server runs; put it back, or restart the server", e);
        } catch (IOException e) {
            throw new StoreException("cannot look at " + path + ": " + Failures.reason(e), e);
        }
    }

    private static void check(BasicFileAttributes now, Object key, Path path) throws StoreException {
        // Null where the file system has no keys; then a replaced file goes unnoticed.
        if (!Objects.equals(now.fileKey(), key)) {
            throw new StoreException(
                    path + " was replaced while the server runs; put the old one back, or restart the server", null);
        }
    }
}
