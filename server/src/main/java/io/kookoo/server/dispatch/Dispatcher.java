package io.kookoo.server.dispatch;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The one owner of all state about jobs, functions, workers and clients. Every public method takes the one lock, changes
 * state, appends to outboxes in memory, and notes in the caller's {@link Deliveries} what is to be flushed once the lock is
 * released. It does no I/O, never calls back, and reads time from one clock.
 *
 * <p><b>Wake-ups.</b> A job needs one worker, so it wakes one. For each function, the workers woken that have not grabbed yet
 * are kept at min(ready jobs, sleepers): counted again when a job is queued, when a worker grabs, goes to sleep, announces or
 * withdraws a function, or is lost. A worker that was woken and does not grab within 100 ms does not count any more: another
 * is woken in its place.
 *
 * <p>Source: {@code docs/protocol.md}.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    /** How long a woken worker may take to grab before another is woken in its place. */
    static final Duration WAKE_UP_LIMIT = Duration.ofMillis(100);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Clock clock;
    private final Deadlines deadlines;
    private final CallSource catalog;
    private final int jobRetries;

    // All that follows is guarded by the lock.
    private final Handles handles;
    private final JobLog jobLog;
    private final Set<Peer> peers = new LinkedHashSet<>();
    private final Map<FunctionName, FunctionQueue> functions = new LinkedHashMap<>();
    private final Map<JobHandle, Job> jobs = new HashMap<>();
    private final Map<Priority, Turns> turns = new EnumMap<>(Priority.class);
    private int running;
    private boolean draining;
    private Peer firstWoken;
    private Peer lastWoken;
    private boolean wakeUpsWatched;

    /**
     * @param host the name that handles carry
     * @param catalog where calls for pollers come from
     * @param jobRetries further runs of a job whose worker was lost
     * @param jobLines lines about submitted jobs that the log may get in a second
     */
    public Dispatcher(Clock clock, Deadlines deadlines, String host, CallSource catalog, int jobRetries, int jobLines) {
        this.clock = clock;
        this.deadlines = deadlines;
        this.catalog = catalog;
        this.jobRetries = jobRetries;
        this.handles = new Handles(host, clock.now());
        this.jobLog = new JobLog(clock, jobLines);
        for (Priority priority : Priority.values()) {
            turns.put(priority, new Turns(priority));
        }
    }

    /** A peer has come. */
    public void connect(Peer peer) {
        lock.lock();
        try {
            peers.add(peer);
        } finally {
            lock.unlock();
        }
    }

    /**
     * A peer has gone. Jobs it was running go back to the head of their queues, or fail when they have no run left; jobs that
     * only it waited for are dropped if they are queued, and run to their end if they are running.
     */
    public void disconnect(Peer peer, String reason, Deliveries deliveries) {
        lock.lock();
        try {
            if (!peers.remove(peer)) {
                return;
            }
            peer.gone = true;
            if (peer.poller || !peer.abilities.isEmpty()) {
                summarizeLater(jobLog.peer("disconnected", peer, reason, deliveries));
            }
            for (Job job : peer.awaited) {
                job.waiting.remove(peer);
                if (job.state == Job.State.QUEUED && !job.isWanted()) {
                    job.function.lane(job.priority).remove(job);
                    jobs.remove(job.handle);
                    job.state = Job.State.ENDED;
                }
            }
            peer.awaited.clear();
            removeAbilities(peer, reason, deliveries);
            returnJobs(peer, List.copyOf(peer.running), reason, deliveries);
        } finally {
            lock.unlock();
        }
    }

    /** SET_CLIENT_ID. */
    public void setClientId(Peer peer, String id, Deliveries deliveries) {
        lock.lock();
        try {
            peer.clientId = id;
            summarizeLater(jobLog.peer("connected", peer, null, deliveries));
        } finally {
            lock.unlock();
        }
    }

    /** OPTION_REQ exceptions: the peer gets WORK_EXCEPTION instead of WORK_FAIL. */
    public void wantExceptions(Peer peer) {
        lock.lock();
        try {
            peer.exceptions = true;
        } finally {
            lock.unlock();
        }
    }

    /** OPTION_REQ catalog: from now on every GRAB of the peer gets a call of the catalog. */
    public void becomePoller(Peer peer) {
        lock.lock();
        try {
            peer.poller = true;
        } finally {
            lock.unlock();
        }
    }

    /** CAN_DO: the peer can do the function. Harmless when it has said so before. */
    public void canDo(Peer peer, FunctionName name, Deliveries deliveries) {
        lock.lock();
        try {
            FunctionQueue function = function(name);
            if (peer.abilities.containsKey(function)) {
                return;
            }
            Ability ability = new Ability(peer, function);
            peer.abilities.put(function, ability);
            function.workers++;
            if (peer.asleep) {
                function.addCandidate(ability);
                wakeSleepers(function, deliveries);
            } else {
                peer.unlisted.add(ability);
            }
        } finally {
            lock.unlock();
        }
    }

    /** CANT_DO: the peer can no longer do the function; a job of it that runs there goes back to the queue. */
    public void cantDo(Peer peer, FunctionName name, Deliveries deliveries) {
        lock.lock();
        try {
            FunctionQueue function = functions.get(name);
            Ability ability = function == null ? null : peer.abilities.remove(function);
            if (ability == null) {
                return;
            }
            withdraw(ability, deliveries);
            List<Job> returned = peer.running.stream()
                    .filter(job -> job.function == function)
                    .toList();
            returnJobs(peer, returned, "the worker sent CANT_DO", deliveries);
        } finally {
            lock.unlock();
        }
    }

    /** RESET_ABILITIES: CANT_DO of all functions. */
    public void resetAbilities(Peer peer, Deliveries deliveries) {
        lock.lock();
        try {
            String reason = "the worker sent RESET_ABILITIES";
            removeAbilities(peer, reason, deliveries);
            List<Job> returned =
                    peer.running.stream().filter(job -> !job.isCatalogCall()).toList();
            returnJobs(peer, returned, reason, deliveries);
        } finally {
            lock.unlock();
        }
    }

    /** PRE_SLEEP: the peer waits for a NOOP, and gets it at once where a job waits that nobody has been woken for. */
    public void preSleep(Peer peer, Deliveries deliveries) {
        lock.lock();
        try {
            forgetWakeUp(peer, deliveries);
            if (peer.poller && !draining && !catalog.isEmpty()) {
                deliveries.to(peer.outbox).packet(PacketType.NOOP);
                return;
            }
            peer.asleep = true;
            for (Ability ability = peer.unlisted.poll(); ability != null; ability = peer.unlisted.poll()) {
                ability.function.addCandidate(ability);
            }
            for (Turns ofPriority : turns.values()) {
                if (!peer.asleep) {
                    return;
                }
                ofPriority.forEachOf(peer, function -> wakeSleepers(function, deliveries));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Which packet asked for a job, and so which one answers. */
    public enum Grab {
        JOB,
        JOB_UNIQ,
        JOB_ALL
    }

    /** GRAB_JOB and its kin: answers JOB_ASSIGN or JOB_ASSIGN_UNIQ with the next job, or NO_JOB. */
    public void grab(Peer peer, Grab kind, Deliveries deliveries) {
        lock.lock();
        try {
            peer.asleep = false;
            FunctionQueue wokenFor = clearWakeUp(peer);
            Job job = peer.poller ? drawCall() : takeJob(peer);
            if (job == null) {
                deliveries.to(peer.outbox).packet(PacketType.NO_JOB);
            } else {
                assign(job, peer, kind, deliveries);
            }
            if (wokenFor != null) {
                wakeSleepers(wokenFor, deliveries);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * SUBMIT_JOB and its kin: queues the job and answers JOB_CREATED.
     *
     * @return null, or why the job is refused: the text of an ERROR QUEUE_ERROR, and nothing has happened
     */
    public String submit(Peer peer, Submission submission, Deliveries deliveries) {
        lock.lock();
        try {
            if (draining) {
                return "Server is shutting down";
            }
            Job job = new Job(handles.next(), submission, function(submission.function()), clock.nanoTime());
            jobs.put(job.handle, job);
            if (!job.background) {
                job.waiting.add(peer);
                peer.awaited.add(job);
            }
            deliveries.to(peer.outbox).packet(PacketType.JOB_CREATED, job.handle);
            job.function.lane(job.priority).addLast(job);
            wakeSleepers(job.function, deliveries);
            return null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * WORK_DATA, WORK_WARNING, WORK_STATUS, WORK_COMPLETE, WORK_FAIL, WORK_EXCEPTION: passes on what a worker says of a job
     * it holds; the last three end the job.
     *
     * @return false where the peer does not hold that job, and nothing has happened
     */
    public boolean report(Peer peer, Packet packet, Deliveries deliveries) {
        lock.lock();
        try {
            Job job = jobs.get(packet.handle(0));
            if (job == null || job.state != Job.State.RUNNING || job.worker != peer) {
                return false;
            }
            switch (packet.type()) {
                case WORK_COMPLETE -> end(job, Outcome.DONE, packet, deliveries);
                case WORK_FAIL -> end(job, Outcome.FAILED, packet, deliveries);
                case WORK_EXCEPTION -> end(job, Outcome.EXCEPTION, packet, deliveries);
                case WORK_STATUS -> {
                    job.numerator = packet.number(1);
                    job.denominator = packet.number(2);
                    forward(job, packet, deliveries);
                }
                default -> forward(job, packet, deliveries);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** GET_STATUS. */
    public JobStatus jobStatus(JobHandle handle) {
        lock.lock();
        try {
            Job job = jobs.get(handle);
            return job == null
                    ? JobStatus.UNKNOWN
                    : new JobStatus(true, job.state == Job.State.RUNNING, job.numerator, job.denominator);
        } finally {
            lock.unlock();
        }
    }

    /** All functions, in the order in which they were first heard of. */
    public List<FunctionStatus> functionStatuses() {
        lock.lock();
        try {
            List<FunctionStatus> statuses = new ArrayList<>(functions.size());
            for (FunctionQueue function : functions.values()) {
                statuses.add(new FunctionStatus(
                        function.name, function.ready() + function.running, function.running, function.workers));
            }
            return statuses;
        } finally {
            lock.unlock();
        }
    }

    /** All connections, oldest first. */
    public List<PeerStatus> peerStatuses() {
        lock.lock();
        try {
            List<PeerStatus> statuses = new ArrayList<>(peers.size());
            for (Peer peer : peers) {
                List<FunctionName> names = peer.abilities.keySet().stream()
                        .map(function -> function.name)
                        .toList();
                statuses.add(new PeerStatus(peer.number, peer.address, peer.clientId, names));
            }
            return statuses;
        } finally {
            lock.unlock();
        }
    }

    /**
     * For an orderly end: hands out no job and accepts none any more, and waits until none is running.
     *
     * @param limit how long to wait at most
     * @return how many jobs still run
     */
    public int drain(Duration limit) throws InterruptedException {
        lock.lock();
        try {
            draining = true;
            long nanos = limit.toNanos();
            while (running > 0 && nanos > 0) {
                nanos = idle.awaitNanos(nanos);
            }
            return running;
        } finally {
            lock.unlock();
        }
    }

    private FunctionQueue function(FunctionName name) {
        return functions.computeIfAbsent(name, n -> new FunctionQueue(n, turns));
    }

    // ---- jobs ----

    private Job drawCall() {
        Optional<CallSource.CatalogCall> call = draining ? Optional.empty() : catalog.draw();
        if (call.isEmpty()) {
            return null;
        }
        Job job = new Job(handles.next(), call.get(), clock.nanoTime());
        jobs.put(job.handle, job);
        return job;
    }

    private Job takeJob(Peer peer) {
        if (draining) {
            return null;
        }
        for (Turns ofPriority : turns.values()) {
            Lane lane = ofPriority.firstFor(peer);
            if (lane != null) {
                return lane.take();
            }
        }
        return null;
    }

    private void assign(Job job, Peer peer, Grab kind, Deliveries deliveries) {
        job.state = Job.State.RUNNING;
        job.worker = peer;
        job.attempt++;
        job.startedNanos = clock.nanoTime();
        peer.running.add(job);
        running++;
        if (!job.isCatalogCall()) {
            job.function.running++;
        }
        summarizeLater(jobLog.handedOut(job, deliveries));
        if (kind == Grab.JOB) {
            deliveries.to(peer.outbox).packet(PacketType.JOB_ASSIGN, job.data, job.handle, job.functionName);
        } else {
            deliveries
                    .to(peer.outbox)
                    .packet(PacketType.JOB_ASSIGN_UNIQ, job.data, job.handle, job.functionName, job.unique);
        }
    }

    /** The job leaves the hands of its worker. */
    private void release(Job job) {
        job.worker.running.remove(job);
        if (!job.isCatalogCall()) {
            job.function.running--;
        }
        if (--running == 0) {
            idle.signalAll();
        }
    }

    /** Ends a running job. The packet is what its worker sent, or null where nobody did. */
    private void end(Job job, Outcome outcome, Packet packet, Deliveries deliveries) {
        release(job);
        jobs.remove(job.handle);
        job.state = Job.State.ENDED;
        boolean exhausted = outcome == Outcome.RETRIES_EXHAUSTED;
        String text = exhausted
                ? "the job lost its worker " + job.attempt + " times (job_retries = " + jobRetries + ")"
                : packet == null || packet.type() == PacketType.WORK_FAIL ? null : JobLog.excerpt(packet.data());
        summarizeLater(jobLog.ended(job, outcome, text, deliveries));
        for (Peer client : job.waiting) {
            client.awaited.remove(job);
            if (exhausted && client.exceptions) {
                deliveries.to(client.outbox).packet(PacketType.WORK_EXCEPTION, Data.of(text), job.handle);
            } else if (packet == null || (outcome == Outcome.EXCEPTION && !client.exceptions)) {
                deliveries.to(client.outbox).packet(PacketType.WORK_FAIL, job.handle);
            } else {
                deliveries.to(client.outbox).forward(packet.type(), packet);
            }
        }
        job.waiting.clear();
    }

    private static void forward(Job job, Packet packet, Deliveries deliveries) {
        for (Peer client : job.waiting) {
            deliveries.to(client.outbox).forward(packet.type(), packet);
        }
    }

    /** Jobs that a worker does not run any more, in the order in which it got them: queued again, or at their end. */
    private void returnJobs(Peer peer, List<Job> held, String reason, Deliveries deliveries) {
        // From the last: each goes to the head of its queue, so that they stand there in their old order.
        for (int i = held.size() - 1; i >= 0; i--) {
            Job job = held.get(i);
            if (job.isCatalogCall()) {
                end(job, Outcome.LOST, null, deliveries);
            } else if (!job.isWanted()) {
                summarizeLater(jobLog.trouble("dropped", job, "its client and its worker are gone", deliveries));
                release(job);
                jobs.remove(job.handle);
                job.state = Job.State.ENDED;
            } else if (job.attempt > jobRetries) {
                end(job, Outcome.RETRIES_EXHAUSTED, null, deliveries);
            } else {
                summarizeLater(jobLog.trouble("requeued", job, reason, deliveries));
                release(job);
                job.state = Job.State.QUEUED;
                job.worker = null;
                job.numerator = 0;
                job.denominator = 0;
                job.function.lane(job.priority).addFirst(job);
                wakeSleepers(job.function, deliveries);
            }
        }
        if (!held.isEmpty() && peer.gone) {
            deliveries.log(
                    Level.WARN,
                    LogEvent.of("worker_lost")
                            .with("conn", peer.number)
                            .with("client", peer.clientId)
                            .with("jobs", held.size())
                            .with("reason", reason)
                            .toString());
        }
    }

    // ---- workers and wake-ups ----

    private void removeAbilities(Peer peer, String reason, Deliveries deliveries) {
        peer.asleep &= !peer.gone;
        List<Ability> all = new ArrayList<>(peer.abilities.values());
        peer.abilities.clear();
        for (Ability ability : all) {
            withdraw(ability, deliveries);
        }
        forgetWakeUp(peer, deliveries);
    }

    /** An ability that is no longer among its worker's leaves the function, too. */
    private void withdraw(Ability ability, Deliveries deliveries) {
        ability.function.workers--;
        ability.function.removeCandidate(ability);
        ability.worker.unlisted.remove(ability);
        if (ability.worker.wokenFor == ability.function) {
            forgetWakeUp(ability.worker, deliveries);
        }
    }

    /** Keeps the woken of a function at min(ready jobs, sleepers). */
    private void wakeSleepers(FunctionQueue function, Deliveries deliveries) {
        while (!draining && function.woken < function.ready()) {
            Peer sleeper = function.takeSleeper();
            if (sleeper == null) {
                return;
            }
            sleeper.asleep = false;
            sleeper.wokenFor = function;
            sleeper.wokenNanos = clock.nanoTime();
            function.woken++;
            sleeper.previousWoken = lastWoken;
            if (lastWoken == null) {
                firstWoken = sleeper;
            } else {
                lastWoken.nextWoken = sleeper;
            }
            lastWoken = sleeper;
            deliveries.to(sleeper.outbox).packet(PacketType.NOOP);
            watchWakeUps();
        }
    }

    /** The peer counts as woken no more, and somebody else is woken in its place where a job still waits. */
    private void forgetWakeUp(Peer peer, Deliveries deliveries) {
        FunctionQueue function = clearWakeUp(peer);
        if (function != null) {
            wakeSleepers(function, deliveries);
        }
    }

    private FunctionQueue clearWakeUp(Peer peer) {
        FunctionQueue function = peer.wokenFor;
        if (function == null) {
            return null;
        }
        peer.wokenFor = null;
        function.woken--;
        if (peer.previousWoken == null) {
            firstWoken = peer.nextWoken;
        } else {
            peer.previousWoken.nextWoken = peer.nextWoken;
        }
        if (peer.nextWoken == null) {
            lastWoken = peer.previousWoken;
        } else {
            peer.nextWoken.previousWoken = peer.previousWoken;
        }
        peer.previousWoken = null;
        peer.nextWoken = null;
        return function;
    }

    /** One deadline, for the oldest; it is not moved when that one grabs, but looks again when it comes. */
    private void watchWakeUps() {
        if (!wakeUpsWatched && firstWoken != null) {
            wakeUpsWatched = true;
            long left = firstWoken.wokenNanos + WAKE_UP_LIMIT.toNanos() - clock.nanoTime();
            deadlines.after(Duration.ofNanos(Math.max(0, left)), this::passOnWakeUps);
        }
    }

    private void passOnWakeUps() {
        Deliveries deliveries = new Deliveries(null);
        lock.lock();
        try {
            wakeUpsWatched = false;
            while (firstWoken != null && clock.nanoTime() - firstWoken.wokenNanos >= WAKE_UP_LIMIT.toNanos()) {
                forgetWakeUp(firstWoken, deliveries);
            }
            watchWakeUps();
        } finally {
            lock.unlock();
        }
        deliveries.flush(LOG);
    }

    // ---- log ----

    private void summarizeLater(boolean needed) {
        if (needed) {
            deadlines.after(Duration.ofNanos(TimeUnit.SECONDS.toNanos(1)), this::summarize);
        }
    }

    private void summarize() {
        Deliveries deliveries = new Deliveries(null);
        lock.lock();
        try {
            jobLog.summarize(deliveries);
        } finally {
            lock.unlock();
        }
        deliveries.flush(LOG);
    }
}
