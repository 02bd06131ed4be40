package io.kookoo.server.store.sqlite;

import io.kookoo.server.store.StoreException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite itself, which the driver unpacks from its jar. It does so into a folder of ours instead of the system's temporary one,
 * which may be cleaned, shared, or forbid execution; what was unpacked is deleted as soon as it is loaded, so that nothing is left
 * behind, not even by a process that is killed. Whoever sets {@code org.sqlite.tmpdir} or {@code org.sqlite.lib.path} decides
 * otherwise.
 */
final class NativeLibrary {
    private static boolean loaded;

    private NativeLibrary() {}

    /** Loads it where it has not been yet. @param folder made for the purpose, and removed; nobody else may use it */
    static synchronized void load(Path folder) throws StoreException {
        if (loaded) {
            return;
        }
        boolean ours =
                System.getProperty("org.sqlite.tmpdir") == null && System.getProperty("org.sqlite.lib.path") == null;
        try {
            if (ours) {
                delete(folder);
                Files.createDirectories(folder);
                System.setProperty("org.sqlite.tmpdir", folder.toString());
            }
            loaded = SQLiteJDBCLoader.initialize();
            if (!loaded) {
                throw new IOException("it was refused by the system");
            }
        } catch (Exception | LinkageError e) {
            throw new StoreException(
                    "cannot load SQLite from " + folder + ": " + Failures.reason(e)
                            + "; the folder must allow execution, or name another with -Dorg.sqlite.tmpdir=FOLDER",
                    e);
        } finally {
            if (ours) {
                System.clearProperty("org.sqlite.tmpdir");
                delete(folder);
            }
        }
    }

    /** What cannot be deleted (Windows, while it is in use) is deleted by the next start. */
    private static void delete(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "sqlite-*")) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            return;
        }
    }
}
