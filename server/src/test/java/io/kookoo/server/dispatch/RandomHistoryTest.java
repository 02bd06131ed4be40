package io.kookoo.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import io.kookoo.server.dispatch.HistoryModel.Client;
import io.kookoo.server.dispatch.HistoryModel.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Thousands of histories of the dispatcher alone, each drawn from a seed: whatever peers do in whatever order, and however time
 * passes, every packet that leaves is the one that {@link HistoryModel} expects. So no job is lost, none runs twice without a
 * lost worker, a lease that ran out, a CANT_DO or a failure that is to be retried, order is kept, each foreground submission is answered once, and no ready job
 * waits beside a sleeper without a wake-up younger than 100 ms.
 */
final class RandomHistoryTest {
    private static final int HISTORIES = 2000;
    private static final int STEPS = 120;
    private static final Map<FunctionName, Integer> MAX_RUNNING =
            Map.of(FunctionName.of("f0"), 1, FunctionName.of("f1"), 2);
    /** One of a function that only so many may run of, one of another. */
    private static final Map<FunctionName, Retry> FAILURES = Map.of(
            FunctionName.of("f0"), new Retry(1, Duration.ofMillis(40), 1, Duration.ofSeconds(1)),
            FunctionName.of("f2"), new Retry(3, Duration.ofMillis(300), 3, Duration.ofSeconds(2)));

    /** What somebody may do, and how often at most. */
    private enum Action {
        CONNECT(2),
        DISCONNECT(2),
        CAN_DO(6),
        CANT_DO(2),
        RESET_ABILITIES(1),
        PRE_SLEEP(8),
        GRAB(10),
        SUBMIT(12),
        END(8),
        SAY(2),
        CANCEL(2),
        CANCEL_UNIQUE(1),
        DROP(1),
        MAX_QUEUE(1),
        QUIET(2),
        RESUME(3),
        PASS(6);

        final int weight;

        Action(int weight) {
            this.weight = weight;
        }
    }

    @Test
    void shouldAgreeWithTheModelInEveryHistory() {
        agree(1, HISTORIES);
    }

    /** Other histories with every run; the seed of one that fails is printed. */
    @Test
    @Tag("torture")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void shouldAgreeWithTheModelInAHundredThousandHistories() {
        agree(System.currentTimeMillis(), 100_000);
    }

    private static void agree(long firstSeed, int histories) {
        History shortest = null;
        int failed = 0;
        Map<Action, Integer> happened = new EnumMap<>(Action.class);
        int[] rare = new int[Rare.values().length];
        for (long seed = firstSeed; seed < firstSeed + histories; seed++) {
            History history = new History(seed);
            history.run();
            history.happened.forEach((action, count) -> happened.merge(action, count, Integer::sum));
            for (Rare what : Rare.values()) {
                rare[what.ordinal()] += history.rare.getOrDefault(what, 0);
            }
            if (history.failure != null) {
                failed++;
                shortest = shortest == null || history.steps.size() < shortest.steps.size() ? history : shortest;
            }
        }
        if (shortest != null) {
            fail(
                    failed + " of " + histories + " histories failed; the shortest is seed " + shortest.seed + ":\n"
                            + String.join("\n", shortest.steps),
                    shortest.failure);
        }
        // And they were not empty.
        for (Action action : Action.values()) {
            assertTrue(happened.getOrDefault(action, 0) > 1000, () -> action + " in " + happened);
        }
        for (Rare what : Rare.values()) {
            assertTrue(rare[what.ordinal()] > 100, () -> what + ": " + rare[what.ordinal()]);
        }
    }

    /** What must have happened in all these histories for them to say something. */
    private enum Rare {
        JOINED,
        JOINED_WHILE_RUNNING,
        DELAYED,
        REFUSED_AS_FULL,
        LEASE_RAN_OUT,
        RETRIED,
        RETRIED_FROM_A_FULL_FUNCTION,
        CANCELLED_WHILE_RUNNING,
        DROPPED_WITH_JOBS,
        NO_JOB_WHILE_FULL,
        WOKEN,
        GRAB_WAITS,
        ANSWERED_LATER,
        NO_JOB_WHILE_QUIET,
        QUIET_WHILE_ITS_GRAB_WAITS,
        QUIET_WHILE_ASLEEP,
        QUIET_WHILE_WOKEN,
        PRE_SLEEP_WHILE_QUIET,
        WOKEN_BY_RESUME
    }

