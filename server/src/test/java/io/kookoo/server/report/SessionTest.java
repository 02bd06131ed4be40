package io.kookoo.server.report;

import static io.kookoo.protocol.PacketType.WORK_COMPLETE;
import static io.kookoo.protocol.PacketType.WORK_EXCEPTION;
import static io.kookoo.protocol.PacketType.WORK_FAIL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.Priority;
import io.kookoo.server.dispatch.Bench;
import io.kookoo.server.dispatch.Job;
import io.kookoo.server.dispatch.Observer;
import io.kookoo.server.dispatch.Peer;
import io.kookoo.server.net.Outbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** What a session counts, and who counts for it; by a dispatcher without sockets, and by the clock. */
final class SessionTest {
    private static final String LOCAL = "local/1";

    private final List<String> heard = new ArrayList<>();
    private Session session;
    private final Bench bench = new Bench((clock, deadlines) -> {
        session = new Session(clock, LOCAL::equals, new Listener());
        return session;
    });

    private final class Listener implements Session.Listener {
        @Override
        public void began() {
            heard.add("began");
        }

        @Override
        public void arrived() {
            heard.add("arrived");
        }

        @Override
        public void deserted() {
            heard.add("deserted");
        }
    }

    private Report take() {
        return session.take(Report.Reason.COMMAND, false).orElseThrow();
    }

    private JobHandle submit(Bench.TestPeer client, String function, String data) {
        client.heard();
        client.submit(function, Priority.NORMAL, false, data);
        return client.heard().get(0).handle(0);
    }

    private static void complete(Bench.TestPeer worker, String result) {
        Packet job = worker.grabPacket();
        assertTrue(worker.report(WORK_COMPLETE, job.handle(0), Data.of(result)));
    }

    private static <T> long sum(List<T> rows, ToLongFunction<T> count) {
        return rows.stream().mapToLong(count).sum();
    }

    private static Report.Client client(Report report, String name, Report.Role role) {
        return report.clients().stream()
                .filter(row -> row.name().equals(name) && row.role() == role)
                .findFirst()
                .orElseThrow();
    }

    // ---- who is there ----

    @Test
    void shouldCountWhoSubmitsWorksOrTakesANameAndNobodyElse() {
        Bench.TestPeer looker = bench.peer();
        assertEquals(List.of(), heard);
        Bench.TestPeer worker = bench.peer("f");
        assertEquals(List.of("began", "arrived"), heard);
        Bench.TestPeer client = bench.peer();
        submit(client, "f", "x");
        Bench.TestPeer talker = bench.peer();
        session.tookName(talker.peer, "ann");
        looker.disconnect();
        worker.disconnect();
        client.disconnect();
        assertEquals(List.of("began", "arrived"), heard);
        talker.disconnect();
        assertEquals(List.of("began", "arrived", "deserted"), heard);
        assertEquals(3, take().totals().clients());
    }

    @Test
    void shouldCountAPollerBeforeItGetsACall() {
        Bench.TestPeer poller = bench.peer();
        bench.dispatcher().becomePoller(poller.peer);
        assertEquals(List.of("began", "arrived"), heard);
        poller.disconnect();
        assertEquals(List.of("began", "arrived", "deserted"), heard);
    }

    @Test
    void shouldNotCountLocalWorkersButTheirCalls() {
        Bench.TestPeer local = bench.peer().called(LOCAL).canDo("f");
        Bench.TestPeer client = bench.peer().called("ann");
        submit(client, "f", "x");
        complete(local, "result");
        client.disconnect();
        assertEquals(List.of("began", "arrived", "deserted"), heard);
        Report report = session.take(Report.Reason.IDLE, true).orElseThrow();
        assertEquals(1, report.totals().clients());
        assertEquals(1, report.totals().calls());
        Report.Client row = client(report, "local workers", Report.Role.RUNS);
        assertEquals(1, row.calls());
        assertEquals("", row.address());
        assertEquals(1, client(report, "ann", Report.Role.ASKS).calls());
    }

    @Test
    void shouldKnowALocalWorkerThatSaysItsIdLate() {
        Bench.TestPeer local = bench.peer("f");
        local.called(LOCAL);
        assertEquals(List.of("began", "arrived", "deserted"), heard);
        local.disconnect();
        assertEquals(List.of("began", "arrived", "deserted"), heard);
    }

    @Test
    void shouldTakeNothingWhileSomebodyIsThere() {
        Bench.TestPeer worker = bench.peer("f");
        Bench.TestPeer client = bench.peer();
        submit(client, "f", "x");
        complete(worker, "y");
        client.disconnect();
        assertEquals(Optional.empty(), session.take(Report.Reason.IDLE, true));
        worker.disconnect();
        assertEquals(
                1, session.take(Report.Reason.IDLE, true).orElseThrow().totals().calls());
    }

