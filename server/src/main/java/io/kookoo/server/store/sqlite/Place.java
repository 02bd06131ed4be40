package io.kookoo.server.store.sqlite;

import io.kookoo.server.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a database is or will be. */
final class Place {
    private Place() {}

    /**
     * The one path of a database, whatever links and relative names lead to it. Its folder is made where it is missing.
     *
     * @throws StoreException where no database can be there
     */
    static Path of(Path file) throws StoreException {
        Path absolute = file.toAbsolutePath().normalize();
        Path folder = absolute.getParent();
        if (folder == null || Files.isDirectory(absolute)) {
            throw new StoreException(absolute + " is a folder; name a file in it", null);
        }
        try {
            Files.createDirectories(folder);
            Path real;
            if (Files.exists(absolute)) {
                real = absolute.toRealPath();
            } else if (Files.isSymbolicLink(absolute)) {
                throw new StoreException(
                        absolute + " is a link to " + Files.readSymbolicLink(absolute)
                                + ", which does not exist; mount or make what it leads to, or remove the link",
                        null);
            } else {
                real = folder.toRealPath().resolve(absolute.getFileName());
            }
            if (Files.exists(real) && !Files.isRegularFile(real)) {
                throw new StoreException(real + " is not a file", null);
            }
            requireWritable(real.getParent());
            if (Files.exists(real)) {
                requireWritable(real);
            }
            return real;
        } catch (IOException e) {
            throw new StoreException("cannot make or reach " + absolute + ": " + Failures.reason(e), e);
        }
    }

    private static void requireWritable(Path path) throws StoreException {
        if (!Files.isWritable(path)) {
            throw new StoreException(
                    path + " is not writable for this user, or the disk is mounted read-only; make it writable", null);
        }
    }
}