    private static final class History {
        final long seed;
        final List<String> steps = new ArrayList<>();
        final Map<Action, Integer> happened = new EnumMap<>(Action.class);
        final Map<Rare, Integer> rare = new EnumMap<>(Rare.class);
        AssertionError failure;

        private final Random random;
        private final Duration patience;
        private final int[] weights = new int[Action.values().length];
        private int weightSum;
        private final Bench bench;
        private final HistoryModel model;
        private final List<Client> clients = new ArrayList<>();
        private final List<JobHandle> handles = new ArrayList<>();
        private int connected;

        History(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            int retries = random.nextInt(4);
            this.patience = random.nextBoolean() ? Duration.ZERO : DispatchSettings.GRAB_PATIENCE;
            // The alarm is not for this test: it wakes workers whatever they do.
            this.bench = new Bench(new DispatchSettings(
                    DispatchSettings.handlePrefix("bench", Instant.EPOCH),
                    retries,
                    0,
                    false,
                    Duration.ofDays(365),
                    patience,
                    MAX_RUNNING,
                    Keeping.NOTHING,
                    FAILURES));
            this.model = new HistoryModel(retries, MAX_RUNNING, FAILURES);
            for (Action action : Action.values()) {
                weightSum += weights[action.ordinal()] = 1 + random.nextInt(2 * action.weight);
            }
        }

        void run() {
            try {
                for (int i = 0; i < 3; i++) {
                    step(Action.CONNECT);
                }
                for (int i = 0; i < STEPS; i++) {
                    step(draw());
                }
                finish();
            } catch (AssertionError e) {
                failure = e;
            } catch (RuntimeException e) {
                failure = new AssertionError(e);
            }
        }

        private Action draw() {
            int at = random.nextInt(weightSum);
            int index = 0;
            while (at >= weights[index]) {
                at -= weights[index++];
            }
            return Action.values()[index];
        }

        private void step(Action action) {
            if (clients.isEmpty() && action != Action.PASS) {
                action = Action.CONNECT;
            }
            happened.merge(action, 1, Integer::sum);
            switch (action) {
                case CONNECT -> connect();
                case DISCONNECT -> disconnect(client());
                case CAN_DO -> canDo(says(client()), function());
                case CANT_DO -> cantDo(says(client()), function());
                case RESET_ABILITIES -> resetAbilities(says(client()));
                case PRE_SLEEP -> preSleep(says(client()));
                case GRAB -> grab(says(client()));
                case SUBMIT -> submit(says(client()));
                case END ->
                    report(says(client()), random.nextInt(3) == 0 ? PacketType.WORK_FAIL : PacketType.WORK_COMPLETE);
                case SAY ->
                    report(says(client()), random.nextBoolean() ? PacketType.WORK_DATA : PacketType.WORK_WARNING);
                case CANCEL -> cancel(says(client()));
                case CANCEL_UNIQUE -> cancelUnique(says(client()));
                case DROP -> drop(says(client()), function());
                case MAX_QUEUE -> maxQueue(function());
                case QUIET -> quiet(random.nextBoolean() ? client() : oneThatWaits());
                case RESUME -> resume(client());
                case PASS -> pass(random.nextInt(8) == 0 ? random.nextInt(3000) : random.nextInt(120));
            }
            check();
            if (random.nextInt(8) == 0) {
                checkStatus();
            }
        }

        /** Everything that was accepted can be brought to its end. */
        private void finish() {
            for (int function = 0; function < 4; function++) {
                maxQueueOf("f" + function, 0);
            }
            pass(10_000);
            check();
            for (Client client : List.copyOf(clients)) {
                while (!client.running.isEmpty()) {
                    report(
                            client,
                            PacketType.WORK_COMPLETE,
                            client.running.iterator().next().handle);
                    check();
                }
            }
            connect();
            Client worker = clients.get(clients.size() - 1);
            resume(worker);
            check();
            for (int function = 0; function < 4; function++) {
                canDo(worker, "f" + function);
                check();
            }
            int left = model.live().size();
            for (int i = 0; i < left; i++) {
                Job job = grab(worker);
                check();
                assertTrue(job != null, "a job is left that nobody gets: " + model.live());
                report(worker, PacketType.WORK_COMPLETE, job.handle);
                check();
            }
            assertEquals(List.of(), bench.dispatcher.jobs());
            assertEquals(List.of(), model.live());
            checkStatus();
        }

