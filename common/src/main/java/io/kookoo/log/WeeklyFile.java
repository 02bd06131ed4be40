package io.kookoo.log;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The log file of the week, such as {@code kookoo-<ISO year>-W<week>.log}, which other processes write at the same time. It puts
 * the time before each line, so that the lines of a process are in order and each is in the file of its own time.
 *
 * <p>No line is lost or torn between processes because nothing is ever renamed or truncated here and each line is one
 * write to a file opened for appending, which the kernel does as a whole. The names carry the week, so the processes need
 * not agree on when it turns. Four weeks back are kept; older files are deleted at the start and when the week turns,
 * by whoever comes first.
 *
 * <p>A write never throws. Lines that cannot be written (the disk is full, the folder may not be written) are counted and
 * lost, with an alarm at once and then at most one a minute; a new attempt is made in every second that has a line, and
 * the first that succeeds tells the number in the log. Once a second it also looks whether the file is still the one of
 * that name, and opens it anew if somebody deleted or renamed it.
 *
 * <p>For any number of threads; a write blocks for the disk and for the writes of other threads.
 */
final class WeeklyFile implements AutoCloseable {

    private static final int WEEKS_BACK = 4;
    private static final int SECONDS_BETWEEN_ALARMS = 60;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    /** How long a file must stand still before half a line at its end is taken for left behind. */
    private static final long STANDS_STILL_NANOS = 20_000_000;

    private static final int MAX_LOOKS = 10;

    private final Path dir;
    private final String name;
    private final Pattern names;
    private final LineForm form;
    private final String program;
    private final Clock clock;
    private final Consumer<String> alarm;

    // All below is guarded by the lock. A ReentrantLock because virtual threads of Java 21 pin inside synchronized.
    private final ReentrantLock lock = new ReentrantLock();
    private FileOutputStream out; // null: closed, to be opened again
    private Path path; // of the week of the last line
    private Object openKey; // identifies the open file; null where the system has no such thing
    private boolean tornEnd; // the open file ends inside a line
    private boolean sweepDue;
    private boolean attemptDue; // one attempt to open a second
    private long second = Long.MIN_VALUE; // of the last line
    private byte[] time = {}; // that second as the beginning of a line
    private long lostLines;
    private long alarmSecond = Long.MIN_VALUE;
    private boolean closed;

    /**
     * Opens the file of now, so that a folder that may not be written is reported at once.
     *
     * @param dir made if missing
     * @param name what the names of the files begin with
     * @param form of the lines
     * @param program named in the line that tells how many lines were lost
     * @param clock gives the time, and the zone in which weeks turn
     * @param alarm is given a sentence for a person; called on the thread that writes, outside the lock
     */
    WeeklyFile(Path dir, String name, LineForm form, String program, Clock clock, Consumer<String> alarm) {
        this.dir = Objects.requireNonNull(dir);
        this.name = Objects.requireNonNull(name);
        this.names = Pattern.compile(Pattern.quote(name) + "-\\d{4}-W\\d{2}\\.log");
        this.form = Objects.requireNonNull(form);
        this.program = Objects.requireNonNull(program);
        this.clock = Objects.requireNonNull(clock);
        this.alarm = Objects.requireNonNull(alarm);
        String trouble = null;
        lock.lock();
        try {
            turnSecond(clock.instant());
            trouble = open();
        } catch (IOException e) {
            trouble = failed(e);
        } finally {
            lock.unlock();
        }
        raise(trouble);
    }

