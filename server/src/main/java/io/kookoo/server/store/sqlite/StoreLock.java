package io.kookoo.server.store.sqlite;

import io.kookoo.server.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/**
 * One server for one database: a lock on {@code <file>.lock}, which holds the server's process id as text. The operating
 * system takes the lock away when the process ends, however it ends; the file stays, and means nothing by itself. The database
 * itself is not locked, so that other programs can read it.
 */
final class StoreLock implements AutoCloseable {
    /** Far behind the text, so that others can read it where a lock forbids that. */
    private static final long LOCKED_BYTE = 1L << 40;

    /**
     * The databases of this process; guarded by itself. Asked before the lock file is opened: closing any channel to a file
     * gives up all locks that the process has on it.
     */
    private static final Set<Path> HELD = new HashSet<>();

    private final Path database;
    private final FileChannel channel;

    private StoreLock(Path database, FileChannel channel) {
        this.database = database;
        this.channel = channel;
    }

    /** @param database its real path */
    static StoreLock take(Path database) throws StoreException {
        synchronized (HELD) {
            if (!HELD.add(database)) {
                throw inUse(database, Long.toString(ProcessHandle.current().pid()), null);
            }
        }
        boolean taken = false;
        try {
            StoreLock lock = lock(database);
            taken = true;
            return lock;
        } finally {
            if (!taken) {
                release(database);
            }
        }
    }

    private static StoreLock lock(Path database) throws StoreException {
        Path file = database.resolveSibling(database.getFileName() + ".lock");
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                String pid = Files.readString(file).strip();
                channel.close();
                throw inUse(database, pid.isEmpty() ? "unknown" : pid, null);
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            return new StoreLock(database, channel);
        } catch (IOException e) {
            closeQuietly(channel);
            throw new StoreException(
                    "cannot lock " + file + ": " + Failures.reason(e)
                            + "; the folder must be writable, on a local disk",
                    e);
        }
    }

    private static StoreException inUse(Path database, String pid, Exception cause) {
        return new StoreException(
                database + " is in use by the server with process id " + pid
                        + "; stop that one, or give this one another database file",
                cause);
    }

    private static void closeQuietly(FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing was written that matters, and the process is about to report why it could not lock.
                return;
            }
        }
    }

    private static void release(Path database) {
        synchronized (HELD) {
            HELD.remove(database);
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
        release(database);
    }
}