        // ---- what is drawn ----

        private Client client() {
            return clients.get(random.nextInt(clients.size()));
        }

        /** One whose GRAB waits, which is rare; anybody where there is none. */
        private Client oneThatWaits() {
            return clients.stream()
                    .filter(client -> client.openGrab)
                    .findFirst()
                    .orElseGet(this::client);
        }

        private String function() {
            return "f" + random.nextInt(4);
        }

        private void note(String step) {
            steps.add(step);
        }

        private void rare(Rare what) {
            rare.merge(what, 1, Integer::sum);
        }

        // ---- what is done ----

        private void connect() {
            if (clients.size() < 7) {
                Client client = new Client("p" + ++connected, bench.peer());
                note(client + " connects");
                clients.add(client);
            }
        }

        /** Whatever a client says, its GRAB that waits is answered first. */
        private Client says(Client client) {
            if (client.openGrab) {
                client.peer.speaks();
                client.openGrab = false;
                assertEquals(PacketType.NO_JOB, client.takeFirst().type());
                note("  " + client + " hears NO_JOB");
            }
            return client;
        }

        private void disconnect(Client client) {
            note(client + " is lost");
            clients.remove(client);
            client.peer.disconnect();
            model.disconnect(client);
        }

        private void canDo(Client client, String function) {
            long millis = random.nextInt(3) == 0 ? 1 + random.nextInt(2000) : 0;
            note(client + " CAN_DO " + function + (millis == 0 ? "" : ", at most " + millis + " ms"));
            client.peer.canDo(function, millis == 0 ? null : Duration.ofMillis(millis));
            model.canDo(client, function, millis);
        }

        private void cantDo(Client client, String function) {
            note(client + " CANT_DO " + function);
            client.peer.cantDo(function);
            model.cantDo(client, function);
        }

        private void resetAbilities(Client client) {
            note(client + " RESET_ABILITIES");
            client.peer.resetAbilities();
            model.resetAbilities(client);
        }

        private void preSleep(Client client) {
            note(client + " PRE_SLEEP");
            if (client.quiet) {
                rare(Rare.PRE_SLEEP_WHILE_QUIET);
            }
            client.expectsNoop = true;
            client.asleep = !client.quiet;
            client.wokenMillis = null;
            client.peer.preSleep();
        }