    /**
     * Writes {@code text}, which has no time and no line end, as one line.
     *
     * @return the line with its time and line end, for others to copy, also if it could not be written
     */
    byte[] write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] line;
        String trouble = null;
        lock.lock();
        try {
            Instant now = clock.instant();
            if (now.getEpochSecond() != second) {
                turnSecond(now);
            }
            line = line(bytes);
            if (!closed) {
                trouble = append(line);
            }
        } finally {
            lock.unlock();
        }
        raise(trouble);
        return line;
    }

    /** Closes the file; lines that come later are dropped. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closeFile();
        } finally {
            lock.unlock();
        }
    }

    private void raise(String trouble) {
        if (trouble != null) {
            alarm.accept(trouble);
        }
    }

    private byte[] line(byte[] text) {
        byte[] line = new byte[time.length + text.length + 1];
        System.arraycopy(time, 0, line, 0, time.length);
        System.arraycopy(text, 0, line, time.length, text.length);
        line[line.length - 1] = '\n';
        return line;
    }

    private void turnSecond(Instant now) {
        assert lock.isHeldByCurrentThread();
        second = now.getEpochSecond();
        LocalDateTime local = LocalDateTime.ofInstant(now, clock.getZone());
        time = form.time(TIME.format(local)).getBytes(StandardCharsets.US_ASCII);

        Path ofWeek = dir.resolve(fileName(name, local.toLocalDate()));
        if (!ofWeek.equals(path)) {
            closeFile();
            path = ofWeek;
            sweepDue = true;
        } else if (out != null && !isStillThere()) {
            closeFile();
        }
        attemptDue = true;
    }

    /** Weeks of ISO 8601 with their own year, whatever the locale; the names sort by time. */
    static String fileName(String name, LocalDate date) {
        return String.format(
                Locale.ROOT,
                "%s-%04d-W%02d.log",
                name,
                date.get(IsoFields.WEEK_BASED_YEAR),
                date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
    }

    private boolean isStillThere() {
        try {
            return Objects.equals(
                    openKey,
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns an alarm to raise, or null. */
    private String append(byte[] line) {
        assert lock.isHeldByCurrentThread();
        if (out == null && !attemptDue) {
            lostLines++;
            return null;
        }
        try {
            String trouble = null;
            if (out == null) {
                trouble = open();
            }
            if (tornEnd) {
                out.write('\n');
                tornEnd = false;
            }
            if (lostLines > 0) {
                String notice = form.notice(program, LogEvent.of("log_lost").with("lines", lostLines));
                out.write(line(notice.getBytes(StandardCharsets.UTF_8)));
                lostLines = 0;
            }
            out.write(line);
            return trouble;
        } catch (IOException e) {
            lostLines++;
            return failed(e);
        }
    }

    /** Opens the file of {@link #path}; returns an alarm about old files that could not be deleted, or null. */
    private String open() throws IOException {
        attemptDue = false;
        Files.createDirectories(dir);
        out = new FileOutputStream(path.toFile(), true);
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        openKey = attributes.fileKey();
        tornEnd = endsInsideALine();
        if (!sweepDue) {
            return null;
        }
        sweepDue = false;
        return sweep();
    }

    /**
     * Whether a process that was killed, or a disk that was full, has left half a line at the end. Believed when the file
     * stands still: otherwise another process may just be writing.
     */
    private boolean endsInsideALine() throws IOException {
        long seen = -1;
        for (int looks = 0; looks < MAX_LOOKS; looks++) {
            long size = Files.size(path);
            if (size == 0 || lastByte(size) == '\n') {
                return false;
            }
            if (size == seen) {
                return true;
            }
            seen = size;
            LockSupport.parkNanos(STANDS_STILL_NANOS);
        }
        return false;
    }

    private int lastByte(long size) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(path.toFile(), "r")) {
            in.seek(size - 1);
            return in.read();
        }
    }

    private String sweep() {
        String oldestKept = fileName(
                name,
                LocalDateTime.ofInstant(Instant.ofEpochSecond(second), clock.getZone())
                        .toLocalDate()
                        .minusWeeks(WEEKS_BACK));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(dir)) {
            for (Path file : files) {
                String found = file.getFileName().toString();
                if (names.matcher(found).matches() && found.compareTo(oldestKept) < 0) {
                    Files.deleteIfExists(file);
                }
            }
            return null;
        } catch (IOException | DirectoryIteratorException e) {
            return "kookoo: cannot delete old log files in " + dir + ": " + e + "; delete them by hand";
        }
    }

    /** Returns an alarm, or null if the last one is not long ago. */
    private String failed(IOException e) {
        assert lock.isHeldByCurrentThread();
        closeFile();
        boolean recent =
                alarmSecond != Long.MIN_VALUE && second >= alarmSecond && second - alarmSecond < SECONDS_BETWEEN_ALARMS;
        if (recent) {
            return null;
        }
        alarmSecond = second;
        return "kookoo: cannot write the log " + path + ": " + e + "; " + lostLines
                + " lines lost so far, and all until it can be written; make room or give the right to write";
    }

    private void closeFile() {
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                // Nothing is buffered: every line was written, or reported lost, before.
            }
            out = null;
        }
    }
}
