package io.kookoo.server.store.sqlite;

import io.kookoo.server.store.StoreException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/** What went wrong with the file, in words for people and in one line. */
final class Failures {
    private Failures() {}

    /** @param doing what could not be done, as in {@code "cannot <doing> <file>"} */
    static StoreException of(Path file, String doing, SQLException e) {
        return new StoreException("cannot " + doing + " " + file + ": " + reason(file, e), e);
    }

    /** Whether the content of the file is at fault. */
    static boolean isDamage(SQLException e) {
        return e.getErrorCode() == SQLiteErrorCode.SQLITE_CORRUPT.code
                || e.getErrorCode() == SQLiteErrorCode.SQLITE_NOTADB.code;
    }

    private static String reason(Path file, SQLException e) {
        // The driver gives the primary code, whatever the extended one is.
        int code = e.getErrorCode();
        if (code == SQLiteErrorCode.SQLITE_FULL.code) {
            return "the disk is full; free some space on it, and it goes on by itself";
        }
        if (code == SQLiteErrorCode.SQLITE_READONLY.code
                || code == SQLiteErrorCode.SQLITE_PERM.code
                || code == SQLiteErrorCode.SQLITE_CANTOPEN.code) {
            return "it, or its folder, is not writable for this user or the disk is mounted read-only; make it writable ("
                    + line(e) + ")";
        }
        if (isDamage(e)) {
            return "the file is damaged; stop the server and start it again, which names the backups to restore ("
                    + line(e) + ")";
        }
        if (code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
            return "another program has kept it locked for " + Database.BUSY_MILLIS / 1000
                    + " s; end its transaction, and it goes on by itself";
        }
        if (code == SQLiteErrorCode.SQLITE_IOERR.code) {
            return "the disk reports an error; look at the system's log (" + line(e) + ")";
        }
        if (code == SQLiteErrorCode.SQLITE_INTERRUPT.code) {
            return "it was stopped, because the store is closed";
        }
        return line(e);
    }

    /** Why the file system refused, in a few words. */
    static String reason(Throwable e) {
        if (e instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied";
        }
        if (e instanceof NoSuchFileException missing) {
            return missing.getFile() + " does not exist";
        }
        if (e instanceof FileSystemException failed && failed.getReason() != null) {
            return failed.getFile() + ": " + failed.getReason();
        }
        return line(e);
    }

    private static String line(Throwable e) {
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                : e.getMessage().replaceAll("\\s+", " ").strip();
    }
}
