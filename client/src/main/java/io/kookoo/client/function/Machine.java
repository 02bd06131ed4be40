package io.kookoo.client.function;

import io.kookoo.HostName;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Built in: the machine that the client runs on. */
final class Machine implements FunctionLibrary {
    private static final int MAX_SLEEP_SECONDS = 86_400;
    private static final int BUFFER_BYTES = 64 * 1024;

    @Function(description = "waits so many seconds, decimals allowed, at most " + MAX_SLEEP_SECONDS)
    public void sleep(BigDecimal seconds) throws InterruptedException {
        if (seconds.signum() < 0 || seconds.compareTo(BigDecimal.valueOf(MAX_SLEEP_SECONDS)) > 0) {
            throw new IllegalArgumentException(
                    "seconds must be from 0 to " + MAX_SLEEP_SECONDS + ", not " + ParameterType.show(seconds));
        }
        TimeUnit.NANOSECONDS.sleep(seconds.movePointRight(9).longValue());
    }

    @Function(description = "the name of this machine")
    public String hostname() {
        return HostName.read();
    }

    @Function(name = "disk_usage", description = "total, used and free bytes of the disk that holds a path")
    public String diskUsage(String path) throws IOException {
        FileStore store = Files.getFileStore(existing(path));
        long total = store.getTotalSpace();
        return path + ": total " + size(total) + ", used " + size(total - store.getUnallocatedSpace()) + ", free "
                + size(store.getUsableSpace());
    }

    static String size(long bytes) {
        String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0
                ? bytes + " bytes"
                : String.format(Locale.ROOT, "%.1f %s (%d bytes)", value, units[unit], bytes);
    }

    @Function(
            name = "load_average",
            description = "how many processes ran or waited for a processor, in the last minute's mean")
    public String loadAverage() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        if (load < 0) {
            throw new UnsupportedOperationException("this system does not tell its load");
        }
        return String.format(Locale.ROOT, "%.2f", load);
    }

    @Function(description = "the SHA-256 of a file of the client's machine, in hexadecimal")
    public String sha256(String file) throws IOException, InterruptedException {
        Path path = existing(file);
        if (!Files.isRegularFile(path)) {
            throw new IOException(file + " is not a regular file");
        }
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(path)) {
            for (int read; (read = in.read(buffer)) >= 0; ) {
                digest.update(buffer, 0, read);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static Path existing(String path) throws IOException {
        if (!Files.exists(Path.of(path))) {
            throw new IOException("no such file or folder: " + path + "; a relative path starts at "
                    + Path.of("").toAbsolutePath());
        }
        return Path.of(path);
    }
}
