package io.kookoo.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link JobStore} promises. */
public abstract class JobStoreContract {
    protected static final String PREFIX = "H:box:mwr7vsdm:";
    protected static final OutcomeBounds MANY = new OutcomeBounds(Duration.ofDays(7), 1_000_000);
    private static final JobQuery ALL = new JobQuery(null, null, 0, 1_000_000);

    protected final SettableClock clock = new SettableClock();
    protected JobStore store;
    protected long run;

    /** A store that knows nothing yet; called again for other bounds, it is another one. */
    protected abstract JobStore open(OutcomeBounds bounds) throws StoreException;

    @BeforeEach
    void openStore() throws StoreException {
        store = open(MANY);
        run = store.begin(PREFIX);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private void reopen(OutcomeBounds bounds) throws StoreException {
        store.close();
        store = open(bounds);
        run = store.begin(PREFIX);
    }

    protected TestJob job(long n) {
        return new TestJob(run, PREFIX, n, clock.millis());
    }

    protected void commit(Change... changes) throws StoreException {
        store.commit(List.of(changes));
    }

    protected List<JobRecord> unfinished() throws StoreException {
        List<JobRecord> jobs = new ArrayList<>();
        store.unfinished(jobs::add);
        return jobs;
    }

    private JobRecord found(TestJob job) throws StoreException {
        return store.find(job.handle).orElseThrow(() -> new NoSuchElementException("no " + job.handle));
    }

    private static List<Long> numbers(List<JobRecord> jobs) {
        return jobs.stream()
                .map(job -> job.number() & ((1L << JobRecord.RUN_SHIFT) - 1))
                .toList();
    }

    @Test
    void shouldRefuseARunWhosePrefixWasUsedBefore() {
        StoreException refused = assertThrows(StoreException.class, () -> store.begin(PREFIX));
        assertTrue(refused.getMessage().contains(PREFIX), refused.getMessage());
        assertTrue(run >= 1 && run <= 1 << 22, "run " + run);
    }

    @Test
    void shouldFindNothingWhereNothingWasCommitted() throws StoreException {
        assertEquals(Optional.empty(), store.find(JobHandle.of(PREFIX + 1)));
        assertEquals(List.of(), unfinished());
        assertEquals(List.of(), store.jobs(ALL));
        assertEquals(0, store.purge(ALL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "H:box:mwr7vsdm:",
                "H:box:mwr7vsdm:0",
                "H:box:mwr7vsdm:01",
                "H:box:mwr7vsdm:+1",
                "H:box:mwr7vsdm:-1",
                "H:box:mwr7vsdm:1 ",
                "H:box:mwr7vsdm:x",
                "H:box:mwr7vsdm:99999999999999999999",
                "H:box:mwr7vsdm:1099511627777",
                "H:other:mwr7vsdm:1",
                "1",
                "h:box:mwr7vsdm:1",
                "H:box:mwr7vsdm:\u0661"
            })
    void shouldFindNothingByAHandleThatWasNeverGiven(String handle) throws StoreException {
        commit(job(1).add());

        assertEquals(Optional.empty(), store.find(JobHandle.of(handle)));
        assertEquals(Optional.empty(), store.find(JobHandle.of(new byte[] {'H', (byte) 0xff, ':', '1'})));
    }

    @Test
    void shouldRefuseChangesThatContradictTheStateOfTheirJob() {
        TestJob queued = job(1);
        assertThrows(IllegalArgumentException.class, queued::end);
        assertThrows(IllegalArgumentException.class, queued::outcome);
        TestJob done = job(2).done("1", clock.millis());
        assertThrows(IllegalArgumentException.class, done::add);
        assertThrows(IllegalArgumentException.class, done::update);
        TestJob dead = job(3).dead("lost", clock.millis());
        assertThrows(IllegalArgumentException.class, dead::end);
        assertThrows(IllegalArgumentException.class, dead::outcome);
    }

    @Test
    void shouldKeepADeadJobThatWasNeverAdded() throws StoreException {
        commit(job(1).dead("lost", clock.millis()).add());
        assertEquals(JobState.DEAD, store.find(job(1).handle).orElseThrow().state());
        List<JobRecord> unfinished = new ArrayList<>();
        store.unfinished(unfinished::add);
        assertEquals(List.of(), unfinished);
    }

    @Test
    void shouldGiveBackEveryByteAndNumberOfAJob() throws StoreException {
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        List<TestJob> jobs = new ArrayList<>();
        for (byte[] bytes : List.of(
                new byte[0],
                new byte[] {0},
                new byte[] {'a', 0, 'b'},
                new byte[] {(byte) 0xc3, (byte) 0x28},
                new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
                "gr\u00fc\u00df \ud83d\ude00 \ufffd \ufeff'\"\n".getBytes(StandardCharsets.UTF_8),
                every)) {
            TestJob job = job(jobs.size() + 1).data(new Data(bytes, 0, bytes.length));
            job.function = FunctionName.of(bytes.clone());
            job.unique = UniqueId.of(bytes.clone());
            job.reducer = FunctionName.of(bytes.clone());
            jobs.add(job);
        }
        TestJob extreme = job((1L << 40) - 1);
        extreme.priority = Priority.HIGH;
        extreme.state = JobState.DELAYED;
        extreme.created = Long.MAX_VALUE;
        extreme.due = Long.MAX_VALUE;
        extreme.attempts = Integer.MAX_VALUE;
        extreme.failures = 3;
        extreme.losses = 4;
        extreme.worker = "7/b\u00f6x 'a\u0000";
        extreme.started = 5;
        extreme.reason = "not yet";
        jobs.add(extreme);
        for (TestJob job : jobs) {
            commit(job.add());
        }

        for (TestJob job : jobs) {
            assertEquals(job.record(), found(job));
        }
        assertEquals(jobs.stream().map(TestJob::record).toList(), unfinished());
        assertEquals(jobs.stream().map(TestJob::record).toList(), store.jobs(ALL));

        for (TestJob job : jobs) {
            job.ended(JobState.DONE, job.data, "b\u00f6se", clock.millis());
            commit(job.end());
            assertEquals(job.record().withoutData(), found(job));
        }
    }

    @Test
    void shouldHandOverWhatHasNotEndedInTheOrderOfNumbersWithoutTheDead() throws StoreException {
        TestJob delayed = job(3);
        delayed.state = JobState.DELAYED;
        TestJob queued = job(1);
        TestJob running = job(2).running("7/box", clock.millis());
        TestJob dead = job(4);
        TestJob ended = job(5);
        commit(delayed.add(), dead.add(), queued.add());
        commit(running.add(), ended.add());
        commit(
                dead.dead("lost its worker", clock.millis()).update(),
                ended.done("1", clock.millis()).end());

        assertEquals(List.of(queued.record(), running.record(), delayed.record()), unfinished());
    }

    @Test
    void shouldKeepWhatAJobWasAddedWithWhenItIsUpdated() throws StoreException {
        TestJob job = job(1);
        commit(job.add());
        JobRecord added = job.record();
        job.running("7/box", clock.millis() + 5);
        job.due = 17;
        job.failures = 1;
        job.losses = 2;
        JobRecord expected = job.record();
        job.data(null).function("another");
        job.unique = UniqueId.of("another");
        job.priority = Priority.LOW;
        job.created = 1;
        commit(job.update());

        assertEquals(expected, found(job));
        assertEquals(added.data(), found(job).data());
        assertEquals(List.of(expected), unfinished());
    }

    @Test
    void shouldDoNothingToAJobThatIsNotThere() throws StoreException {
        commit(job(1).running("7/box", 1).update(), job(2).remove());

        assertEquals(List.of(), store.jobs(ALL));
    }

    @Test
    void shouldLeaveAnOutcomeAloneWhenItsJobIsUpdatedOrRemoved() throws StoreException {
        TestJob job = job(1);
        commit(job.add(), job.done("1", clock.millis()).end());
        JobRecord outcome = job.record().withoutData();
        commit(job.remove(), job.queued().running("7/box", 1).update());

        assertEquals(outcome, found(job));
        assertEquals(List.of(), unfinished());
    }

    @Test
    void shouldForgetARemovedJobWithoutATrace() throws StoreException {
        TestJob removed = job(1);
        TestJob addedAndRemoved = job(2);
        commit(removed.add());
        commit(removed.remove(), addedAndRemoved.add(), addedAndRemoved.remove());

        assertEquals(List.of(), unfinished());
        assertEquals(List.of(), store.jobs(ALL));
        assertEquals(Optional.empty(), store.find(removed.handle));
    }

    @Test
    void shouldKeepTheOutcomeAndNotTheDataWhenAJobEnds() throws StoreException {
        TestJob job = job(1);
        commit(
                job.add(),
                job.running("7/box", 5).update(),
                job.done("300", clock.millis()).end());

        assertEquals(job.record().withoutData(), found(job));
        assertEquals(null, found(job).data());
        assertEquals(Data.of("300"), found(job).result());
        assertEquals(List.of(), unfinished());
    }

    @Test
    void shouldKeepOutcomesOfJobsThatWereNeverAdded() throws StoreException {
        TestJob call = job(1).kind(JobKind.CATALOG);
        call.call = "add(1,2)";
        TestJob waited =
                job(2).kind(JobKind.FOREGROUND).ended(JobState.FAILED, null, "division by zero", clock.millis());
        commit(call.done("3", clock.millis()).outcome(), waited.outcome());

        assertEquals(call.record().withoutData(), found(call));
        assertEquals(waited.record().withoutData(), found(waited));
        assertEquals(List.of(), unfinished());
    }

    @Test
    void shouldKeepTheLastOfTwoOutcomesOfOneJob() throws StoreException {
        reopen(new OutcomeBounds(Duration.ofDays(7), 2));
        TestJob first = job(1).kind(JobKind.FOREGROUND).done("1", clock.millis());
        TestJob twice = job(2).kind(JobKind.FOREGROUND).done("2", clock.millis());
        commit(first.outcome(), twice.outcome(), twice.done("3", clock.millis()).outcome());

        assertEquals(Data.of("3"), found(twice).result());
        assertEquals(List.of(1L, 2L), numbers(store.jobs(ALL)));
    }

    @Test
    void shouldRunADeadJobAgainWhenItIsAddedAgain() throws StoreException {
        TestJob job = job(1);
        commit(job.add(), job.dead("lost its worker", clock.millis()).update());
        assertEquals(List.of(), unfinished());
        assertEquals(job.record(), found(job));

        job.queued().attempts = 0;
        commit(job.add());

        assertEquals(List.of(job.record()), unfinished());
        assertEquals(job.record(), found(job));
        assertEquals(List.of(job.record()), store.jobs(ALL));
    }

    @Test
    void shouldForgetTheOutcomeOfAJobThatIsAddedAgain() throws StoreException {
        reopen(new OutcomeBounds(Duration.ofDays(7), 2));
        TestJob again = job(1);
        TestJob other = job(2);
        commit(again.add(), other.add());
        commit(again.ended(JobState.CANCELLED, null, "cancelled", clock.millis())
                .end());
        commit(again.queued().add());
        assertEquals(List.of(again.record(), other.record()), store.jobs(ALL));

        // And it counts no more: two outcomes fit.
        TestJob third = job(3);
        commit(
                other.done("1", clock.millis()).end(),
                third.add(),
                third.done("1", clock.millis()).end());
        assertEquals(List.of(1L, 2L, 3L), numbers(store.jobs(ALL)));
    }

    @Test
    void shouldForgetTheOldestOutcomesOfEachKindAboveItsNumber() throws StoreException {
        reopen(new OutcomeBounds(Duration.ofDays(7), 3));
        for (int n = 1; n <= 20; n++) {
            JobKind kind = n <= 5 ? JobKind.CATALOG : JobKind.FOREGROUND;
            clock.advance(Duration.ofSeconds(1));
            commit(job(n).kind(kind).done("1", clock.millis()).outcome());
        }
        TestJob dead = job(30);
        TestJob waits = job(31);
        commit(dead.add(), dead.dead("lost", clock.millis()).update(), waits.add());
        for (int n = 40; n < 50; n++) {
            TestJob ended = job(n);
            clock.advance(Duration.ofSeconds(1));
            commit(ended.add(), ended.done("1", clock.millis()).end());
        }

        assertEquals(List.of(3L, 4L, 5L, 18L, 19L, 20L, 30L, 31L, 47L, 48L, 49L), numbers(store.jobs(ALL)));
        assertEquals(Optional.empty(), store.find(job(2).handle));
        assertEquals(Optional.empty(), store.find(job(17).handle));
    }

    @Test
    void shouldKeepNoOutcomeWhereNoneIsWanted() throws StoreException {
        reopen(new OutcomeBounds(Duration.ofDays(7), 0));
        TestJob job = job(1);
        commit(
                job.add(),
                job.done("1", clock.millis()).end(),
                job(2).done("1", clock.millis()).outcome());

        assertEquals(List.of(), store.jobs(ALL));
        assertEquals(List.of(), unfinished());
    }

    @Test
    void shouldForgetOutcomesThatAreTooOldAndNothingElse() throws StoreException {
        reopen(new OutcomeBounds(Duration.ofHours(1), 1000));
        TestJob waits = job(1);
        TestJob dead = job(2);
        TestJob old = job(3).done("1", clock.millis());
        commit(waits.add(), dead.add(), dead.dead("lost", clock.millis()).update(), old.outcome());
        clock.advance(Duration.ofMinutes(40));
        TestJob young = job(4).done("1", clock.millis());
        commit(young.outcome());
        clock.advance(Duration.ofMinutes(20));
        assertEquals(old.record().withoutData(), found(old), "an hour old, to the millisecond");
        clock.advance(Duration.ofMillis(1));

        assertEquals(Optional.empty(), store.find(old.handle));
        assertEquals(List.of(1L, 2L, 4L), numbers(store.jobs(ALL)));
        clock.advance(Duration.ofDays(400));
        commit(job(5).add());
        assertEquals(List.of(1L, 2L, 5L), numbers(store.jobs(ALL)));
        assertEquals(List.of(1L, 5L), numbers(unfinished()));
    }

    @Test
    void shouldListTheNewestThatMatchInTheOrderOfTheirNumbers() throws StoreException {
        long start = clock.millis();
        for (int n = 1; n <= 9; n++) {
            TestJob job = job(n).function(n % 2 == 0 ? "even" : "odd").owner(n % 4 == 0 ? "ops" : n == 7 ? "Ops" : "");
            commit(job.add());
            if (n % 3 == 0) {
                commit(job.done("1", clock.millis()).end());
            } else if (n == 5) {
                commit(job.dead("lost", clock.millis()).update());
            }
            clock.advance(Duration.ofSeconds(1));
        }
        FunctionName even = FunctionName.of("even");

        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), numbers(store.jobs(ALL)));
        assertEquals(List.of(7L, 8L, 9L), numbers(store.jobs(new JobQuery(null, null, 0, 3))));
        assertEquals(List.of(2L, 4L, 6L, 8L), numbers(store.jobs(new JobQuery(even, null, 0, 10))));
        assertEquals(List.of(6L, 8L), numbers(store.jobs(new JobQuery(even, null, 0, 2))));
        assertEquals(List.of(6L), numbers(store.jobs(new JobQuery(even, JobState.DONE, 0, 10))));
        assertEquals(List.of(5L), numbers(store.jobs(new JobQuery(null, JobState.DEAD, 0, 10))));
        assertEquals(List.of(7L, 8L), numbers(store.jobs(new JobQuery(null, JobState.QUEUED, 0, 2))));
        assertEquals(List.of(8L, 9L), numbers(store.jobs(new JobQuery(null, null, start + 7000, 10))));
        assertEquals(List.of(8L), numbers(store.jobs(new JobQuery(even, JobState.QUEUED, start + 5000, 10))));
        assertEquals(List.of(), store.jobs(new JobQuery(FunctionName.of("other"), null, 0, 10)));
        assertEquals(List.of(4L, 8L), numbers(store.jobs(new JobQuery(null, null, "ops", 0, 10))));
        assertEquals(List.of(8L), numbers(store.jobs(new JobQuery(even, JobState.QUEUED, "ops", start + 5000, 10))));
        assertEquals(List.of(), store.jobs(new JobQuery(null, null, "nobody", 0, 10)));
    }