        private Job grab(Client client) {
            note(client + " GRAB_JOB");
            client.expectsNoop = false;
            client.asleep = false;
            client.wokenMillis = null;
            List<Job> allowed = model.mayGrab(client);
            client.peer.ask();
            boolean waits = allowed.isEmpty() && !patience.isZero() && !client.abilities.isEmpty() && !client.quiet;
            if (waits) {
                client.openGrab = true;
                rare(Rare.GRAB_WAITS);
                return null;
            }
            Packet answer = client.takeFirst();
            if (answer.type() == PacketType.NO_JOB) {
                note("  NO_JOB");
                assertEquals(List.of(), allowed, "NO_JOB, although one was ready");
                if (client.quiet && !model.readyFor(client).isEmpty()) {
                    rare(Rare.NO_JOB_WHILE_QUIET);
                }
                if (model.waitsForAFullFunction(client)) {
                    rare(Rare.NO_JOB_WHILE_FULL);
                }
                return null;
            }
            note("  " + answer.handle(0).text());
            Job job = allowed.stream()
                    .filter(each -> each.handle.equals(answer.handle(0)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("got " + answer + ", expected one of " + allowed));
            assertEquals(job.function, answer.function(1).text());
            assertEquals(job.data, answer.data().text());
            model.grabbed(client, job);
            return job;
        }

        private void submit(Client client) {
            boolean epoch = random.nextInt(6) == 0;
            long due = epoch ? Math.max(0, model.seconds() - 1 + random.nextInt(5)) : 0;
            boolean background = epoch || random.nextInt(3) == 0;
            String unique = switch (random.nextInt(4)) {
                case 0 -> "u" + random.nextInt(3);
                case 1 -> "-";
                default -> "";
            };
            String data = random.nextInt(6) == 0 ? "" : "d" + random.nextInt(unique.equals("-") ? 2 : 1000);
            Priority priority = Priority.values()[random.nextInt(3)];
            String function = function();
            note(client + " submits " + function + " " + priority + (background ? " background" : "") + " unique '"
                    + unique + "' data '" + data + "'" + (epoch ? " at " + due : ""));
            Submission submission = new Submission(
                    FunctionName.of(function), UniqueId.of(unique), priority, background, Data.of(data), null, due);
            Job joined = model.joinedBy(function, unique, data);
            String refusal = client.peer.submit(submission);
            if (joined == null && model.isQueueFull(function, priority)) {
                rare(Rare.REFUSED_AS_FULL);
                note("  refused");
                assertEquals("Job queue is full", refusal);
                return;
            }
            assertEquals(null, refusal);
            Packet answer = client.takeFirst();
            assertEquals(PacketType.JOB_CREATED, answer.type());
            JobHandle handle = answer.handle(0);
            note("  " + handle.text());
            if (joined == null) {
                assertTrue(!handles.contains(handle), () -> "a handle was used again: " + handle);
                handles.add(handle);
                Job job = model.submit(client, handle, submission);
                if (job.isDelayed()) {
                    rare(Rare.DELAYED);
                }
            } else {
                rare(joined.worker == null ? Rare.JOINED : Rare.JOINED_WHILE_RUNNING);
                assertEquals(joined.handle, handle, "should have joined");
                model.join(client, joined, background);
            }
        }

        private void report(Client client, PacketType type) {
            List<JobHandle> held =
                    client.running.stream().map(job -> job.handle).toList();
            List<JobHandle> from = held.isEmpty() || random.nextInt(10) == 0 ? handles : held;
            if (!from.isEmpty()) {
                report(client, type, from.get(random.nextInt(from.size())));
            }
        }

        private void report(Client client, PacketType type, JobHandle handle) {
            note(client + " " + type + " " + handle.text());
            Job job = model.byHandle(handle);
            boolean holds = job != null && job.worker == client;
            assertEquals(holds, client.peer.report(type, handle), "held");
            if (holds) {
                boolean wasFull = model.isFull(job.function);
                if (model.report(job, type)) {
                    rare(wasFull ? Rare.RETRIED_FROM_A_FULL_FUNCTION : Rare.RETRIED);
                }
            }
        }

        private void cancel(Client client) {
            if (!handles.isEmpty()) {
                JobHandle handle = handles.get(random.nextInt(handles.size()));
                note("cancel " + handle.text());
                Job job = model.byHandle(handle);
                assertEquals(job != null, client.peer.cancel(handle));
                cancelled(job);
            }
        }

        private void cancelUnique(Client client) {
            String function = function();
            String unique = random.nextInt(4) == 0 ? "-" : "u" + random.nextInt(3);
            note("cancel unique " + function + " " + unique);
            Job job = unique.equals("-") ? null : model.joinedBy(function, unique, "");
            assertEquals(job != null, client.peer.cancel(function, unique));
            cancelled(job);
        }

        private void cancelled(Job job) {
            if (job != null) {
                if (job.worker != null) {
                    rare(Rare.CANCELLED_WHILE_RUNNING);
                }
                model.end(job, PacketType.WORK_FAIL);
            }
        }

        private void drop(Client client, String function) {
            note("drop function " + function);
            int before = model.live().size();
            assertEquals(model.drop(function), client.peer.drop(function));
            if (model.live().size() < before) {
                rare(Rare.DROPPED_WITH_JOBS);
            }
        }

        private void maxQueue(String function) {
            maxQueueOf(function, Math.max(0, random.nextInt(9) - 2));
        }

        private void maxQueueOf(String function, int limit) {
            Priority priority = Priority.values()[random.nextInt(3)];
            note("maxqueue " + function + " " + priority + " " + limit);
            bench.dispatcher.maxQueue(FunctionName.of(function), Map.of(priority, limit));
            model.maxQueue(function, priority, limit);
        }

        private void quiet(Client client) {
            note(client + " is to be quiet");
            if (client.openGrab) {
                rare(Rare.QUIET_WHILE_ITS_GRAB_WAITS);
            } else if (client.asleep) {
                rare(Rare.QUIET_WHILE_ASLEEP);
            } else if (client.wokenMillis != null && !client.quiet) {
                rare(Rare.QUIET_WHILE_WOKEN);
            }
            boolean grabWaits = client.openGrab;
            client.peer.quiet();
            model.quiet(client);
            if (grabWaits) {
                client.openGrab = false;
                assertEquals(PacketType.NO_JOB, client.takeFirst().type());
                note("  " + client + " hears NO_JOB");
            }
        }

        private void resume(Client client) {
            note(client + " may work again");
            boolean wasQuiet = client.quiet;
            client.peer.resume();
            model.resume(client);
            if (wasQuiet && client.asleep && !model.mayGrab(client).isEmpty()) {
                rare(Rare.WOKEN_BY_RESUME);
            }
        }

        private void pass(int millis) {
            note(millis + " ms pass");
            bench.pass(Duration.ofMillis(millis));
            int leases = model.pass(millis);
            rare.merge(Rare.LEASE_RAN_OUT, leases, Integer::sum);
        }

        // ---- what must hold after every step ----

        private void check() {
            List<Client> woken = new ArrayList<>();
            Map<Client, Packet> assigned = new LinkedHashMap<>();
            for (Client client : clients) {
                List<String> heard = new ArrayList<>();
                for (Packet packet : client.heard()) {
                    if (packet.type() == PacketType.NOOP) {
                        note("  " + client + " hears NOOP");
                        assertTrue(client.asleep, () -> client + " was woken, but does not sleep");
                        client.asleep = false;
                        client.wokenMillis = model.millis();
                        woken.add(client);
                        rare(Rare.WOKEN);
                    } else if (packet.type() == PacketType.NO_JOB) {
                        note("  " + client + " hears NO_JOB");
                        assertTrue(client.openGrab, () -> client + " hears NO_JOB, and has not asked");
                        client.openGrab = false;
                    } else if (packet.type() == PacketType.JOB_ASSIGN) {
                        assertTrue(client.openGrab, () -> client + " gets a job, and has not asked");
                        client.openGrab = false;
                        assigned.put(client, packet);
                    } else {
                        note("  " + client + " hears " + packet.type() + " "
                                + packet.handle(0).text());
                        heard.add(packet.type() + " " + packet.handle(0).text());
                    }
                }
                heard.sort(null);
                client.expected.sort(null);
                assertEquals(client.expected, heard, () -> "what " + client + " hears");
                client.expected.clear();
            }
            applyAssigned(assigned);
            for (Client client : clients) {
                assertTrue(
                        !client.openGrab || model.mayGrab(client).isEmpty(),
                        () -> client + " waits for a job, and one is ready: " + model.mayGrab(client));
            }
            model.checkWoken(woken);
            model.checkWakeUps(clients);
        }

        /** In some order, each of them was the one that its worker was to get. */
        private void applyAssigned(Map<Client, Packet> assigned) {
            while (!assigned.isEmpty()) {
                Client next = assigned.keySet().stream()
                        .filter(client -> model.mayGrab(client).stream()
                                .anyMatch(job ->
                                        job.handle.equals(assigned.get(client).handle(0))))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("not allowed: " + assigned));
                Packet packet = assigned.remove(next);
                note("  " + next + " gets " + packet.handle(0).text());
                model.grabbed(next, model.byHandle(packet.handle(0)));
                rare(Rare.ANSWERED_LATER);
            }
        }

        private void checkStatus() {
            assertEquals(
                    model.live().stream().map(HistoryModel::describe).toList(),
                    bench.dispatcher.jobs().stream()
                            .map(job -> job.handle().text() + " running=" + job.running() + " delayed=" + job.delayed()
                                    + " attempt=" + job.attempt() + " waiting=" + job.waiting())
                            .toList());
            for (FunctionStatus function : bench.dispatcher.functions()) {
                assertEquals(
                        model.describe(function.name().text(), clients),
                        "total=" + function.total() + " running=" + function.running() + " queued=" + function.queued()
                                + " workers=" + function.workers());
            }
        }
    }
}