    @Test
    void shouldTellNothingOfASpanWithoutACall() {
        bench.peer("f").disconnect();
        assertEquals(Optional.empty(), session.take(Report.Reason.COMMAND, false));
        assertEquals(Optional.empty(), session.take(Report.Reason.COMMAND, false));
    }

    @Test
    void shouldCountFromZeroInTheNextSpanAndKnowWhoIsStillThere() {
        Bench.TestPeer worker = bench.peer("f").called("box/1");
        Bench.TestPeer client = bench.peer();
        submit(client, "f", "x");
        complete(worker, "y");
        client.disconnect();
        bench.pass(Duration.ofSeconds(1));
        Report first = take();
        Bench.TestPeer another = bench.peer();
        submit(another, "f", "x");
        submit(another, "f", "x");
        complete(worker, "y");
        bench.pass(Duration.ofSeconds(2));
        Report second = take();
        assertEquals(first.to(), second.from());
        assertEquals(2, second.totals().clients());
        assertEquals(2, second.totals().submitted());
        assertEquals(1, second.totals().calls());
        assertEquals(2, second.clients().size());
        Report.Client row = client(second, "box/1", Report.Role.RUNS);
        assertEquals(1, row.calls());
        assertEquals(worker.peer.since(), row.from());
        assertEquals(second.to(), row.to());
        worker.disconnect();
        another.disconnect();
        assertEquals("deserted", heard.get(heard.size() - 1));
    }

    @Test
    void shouldKnowAClientByTheNameItTook() {
        Bench.TestPeer client = bench.peer().called("box/1");
        submit(client, "f", "x");
        session.tookName(client.peer, "ann");
        submit(client, "f", "x");
        Report report = take();
        assertEquals(1, client(report, "box/1", Report.Role.ASKS).calls());
        assertEquals(1, client(report, "ann", Report.Role.ASKS).calls());
        assertEquals(2, report.clients().size());
    }

    @Test
    void shouldHaveOneRowForAWorkerThatNamesItselfAfterItsFunctions() {
        Bench.TestPeer worker = bench.peer("f").called("box/1");
        Bench.TestPeer other = bench.peer("f").called("box/1");
        submit(bench.peer(), "f", "x");
        complete(worker, "y");
        worker.disconnect();
        other.disconnect();
        Report report = take();
        assertEquals(2, report.clients().size(), report::toString);
        assertEquals(2, client(report, "box/1", Report.Role.RUNS).connections());
    }

    // ---- what is told ----

    @Test
    void shouldTellTimesFromTheStartToTheEndAndFromTheSubmissionWhereSomebodyWaits() {
        Bench.TestPeer worker = bench.peer("f").called("w");
        Bench.TestPeer client = bench.peer().called("c");
        submit(client, "f", "1234");
        bench.pass(Duration.ofSeconds(3));
        Packet job = worker.grabPacket();
        bench.pass(Duration.ofSeconds(1));
        worker.report(WORK_COMPLETE, job.handle(0), Data.of("12"));
        Report report = take();
        assertEquals(Duration.ofSeconds(1), report.totals().times().longest());
        assertEquals(
                Duration.ofSeconds(1),
                client(report, "w", Report.Role.RUNS).times().p99());
        assertEquals(
                Duration.ofSeconds(4),
                client(report, "c", Report.Role.ASKS).times().mean());
        assertEquals(6, report.totals().bytes());
        assertEquals(6, client(report, "w", Report.Role.RUNS).bytes());
        assertEquals(6, client(report, "c", Report.Role.ASKS).bytes());
        assertEquals(
                List.of(0L, 0L, 0L, 1L, 0L, 0L, 0L),
                report.functions().get(0).times().counts());
    }

    @Test
    void shouldTellTheLongestPauseBetweenSignsOfLife() {
        Bench.TestPeer worker = bench.peer("f").called("w");
        bench.pass(Duration.ofSeconds(2));
        worker.peer.heard(bench.nanoTime());
        bench.pass(Duration.ofSeconds(7));
        worker.peer.heard(bench.nanoTime());
        bench.pass(Duration.ofSeconds(3));
        submit(bench.peer(), "f", "x");
        assertEquals(
                Duration.ofSeconds(7), client(take(), "w", Report.Role.RUNS).longestPause());
        bench.pass(Duration.ofSeconds(1));
        worker.disconnect();
        submit(bench.peer(), "f", "x");
        assertEquals(
                Duration.ofSeconds(4), client(take(), "w", Report.Role.RUNS).longestPause());
    }