    @Test
    void shouldPurgeTheNewestDeadJobsOfAQueryAndNothingElse() throws StoreException {
        for (int n = 1; n <= 8; n++) {
            TestJob job = job(n).function(n % 2 == 0 ? "even" : "odd");
            commit(job.add());
            if (n <= 6) {
                commit(job.dead("lost", clock.millis()).update());
            } else if (n == 7) {
                commit(job.done("1", clock.millis()).end());
            }
        }
        assertEquals(0, store.purge(new JobQuery(null, JobState.QUEUED, 0, 10)));
        assertEquals(0, store.purge(new JobQuery(null, null, clock.millis() + 1, 10)));
        assertEquals(2, store.purge(new JobQuery(FunctionName.of("even"), null, 0, 2)));

        assertEquals(List.of(1L, 2L, 3L, 5L, 7L, 8L), numbers(store.jobs(ALL)));
        assertEquals(4, store.purge(new JobQuery(null, JobState.DEAD, 0, 10)));
        assertEquals(List.of(7L, 8L), numbers(store.jobs(ALL)));
        assertEquals(0, store.purge(ALL));
    }

    @Test
    void shouldBeUsableByManyThreadsAtOnce() throws Exception {
        int threads = 4;
        int jobs = 200;
        ExecutorService executor = Executors.newFixedThreadPool(2 * threads);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                long first = 1_000L * (t + 1);
                ends.add(executor.submit(() -> {
                    for (long n = first; n < first + jobs; n++) {
                        TestJob job = job(n);
                        commit(job.add());
                        assertEquals(job.record(), found(job));
                        commit(job.done("1", clock.millis()).end());
                        assertEquals(job.record().withoutData(), found(job));
                    }
                    return null;
                }));
                ends.add(executor.submit(() -> {
                    for (int i = 0; i < 50; i++) {
                        List<Long> numbers = numbers(store.jobs(ALL));
                        assertEquals(numbers.stream().sorted().distinct().toList(), numbers);
                        assertTrue(unfinished().size() <= threads);
                    }
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get(60, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }
        assertEquals(threads * jobs, store.jobs(ALL).size());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldBehaveAsAMapDoesWhateverComes(long seed) throws StoreException {
        Random random = new Random(seed);
        OutcomeBounds bounds = new OutcomeBounds(Duration.ofMinutes(10), 15);
        reopen(bounds);
        Map<Long, JobRecord> model = new TreeMap<>();
        Map<Long, TestJob> jobs = new TreeMap<>();
        for (int step = 0; step < 400; step++) {
            List<Change> changes = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                // Later than all before, so that it is clear which end came first.
                clock.advance(Duration.ofMillis(1 + random.nextInt(3000)));
                changes.add(randomChange(random, jobs, model));
            }
            store.commit(changes);
            prune(model, bounds);
            check(random, model);
        }
    }

    /** A change that the state of its job allows, done to the model as well. */
    private Change randomChange(Random random, Map<Long, TestJob> jobs, Map<Long, JobRecord> model) {
        long n = 1 + random.nextInt(60);
        TestJob job = jobs.computeIfAbsent(n, this::job);
        JobRecord known = model.get(n);
        boolean there = known != null && (!known.state().isEnd() || known.state() == JobState.DEAD);
        Change change;
        if (!there) {
            job.queued().function("f" + random.nextInt(4)).data(Data.of("data " + random.nextInt()));
            job.created = clock.millis();
            // One number in four is always that of a foreground job, which is never added.
            change = n % 4 == 0
                    ? job.kind(JobKind.FOREGROUND).done("r" + n, clock.millis()).outcome()
                    : job.add();
        } else {
            change = switch (random.nextInt(5)) {
                case 0 ->
                    job.queued()
                            .running(random.nextInt(9) + "/box", clock.millis())
                            .update();
                case 1 -> job.dead("lost " + random.nextInt(9), clock.millis()).update();
                case 2 -> job.queued().remove();
                case 3 -> job.queued().add();
                default ->
                    job.done("result " + random.nextInt(), clock.millis()).end();
            };
        }
        switch (change.kind()) {
            case REMOVE -> model.remove(n);
            case END, OUTCOME -> model.put(n, change.job().withoutData());
            case ADD, UPDATE -> model.put(n, change.job());
        }
        return change;
    }

    private void prune(Map<Long, JobRecord> model, OutcomeBounds bounds) {
        for (JobKind kind : JobKind.values()) {
            List<Map.Entry<Long, JobRecord>> outcomes = model.entrySet().stream()
                    .filter(entry -> entry.getValue().kind() == kind)
                    .filter(entry ->
                            entry.getValue().state().isEnd() && entry.getValue().state() != JobState.DEAD)
                    .sorted((a, b) ->
                            Long.compare(a.getValue().ended(), b.getValue().ended()))
                    .toList();
            for (int i = 0; i < outcomes.size(); i++) {
                if (i < outcomes.size() - bounds.rows()
                        || outcomes.get(i).getValue().ended() < bounds.keptSince(clock.now())) {
                    model.remove(outcomes.get(i).getKey());
                }
            }
        }
    }

    private void check(Random random, Map<Long, JobRecord> model) throws StoreException {
        List<JobRecord> all = List.copyOf(model.values());
        assertEquals(all, store.jobs(ALL));
        assertEquals(all.stream().filter(job -> !job.state().isEnd()).toList(), unfinished());
        for (long n = 1; n <= 60; n++) {
            assertEquals(Optional.ofNullable(model.get(n)), store.find(JobHandle.of(PREFIX + n)));
        }
        JobQuery query = new JobQuery(
                random.nextBoolean() ? null : FunctionName.of("f" + random.nextInt(4)),
                random.nextBoolean() ? null : JobState.values()[random.nextInt(7)],
                random.nextBoolean() ? null : random.nextBoolean() ? "" : "ops",
                random.nextBoolean() ? 0 : clock.millis() - random.nextInt(600_000),
                1 + random.nextInt(20));
        List<JobRecord> matching = all.stream().filter(query::matches).toList();
        List<JobRecord> newest = matching.subList(Math.max(0, matching.size() - query.limit()), matching.size());
        assertEquals(newest, store.jobs(query));
        if (random.nextInt(20) == 0) {
            List<JobRecord> dead = matching.stream()
                    .filter(job -> job.state() == JobState.DEAD)
                    .toList();
            List<JobRecord> purged = dead.subList(Math.max(0, dead.size() - query.limit()), dead.size());
            assertEquals(purged.size(), store.purge(query));
            purged.forEach(job -> model.values().remove(job));
        }
    }

    /** Jobs of these numbers, added and waiting. */
    protected List<Change> added(long first, int count) {
        return LongStream.range(first, first + count)
                .mapToObj(n -> job(n).add())
                .toList();
    }

    /** The same text again and again. */
    protected static Data text(int bytes) {
        byte[] text = new byte[bytes];
        Arrays.fill(text, (byte) 'x');
        return new Data(text, 0, bytes);
    }
}
