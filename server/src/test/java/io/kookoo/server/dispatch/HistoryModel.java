package io.kookoo.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.Priority;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the dispatcher has to do, said in the plainest way: one list of jobs, looked through for every question. It does not say
 * whom to wake, nor whose turn it is among functions of equal priority; {@link #checkWakeUps} and {@link #mayGrab} say what is
 * allowed.
 */
final class HistoryModel {
    private static final long WAKE_UP_MILLIS = WakeUps.LIMIT.toMillis();

    private final int retries;
    private final Map<FunctionName, Integer> maxRunning;
    private final Map<FunctionName, Retry> failures;
    /** Not ended, in the order of their submission. */
    private final Map<JobHandle, Job> live = new LinkedHashMap<>();
    /** Ready or waiting for their function to have room, by function and priority. */
    private final Map<String, Deque<Job>> queues = new HashMap<>();

    private final Map<String, Integer> maxQueue = new HashMap<>();
    private final Set<String> known = new LinkedHashSet<>();
    private final Map<String, Integer> workers = new HashMap<>();
    private long millis;
    private long leases;

    /** @param retries of jobs whose worker was lost or whose lease ran out; {@code failures}: of those that a worker failed */
    HistoryModel(int retries, Map<FunctionName, Integer> maxRunning, Map<FunctionName, Retry> failures) {
        this.retries = retries;
        this.maxRunning = maxRunning;
        this.failures = failures;
    }

    /** A connection, and what is known of it from outside. */
    static final class Client {
        final String name;
        final Bench.TestPeer peer;
        /** Functions it can do, each with its time limit in ms; 0 for none. */
        final Map<String, Long> abilities = new LinkedHashMap<>();

        final Set<Job> running = new LinkedHashSet<>();
        /** What it must hear in this step, besides NOOP and direct answers. */
        final List<String> expected = new ArrayList<>();

        /** Its GRAB has found nothing, and waits. */
        boolean openGrab;

        boolean asleep;
        /** It has sent PRE_SLEEP, and not grabbed since. */
        boolean expectsNoop;
        /** It gets no jobs, and is not woken. */
        boolean quiet;
        /** When it heard a NOOP that it has not answered; null for never. */
        Long wokenMillis;

        private List<Packet> heard = new ArrayList<>();

        Client(String name, Bench.TestPeer peer) {
            this.name = name;
            this.peer = peer;
        }

        Packet takeFirst() {
            heard.addAll(peer.heard());
            return heard.remove(0);
        }

        List<Packet> heard() {
            List<Packet> all = heard;
            all.addAll(peer.heard());
            heard = new ArrayList<>();
            return all;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static final class Job {
        final JobHandle handle;
        final String function;
        final Priority priority;
        final String unique;
        final String data;
        long dueMillis;
        boolean background;
        boolean delayed;
        int attempt;
        int losses;
        int failures;
        /** Null unless it runs. */
        Client worker;

        final List<Client> waiting = new ArrayList<>();
        long leaseEndsMillis;
        long leaseNumber;

        Job(JobHandle handle, Submission submission) {
            this.handle = handle;
            this.function = submission.function().text();
            this.priority = submission.priority();
            this.unique = submission.unique().text();
            this.data = submission.data().text();
            this.dueMillis = submission.epochSeconds() * 1000;
            this.background = submission.background();
        }

        boolean isDelayed() {
            return delayed;
        }

        boolean isWanted() {
            return background || !waiting.isEmpty();
        }

        @Override
        public String toString() {
            return handle.text();
        }
    }

    long millis() {
        return millis;
    }

    long seconds() {
        return millis / 1000;
    }

    List<Job> live() {
        return List.copyOf(live.values());
    }

    Job byHandle(JobHandle handle) {
        return live.get(handle);
    }

    private Deque<Job> queue(String function, Priority priority) {
        return queues.computeIfAbsent(function + priority, key -> new ArrayDeque<>());
    }

    private long queued(String function) {
        return Stream.of(Priority.values())
                .mapToInt(priority -> queue(function, priority).size())
                .sum();
    }

    private long running(String function) {
        return live.values().stream()
                .filter(job -> job.function.equals(function) && job.worker != null)
                .count();
    }

    private long total(String function) {
        return live.values().stream()
                .filter(job -> job.function.equals(function))
                .count();
    }

    private long room(String function) {
        Integer most = maxRunning.get(FunctionName.of(function));
        return most == null ? Long.MAX_VALUE : most - running(function);
    }

    boolean isFull(String function) {
        return room(function) <= 0;
    }

    private long ready(String function) {
        return Math.min(queued(function), room(function));
    }

    // ---- workers ----

    void canDo(Client client, String function, long timeoutMillis) {
        known.add(function);
        if (client.abilities.put(function, timeoutMillis) == null) {
            workers.merge(function, 1, Integer::sum);
        }
    }

    void cantDo(Client client, String function) {
        if (client.abilities.remove(function) != null) {
            workers.merge(function, -1, Integer::sum);
            takeBack(client.running.stream()
                    .filter(job -> job.function.equals(function))
                    .toList());
        }
    }

    void resetAbilities(Client client) {
        client.abilities.keySet().forEach(function -> workers.merge(function, -1, Integer::sum));
        client.abilities.clear();
        takeBack(List.copyOf(client.running));
    }

    void disconnect(Client client) {
        for (Job job : live()) {
            job.waiting.removeIf(waiting -> waiting == client);
            if (job.worker == null && !job.isWanted()) {
                forget(job);
            }
        }
        client.running.forEach(job -> job.losses++);
        resetAbilities(client);
    }

    /** The jobs that a GRAB may be answered with; empty where it must be NO_JOB. */
    List<Job> mayGrab(Client client) {
        return client.quiet ? List.of() : readyFor(client);
    }

    /** The same, were the client not quiet. */
    List<Job> readyFor(Client client) {
        for (Priority priority : Priority.values()) {
            List<Job> firsts = client.abilities.keySet().stream()
                    .filter(function -> room(function) > 0)
                    .map(function -> queue(function, priority).peekFirst())
                    .filter(Objects::nonNull)
                    .toList();
            if (!firsts.isEmpty()) {
                return firsts;
            }
        }
        return List.of();
    }

    boolean waitsForAFullFunction(Client client) {
        return client.abilities.keySet().stream().anyMatch(function -> queued(function) > 0);
    }

    void quiet(Client client) {
        client.quiet = true;
        client.asleep = false;
        client.wokenMillis = null;
    }

    void resume(Client client) {
        if (client.quiet) {
            client.quiet = false;
            client.asleep = client.expectsNoop;
        }
    }

    void grabbed(Client client, Job job) {
        queue(job.function, job.priority).remove(job);
        job.worker = client;
        job.attempt++;
        long limit = client.abilities.get(job.function);
        job.leaseEndsMillis = limit == 0 ? Long.MAX_VALUE : millis + limit;
        job.leaseNumber = leases++;
        client.running.add(job);
    }

    private void takeBack(List<Job> held) {
        for (int i = held.size() - 1; i >= 0; i--) {
            runAgain(held.get(i));
        }
    }

    private void runAgain(Job job) {
        if (!job.isWanted()) {
            forget(job);
        } else if (job.losses > retries) {
            end(job, PacketType.WORK_FAIL);
        } else {
            job.worker.running.remove(job);
            job.worker = null;
            queue(job.function, job.priority).addFirst(job);
        }
    }

    // ---- jobs ----

    Job joinedBy(String function, String unique, String data) {
        if (unique.isEmpty() || (unique.equals("-") && data.isEmpty())) {
            return null;
        }
        return live.values().stream()
                .filter(job -> job.function.equals(function)
                        && job.unique.equals(unique)
                        && (!unique.equals("-") || job.data.equals(data)))
                .findFirst()
                .orElse(null);
    }

    Job submit(Client client, JobHandle handle, Submission submission) {
        Job job = new Job(handle, submission);
        known.add(job.function);
        live.put(handle, job);
        if (!job.background) {
            job.waiting.add(client);
        }
        job.delayed = job.dueMillis > millis;
        if (!job.delayed) {
            queue(job.function, job.priority).addLast(job);
        }
        return job;
    }

    void join(Client client, Job job, boolean background) {
        if (background) {
            job.background = true;
        } else {
            job.waiting.add(client);
        }
    }

    /** Returns whether the job has failed and will be run again. */
    boolean report(Job job, PacketType type) {
        if (type == PacketType.WORK_FAIL && fail(job)) {
            return true;
        }
        if (type == PacketType.WORK_COMPLETE || type == PacketType.WORK_FAIL) {
            end(job, type);
        } else {
            tell(job, type);
        }
        return false;
    }

    private boolean fail(Job job) {
        Retry retry = failures.getOrDefault(FunctionName.of(job.function), Retry.NEVER);
        job.failures++;
        if (job.failures > retry.retries() || !job.isWanted()) {
            return false;
        }
        job.worker.running.remove(job);
        job.worker = null;
        job.delayed = true;
        job.dueMillis = millis + retry.delayAfter(job.failures).toMillis();
        return true;
    }

    void end(Job job, PacketType type) {
        tell(job, type);
        forget(job);
    }

    private void tell(Job job, PacketType type) {
        job.waiting.forEach(client -> client.expected.add(type + " " + job.handle.text()));
    }

    private void forget(Job job) {
        live.remove(job.handle);
        queue(job.function, job.priority).remove(job);
        if (job.worker != null) {
            job.worker.running.remove(job);
            job.worker = null;
        }
    }

    // ---- functions ----

    Dispatcher.Drop drop(String function) {
        if (!known.contains(function)) {
            return Dispatcher.Drop.UNKNOWN;
        }
        if (workers.getOrDefault(function, 0) > 0 || running(function) > 0) {
            return Dispatcher.Drop.IN_USE;
        }
        live().stream().filter(job -> job.function.equals(function)).forEach(job -> end(job, PacketType.WORK_FAIL));
        known.remove(function);
        for (Priority priority : Priority.values()) {
            maxQueue.remove(function + priority);
        }
        return Dispatcher.Drop.DROPPED;
    }

    void maxQueue(String function, Priority priority, int limit) {
        known.add(function);
        maxQueue.put(function + priority, limit);
    }

    boolean isQueueFull(String function, Priority priority) {
        // A submission makes its function known, even where it is refused.
        known.add(function);
        int limit = maxQueue.getOrDefault(function + priority, 0);
        return limit > 0 && total(function) >= limit;
    }

    // ---- time ----

    /** Lets time pass; returns how many leases ran out. */
    int pass(int passedMillis) {
        millis += passedMillis;
        List<Job> over = live.values().stream()
                .filter(job -> job.worker != null && job.leaseEndsMillis <= millis)
                .sorted(Comparator.<Job>comparingLong(job -> job.leaseEndsMillis)
                        .thenComparingLong(job -> job.leaseNumber))
                .toList();
        for (Job job : over) {
            job.losses++;
            runAgain(job);
        }
        live.values().stream()
                .filter(job -> job.delayed && job.dueMillis <= millis)
                // Stable: those of the same moment in the order of their submission.
                .sorted(Comparator.comparingLong(job -> job.dueMillis))
                .forEach(job -> {
                    job.delayed = false;
                    queue(job.function, job.priority).addLast(job);
                });
        return over.size();
    }

    // ---- what must hold ----

    /** Who has just been woken has a job to take, and no more are woken than there are jobs. */
    void checkWoken(List<Client> woken) {
        for (Client client : woken) {
            assertTrue(
                    client.abilities.keySet().stream().anyMatch(function -> ready(function) > 0),
                    () -> client + " was woken, and nothing is ready for it");
        }
        long ready = known.stream().mapToLong(this::ready).sum();
        assertTrue(woken.size() <= ready, () -> woken + " were woken for " + ready + " jobs");
    }

    /** Where a worker sleeps that could take a ready job, as many have been woken in the last 100 ms as jobs are ready. */
    void checkWakeUps(List<Client> clients) {
        long readyBesideSleepers = 0;
        Set<Client> wokenForThem = new LinkedHashSet<>();
        for (String function : known) {
            long ready = ready(function);
            boolean sleeper = clients.stream().anyMatch(c -> c.asleep && c.abilities.containsKey(function));
            if (ready == 0 || !sleeper) {
                continue;
            }
            List<Client> woken = clients.stream()
                    .filter(client -> client.abilities.containsKey(function)
                            && client.wokenMillis != null
                            && millis - client.wokenMillis < WAKE_UP_MILLIS)
                    .toList();
            assertTrue(
                    woken.size() >= ready,
                    () -> ready + " jobs of " + function + " are ready beside a sleeper; woken: " + woken);
            readyBesideSleepers += ready;
            wokenForThem.addAll(woken);
        }
        long allReady = readyBesideSleepers;
        assertTrue(
                wokenForThem.size() >= allReady,
                () -> allReady + " jobs are ready beside sleepers; woken: " + wokenForThem);
    }

    static String describe(Job job) {
        return job.handle.text() + " running=" + (job.worker != null) + " delayed=" + job.delayed + " attempt="
                + job.attempt + " waiting=" + job.waiting.size();
    }

    String describe(String function, List<Client> clients) {
        List<Integer> queued = Stream.of(Priority.values())
                .map(priority -> queue(function, priority).size())
                .toList();
        long can = clients.stream()
                .filter(client -> client.abilities.containsKey(function))
                .count();
        return "total=" + total(function) + " running=" + running(function) + " queued=" + queued + " workers=" + can;
    }
}
