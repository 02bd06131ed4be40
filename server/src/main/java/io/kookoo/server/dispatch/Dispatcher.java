package io.kookoo.server.dispatch;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.UniqueId;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The one owner of all state about jobs, functions, workers and clients. Every public method takes the one lock, changes
 * state, appends to outboxes in memory, and notes in the caller's {@link Deliveries} what is to be flushed once the lock is
 * released. It does no I/O, never calls back, and reads time from one clock.
 *
 * <p>Source: {@code docs/protocol.md}.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    /** The longest to wait for a delayed job without looking at the wall clock again, which somebody may have set. */
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    /** How many jobs are described while the lock is held. */
    private static final int PAGE = 500;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final Clock clock;
    private final Deadlines deadlines;
    private final CallSource catalog;
    private final DispatchSettings settings;

    // All that follows is guarded by the lock.
    private final Handles handles;
    private final JobLog jobLog;
    private final WakeUps wakeUps;
    private final Set<Peer> peers = new LinkedHashSet<>();
    private final Map<FunctionName, FunctionQueue> functions = new LinkedHashMap<>();
    private final JobIndex jobs = new JobIndex();
    private final Map<Priority, Turns> turns = new EnumMap<>(Priority.class);
    private int running;
    private boolean draining;
    private boolean stallsWatched;
    /** For the first delayed job; null where none is. */
    private Deadlines.Deadline nextDue;

    /** @param catalog where calls for pollers come from */
    public Dispatcher(Clock clock, Deadlines deadlines, CallSource catalog, DispatchSettings settings) {
        this.clock = clock;
        this.deadlines = deadlines;
        this.catalog = catalog;
        this.settings = settings;
        this.handles = new Handles(settings.host(), clock.now());
        this.jobLog = new JobLog(clock, settings.jobLines());
        this.wakeUps = new WakeUps(clock, deadlines, () -> atDeadline(this::passOnWakeUps));
        for (Priority priority : Priority.values()) {
            turns.put(priority, new Turns(priority));
        }
    }

    // ---- peers ----

    /** A peer has come. */
    public void connect(Peer peer) {
        lock.lock();
        try {
            peer.exceptions = settings.exceptions();
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
            peer.asleep = false;
            if (peer.poller || !peer.abilities.isEmpty()) {
                summarizeLater(jobLog.peer("disconnected", peer, reason, deliveries));
            }
            for (Job job : peer.awaited) {
                job.waiting.removeIf(waiting -> waiting == peer);
                if (job.state == Job.State.QUEUED && !job.isWanted()) {
                    job.lane().remove(job);
                    forget(job);
                }
            }
            peer.awaited.clear();
            removeAbilities(peer, deliveries);
            peer.running.forEach(job -> job.losses++);
            takeBack(peer, job -> true, reason, deliveries);
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

    // ---- workers ----

    /**
     * CAN_DO and CAN_DO_TIMEOUT: the peer can do the function. To repeat it is harmless, and sets the time limit anew.
     *
     * @param timeout how long each job of it may take; null for no limit
     */
    public void canDo(Peer peer, FunctionName name, Duration timeout, Deliveries deliveries) {
        lock.lock();
        try {
            FunctionQueue function = function(name);
            Ability ability = peer.abilities.get(function);
            if (ability == null) {
                ability = new Ability(peer, function);
                peer.abilities.put(function, ability);
                function.workers++;
                if (peer.asleep) {
                    function.addCandidate(ability);
                    wakeUps.count(function, deliveries);
                } else {
                    peer.unlisted.add(ability);
                }
            }
            ability.timeout = timeout;
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
            if (ability != null) {
                withdraw(ability, deliveries);
                takeBack(peer, job -> job.function == function, "the worker sent CANT_DO", deliveries);
            }
        } finally {
            lock.unlock();
        }
    }

    /** RESET_ABILITIES: CANT_DO of all functions. */
    public void resetAbilities(Peer peer, Deliveries deliveries) {
        lock.lock();
        try {
            removeAbilities(peer, deliveries);
            takeBack(peer, job -> !job.isCatalogCall(), "the worker sent RESET_ABILITIES", deliveries);
        } finally {
            lock.unlock();
        }
    }

    /** PRE_SLEEP: the peer waits for a NOOP, and gets it at once where a job waits that nobody has been woken for. */
    public void preSleep(Peer peer, Deliveries deliveries) {
        lock.lock();
        try {
            wakeUps.forget(peer, deliveries);
            peer.mayBeWoken = true;
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
                ofPriority.forEachOf(peer, function -> wakeUps.count(function, deliveries));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Which packet asked for a job, and so which one answers. */
    public enum Grab {
        /** Answered by JOB_ASSIGN. */
        JOB,
        /** Answered by JOB_ASSIGN_UNIQ. */
        JOB_UNIQ,
        /** Answered by JOB_ASSIGN_ALL where the job has a reducer, else by JOB_ASSIGN_UNIQ. */
        JOB_ALL
    }

    /** GRAB_JOB and its kin: answers with the next job, or NO_JOB. */
    public void grab(Peer peer, Grab kind, Deliveries deliveries) {
        lock.lock();
        try {
            peer.asleep = false;
            peer.mayBeWoken = false;
            FunctionQueue wokenFor = wakeUps.clear(peer);
            Job job = peer.poller ? drawCall() : takeJob(peer);
            if (job == null) {
                deliveries.to(peer.outbox).packet(PacketType.NO_JOB);
            } else {
                assign(job, peer, deliveries);
                sendAssignment(job, peer, kind, deliveries);
            }
            if (wokenFor != null) {
                wakeUps.count(wokenFor, deliveries);
            }
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
            Job job = jobs.byHandle(packet.handle(0));
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

    // ---- submissions ----

    /**
     * SUBMIT_JOB and its kin: queues the job, or joins one that has its unique, and answers JOB_CREATED.
     *
     * @return null, or why the job is refused: the text of an ERROR QUEUE_ERROR, and nothing has happened
     */
    public String submit(Peer peer, Submission submission, Deliveries deliveries) {
        lock.lock();
        try {
            if (draining) {
                return "Server is shutting down";
            }
            FunctionQueue function = function(submission.function());
            Job joined = jobs.joinedBy(function, submission);
            if (joined == null && function.refuses(submission.priority())) {
                return "Job queue is full";
            }
            Job job = joined == null ? create(submission, function) : joined;
            if (submission.background()) {
                // It stays alive when those who wait for it go away.
                job.background = true;
            } else {
                job.waiting.add(peer);
                peer.awaited.add(job);
            }
            deliveries.to(peer.outbox).packet(PacketType.JOB_CREATED, job.handle);
            if (joined == null) {
                begin(job, deliveries);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a job before its time, whether it waits or runs: clients that wait get WORK_FAIL, its worker is not told. */
    public boolean cancel(JobHandle handle, Deliveries deliveries) {
        lock.lock();
        try {
            return cancel(jobs.byHandle(handle), deliveries);
        } finally {
            lock.unlock();
        }
    }

    /** Likewise the job of a function that has a unique. */
    public boolean cancel(FunctionName name, UniqueId unique, Deliveries deliveries) {
        lock.lock();
        try {
            FunctionQueue function = functions.get(name);
            return function != null && cancel(jobs.byUnique(function, unique), deliveries);
        } finally {
            lock.unlock();
        }
    }

    // ---- functions ----

    /** Makes a function known that nobody has announced or asked for yet. */
    public void createFunction(FunctionName name) {
        lock.lock();
        try {
            function(name);
        } finally {
            lock.unlock();
        }
    }

    /** How {@link #dropFunction} ended. */
    public enum Drop {
        DROPPED,
        /** Workers can do it, or jobs of it run; nothing has happened. */
        IN_USE,
        UNKNOWN
    }

    /** Forgets a function; its jobs that wait fail. */
    public Drop dropFunction(FunctionName name, Deliveries deliveries) {
        lock.lock();
        try {
            FunctionQueue function = functions.get(name);
            if (function == null) {
                return Drop.UNKNOWN;
            }
            if (function.workers > 0 || function.running() > 0) {
                return Drop.IN_USE;
            }
            if (function.total() > 0) {
                jobs.all().stream()
                        .filter(job -> job.function == function)
                        .sorted(Comparator.comparingLong(job -> job.number))
                        .forEach(job -> cancel(job, deliveries));
            }
            functions.remove(name);
            return Drop.DROPPED;
        } finally {
            lock.unlock();
        }
    }

    /** Limits the jobs of a function, queued, delayed and running: past it, submissions of a priority are refused; 0 for no limit. */
    public void maxQueue(FunctionName name, Map<Priority, Integer> limits) {
        lock.lock();
        try {
            FunctionQueue function = function(name);
            limits.forEach(function::maxQueue);
        } finally {
            lock.unlock();
        }
    }

    // ---- what there is ----

    /** The job of that handle, as long as it has not ended. */
    public Optional<JobStatus> job(JobHandle handle) {
        lock.lock();
        try {
            return Optional.ofNullable(jobs.byHandle(handle)).map(this::status);
        } finally {
            lock.unlock();
        }
    }

    /** A job of that unique, of whatever function, as long as it has not ended. */
    public Optional<JobStatus> job(UniqueId unique) {
        lock.lock();
        try {
            for (FunctionQueue function : functions.values()) {
                Job job = jobs.byUnique(function, unique);
                if (job != null) {
                    return Optional.of(status(job));
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * All jobs that have not ended, calls of the catalog included, in the order of their submission. Described a page at a
     * time, so that a long list holds up nobody: one that ends meanwhile is not in it, and one that comes is not either.
     */
    public List<JobStatus> jobs() {
        List<Job> all;
        lock.lock();
        try {
            all = jobs.all();
        } finally {
            lock.unlock();
        }
        all.sort(Comparator.comparingLong(job -> job.number));
        List<JobStatus> statuses = new ArrayList<>(all.size());
        for (int from = 0; from < all.size(); from += PAGE) {
            lock.lock();
            try {
                all.subList(from, Math.min(all.size(), from + PAGE)).stream()
                        .filter(job -> job.state != Job.State.ENDED)
                        .map(this::status)
                        .forEach(statuses::add);
            } finally {
                lock.unlock();
            }
        }
        return statuses;
    }

    /** All functions, in the order in which they were first heard of. */
    public List<FunctionStatus> functions() {
        lock.lock();
        try {
            List<FunctionStatus> statuses = new ArrayList<>(functions.size());
            for (FunctionQueue function : functions.values()) {
                List<Integer> queued = Arrays.stream(Priority.values())
                        .map(priority -> function.lane(priority).size())
                        .toList();
                statuses.add(new FunctionStatus(
                        function.name,
                        function.total(),
                        function.running(),
                        function.workers,
                        queued,
                        function.done,
                        function.failed,
                        function.retried,
                        function.runTimes.mean(),
                        function.runTimes.percentile(99)));
            }
            return statuses;
        } finally {
            lock.unlock();
        }
    }

    /** All connections, oldest first. */
    public List<PeerStatus> peers() {
        lock.lock();
        try {
            long now = clock.nanoTime();
            List<PeerStatus> statuses = new ArrayList<>(peers.size());
            for (Peer peer : peers) {
                statuses.add(new PeerStatus(
                        peer.number,
                        peer.address,
                        peer.clientId,
                        peer.since,
                        Duration.ofNanos(Math.max(0, now - peer.heardNanos())),
                        peer.abilities.keySet().stream()
                                .map(function -> function.name)
                                .toList(),
                        peer.running.stream().map(job -> job.handle).toList()));
            }
            return statuses;
        } finally {
            lock.unlock();
        }
    }

    public Load load() {
        lock.lock();
        try {
            int waiting = 0;
            for (FunctionQueue function : functions.values()) {
                waiting += function.queued() + function.delayed;
            }
            return new Load(peers.size(), waiting, running);
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
            wakeUps.stop();
            long nanos = limit.toNanos();
            while (running > 0 && nanos > 0) {
                nanos = idle.awaitNanos(nanos);
            }
            return running;
        } finally {
            lock.unlock();
        }
    }

    // ---- the life of a job; all that follows holds the lock ----

    private FunctionQueue function(FunctionName name) {
        assert lock.isHeldByCurrentThread();
        FunctionQueue function = functions.get(name);
        if (function == null) {
            function = new FunctionQueue(name, turns, settings.maxRunning().getOrDefault(name, 0));
            functions.put(name, function);
        }
        return function;
    }

    private Job create(Submission submission, FunctionQueue function) {
        long number = handles.nextNumber();
        Job job = new Job(number, handles.of(number), submission, function, clock.nanoTime());
        if (submission.epochSeconds() > clock.now().getEpochSecond()) {
            job.state = Job.State.DELAYED;
        }
        jobs.put(job);
        return job;
    }

    private void begin(Job job, Deliveries deliveries) {
        if (job.state == Job.State.DELAYED) {
            job.function.delayed++;
            if (jobs.firstDelayed() == job) {
                awaitDelayed();
            }
        } else {
            enqueue(job, deliveries);
        }
    }

    private void enqueue(Job job, Deliveries deliveries) {
        job.state = Job.State.QUEUED;
        job.readyNanos = clock.nanoTime();
        job.lane().addLast(job);
        wakeUps.count(job.function, deliveries);
        watchStalls();
    }

    private Job drawCall() {
        Optional<CallSource.CatalogCall> call = draining ? Optional.empty() : catalog.draw();
        if (call.isEmpty()) {
            return null;
        }
        long number = handles.nextNumber();
        Job job = new Job(number, handles.of(number), call.get(), clock.nanoTime());
        jobs.put(job);
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

    private void assign(Job job, Peer peer, Deliveries deliveries) {
        job.state = Job.State.RUNNING;
        job.worker = peer;
        job.attempt++;
        job.startedNanos = clock.nanoTime();
        peer.running.add(job);
        running++;
        if (!job.isCatalogCall()) {
            job.function.started(job.startedNanos);
            Duration timeout = peer.abilities.get(job.function).timeout;
            if (timeout != null) {
                int attempt = job.attempt;
                job.lease = deadlines.after(timeout, () -> atDeadline(then -> endLease(job, attempt, timeout, then)));
            }
        }
        summarizeLater(jobLog.handedOut(job, deliveries));
    }

    private static void sendAssignment(Job job, Peer peer, Grab kind, Deliveries deliveries) {
        if (kind == Grab.JOB) {
            deliveries.to(peer.outbox).packet(PacketType.JOB_ASSIGN, job.data, job.handle, job.functionName);
        } else if (kind == Grab.JOB_ALL && job.reducer != null) {
            deliveries
                    .to(peer.outbox)
                    .packet(PacketType.JOB_ASSIGN_ALL, job.data, job.handle, job.functionName, job.unique, job.reducer);
        } else {
            deliveries
                    .to(peer.outbox)
                    .packet(PacketType.JOB_ASSIGN_UNIQ, job.data, job.handle, job.functionName, job.unique);
        }
    }

    /** The job leaves the hands of its worker. */
    private void release(Job job) {
        job.worker.running.remove(job);
        if (job.lease != null) {
            job.lease.cancel();
            job.lease = null;
        }
        if (!job.isCatalogCall()) {
            job.function.released();
        }
        if (--running == 0) {
            idle.signalAll();
        }
    }

    /** A job that is in nobody's hands and in no queue any more. */
    private void forget(Job job) {
        jobs.remove(job);
        job.state = Job.State.ENDED;
    }

    /** Ends a running job by what its worker sent. */
    private void end(Job job, Outcome outcome, Packet packet, Deliveries deliveries) {
        end(job, outcome, packet, null, deliveries);
    }

    /**
     * Ends a running job.
     *
     * @param packet what its worker sent; null where it sent nothing
     * @param explanation for clients that want exceptions, where the worker sent nothing; may be null
     */
    private void end(Job job, Outcome outcome, Packet packet, String explanation, Deliveries deliveries) {
        release(job);
        forget(job);
        if (!job.isCatalogCall()) {
            job.function.runTimes.record(clock.nanoTime() - job.startedNanos);
        }
        boolean said = packet != null && packet.type() != PacketType.WORK_FAIL;
        summarizeLater(jobLog.ended(job, outcome, said ? JobLog.excerpt(packet.data()) : explanation, deliveries));
        tellEnd(job, outcome, packet, explanation, deliveries);
        if (!job.isCatalogCall()) {
            // Where its function was full, another may run now.
            wakeUps.count(job.function, deliveries);
        }
    }

    /** Counts the end of a job, and tells those who wait for it. */
    private static void tellEnd(Job job, Outcome outcome, Packet packet, String explanation, Deliveries deliveries) {
        if (!job.isCatalogCall()) {
            if (outcome == Outcome.DONE) {
                job.function.done++;
            } else {
                job.function.failed++;
            }
        }
        for (Peer client : job.waiting) {
            client.awaited.remove(job);
            if (explanation != null && client.exceptions) {
                deliveries.to(client.outbox).packet(PacketType.WORK_EXCEPTION, Data.of(explanation), job.handle);
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

    private boolean cancel(Job job, Deliveries deliveries) {
        if (job == null || job.isCatalogCall()) {
            return false;
        }
        if (job.state == Job.State.RUNNING) {
            end(job, Outcome.CANCELLED, null, deliveries);
            return true;
        }
        if (job.state == Job.State.DELAYED) {
            job.function.delayed--;
        } else {
            job.lane().remove(job);
        }
        forget(job);
        summarizeLater(jobLog.trouble("cancelled", job, "it was still waiting", deliveries));
        tellEnd(job, Outcome.CANCELLED, null, null, deliveries);
        return true;
    }

    /** Takes those jobs from a worker, in the order in which it got them: they are queued again, or at their end. */
    private void takeBack(Peer peer, Predicate<Job> which, String reason, Deliveries deliveries) {
        List<Job> held = peer.running.stream().filter(which).toList();
        // From the last: each goes to the head of its queue, so that they stand there in their old order.
        for (int i = held.size() - 1; i >= 0; i--) {
            runAgain(held.get(i), reason, deliveries);
        }
        if (!held.isEmpty() && peer.gone && !draining) {
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

    /** A running job that its worker will not finish: it is queued again at the head, or has come to its end. */
    private void runAgain(Job job, String reason, Deliveries deliveries) {
        if (job.isCatalogCall()) {
            end(job, Outcome.LOST, null, deliveries);
        } else if (!job.isWanted()) {
            summarizeLater(jobLog.trouble("dropped", job, "its client is gone, and " + reason, deliveries));
            release(job);
            forget(job);
            wakeUps.count(job.function, deliveries);
        } else if (job.losses > settings.jobRetries()) {
            String explanation =
                    "no run is left after " + job.attempt + " (job_retries = " + settings.jobRetries() + "): " + reason;
            end(job, Outcome.RETRIES_EXHAUSTED, null, explanation, deliveries);
        } else {
            // Once the server stops nobody takes it again.
            summarizeLater(jobLog.trouble(draining ? "cut_off" : "requeued", job, reason, deliveries));
            release(job);
            job.function.retried++;
            job.state = Job.State.QUEUED;
            job.worker = null;
            job.numerator = 0;
            job.denominator = 0;
            job.readyNanos = clock.nanoTime();
            job.lane().addFirst(job);
            wakeUps.count(job.function, deliveries);
            watchStalls();
        }
    }

    // ---- abilities ----

    private void removeAbilities(Peer peer, Deliveries deliveries) {
        List<Ability> all = new ArrayList<>(peer.abilities.values());
        peer.abilities.clear();
        for (Ability ability : all) {
            withdraw(ability, deliveries);
        }
    }

    /** An ability that is no longer among its worker's leaves the function, too. */
    private void withdraw(Ability ability, Deliveries deliveries) {
        ability.function.workers--;
        ability.function.removeCandidate(ability);
        ability.worker.unlisted.remove(ability);
        if (ability.worker.wokenFor == ability.function) {
            wakeUps.forget(ability.worker, deliveries);
        }
    }

    // ---- moments ----

    /** Does something under the lock at a moment of {@link Deadlines}, and then what it leaves to be done. */
    private void atDeadline(Consumer<Deliveries> action) {
        Deliveries deliveries = new Deliveries(null);
        lock.lock();
        try {
            action.accept(deliveries);
        } finally {
            lock.unlock();
        }
        deliveries.flush(LOG);
    }

    private void passOnWakeUps(Deliveries deliveries) {
        wakeUps.passOn(deliveries);
    }

    /** A lease that is ended just now may run out all the same: it counts for its own run alone. */
    private void endLease(Job job, int attempt, Duration timeout, Deliveries deliveries) {
        if (job.state == Job.State.RUNNING && job.attempt == attempt) {
            job.losses++;
            runAgain(job, "the worker did not end it within " + timeout.toMillis() + " ms", deliveries);
        }
    }

    private void awaitDelayed() {
        if (nextDue != null) {
            nextDue.cancel();
            nextDue = null;
        }
        Job first = jobs.firstDelayed();
        if (first != null) {
            Instant now = clock.now();
            // The second may lie beyond what an Instant can hold.
            Duration left = Duration.ofSeconds(first.epochSeconds - now.getEpochSecond())
                    .minusNanos(now.getNano());
            Duration delay = left.isNegative() ? Duration.ZERO : left;
            nextDue = deadlines.after(
                    delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY, () -> atDeadline(this::enqueueDue));
        }
    }

    private void enqueueDue(Deliveries deliveries) {
        long now = clock.now().getEpochSecond();
        for (Job job = jobs.firstDelayed(); job != null && job.epochSeconds <= now; job = jobs.firstDelayed()) {
            jobs.due(job);
            job.function.delayed--;
            enqueue(job, deliveries);
        }
        awaitDelayed();
    }

    /** One deadline at a time: it looks at all functions, and comes again while jobs are queued. */
    private void watchStalls() {
        if (!stallsWatched) {
            stallsWatched = true;
            deadlines.after(settings.stallAlarm(), () -> atDeadline(this::lookForStalls));
        }
    }

    private void lookForStalls(Deliveries deliveries) {
        stallsWatched = false;
        boolean queued = false;
        for (FunctionQueue function : functions.values()) {
            Job oldest = function.oldestReady();
            queued |= function.queued() > 0;
            if (oldest != null && oldest.number != function.alarmed && waitsTooLong(function, oldest)) {
                raiseAlarm(function, oldest, deliveries);
            }
        }
        if (queued && !draining) {
            watchStalls();
        }
    }

    /** Whether a job has been ready, and its function has handed none out, for the whole time. */
    private boolean waitsTooLong(FunctionQueue function, Job oldest) {
        long limit = settings.stallAlarm().toNanos();
        long now = clock.nanoTime();
        return now - oldest.readyNanos >= limit && function.handedOutBefore(now - limit);
    }

    /** A job waits although workers that could take it have been idle and silent: says so once, and wakes those that sleep. */
    private void raiseAlarm(FunctionQueue function, Job oldest, Deliveries deliveries) {
        long silentSince = clock.nanoTime() - settings.stallAlarm().toNanos();
        List<Peer> idleWorkers = peers.stream()
                .filter(peer -> peer.isIdleWorker()
                        && peer.heardNanos() - silentSince <= 0
                        && peer.abilities.containsKey(function))
                .toList();
        if (idleWorkers.isEmpty()) {
            return;
        }
        function.alarmed = oldest.number;
        Peer first = idleWorkers.get(0);
        deliveries.log(
                Level.ERROR,
                LogEvent.of("stalled")
                        .with("function", function.name.text())
                        .with("handle", oldest.handle.text())
                        .with("ready_ms", (clock.nanoTime() - oldest.readyNanos) / 1_000_000)
                        .with("queued", function.queued())
                        .with("running", function.running())
                        .with("workers", function.workers)
                        .with("woken", function.woken)
                        .with("idle_workers", idleWorkers.size())
                        .with("conn", first.number)
                        .with("client", first.clientId)
                        .with("asleep", first.asleep)
                        .with("idle_ms", (clock.nanoTime() - first.heardNanos()) / 1_000_000)
                        .with("effect", "those that sleep are woken again")
                        .toString());
        for (Peer peer : idleWorkers) {
            // None that has grabbed since its last PRE_SLEEP: it does not expect a NOOP.
            if (peer.mayBeWoken) {
                deliveries.to(peer.outbox).packet(PacketType.NOOP);
            }
        }
    }

    private void summarizeLater(boolean needed) {
        if (needed) {
            deadlines.after(JobLog.SECOND, () -> atDeadline(jobLog::summarize));
        }
    }

    private JobStatus status(Job job) {
        boolean runs = job.state == Job.State.RUNNING;
        long now = clock.nanoTime();
        return new JobStatus(
                job.handle,
                job.functionName,
                job.unique,
                job.priority,
                runs,
                job.state == Job.State.DELAYED,
                Duration.ofNanos(now - job.createdNanos),
                job.attempt,
                runs ? job.worker.number + "/" + job.worker.clientId : "",
                runs ? Duration.ofNanos(now - job.startedNanos) : Duration.ZERO,
                job.numerator,
                job.denominator,
                job.waiting.size());
    }
}