    @Test
    void shouldTellFailuresByReasonAndTheLastErrors() {
        Bench.TestPeer worker = bench.peer("f").called("w");
        Bench.TestPeer client = bench.peer();
        List<String> handles = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            handles.add(submit(client, "f", "data " + i).text());
            Packet job = worker.grabPacket();
            if (i % 3 == 0) {
                worker.report(WORK_FAIL, job.handle(0), null);
            } else {
                worker.report(WORK_EXCEPTION, job.handle(0), Data.of("no such file"));
            }
        }
        JobHandle waiting = submit(client, "f", "never run");
        assertTrue(client.cancel(waiting));
        Report report = take();
        assertEquals(
                List.of(
                        new Report.Failure("exception: no such file", 20),
                        new Report.Failure("failed", 10),
                        new Report.Failure("cancelled", 1)),
                report.functions().get(0).reasons());
        assertEquals(31, report.totals().failures());
        assertEquals(30, client(report, "w", Report.Role.RUNS).failures());
        assertEquals(20, report.errors().size());
        Report.Call last = report.errors().get(0);
        assertEquals(waiting.text(), last.handle());
        assertEquals("cancelled", last.outcome());
        assertEquals("", last.worker());
        assertNull(last.took());
        Report.Call before = report.errors().get(1);
        assertEquals(handles.get(29), before.handle());
        assertEquals("f(data 29)", before.text());
        assertEquals("no such file", before.said());
        assertEquals(worker.peer.number() + "/w", before.worker());
    }

    @Test
    void shouldTellRetriesAndWhoHadTheJobThatWasLostForGood() {
        Bench.TestPeer client = bench.peer();
        submit(client, "f", "x");
        for (int i = 0; i < 4; i++) {
            Bench.TestPeer worker = bench.peer("f").called("w");
            worker.grabPacket();
            worker.disconnect();
        }
        Report report = take();
        assertEquals(3, report.totals().retries());
        assertEquals(1, report.totals().failures());
        assertTrue(report.functions().get(0).reasons().get(0).text().startsWith("retries_exhausted"));
        assertEquals(1, client(report, "w", Report.Role.RUNS).failures());
    }

    @Test
    void shouldTellTheTenSlowest() {
        Bench.TestPeer worker = bench.peer("f");
        Bench.TestPeer client = bench.peer();
        for (int i = 1; i <= 50; i++) {
            submit(client, "f", Integer.toString(i));
            Packet job = worker.grabPacket();
            bench.pass(Duration.ofMillis(i * 37 % 51));
            worker.report(WORK_COMPLETE, job.handle(0), Data.EMPTY);
        }
        assertEquals(
                List.of(50L, 49L, 48L, 47L, 46L, 45L, 44L, 43L, 42L, 41L),
                take().slowest().stream().map(call -> call.took().toMillis()).toList());
    }

    @Test
    void shouldMergePiecesOfTimeByTwoAndLoseNoCall() {
        Bench.TestPeer worker = bench.peer("f");
        Bench.TestPeer client = bench.peer();
        Duration each = Duration.ofMillis(250);
        for (int i = 0; i < 1000; i++) {
            submit(client, "f", "x");
            Packet job = worker.grabPacket();
            bench.pass(each);
            worker.report(WORK_COMPLETE, job.handle(0), Data.EMPTY);
        }
        Report report = take();
        assertTrue(report.points().size() <= Series.PIECES && report.points().size() > Series.PIECES / 2);
        assertEquals(1000, sum(report.points(), Report.Point::calls));
        // 250 s are more than 120 pieces of 1.6 s, and less than 240.
        assertEquals(Duration.ofMillis(1600), report.pointWidth());
        assertEquals(
                report.from().plus(report.pointWidth()), report.points().get(1).at());
        report.points().forEach(point -> assertEquals(each, point.longest()));
    }

    // ---- a simple model ----

    @Test
    void shouldAgreeWithASimpleModel() {
        Random random = new Random(20261125);
        List<Bench.TestPeer> workers = new ArrayList<>();
        List<Bench.TestPeer> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            workers.add(bench.peer("f0", "f1", "f2").called("w" + i));
            clients.add(bench.peer().called("c" + i));
        }
        Map<String, Long> counts = new TreeMap<>();
        long bytes = 0;
        for (int i = 0; i < 20_000; i++) {
            bench.pass(Duration.ofMillis(random.nextInt(3)));
            int one = random.nextInt(4);
            String function = "f" + random.nextInt(3);
            String data = "x".repeat(random.nextInt(20));
            submit(clients.get(one), function, data);
            counts.merge("submitted c" + one, 1L, Long::sum);
            int other = random.nextInt(4);
            Packet job = workers.get(other).grabPacket();
            bench.pass(Duration.ofMillis(random.nextInt(5)));
            boolean fails = random.nextInt(10) == 0;
            String result = "y".repeat(random.nextInt(20));
            workers.get(other).report(fails ? WORK_EXCEPTION : WORK_COMPLETE, job.handle(0), Data.of(result));
            bytes += data.length() + result.length();
            counts.merge("ran w" + other, 1L, Long::sum);
            counts.merge("calls " + function, 1L, Long::sum);
            if (fails) {
                counts.merge("failed w" + other, 1L, Long::sum);
                counts.merge("waited in vain c" + one, 1L, Long::sum);
                counts.merge("failures " + function, 1L, Long::sum);
            }
        }
        Report report = take();
        Map<String, Long> told = new TreeMap<>();
        for (Report.Client client : report.clients()) {
            boolean runs = client.role() == Report.Role.RUNS;
            told.put((runs ? "ran " : "submitted ") + client.name(), client.calls());
            told.put((runs ? "failed " : "waited in vain ") + client.name(), client.failures());
            assertEquals(client.calls(), client.times().count());
            assertEquals(client.calls(), sum(client.times().counts(), Long::longValue));
        }
        for (Report.Function function : report.functions()) {
            told.put("calls " + function.name(), function.calls());
            told.put("failures " + function.name(), function.failures());
            assertEquals(function.failures(), sum(function.reasons(), Report.Failure::count));
            assertEquals(function.calls(), sum(function.times().counts(), Long::longValue));
        }
        assertEquals(counts, told);
        assertEquals(20_000, report.totals().calls());
        assertEquals(20_000, report.totals().submitted());
        assertEquals(bytes, report.totals().bytes());
        assertEquals(20_000, sum(report.points(), Report.Point::calls));
        assertEquals(report.totals().failures(), sum(report.points(), Report.Point::failures));
    }

    // ---- bounds ----

    /** Keeps the jobs that end, which an observer must not do but in a test. */
    private static final class Keeper implements Observer {
        final List<Job> ended = new ArrayList<>();

        @Override
        public void ended(Job job) {
            ended.add(job);
        }
    }

    @Test
    void shouldStayWithinItsBoundsWhateverComes() throws Exception {
        Keeper keeper = new Keeper();
        Session[] sessions = new Session[1];
        Bench many = new Bench((clock, deadlines) -> {
            sessions[0] = new Session(clock, id -> false, new Listener());
            return Observer.all(List.of(keeper, sessions[0]));
        });
        Bench.TestPeer client = many.peer();
        Bench.TestPeer worker = many.peer();
        String large = "x".repeat(50_000);
        for (int i = 0; i < 2_000; i++) {
            String function = i < 1_000 ? "f" : "f" + i;
            worker.canDo(function);
            client.submit(function, Priority.NORMAL, false, large);
            Packet job = worker.grabPacket();
            many.pass(Duration.ofMillis(i));
            worker.report(WORK_EXCEPTION, job.handle(0), Data.of(i + large));
            client.heard();
        }
        Outbox outbox = Outbox.inMemory(bytes -> {});
        for (int i = 0; i < 3_000; i++) {
            Peer peer = new Peer(1_000_000 + i, "127.0.0.1", 1, outbox, many.clock());
            sessions[0].works(peer);
            sessions[0].left(peer, "test", 0);
        }
        for (int i = 0; i < 1_000_000; i++) {
            sessions[0].ended(keeper.ended.get(i % keeper.ended.size()));
            if (i % 1_000 == 0) {
                many.pass(Duration.ofHours(1));
            }
        }
        client.submit("f", Priority.NORMAL, false, large);
        worker.report(WORK_COMPLETE, worker.grabPacket().handle(0), Data.EMPTY);
        Report report = sessions[0].take(Report.Reason.EVERY, false).orElseThrow();
        assertEquals(1_002_001, report.totals().calls());
        assertEquals(1_002_001, sum(report.functions(), Report.Function::calls));
        assertEquals(Span.MAX_FUNCTIONS + 1, report.functions().size());
        assertEquals(Span.MAX_CLIENTS + 1, report.clients().size());
        Report.Client others = report.clients().get(Span.MAX_CLIENTS);
        assertEquals(Span.OTHERS, others.name());
        assertEquals(3_002 - Span.MAX_CLIENTS, others.connections());
        Report.Function first = report.functions().get(0);
        assertEquals(Span.MAX_REASONS + 1, first.reasons().size());
        assertEquals(first.failures(), sum(first.reasons(), Report.Failure::count));
        assertTrue(report.points().size() <= Series.PIECES);
        assertEquals(Span.SLOWEST, report.slowest().size());
        assertEquals(Span.LAST_ERRORS, report.errors().size());
        int length = JsonReport.of(report, "127.0.0.1:5555").length();
        assertTrue(length < 3_000_000, () -> length + " characters, although large texts are cut");
    }
}
