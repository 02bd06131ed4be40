package io.kookoo.client.function;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;

/** Built in: writes files, to see how fast a disk is. */
final class Disk implements FunctionLibrary {
    /** So that a job rolls over to the next file at least once. */
    private static final int DEFAULT_FILES = 2;

    private static final int MAX_FILES = 10_000;
    /** A chunk is held in memory. */
    private static final long MAX_CHUNK_BYTES = 64L << 20;

    private static final String WRITE_FILE =
            "writes new files of file_size bytes into a folder, chunk_size bytes at a time, and rolls"
                    + " over to the next when one is full; " + DEFAULT_FILES + " files unless told otherwise";

    @Function(name = "write_file", description = WRITE_FILE)
    public String writeFile(String dir, long fileSize, long chunkSize, JobContext job)
            throws IOException, InterruptedException {
        return writeFile(dir, fileSize, chunkSize, DEFAULT_FILES, job);
    }

    /** Each file that is full is synced to the disk, and stays; one that is not, for whatever reason, is deleted. */
    @Function(name = "write_file", description = WRITE_FILE)
    public String writeFile(String dir, long fileSize, long chunkSize, int files, JobContext job)
            throws IOException, InterruptedException {
        check("file_size", fileSize, 1, Long.MAX_VALUE / MAX_FILES);
        check("chunk_size", chunkSize, 1, Math.min(fileSize, MAX_CHUNK_BYTES));
        check("files", files, 1, MAX_FILES);
        if (dir.isBlank()) {
            throw new IllegalArgumentException("dir is empty; expected the path of a folder");
        }
        Path folder = Machine.existing(dir);
        if (!Files.isDirectory(folder)) {
            throw new IOException(dir + " is not a folder");
        }
        long total = files * fileSize;
        long free = Files.getFileStore(folder).getUsableSpace();
        if (total > free) {
            throw new IOException("the files would have " + Machine.size(total) + ", the disk of " + dir + " has "
                    + Machine.size(free) + " free");
        }
        // Random, so that no disk can make less of it; the same in every chunk, since making it costs more than
        // writing.
        byte[] chunk = new byte[(int) chunkSize];
        new SplittableRandom().nextBytes(chunk);
        long begunNanos = System.nanoTime();
        StringBuilder paths = new StringBuilder();
        for (int number = 1; number <= files; number++) {
            // A name that no file has yet.
            File file = Files.createTempFile(folder, "write_file-" + number + "-", ".data")
                    .toFile();
            long before = (number - 1) * fileSize;
            fill(file, fileSize, chunk, written -> job.progress(before + written, total));
            job.data(file + "\n");
            paths.append(number == 1 ? ": " : ", ").append(file);
        }
        long nanos = System.nanoTime() - begunNanos;
        return String.format(
                Locale.ROOT,
                "%d files of %d bytes in %.3f s, %s a second%s",
                files,
                fileSize,
                nanos / 1e9,
                Machine.size((long) (total * 1e9 / Math.max(1, nanos))),
                paths);
    }

    /** Told how many bytes of the file are written. */
    private interface Progress {
        void written(long bytes);
    }

    private static void fill(File file, long size, byte[] chunk, Progress progress)
            throws IOException, InterruptedException {
        boolean full = false;
        // Not a channel: an interrupt would close it in the middle of a write.
        try (FileOutputStream out = new FileOutputStream(file)) {
            for (long written = 0; written < size; ) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                int length = (int) Math.min(chunk.length, size - written);
                out.write(chunk, 0, length);
                written += length;
                progress.written(written);
            }
            out.getFD().sync();
            full = true;
        } finally {
            if (!full) {
                Files.deleteIfExists(file.toPath());
            }
        }
    }

    private static void check(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " must be from " + least + " to " + most + ", not " + value);
        }
    }
}
