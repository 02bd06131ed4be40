package io.kookoo.server.catalog;

import io.kookoo.call.CallSyntaxException;
import io.kookoo.call.FunctionCall;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.server.dispatch.CallSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of functions.txt, one a line, handed out at random: uniform over the lines, so that a line that stands there
 * twice counts twice. Blank lines and lines that begin with {@code #} are passed over; a malformed line is reported with its
 * number, column and reason, and passed over too.
 *
 * <p>The file is looked at twice a second, by its time, size and identity: a watch of the operating system would miss files
 * behind links, on other machines, and those mounted into a container. A file that becomes unreadable or has no call left
 * keeps the last good catalog. Thread-safe.
 */
public final class FunctionCatalog implements CallSource {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionCatalog.class);

    private static final long LOOK_MILLIS = 500;
    private static final long MAX_FILE_BYTES = 16L * 1024 * 1024;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    /** Malformed lines that are reported one by one. */
    private static final int MAX_REPORTED_LINES = 20;

    private final Path file;
    private final Random random;

    private volatile List<CatalogCall> calls = List.of();

    // Confined to the thread that looks.
    private Stamp loaded;
    private Stamp suspect;
    private Thread watcher;
    private volatile boolean closed;

    /** What tells one version of the file from another. The key is null where the file system has none. */
    private record Stamp(FileTime modified, long size, Object key, boolean readable) {
        static final Stamp GONE = new Stamp(FileTime.fromMillis(0), -1, null, false);

        static Stamp of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            // Permissions may change without a trace in the others.
            return new Stamp(
                    attributes.lastModifiedTime(), attributes.size(), attributes.fileKey(), Files.isReadable(file));
        }
    }

    /** What stands in the file: its calls, and what the log is to say of lines that are none. */
    private record Contents(List<CatalogCall> calls, List<LogEvent> problems) {
        void report() {
            problems.forEach(problem -> LOG.warn("{}", problem));
        }
    }

    private FunctionCatalog(Path file, OptionalLong seed) {
        this.file = file;
        this.random = seed.isPresent() ? new Random(seed.getAsLong()) : new Random();
    }

    /**
     * Reads the catalog.
     *
     * @param seed makes the draws repeatable
     * @throws IOException when the file is missing or cannot be read; the message names it and says what to do
     */
    public static FunctionCatalog open(Path file, OptionalLong seed) throws IOException {
        FunctionCatalog catalog = new FunctionCatalog(file, seed);
        try {
            catalog.loaded = Stamp.of(file);
            Contents contents = catalog.read();
            contents.report();
            catalog.calls = contents.calls;
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "The file of functions " + file + " does not exist; create it with one call a line,"
                            + " such as add(1,2), or name another with --functions or [Server] functions",
                    e);
        } catch (IOException e) {
            throw new IOException("The file of functions " + file + " cannot be read: " + reason(e), e);
        }
        if (catalog.calls.isEmpty()) {
            LOG.warn(LogEvent.of("catalog_empty").with("file", file).toString());
        } else {
            LOG.info(catalog.event("catalog_loaded").toString());
        }
        return catalog;
    }

    /** Starts to look for changes, on the daemon thread {@code kookoo-catalog}, until {@link #close()}. */
    public void watch() {
        watcher = new Thread(this::watchUntilClosed, "kookoo-catalog");
        watcher.setDaemon(true);
        watcher.start();
    }

    public void close() {
        closed = true;
        if (watcher != null) {
            watcher.interrupt();
        }
    }

    @Override
    public Optional<CatalogCall> draw() {
        List<CatalogCall> now = calls;
        return now.isEmpty() ? Optional.empty() : Optional.of(now.get(random.nextInt(now.size())));
    }

    @Override
    public boolean isEmpty() {
        return calls.isEmpty();
    }

    private void watchUntilClosed() {
        while (!closed) {
            try {
                Thread.sleep(LOOK_MILLIS);
                refresh();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | Error e) {
                // Such as a want of memory: the catalog stays, and this thread looks again.
                LOG.error("catalog_watch_failed", e);
            }
        }
    }

    /** Looks once, and loads the file if it has changed. For the thread that watches. */
    void refresh() {
        Stamp now;
        try {
            now = Stamp.of(file);
        } catch (IOException e) {
            keepLastGood(Stamp.GONE, reason(e), List.of());
            return;
        }
        if (now.equals(loaded)) {
            suspect = null;
            return;
        }
        try {
            Contents contents = read();
            if (contents.calls.isEmpty()) {
                keepLastGood(now, "it has no call", contents.problems);
                return;
            }
            contents.report();
            calls = contents.calls;
            loaded = now;
            suspect = null;
            LOG.info(event("catalog_loaded").toString());
        } catch (IOException e) {
            keepLastGood(now, reason(e), List.of());
        }
    }

    /** Believes it when it has seen it twice: an editor may just be writing the file. */
    private void keepLastGood(Stamp now, String reason, List<LogEvent> problems) {
        if (!now.equals(loaded) && now.equals(suspect)) {
            loaded = now;
            new Contents(calls, problems).report();
            LOG.error(event("catalog_kept").with("reason", reason).toString());
        }
        suspect = now;
    }

    private LogEvent event(String name) {
        return LogEvent.of(name).with("file", file).with("calls", calls.size());
    }

    private Contents read() throws IOException {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException("it has more than " + MAX_FILE_BYTES + " bytes");
        }
        byte[] bytes = Files.readAllBytes(file);
        List<CatalogCall> read = new ArrayList<>();
        List<LogEvent> problems = new ArrayList<>();
        int malformed = 0;
        int number = 0;
        int from = startsWithMark(bytes) ? BYTE_ORDER_MARK.length : 0;
        while (from < bytes.length) {
            int end = from;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            number++;
            LogEvent problem = null;
            try {
                CatalogCall call = parse(bytes, from, end);
                if (call != null) {
                    read.add(call);
                }
            } catch (CallSyntaxException e) {
                problem = problem(number, e.column(), e.reason());
            } catch (CharacterCodingException e) {
                problem = problem(number, 1, "not UTF-8");
            }
            if (problem != null && malformed++ < MAX_REPORTED_LINES) {
                problems.add(problem);
            }
            from = end + 1;
        }
        if (malformed > MAX_REPORTED_LINES) {
            problems.add(LogEvent.of("more_malformed_calls")
                    .with("file", file)
                    .with("count", malformed - MAX_REPORTED_LINES));
        }
        return new Contents(List.copyOf(read), problems);
    }

    private static boolean startsWithMark(byte[] bytes) {
        return bytes.length >= BYTE_ORDER_MARK.length
                && Arrays.equals(bytes, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
    }

    /** The call of a line, or null where it has none. */
    private static CatalogCall parse(byte[] bytes, int from, int end)
            throws CallSyntaxException, CharacterCodingException {
        String line = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, from, end - from))
                .toString();
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return null;
        }
        // Not stripped: the column counts from the start of the line.
        FunctionCall call = FunctionCall.parse(line);
        return new CatalogCall(text, FunctionName.of(call.name()), Data.of(call.argumentText()));
    }

    private LogEvent problem(int line, int column, String reason) {
        return LogEvent.of("malformed_call")
                .with("file", file)
                .with("line", line)
                .with("column", column)
                .with("reason", reason);
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException
                ? "it does not exist"
                : Objects.requireNonNullElse(e.getMessage(), e.toString());
    }
}
