package io.kookoo.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kookoo.protocol.Data;
import io.kookoo.server.LogLines;
import io.kookoo.server.store.Change;
import io.kookoo.server.store.JobKind;
import io.kookoo.server.store.JobQuery;
import io.kookoo.server.store.JobRecord;
import io.kookoo.server.store.JobState;
import io.kookoo.server.store.JobStore;
import io.kookoo.server.store.JobStoreContract;
import io.kookoo.server.store.OutcomeBounds;
import io.kookoo.server.store.StoreException;
import io.kookoo.server.store.TestJob;
import io.kookoo.server.time.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteJobStoreTest extends JobStoreContract {
    private static final long MIB = 1 << 20;
    private static final JobQuery ALL = new JobQuery(null, null, 0, 1_000_000);

    @TempDir
    Path folder;

    private Path file;
    private int opened;

    private final ExecutorService executor = Executors.newCachedThreadPool();

    @Override
    protected JobStore open(OutcomeBounds bounds) throws StoreException {
        file = folder.resolve("kookoo-" + opened++ + ".db");
        return SqliteJobStore.open(file, bounds, clock);
    }

    @AfterEach
    void stopThreads() throws InterruptedException {
        executor.shutdownNow();
        assertTrue(executor.awaitTermination(60, TimeUnit.SECONDS));
    }

    private SqliteJobStore sqlite() {
        return (SqliteJobStore) store;
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private String refusal(Path path) {
        return assertThrows(
                        StoreException.class,
                        () -> SqliteJobStore.open(path, MANY, clock).close())
                .getMessage();
    }

    private static void assertSays(String message, Object... parts) {
        for (Object part : parts) {
            assertTrue(message.contains(part.toString()), "no \"" + part + "\" in: " + message);
        }
        assertFalse(message.contains("\n"), message);
    }

    private void reopenSameFile() throws StoreException {
        store.close();
        store = SqliteJobStore.open(file, MANY, clock);
    }

    /** As another program reads it. */
    private static Connection connect(Path path) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + path);
    }

    private static List<String> query(Connection connection, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                List<String> columns = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    columns.add(row.getString(i));
                }
                rows.add(String.join("|", columns.stream().map(String::valueOf).toList()));
            }
        }
        return rows;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    // --- What cannot be opened

    @Test
    void shouldRefuseASecondServerWhateverPathLeadsToTheFile() throws Exception {
        String pid = Long.toString(ProcessHandle.current().pid());
        Path link = Files.createSymbolicLink(folder.resolve("link.db"), file);
        Path linked = Files.createSymbolicLink(folder.resolve("linked"), folder);
        Path relative = Path.of("").toAbsolutePath().relativize(file);
        for (Path path : List.of(
                file,
                link,
                linked.resolve(file.getFileName()),
                relative,
                folder.resolve("./x/..").resolve(file.getFileName()))) {
            assertSays(refusal(path), file.toRealPath(), "process id " + pid, "stop that one");
        }
        commit(job(1).add());

        store.close();
        store = SqliteJobStore.open(link, MANY, clock);
        assertSays(refusal(file), file.toRealPath());
    }

    @Test
    void shouldRefuseAServerInAnotherProcessAndGiveTheFileFreeWhenItsProcessIsKilled() throws Exception {
        commit(job(1).add());
        store.close();
        Process other = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherServer.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        try {
            String line = new String(other.getInputStream().readNBytes("open\n".length()), StandardCharsets.UTF_8);
            assertEquals("open\n", line);
            assertSays(refusal(file), file, "process id " + other.pid());
        } finally {
            other.destroyForcibly();
            other.waitFor();
        }
        store = SqliteJobStore.open(file, MANY, clock);
        assertEquals(1, unfinished().size());
    }

    /** Opens a store, says so, and waits to be killed. */
    public static final class OtherServer {
        public static void main(String[] args) throws Exception {
            try (JobStore store = SqliteJobStore.open(Path.of(args[0]), MANY, Clock.SYSTEM)) {
                store.unfinished(job -> {});
                System.out.print("open\n");
                System.out.flush();
                new CountDownLatch(1).await();
            }
        }
    }

    @Test
    void shouldLetOthersReadWhileItIsOpenAndWritten() throws Exception {
        try (Connection other = connect(file)) {
            commit(job(1).add());
            assertEquals(List.of("1"), query(other, "SELECT count(*) FROM job"));
            commit(job(2).add());
            assertEquals(List.of("2"), query(other, "SELECT count(*) FROM job"));
        }
    }

    @Test
    void shouldNameWhatIsWrongWithAPathWhereNoDatabaseCanBe() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "a file");
        assertSays(refusal(folder), folder, "is a folder");
        assertSays(refusal(text.resolve("kookoo.db")), text);
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling.db"), folder.resolve("gone/kookoo.db"));
        assertSays(refusal(dangling), dangling, "gone/kookoo.db", "does not exist");
        assertFalse(Files.exists(folder.resolve("gone")));
    }

    @Test
    void shouldNameAFolderOrFileThatIsNotWritable() throws Exception {
        store.close();
        Path closed = Files.createDirectory(folder.resolve("closed"));
        assumeTrue(
                closed.toFile().setWritable(false) && !Files.isWritable(closed),
                "whoever runs this may write anywhere");
        assertSays(refusal(closed.resolve("kookoo.db")), closed, "not writable");
        assertTrue(closed.toFile().setWritable(true));
        assertTrue(file.toFile().setWritable(false));
        assertSays(refusal(file), file, "not writable");
    }

    @Test
    void shouldMakeTheFolderWhereItIsMissing() throws Exception {
        Path deep = folder.resolve("a/b c/%41?x=1#é/kookoo.db");
        try (JobStore made = SqliteJobStore.open(deep, MANY, clock)) {
            assertEquals(1, made.begin(PREFIX));
        }
        assertTrue(Files.size(deep) > 0);
        try (var beside = Files.list(deep.getParent())) {
            assertEquals(
                    List.of("kookoo.db", "kookoo.db.lock"),
                    beside.map(path -> path.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void shouldRefuseAFileThatIsNoDatabaseAndLeaveItAlone() throws Exception {
        Path notes = Files.writeString(folder.resolve("notes.db"), "my notes, ".repeat(1_000));
        assertSays(refusal(notes), notes, "is damaged, or is no database", "no backup lies beside it");
        assertEquals("my notes, ".repeat(1_000), Files.readString(notes));
    }

    @Test
    void shouldRefuseTheDatabaseOfAnotherProgramAndLeaveItAlone() throws Exception {
        Path other = folder.resolve("other.db");
        try (Connection connection = connect(other)) {
            execute(connection, "CREATE TABLE job (id INTEGER)");
        }
        byte[] before = Files.readAllBytes(other);
        assertSays(refusal(other), other, "another program");
        assertEquals(ByteBuffer.wrap(before), ByteBuffer.wrap(Files.readAllBytes(other)));
    }

    @Test
    void shouldRefuseANewerFormat() throws Exception {
        store.close();
        try (Connection connection = connect(file)) {
            execute(connection, "PRAGMA user_version = 3");
        }
        assertSays(refusal(file), file, "format 3", "format 2", "backup");
    }

    @Test
    void shouldNameTheNewestBackupsWhenTheFileIsDamaged() throws Exception {
        store.commit(added(1, 2_000));
        Path older = folder.resolve("kookoo-0-monday.db");
        Path newer = folder.resolve("kookoo-0-tuesday.db");
        store.backup(older);
        store.backup(newer);
        assertTrue(older.toFile().setLastModified(1_000_000_000_000L));
        Files.writeString(folder.resolve("kookoo-0-wednesday.db"), "no backup");
        store.close();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            byte[] noise = new byte[20_000];
            Arrays.fill(noise, (byte) 0x5a);
            channel.write(ByteBuffer.wrap(noise), channel.size() / 2 / 4096 * 4096);
        }
        assertSays(refusal(file), file, "is damaged", "cp " + newer + " " + file, "older: " + older);

        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(4096 * 3);
        }
        assertSays(refusal(file), file, "is damaged", "cp " + newer + " " + file);

        Files.delete(file);
        Files.copy(newer, file);
        store = SqliteJobStore.open(file, MANY, clock);
        assertEquals(2_000, unfinished().size());
    }

    // --- What goes wrong while it runs

    @Test
    void shouldWriteNothingOfACommitOnAFullDiskAndGoOnWhenThereIsSpace() throws Exception {
        store.commit(added(1, 10));
        sqlite().pragma("max_page_count = 40");
        List<Change> tooMuch = new ArrayList<>(added(11, 1));
        tooMuch.add(job(1).done("1", clock.millis()).end());
        for (int n = 12; n < 40; n++) {
            tooMuch.add(job(n).data(text(100_000)).add());
        }
        StoreException full = assertThrows(StoreException.class, () -> store.commit(tooMuch));
        assertSays(full.getMessage(), file, "the disk is full");
        assertEquals(10, unfinished().size());
        assertEquals(10, store.jobs(ALL).size());

        sqlite().pragma("max_page_count = 1000000");
        store.commit(tooMuch);
        assertEquals(38, unfinished().size());
        assertEquals(39, store.jobs(ALL).size());
    }

    @Test
    void shouldGoOnWhenTheFileIsWritableAgain() throws Exception {
        sqlite().pragma("query_only = ON");
        StoreException refused = assertThrows(StoreException.class, () -> commit(job(1).add()));
        assertSays(refused.getMessage(), file, "not writable");
        sqlite().pragma("query_only = OFF");
        commit(job(1).add());
        assertEquals(1, unfinished().size());
    }

    @Test
    void shouldRefuseToWriteToAFileThatWasCut() throws Exception {
        commit(job(1).add());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }
        for (int i = 0; i < 2; i++) {
            StoreException cut = assertThrows(StoreException.class, () -> commit(job(2).add()));
            assertSays(cut.getMessage(), file, "was cut", "restore a backup");
        }
    }

    @Test
    void shouldRefuseABackupThatWouldBeTakenForAPartOfADatabase() throws Exception {
        for (String ending : List.of("-wal", "-shm", "-journal", ".lock")) {
            Path target = beside(".copy" + ending);
            assertSays(
                    assertThrows(StoreException.class, () -> store.backup(target))
                            .getMessage(),
                    target,
                    ending);
            assertFalse(Files.exists(target));
        }
        Path foreign = Files.writeString(beside(".copy.part"), "somebody's");
        assertSays(
                assertThrows(StoreException.class, () -> store.backup(beside(".copy")))
                        .getMessage(),
                foreign,
                "exists");
        assertEquals("somebody's", Files.readString(foreign));
    }

    @Test
    void shouldRefuseToWriteToAFileThatWasDeletedOrReplaced() throws Exception {
        TestJob dead = job(3);
        commit(job(1).add(), dead.add(), dead.dead("lost", clock.millis()).update());
        for (String suffix : List.of("", "-wal")) {
            Path victim = beside(suffix);
            Path away = Files.move(victim, beside(suffix + ".away"));
            StoreException gone = assertThrows(StoreException.class, () -> commit(job(2).add()));
            assertSays(gone.getMessage(), victim, "deleted or moved");
            assertThrows(StoreException.class, () -> store.purge(ALL));

            Files.copy(away, victim);
            StoreException replaced = assertThrows(StoreException.class, () -> commit(job(2).add()));
            assertSays(replaced.getMessage(), victim, "replaced");

            Files.delete(victim);
            Files.move(away, victim);
        }
        commit(job(2).add());
        assertEquals(2, unfinished().size());
    }

    @Test
    void shouldSayThatTheFileIsDamagedWhenItBecomesSoWhileItRuns() throws Exception {
        store.commit(added(1, 5_000));
        reopenSameFile();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            byte[] noise = new byte[(int) channel.size() - 4096];
            Arrays.fill(noise, (byte) 0x5a);
            channel.write(ByteBuffer.wrap(noise), 4096);
        }
        // What the check at the start has read is not read again.
        sqlite().pragma("shrink_memory");
        assertSays(assertThrows(StoreException.class, this::unfinished).getMessage(), file, "damaged");
        // Whatever it is, and wherever it would be written: it might be lost with the rest.
        for (Change change : List.of(job(1).remove(), job(9_000).add())) {
            assertSays(assertThrows(StoreException.class, () -> commit(change)).getMessage(), file, "damaged");
        }
        assertThrows(StoreException.class, () -> store.commit(List.of()));
        assertThrows(StoreException.class, () -> store.purge(ALL));
    }

    @Test
    void shouldSayWhoKeepsItFromWritingAndGoOnAfterwards() throws Exception {
        try (Connection other = connect(file)) {
            execute(other, "BEGIN IMMEDIATE");
            StoreException busy = assertThrows(StoreException.class, () -> commit(job(1).add()));
            assertSays(busy.getMessage(), file, "another program", "locked");
            execute(other, "ROLLBACK");
        }
        commit(job(1).add());
        assertEquals(1, unfinished().size());
    }

    @Test
    void shouldRefuseEverythingOnceClosed() {
        store.close();
        store.close();
        assertSays(
                assertThrows(StoreException.class, () -> commit(job(1).add())).getMessage(), file, "closed");
        assertThrows(StoreException.class, this::unfinished);
        assertThrows(StoreException.class, () -> store.find(job(1).handle));
        assertThrows(StoreException.class, () -> store.begin("H:box:x:"));
        assertThrows(StoreException.class, () -> store.backup(folder.resolve("backup.db")));
    }

    // --- What survives

    @Test
    void shouldKnowEverythingAfterARestartAndCountRunsUp() throws Exception {
        TestJob waits = job(1);
        TestJob dead = job(2);
        TestJob ended = job(3);
        commit(waits.add(), dead.add(), ended.add());
        commit(
                dead.dead("lost", clock.millis()).update(),
                ended.done("300", clock.millis()).end());
        long first = run;
        for (String prefix : List.of("H:box:2:", "H:box:22:")) {
            reopenSameFile();
            assertThrows(StoreException.class, () -> store.begin(PREFIX));
            long next = store.begin(prefix);
            assertTrue(next > first, next + " after " + first);
            first = next;
            commit(new TestJob(next, prefix, 1, clock.millis()).add());
        }
        reopenSameFile();

        assertEquals(waits.record(), store.find(waits.handle).orElseThrow());
        assertEquals(dead.record(), store.find(dead.handle).orElseThrow());
        assertEquals(ended.record().withoutData(), store.find(ended.handle).orElseThrow());
        assertEquals(
                List.of(PREFIX + 1, "H:box:2:1", "H:box:22:1"),
                unfinished().stream().map(job -> job.handle().text()).toList());
    }

    @Test
    void shouldCountTheOutcomesItFindsWhenItIsOpened() throws Exception {
        List<Change> outcomes = new ArrayList<>();
        for (int n = 1; n <= 2_000; n++) {
            outcomes.add(job(n).kind(JobKind.FOREGROUND)
                    .done("1", clock.millis() + n)
                    .outcome());
        }
        store.commit(outcomes);
        store.close();
        store = SqliteJobStore.open(file, new OutcomeBounds(Duration.ofDays(7), 100), clock);
        for (int n = 3_001; n <= 3_010; n++) {
            commit(job(n).kind(JobKind.FOREGROUND).done("1", clock.millis() + n).outcome());
        }
        // In portions: no commit becomes slow because a setting was changed.
        assertEquals(100, store.jobs(ALL).size());
        assertEquals(job(1_911).handle, store.jobs(ALL).get(0).handle(), "the oldest went");
    }

    @Test
    void shouldHaveWholeBatchesAloneInACopyTakenAtAnyMoment() throws Exception {
        int batch = 50;
        int copies = 12;
        int batchesEach = 40;
        Semaphore batches = new Semaphore(0);
        AtomicLong committed = new AtomicLong();
        Future<?> writer = executor.submit(() -> {
            for (long first = 1; first < (long) batch * batchesEach * copies; first += batch) {
                batches.acquire();
                List<Change> changes = new ArrayList<>();
                for (long n = first; n < first + batch; n++) {
                    // Of different sizes, up to several pages.
                    int size = n % 10 == 0 ? 9_000 : (int) (n * 37 % 1_000);
                    changes.add(job(n).data(text(size)).add());
                }
                store.commit(changes);
                committed.set(first + batch - 1);
            }
            return null;
        });
        Random random = new Random(7);
        for (int i = 0; i < copies; i++) {
            batches.release(batchesEach);
            // So many of them are done before the copy begins; the others while it is made, or later.
            long start = (long) batch * batchesEach * i + batch * random.nextInt(batchesEach);
            while (committed.get() < start && !writer.isDone()) {
                Thread.onSpinWait();
            }
            long known = committed.get();
            Path copy = folder.resolve("copy-" + i + ".db");
            // As a killed process leaves it: the log may be cut off anywhere. When SQLite began the log anew meanwhile,
            // file
            // and log are of two moments, which no kill can bring about.
            byte[] salt;
            do {
                salt = logSalt();
                copy(file, copy);
                copy(beside("-wal"), copy.resolveSibling(copy.getFileName() + "-wal"));
            } while (!Arrays.equals(salt, logSalt()));
            try (JobStore opened = SqliteJobStore.open(copy, MANY, clock)) {
                List<JobRecord> jobs = new ArrayList<>();
                opened.unfinished(jobs::add);
                assertEquals(0, jobs.size() % batch, "whole batches");
                assertTrue(jobs.size() >= known, jobs.size() + " of at least " + known);
                for (int n = 0; n < jobs.size(); n++) {
                    assertEquals(PREFIX + (n + 1), jobs.get(n).handle().text());
                }
            }
        }
        writer.get(60, TimeUnit.SECONDS);
    }

    private byte[] logSalt() throws IOException {
        try (InputStream in = Files.newInputStream(beside("-wal"))) {
            return in.readNBytes(24);
        }
    }

    /** By another process: a file that this one closes loses the locks that SQLite has on it. */
    private static void copy(Path from, Path to) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("cp", from.toString(), to.toString()).start().waitFor());
    }

    // --- Backups

    @Test
    void shouldRefuseABackupWhereItCannotBeWritten() throws Exception {
        Path there = Files.writeString(folder.resolve("there.db"), "");
        assertSays(assertThrows(StoreException.class, () -> store.backup(there)).getMessage(), there, "exists");
        assertSays(assertThrows(StoreException.class, () -> store.backup(file)).getMessage(), file, "exists");
        Path nowhere = folder.resolve("nowhere/backup.db");
        assertSays(
                assertThrows(StoreException.class, () -> store.backup(nowhere)).getMessage(),
                nowhere.getParent(),
                "make it");
    }

    @Test
    void shouldWriteABackupThatOpensAsAStoreWhileCommitsGoOn() throws Exception {
        store.commit(added(1, 3_000));
        TestJob ended = job(9_000_000);
        commit(ended.add(), ended.done("300", clock.millis()).end());
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch going = new CountDownLatch(3);
        Future<Long> writer = executor.submit(() -> {
            long n = 3_000;
            while (!stop.get()) {
                commit(job(++n).add());
                going.countDown();
            }
            return n;
        });
        Path backup = folder.resolve("backup.db");
        try {
            assertTrue(going.await(60, TimeUnit.SECONDS));
            store.backup(backup);
        } finally {
            stop.set(true);
        }
        long last = writer.get(60, TimeUnit.SECONDS);
        assertEquals(last, unfinished().size());
        assertFalse(Files.exists(folder.resolve("backup.db.part")));

        try (JobStore opened = SqliteJobStore.open(backup, MANY, clock)) {
            List<JobRecord> jobs = new ArrayList<>();
            opened.unfinished(jobs::add);
            assertTrue(jobs.size() >= 3_003 && jobs.size() <= last, jobs.size() + " of " + last);
            assertEquals(ended.record().withoutData(), opened.find(ended.handle).orElseThrow());
            assertThrows(StoreException.class, () -> opened.begin(PREFIX));
            assertTrue(opened.begin("H:box:later:") > run);
        }
    }

    // --- Bounds

    /** Jobs come and go; about 30 MB in all, of which 200 jobs and 500 outcomes of 1 kB are there at any time. */
    private void steadyLoad() throws StoreException {
        List<TestJob> waiting = new ArrayList<>();
        for (int n = 1; n <= 15_000; n += 100) {
            List<Change> changes = new ArrayList<>();
            for (int i = n; i < n + 100; i++) {
                TestJob job = job(i).data(text(1_000));
                waiting.add(job);
                changes.add(job.add());
            }
            while (waiting.size() > 200) {
                changes.add(waiting.remove(0)
                        .ended(JobState.DONE, text(1_000), null, clock.millis() + n)
                        .end());
            }
            store.commit(changes);
        }
    }

    private void openBounded() throws StoreException {
        store.close();
        file = folder.resolve("bounded.db");
        store = SqliteJobStore.open(file, new OutcomeBounds(Duration.ofDays(7), 500), clock, MIB);
        run = store.begin(PREFIX);
    }

    @Test
    void shouldKeepFileAndLogBoundedUnderSteadyLoad() throws Exception {
        openBounded();
        steadyLoad();

        assertTrue(Files.size(file) < 3 * MIB, "file of " + Files.size(file));
        assertTrue(Files.size(beside("-wal")) < 2 * MIB, "log of " + Files.size(beside("-wal")));
    }

    @Test
    void shouldKeepFileAndLogBoundedWhileOthersReadAgainAndAgain() throws Exception {
        openBounded();
        AtomicBoolean stop = new AtomicBoolean();
        List<Future<?>> readers = new ArrayList<>();
        CountDownLatch reading = new CountDownLatch(2);
        // Two, one of which always has a transaction open while the other begins its next.
        for (int r = 0; r < 2; r++) {
            readers.add(executor.submit(() -> {
                try (Connection other = connect(file)) {
                    while (!stop.get()) {
                        query(other, "SELECT sum(length(CAST(data AS BLOB))) FROM job, (SELECT 1 UNION ALL SELECT 2)");
                        reading.countDown();
                    }
                }
                return null;
            }));
        }
        try {
            assertTrue(reading.await(60, TimeUnit.SECONDS));
            steadyLoad();
        } finally {
            stop.set(true);
        }
        for (Future<?> reader : readers) {
            reader.get(60, TimeUnit.SECONDS);
        }
        assertTrue(Files.size(file) < 3 * MIB, "file of " + Files.size(file));
        assertTrue(Files.size(beside("-wal")) < 3 * MIB, "log of " + Files.size(beside("-wal")));
    }

    @Test
    void shouldSayOnceThatTheLogGrowsWhileSomebodyReadsInOneTransaction() throws Exception {
        openBounded();
        try (LogLines log = new LogLines();
                Connection other = connect(file)) {
            execute(other, "BEGIN");
            query(other, "SELECT count(*) FROM job");
            for (int first = 1; first <= 600; first += 100) {
                store.commit(large(first));
            }
            List<String> lines = log.with("store_log_grows");
            assertEquals(1, lines.size(), lines.toString());
            assertSays(lines.get(0), "WARN", "file=" + beside("-wal"), "bytes=", "end it");
            execute(other, "COMMIT");
            store.commit(large(601));
            store.commit(large(701));
            assertTrue(Files.size(beside("-wal")) < 2 * MIB, "log of " + Files.size(beside("-wal")));
            assertEquals(1, log.with("store_log_grows").size());
        }
    }

    /** A hundred jobs, with 600 kB of data in all. */
    private List<Change> large(int first) {
        List<Change> changes = new ArrayList<>();
        for (int n = first; n < first + 100; n++) {
            changes.add(job(n).data(text(6_000)).add());
        }
        return changes;
    }

    // --- What people read

    @Test
    void shouldShowHandlesWordsAndTimesToPeople() throws Exception {
        TestJob ended = job(7);
        commit(ended.add(), ended.running("3/box", clock.millis()).update());
        commit(ended.done("300", clock.millis()).end(), job(8).add());
        try (Connection other = connect(file)) {
            String time = query(other, "SELECT datetime(" + clock.millis() / 1000 + ", 'unixepoch', 'localtime')")
                    .get(0);
            assertEquals(
                    List.of(
                            PREFIX + "7|background|resize|normal|done|" + time + "|" + time + "|1|3/box|null|300",
                            PREFIX + "8|background|resize|normal|queued|" + time + "|null|0||photo.jpg 100x100|null"),
                    query(
                            other,
                            "SELECT handle, kind, function, priority, state, created, ended, attempts, worker, data, result"
                                    + " FROM jobs ORDER BY number"));
            assertEquals(List.of("blob", "text"), new ArrayList<>(new TreeSet<>(types(other))));
        }
    }

    private List<String> types(Connection other) throws Exception {
        commit(job(20).data(new Data(new byte[] {1, 0}, 0, 2)).add());
        return query(other, "SELECT typeof(data) FROM job");
    }

    @Test
    void shouldRunTheQueriesOfTheManual() throws Exception {
        TestJob dead = job(1).function("resize");
        TestJob ended = job(2).function("add");
        commit(dead.add(), ended.add(), job(3).add());
        commit(dead.dead("lost its worker", clock.millis()).update());
        commit(
                ended.running("1/box", clock.millis()).update(),
                ended.done("3", clock.millis() + 5).end());
        String manual = Files.readString(manual());
        Matcher block =
                Pattern.compile("(?m)^    sqlite3 -readonly \\S+ \"([^\"]+)\"$").matcher(manual);
        int queries = 0;
        try (Connection other = connect(file)) {
            while (block.find()) {
                queries++;
                assertFalse(query(other, block.group(1)).isEmpty(), block.group(1));
            }
        }
        assertEquals(3, queries, "queries in the manual");
    }

    private static Path manual() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/operations.md"))) {
            folder = folder.getParent();
        }
        return folder.resolve("docs/operations.md");
    }

    @Test
    void shouldOpenAFileOfTheFirstFormatAndBringItToThisOne() throws Exception {
        shouldHave(FormatOne.content(), copy("format-1.db"));
        // The second time it is one of this format.
        Path old = folder.resolve("format-1.db");
        try (Connection connection = connect(old)) {
            assertEquals("[2]", query(connection, "PRAGMA user_version").toString());
            assertEquals(
                    "[0]",
                    query(connection, "SELECT count(*) FROM jobs WHERE owner <> ''")
                            .toString());
        }
        try (JobStore opened = SqliteJobStore.open(old, MANY, clock)) {
            assertEquals(4, opened.begin("H:box:newer:"));
            opened.commit(List.of(new TestJob(4, "H:box:newer:", 1, clock.millis())
                    .owner("ops")
                    .add()));
            assertEquals(1, opened.jobs(new JobQuery(null, null, "ops", 0, 10)).size());
        }
    }

    @Test
    void shouldOpenAFileOfTheSecondFormat() throws Exception {
        shouldHave(FormatOne.content("ops"), copy("format-2.db"));
    }

    private Path copy(String resource) throws IOException {
        Path copy = folder.resolve(resource);
        try (InputStream in = SqliteJobStoreTest.class.getResourceAsStream(resource)) {
            Files.copy(in, copy);
        }
        return copy;
    }

    private void shouldHave(List<JobRecord> known, Path old) throws Exception {
        try (JobStore opened = SqliteJobStore.open(old, new OutcomeBounds(Duration.ofDays(100_000), 1_000), clock)) {
            List<JobRecord> jobs = new ArrayList<>();
            opened.unfinished(jobs::add);
            assertEquals(known.stream().filter(job -> !job.state().isEnd()).toList(), jobs);
            assertEquals(known, opened.jobs(ALL));
            assertEquals(3, opened.begin("H:box:new:"));
            assertEquals(1, opened.purge(ALL));
        }
    }
}
