package io.kookoo.server.store.sqlite;

import io.kookoo.server.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is said of a file that is damaged: how to go on with a backup. */
final class Damage {
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    /** Where the first page of a database has the id of its application. */
    private static final int APPLICATION_ID_AT = 68;

    private static final int MOST_NAMED = 3;

    private Damage() {}

    static StoreException of(Path file, String what, Throwable cause) {
        List<Path> backups = backups(file);
        String remedy = backups.isEmpty()
                ? "no backup lies beside it; copy one to " + file
                : "then cp " + backups.get(0) + " " + file
                        + (backups.size() == 1 ? "" : " (older: " + older(backups) + ")");
        return new StoreException(
                file + " is damaged, or is no database: "
                        + what.replaceAll("\\s+", " ").strip() + "; move it away together with its -wal and -shm, "
                        + remedy + ", and start again",
                cause);
    }

    private static String older(List<Path> backups) {
        return String.join(
                ", ",
                backups.stream().skip(1).limit(MOST_NAMED).map(Path::toString).toList());
    }

    /** Stores beside it whose names begin as its own does, the newest first. */
    private static List<Path> backups(Path file) {
        String name = file.getFileName().toString();
        String stem = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> beside = Files.newDirectoryStream(file.getParent())) {
            for (Path other : beside) {
                if (other.getFileName().toString().startsWith(stem) && !other.equals(file) && isStore(other)) {
                    found.add(other);
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        found.sort(Comparator.comparing((Path path) -> path.toFile().lastModified())
                .reversed());
        return found;
    }

    private static boolean isStore(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file)) {
            ByteBuffer start = ByteBuffer.wrap(in.readNBytes(APPLICATION_ID_AT + Integer.BYTES));
            return start.limit() == APPLICATION_ID_AT + Integer.BYTES
                    && start.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                    && start.getInt(APPLICATION_ID_AT) == Schema.APPLICATION_ID;
        } catch (IOException e) {
            return false;
        }
    }
}
