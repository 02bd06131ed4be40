package io.kookoo.server.dispatch;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import io.kookoo.server.net.Outbox;
import io.kookoo.server.store.Change;
import io.kookoo.server.store.JobRecord;
import io.kookoo.server.store.JobState;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The one owner of all state about jobs, functions, workers and clients. Every public method takes the one lock (its monitor:
 * nobody who holds it waits for anything but {@link Deadlines}), changes
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

    /** How long what nobody waits for may wait to be written; the store gets a batch and not each job. */
    private static final Duration WRITE_BEHIND = Duration.ofMillis(50);

    /** When the store is tried again after it has failed, unless somebody submits a job before. */
    private static final Duration STORE_RETRY = Duration.ofSeconds(1);

    private static final String STORE_CLOSED = "The store is closed";

    private final Clock clock;
    private final Deadlines deadlines;
    private final CallSource catalog;
    private final DispatchSettings settings;
    private final Observer observer;

    // All that follows is guarded by the lock.
    private final Handles handles;
    private final JobLog jobLog;
    private final WakeUps wakeUps;
    private final OpenGrabs openGrabs;
    private final StallAlarm stallAlarm;
    private final Journal journal = new Journal();
    private final Set<Peer> peers = new LinkedHashSet<>();
    private final Map<FunctionName, FunctionQueue> functions = new LinkedHashMap<>();
    private final JobIndex jobs;
    private final Map<Priority, Turns> turns = new EnumMap<>(Priority.class);
    /** Left by a former run, and not queued again yet. */
    private List<Job> restored = new ArrayList<>();

    private int running;
    private boolean draining;
    /** For the first delayed job; null where none is. */
    private Deadlines.Deadline nextDue;
    /** Something is to be written, and its time has come, or comes at a deadline. */
    private boolean writeDue;

    private boolean writeSoon;
    /** Nothing will be written after what is in the journal now. */
    private boolean closing;

    /**
     * @param catalog where calls for pollers come from
     * @param observer is told what happens, under the lock
     */
    public Dispatcher(
            Clock clock, Deadlines deadlines, CallSource catalog, DispatchSettings settings, Observer observer) {
        this.clock = clock;
        this.deadlines = deadlines;
        this.catalog = catalog;
        this.settings = settings;
        this.observer = observer;
        this.handles = new Handles(settings.handlePrefix(), settings.keeping().run());
        this.jobs = new JobIndex(handles);
        this.jobLog = new JobLog(clock, settings.jobLines());
        this.wakeUps = new WakeUps(clock, deadlines, () -> atDeadline(this::passOnWakeUps));
        this.openGrabs =
                new OpenGrabs(clock, deadlines, settings.grabPatience(), () -> atDeadline(this::answerDueGrabs));
        this.stallAlarm =
                new StallAlarm(clock, deadlines, settings.stallAlarm(), () -> atDeadline(this::lookForStalls));
        for (Priority priority : Priority.values()) {
            turns.put(priority, new Turns(priority));
        }
    }

    // ---- peers ----

    /** A peer has come. */
    public synchronized void connect(Peer peer) {
        peer.exceptions = settings.exceptions();
        peers.add(peer);
        observer.came(peer);
    }

    /**
     * A peer has gone. Jobs it was running go back to the head of their queues, or fail when they have no run left; jobs that
     * only it waited for are dropped if they are queued, and run to their end if they are running.
     */
    public synchronized void disconnect(Peer peer, String reason, Deliveries deliveries) {
        if (!peers.remove(peer)) {
            return;
        }
        peer.gone = true;
        observer.left(peer, reason, draining ? 0 : peer.running.size());
        openGrabs.remove(peer);
        peer.asleep = false;
        if (peer.poller || !peer.abilities.isEmpty()) {
            summarizeLater(jobLog.peer("disconnected", peer, reason, deliveries));
        }
        for (Job job : peer.awaited) {
            job.waiting.removeIf(waiting -> waiting == peer);
            if ((job.state == Job.State.QUEUED || job.state == Job.State.DELAYED) && !job.isWanted()) {
                unqueue(job);
                drop(job, deliveries);
            }
        }
        peer.awaited.clear();
        peer.watched.forEach(job -> job.runs.watchers.removeIf(watcher -> watcher.peer() == peer));
        peer.watched.clear();
        removeAbilities(peer, deliveries);
        if (!draining) {
            peer.running.forEach(job -> job.runs().losses++);
        }
        takeBack(peer, job -> true, reason, deliveries);
    }

    /** SET_CLIENT_ID. */
    public synchronized void setClientId(Peer peer, String id, Deliveries deliveries) {
        peer.setClientId(id);
        observer.named(peer);
        summarizeLater(jobLog.peer("connected", peer, null, deliveries));
    }

    /** OPTION_REQ exceptions: the peer gets WORK_EXCEPTION instead of WORK_FAIL. */
    public synchronized void wantExceptions(Peer peer) {
        peer.exceptions = true;
    }

    /** OPTION_REQ catalog: from now on every GRAB of the peer gets a call of the catalog. */
    public synchronized void becomePoller(Peer peer) {
        peer.poller = true;
        observer.works(peer);
    }

    /** OPTION_REQ cancel: the peer gets WORK_FAIL for a job that it runs and that is no longer its own, and stops it. */
    public synchronized void wantCancels(Peer peer) {
        peer.cancels = true;
    }

    /** OPTION_REQ attempt: before a job that has run before the peer gets OPTION_RES {@code attempt=<n>}, from 2. */
    public synchronized void wantAttempts(Peer peer) {
        peer.attempts = true;
    }

    /** OPTION_REQ parts: before its submission joins a job of which parts have been sent the peer gets OPTION_RES {@code parts=missed}. */
    public synchronized void wantMissedParts(Peer peer) {
        peer.missedParts = true;
    }

    // ---- workers ----

    /**
     * CAN_DO and CAN_DO_TIMEOUT: the peer can do the function. To repeat it is harmless, and sets the time limit anew.
     *
     * @param timeout how long each job of it may take; null for no limit
     * @return null, or why the peer may not: the text of an ERROR TOO_MANY_FUNCTIONS, and nothing has happened
     */
    public synchronized String canDo(Peer peer, FunctionName name, Duration timeout, Deliveries deliveries) {
        int most = settings.bounds().functions();
        if (peer.abilities.size() >= most && !peer.abilities.containsKey(functions.get(name))) {
            return "This worker has announced " + most + " functions, the most it may ([Server] max_functions)";
        }
        if (isOneTooMany(name)) {
            return tooManyNames();
        }
        FunctionQueue function = function(name);
        Ability ability = peer.abilities.get(function);
        if (ability == null) {
            ability = new Ability(peer, function);
            peer.abilities.put(function, ability);
            function.workers++;
            observer.works(peer);
            if (peer.asleep) {
                function.addCandidate(ability);
                wakeUps.count(function, deliveries);
            } else {
                peer.unlisted.add(ability);
            }
        }
        ability.timeout = timeout;
        return null;
    }

    /** CANT_DO: the peer can no longer do the function; a job of it that runs there goes back to the queue. */
    public synchronized void cantDo(Peer peer, FunctionName name, Deliveries deliveries) {
        FunctionQueue function = functions.get(name);
        Ability ability = function == null ? null : peer.abilities.remove(function);
        if (ability != null) {
            withdraw(ability, deliveries);
            takeBack(peer, job -> job.function == function, "the worker sent CANT_DO", deliveries);
        }
    }

    /** RESET_ABILITIES: CANT_DO of all functions. */
    public synchronized void resetAbilities(Peer peer, Deliveries deliveries) {
        removeAbilities(peer, deliveries);
        takeBack(peer, job -> !job.isCatalogCall(), "the worker sent RESET_ABILITIES", deliveries);
    }

    /** PRE_SLEEP: the peer waits for a NOOP, and gets it at once where a job waits that nobody has been woken for. */
    public synchronized void preSleep(Peer peer, Deliveries deliveries) {
        wakeUps.forget(peer, deliveries);
        peer.mayBeWoken = true;
        if (!peer.quiet) {
            sleep(peer, deliveries);
        }
    }

    private void sleep(Peer peer, Deliveries deliveries) {
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
    }

    /**
     * From now on the peer gets no job: each GRAB is answered by NO_JOB, and it is not woken. Jobs that it runs it may end. To repeat it
     * is harmless.
     */
    public synchronized void quiet(Peer peer, Deliveries deliveries) {
        peer.quiet = true;
        peer.asleep = false;
        closeGrab(peer, deliveries);
        wakeUps.forget(peer, deliveries);
    }

    /** The peer gets jobs again, and is woken for one where it sleeps. To repeat it is harmless. */
    public synchronized void resume(Peer peer, Deliveries deliveries) {
        if (peer.quiet) {
            peer.quiet = false;
            if (peer.mayBeWoken && !peer.gone) {
                sleep(peer, deliveries);
            }
        }
    }

    /** How many runs of jobs the peer has ended, well or not; calls of the catalog as well. */
    public synchronized long ended(Peer peer) {
        return peer.ended;
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

    /**
     * GRAB_JOB and its kin: answers with the next job, or NO_JOB. Where there is no job the answer may wait a little for one,
     * see {@link OpenGrabs}; call {@link #closeGrab} before whatever the peer says next, and when it says no more.
     */
    public synchronized void grab(Peer peer, Grab kind, Deliveries deliveries) {
        closeGrab(peer, deliveries);
        peer.asleep = false;
        peer.mayBeWoken = false;
        FunctionQueue wokenFor = wakeUps.clear(peer);
        Job job = peer.quiet ? null : peer.poller ? drawCall() : takeJob(peer);
        boolean mayWait = !peer.poller && !peer.abilities.isEmpty() && !draining && !peer.quiet;
        if (job != null || !mayWait || !openGrabs.add(peer, kind)) {
            answer(peer, kind, job, deliveries);
        }
        if (wokenFor != null) {
            offer(wokenFor, deliveries);
        }
    }

    /**
     * WORK_DATA, WORK_WARNING, WORK_STATUS, WORK_COMPLETE, WORK_FAIL, WORK_EXCEPTION: passes on what a worker says of a job
     * it holds; the last three end the job.
     *
     * @return false where the peer does not hold that job, and nothing has happened
     */
    public synchronized boolean report(Peer peer, Packet packet, Deliveries deliveries) {
        Job job = jobs.byHandle(packet.handle(0));
        if (job == null || job.state != Job.State.RUNNING || job.runs.worker != peer) {
            return false;
        }
        switch (packet.type()) {
            case WORK_COMPLETE -> end(job, Outcome.DONE, packet, null, deliveries);
            case WORK_FAIL -> end(job, Outcome.FAILED, packet, null, deliveries);
            case WORK_EXCEPTION -> end(job, Outcome.EXCEPTION, packet, null, deliveries);
            case WORK_STATUS -> {
                job.runs().numerator = packet.number(1);
                job.runs().denominator = packet.number(2);
                forward(job, packet, deliveries);
            }
            case WORK_DATA -> {
                job.runs().partsSent = true;
                forward(job, packet, deliveries);
            }
            default -> forward(job, packet, deliveries);
        }
        if (job.state != Job.State.RUNNING) {
            peer.ended++;
            // Its function may have been full, whether the job has ended or will be run again.
            offer(job.function, deliveries);
        }
        return true;
    }

    /** A peer that may have an open GRAB says something else, or no more: NO_JOB is its answer, before all others. */
    public synchronized void closeGrab(Peer peer, Deliveries deliveries) {
        Grab kind = openGrabs.remove(peer);
        if (kind != null) {
            answer(peer, kind, null, deliveries);
        }
    }

    // ---- submissions ----

    /**
     * SUBMIT_JOB and its kin: queues the job, or joins one that has its unique, and answers JOB_CREATED. Where the job is to
     * survive a crash, that answer waits for a commit, for which {@link Deliveries#flush} waits; a foreground submission must
     * not be made while {@link Deliveries#awaitsCommit}.
     *
     * @return null, or why the job is refused: the text of an ERROR QUEUE_ERROR, and nothing has happened
     */
    public synchronized String submit(Peer peer, Submission submission, Deliveries deliveries) {
        if (draining) {
            return ErrorCode.SHUTTING_DOWN;
        }
        if (isOneTooMany(submission.function())) {
            return tooManyNames();
        }
        FunctionQueue function = function(submission.function());
        Job joined = jobs.joinedBy(function, submission);
        if (joined == null && function.refuses(submission.priority())) {
            return "Job queue is full";
        }
        String full = joined == null ? full(submission) : null;
        if (full != null) {
            return full;
        }
        boolean background = submission.background();
        boolean durable = background && settings.keeping().durable();
        if (durable && closing) {
            return STORE_CLOSED;
        }
        Job job = joined == null ? create(submission, function, durable, peer.owner()) : joined;
        if (durable && !job.stored && job.commit == null) {
            write(job, Change.Kind.ADD);
            job.commit = journal.urgent();
            letWrite();
        }
        boolean undecided = job.state == Job.State.PENDING || durable && job.commit != null;
        Commit commit = deliveries.later(undecided ? job.commit : null);
        if (commit != null) {
            commit.answers.add(new Commit.Answer(peer, job, background));
            return null;
        }
        join(peer, job, background, deliveries.own());
        if (joined == null) {
            begin(job, job.createdNanos, deliveries);
        }
        return null;
    }

    /** Why there is no room for one more job; null where there is. */
    private String full(Submission submission) {
        Bounds bounds = settings.bounds();
        if (jobs.size() >= bounds.jobs()) {
            return "Job queue is full: there are " + bounds.jobs() + " jobs, the most there may be ([Server] max_jobs)";
        }
        if (jobs.bytes() + Job.FLAT_BYTES + submission.data().length() > bounds.bytes()) {
            return "Job queue is full: with this one jobs would take more than " + bounds.bytes()
                    + " bytes ([Server] max_jobs_size)";
        }
        return null;
    }

    private void join(Peer peer, Job job, boolean background, Outbox outbox) {
        if (background) {
            // It stays alive when those who wait for it go away.
            job.background = true;
        } else {
            job.addWaiting(peer);
            peer.awaited.add(job);
            if (peer.missedParts && job.state == Job.State.RUNNING && job.runs.partsSent) {
                outbox.packet(PacketType.OPTION_RES, "parts=missed");
            }
        }
        outbox.packet(PacketType.JOB_CREATED, job.handle());
        observer.submitted(peer, job);
    }

    /**
     * Ends a job before its time, whether it waits or runs. Clients that wait get WORK_FAIL, or where they want exceptions WORK_EXCEPTION
     * with {@code cancelled}; its worker gets WORK_FAIL where it {@link #wantCancels wants to know}.
     */
    public synchronized boolean cancel(JobHandle handle, Deliveries deliveries) {
        return cancel(jobs.byHandle(handle), deliveries);
    }

    // ---- functions ----

    /**
     * Makes a function known that nobody has announced or asked for yet.
     *
     * @return null, or why not, and nothing has happened
     */
    public synchronized String createFunction(FunctionName name) {
        if (isOneTooMany(name)) {
            return tooManyNames();
        }
        function(name);
        return null;
    }

    private boolean isOneTooMany(FunctionName name) {
        return functions.size() >= settings.bounds().names() && !functions.containsKey(name);
    }

    private String tooManyNames() {
        return "There are " + settings.bounds().names()
                + " functions, the most there may be ([Server] max_function_names); drop function forgets one";
    }

    /** How {@link #dropFunction} ended. */
    public enum Drop {
        DROPPED,
        /** Workers can do it, or jobs of it run; nothing has happened. */
        IN_USE,
        UNKNOWN
    }

    /** Forgets a function; its jobs that wait fail. */
    public synchronized Drop dropFunction(FunctionName name, Deliveries deliveries) {
        FunctionQueue function = functions.get(name);
        if (function == null) {
            return Drop.UNKNOWN;
        }
        if (function.workers > 0 || function.running() > 0 || function.pending > 0) {
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
    }

    /** Limits the jobs of a function, queued, delayed and running: past it, submissions of a priority are refused; 0 for no limit. */
    public synchronized void maxQueue(FunctionName name, Map<Priority, Integer> limits) {
        FunctionQueue function = function(name);
        limits.forEach(function::maxQueue);
    }

    // ---- what there is ----

    /** The job of that handle, as long as it has not ended. */
    public synchronized Optional<JobStatus> job(JobHandle handle) {
        return Optional.ofNullable(jobs.byHandle(handle)).map(this::status);
    }

    /** A job of that unique, of whatever function, as long as it has not ended. */
    public synchronized Optional<JobStatus> job(UniqueId unique) {
        for (FunctionQueue function : functions.values()) {
            Job job = jobs.byUnique(function, unique);
            if (job != null) {
                return Optional.of(status(job));
            }
        }
        return Optional.empty();
    }

    /**
     * All jobs that have not ended, calls of the catalog included, in the order of their submission. Described a page at a
     * time, so that a long list holds up nobody: one that ends meanwhile is not in it, and one that comes is not either.
     */
    public List<JobStatus> jobs() {
        return describe(this::status);
    }

    /** In whose name the job of that handle was submitted, empty for nobody's; as long as it has not ended. */
    public synchronized Optional<String> owner(JobHandle handle) {
        return Optional.ofNullable(jobs.byHandle(handle)).map(Job::owner);
    }

    /** Of the job of a function that has a unique; as long as it has not ended. */
    public synchronized Optional<JobHandle> handle(FunctionName name, UniqueId unique) {
        FunctionQueue function = functions.get(name);
        return function == null
                ? Optional.empty()
                : Optional.ofNullable(jobs.byUnique(function, unique)).map(Job::handle);
    }

    private <T> List<T> describe(Function<Job, T> describe) {
        List<Job> all;
        synchronized (this) {
            all = jobs.all();
        }
        all.sort(Comparator.comparingLong(job -> job.number));
        List<T> described = new ArrayList<>(all.size());
        for (int from = 0; from < all.size(); from += PAGE) {
            synchronized (this) {
                all.subList(from, Math.min(all.size(), from + PAGE)).stream()
                        .filter(job -> job.state != Job.State.ENDED)
                        .map(describe)
                        .forEach(described::add);
            }
        }
        return described;
    }

    /** The job of that handle, as long as it has not ended. */
    public synchronized Optional<JobRecord> record(JobHandle handle) {
        return Optional.ofNullable(jobs.byHandle(handle)).map(this::record);
    }

    /**
     * Tells a peer the end of a job in a line of text, once it has come.
     *
     * @param line makes the line, with its end
     * @return false where the job is not known, has ended already, or is watched by that peer already, and nothing further will be told
     */
    public synchronized boolean watch(JobHandle handle, Peer peer, Function<JobRecord, String> line) {
        Job job = jobs.byHandle(handle);
        if (job == null || !peer.watched.add(job)) {
            return false;
        }
        if (job.runs.watchers == null) {
            job.runs().watchers = new ArrayList<>(1);
        }
        job.runs.watchers.add(new Job.Watcher(peer, line));
        return true;
    }

    /** All jobs that have not ended, in the order of their submission; described a page at a time, as in {@link #jobs()}. */
    public List<JobRecord> records() {
        return describe(this::record);
    }

    /** Jobs that have changed since they were written last, or were never written; some may have ended. */
    public synchronized List<JobRecord> unwritten() {
        return journal.waiting(this::record);
    }

    private JobRecord record(Job job) {
        return job.record(clock.millis(), clock.nanoTime());
    }

    /** All functions, in the order in which they were first heard of. */
    public synchronized List<FunctionStatus> functions() {
        return functions.values().stream().map(FunctionStatus::of).toList();
    }

    /** All connections, oldest first. */
    public synchronized List<PeerStatus> peers() {
        long now = clock.nanoTime();
        return peers.stream().map(peer -> PeerStatus.of(peer, now)).toList();
    }

    public synchronized Load load() {
        int waiting = 0;
        for (FunctionQueue function : functions.values()) {
            waiting += function.queued() + function.delayed + function.pending;
        }
        return new Load(peers.size(), waiting, running);
    }

    /**
     * For an orderly end: hands out no job and accepts none any more, and waits until none is running.
     *
     * @param limit how long to wait at most
     * @return how many jobs still run
     */
    public synchronized int drain(Duration limit) throws InterruptedException {
        draining = true;
        wakeUps.stop();
        long end = clock.nanoTime() + limit.toNanos();
        for (long left = limit.toNanos(); running > 0 && left > 0; left = end - clock.nanoTime()) {
            // Rounded up: zero would be for ever.
            wait((left + 999_999) / 1_000_000);
        }
        return running;
    }

    // ---- the store ----

    /** A job that was left by a former run of the server; {@link #queueRestored} must follow. Before the first peer comes. */
    public synchronized void restore(JobRecord record) {
        Job job = new Job(handles, record, function(record.function()), clock.millis(), clock.nanoTime());
        if (record.state() == JobState.RUNNING) {
            // Its run was cut off with the server, which is nobody's failure.
            job.runs().attempt--;
        }
        job.stored = true;
        jobs.put(job);
        restored.add(job);
    }

    /** All jobs that were left are queued again, or delayed, in the order in which they became ready: a delayed one did at its moment. */
    public synchronized void queueRestored() {
        restored.sort(Comparator.<Job>comparingLong(job -> Math.max(job.created, job.due))
                .thenComparingLong(job -> job.number));
        Deliveries nobody = new Deliveries(null);
        restored.forEach(job -> begin(job, clock.nanoTime(), nobody));
        restored = List.of();
    }

    /**
     * Runs a dead job again, as if it had just been submitted but for its handle. The answer waits for the commit.
     *
     * @param record of the store
     * @return null where the job is not dead any more, another one has its unique, or the server stops
     */
    public synchronized Commit revive(JobRecord record) {
        if (draining || closing || jobs.byHandle(record.handle()) != null) {
            return null;
        }
        FunctionQueue function = function(record.function());
        Job job = new Job(handles, record, function, clock.millis(), clock.nanoTime());
        if (jobs.holdsKeyOf(job)) {
            return null;
        }
        job.runs().failures = 0;
        job.runs().losses = 0;
        // It stands behind those that wait now, also after a restart.
        job.due = clock.millis();
        job.state = Job.State.PENDING;
        function.pending++;
        jobs.put(job);
        write(job, Change.Kind.ADD);
        job.commit = journal.urgent();
        letWrite();
        return job.commit;
    }

    /** A commit of all that has happened until now. */
    public synchronized Commit sync() {
        if (closing) {
            return Commit.failed(STORE_CLOSED);
        }
        Commit commit = journal.urgent();
        letWrite();
        return commit;
    }

    /**
     * For the one who writes to the store: waits until something is to be written, and takes it. {@link #decide} must follow.
     *
     * @return null when nothing will be written any more; see {@link #closeJournal}
     */
    synchronized Journal.Batch takeChanges() throws InterruptedException {
        while (!journal.isUrgent() && !(writeDue && !journal.isEmpty()) && !closing) {
            wait();
        }
        if (closing && journal.isEmpty()) {
            return null;
        }
        writeDue = false;
        return journal.take(clock);
    }

    /** From now on what happens is not written. */
    synchronized void closeJournal() {
        closing = true;
        notifyAll();
    }

    /**
     * No commit will follow: what waits for one is refused, and so is whatever would.
     *
     * @param batch the last that was taken; null for none
     */
    synchronized void abandonJournal(Journal.Batch batch, String reason, Deliveries deliveries) {
        closing = true;
        if (batch != null && !batch.commit().isDecided()) {
            decide(batch, reason, deliveries);
        }
        if (!journal.isEmpty()) {
            decide(journal.take(clock), reason, deliveries);
        }
    }

    synchronized boolean isClosing() {
        return closing;
    }

    /**
     * A commit has succeeded, or failed: jobs that waited for it may run, or are refused along with their submissions; what else
     * it had is written again.
     *
     * @param failure why nothing was written; null where everything was
     */
    void decide(Journal.Batch batch, String failure, Deliveries deliveries) {
        synchronized (this) {
            batch.jobs().forEach((job, kind) -> {
                // A job that others were about to make a background job may have ended before it was added.
                if (kind == Change.Kind.ADD || job.commit == batch.commit()) {
                    decide(job, batch.commit(), failure, deliveries);
                }
            });
            for (Commit.Answer answer : batch.commit().answers) {
                Job job = answer.job();
                boolean accepted =
                        answer.background() && settings.keeping().durable() ? job.stored : job.runs.refusal == null;
                if (accepted) {
                    join(answer.peer(), job, answer.background(), answer.peer().outbox);
                } else {
                    // An earlier commit than the answer's may have decided.
                    String reason = job.runs.refusal == null ? failure : job.runs.refusal;
                    answer.peer()
                            .outbox
                            .packet(
                                    PacketType.ERROR,
                                    ErrorCode.QUEUE_ERROR.name(),
                                    reason == null ? "The store has not taken it" : reason);
                }
            }
            if (failure != null) {
                long dropped = journal.putBack(batch);
                if (dropped > 0) {
                    deliveries.log(
                            Level.WARN,
                            LogEvent.of("outcomes_dropped")
                                    .with("jobs", dropped)
                                    .with("reason", "the store does not take them: " + failure)
                                    .toString());
                }
                if (!writeSoon) {
                    writeSoon(STORE_RETRY);
                }
            }
            // Under the lock: who sees it undecided may still add an answer.
            batch.commit().decide(failure);
        }
    }

    private void decide(Job job, Commit commit, String failure, Deliveries deliveries) {
        if (job.commit == commit) {
            job.commit = null;
        }
        job.stored |= failure == null;
        if (job.state == Job.State.PENDING) {
            job.function.pending--;
            if (failure == null) {
                begin(job, clock.nanoTime(), deliveries);
            } else if (commit.answers.stream().anyMatch(answer -> answer.job() == job && !answer.background())) {
                // Those who wait for its result need no store.
                job.background = false;
                begin(job, clock.nanoTime(), deliveries);
            } else {
                refuse(job, failure, deliveries);
            }
        } else if (failure == null) {
            if (job.state != Job.State.ENDED) {
                // It may have changed since it was described for the commit.
                update(job);
            }
        } else if ((job.state == Job.State.QUEUED || job.state == Job.State.DELAYED) && !job.isWanted()) {
            // Those who waited for it have gone while somebody was about to make it a background job.
            unqueue(job);
            drop(job, deliveries);
        }
    }

    /** A job that was never accepted. One that was dead before is dead still, for the store. */
    private void refuse(Job job, String reason, Deliveries deliveries) {
        job.runs().refusal = reason;
        job.runs().outcome = job.runs.attempt > 0 ? Outcome.FAILED : Outcome.CANCELLED;
        job.background = true;
        job.runs().said = Data.of("it could not be written: " + reason);
        job.runs().endedNanos = clock.nanoTime();
        forget(job);
        tellWatchers(job, deliveries);
    }

    /** The job is in the store, and has changed. */
    private void update(Job job) {
        if (job.stored) {
            write(job, Change.Kind.UPDATE);
        }
    }

    private void write(Job job, Change.Kind kind) {
        journal.add(job, kind);
        if (!writeSoon && !writeDue) {
            writeSoon(WRITE_BEHIND);
        }
    }

    /** What nobody waits for is written with what somebody waits for, or a little later. */
    private void writeSoon(Duration delay) {
        writeSoon = true;
        deadlines.after(
                delay,
                () -> atDeadline(deliveries -> {
                    writeSoon = false;
                    letWrite();
                }));
    }

    private void letWrite() {
        writeDue = true;
        notifyAll();
    }

    // ---- the life of a job; all that follows holds the lock ----

    private FunctionQueue function(FunctionName name) {
        assert Thread.holdsLock(this);
        FunctionQueue function = functions.get(name);
        if (function == null) {
            function = new FunctionQueue(name, turns, settings.maxRunning().getOrDefault(name, 0));
            functions.put(name, function);
        }
        return function;
    }

    private Job create(Submission submission, FunctionQueue function, boolean durable, String owner) {
        Job job = new Job(handles, submission, function, clock.millis(), clock.nanoTime());
        job.ownedBy(owner);
        jobs.put(job);
        if (durable) {
            job.state = Job.State.PENDING;
            function.pending++;
        }
        return job;
    }

    /** The job is accepted, now: it may run once its moment has come. */
    private void begin(Job job, long nanoTime, Deliveries deliveries) {
        if (job.due > 0 && job.due > clock.millis()) {
            delay(job);
        } else {
            enqueue(job, nanoTime, deliveries);
        }
    }

    private void delay(Job job) {
        job.state = Job.State.DELAYED;
        job.function.delayed++;
        jobs.delay(job);
        if (jobs.firstDelayed() == job) {
            awaitDelayed();
        }
    }

    /** A job that waits, for its moment or its turn, does so no more. */
    private void unqueue(Job job) {
        if (job.state == Job.State.DELAYED) {
            job.function.delayed--;
        } else {
            job.lane().remove(job);
        }
    }

    private void enqueue(Job job, long nanoTime, Deliveries deliveries) {
        job.state = Job.State.QUEUED;
        job.readyNanos = nanoTime;
        job.lane().addLast(job);
        observer.queued(job);
        offer(job.function, deliveries);
        stallAlarm.watch();
    }

    /**
     * Jobs of the function may be ready: hands them to workers that have asked for one, and wakes others for the rest. Null
     * stands for the catalog, which has no queue.
     */
    private void offer(FunctionQueue function, Deliveries deliveries) {
        if (function == null) {
            return;
        }
        while (function.ready() > 0 && !draining) {
            Peer peer = openGrabs.firstFor(function);
            if (peer == null) {
                break;
            }
            answer(peer, openGrabs.remove(peer), takeJob(peer), deliveries);
        }
        wakeUps.count(function, deliveries);
    }

    private Job drawCall() {
        Optional<CallSource.CatalogCall> call = draining ? Optional.empty() : catalog.draw();
        if (call.isEmpty()) {
            return null;
        }
        Job job = new Job(handles, call.get(), clock.millis(), clock.nanoTime());
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
        job.runs().worker = peer;
        job.runs().attempt++;
        job.runs().partsSent = false;
        job.runs().startedNanos = clock.nanoTime();
        peer.running.add(job);
        running++;
        if (!job.isCatalogCall()) {
            job.function.started(job.runs.startedNanos);
            Duration timeout = peer.abilities.get(job.function).timeout;
            if (timeout != null) {
                int attempt = job.runs.attempt;
                job.runs().lease =
                        deadlines.after(timeout, () -> atDeadline(then -> endLease(job, attempt, timeout, then)));
            }
        }
        update(job);
        observer.started(job);
        summarizeLater(jobLog.handedOut(job, deliveries));
    }

    /** Answers a GRAB with a job, or with NO_JOB where that is null. */
    private void answer(Peer peer, Grab kind, Job job, Deliveries deliveries) {
        if (job == null) {
            deliveries.to(peer.outbox).packet(PacketType.NO_JOB);
        } else {
            assign(job, peer, deliveries);
            sendAssignment(job, peer, kind, deliveries);
        }
        // Not before the answer is in the outbox: the peer's reading thread would let others overtake it.
        peer.openGrab = null;
    }

    private static void sendAssignment(Job job, Peer peer, Grab kind, Deliveries deliveries) {
        if (job.runs.attempt > 1 && peer.attempts) {
            deliveries.to(peer.outbox).packet(PacketType.OPTION_RES, "attempt=" + job.runs.attempt);
        }
        if (kind == Grab.JOB) {
            deliveries.to(peer.outbox).packet(PacketType.JOB_ASSIGN, job.data, job.handle(), job.functionName());
        } else if (kind == Grab.JOB_ALL && job.reducer != null) {
            deliveries
                    .to(peer.outbox)
                    .packet(
                            PacketType.JOB_ASSIGN_ALL,
                            job.data,
                            job.handle(),
                            job.functionName(),
                            job.unique,
                            job.reducer);
        } else {
            deliveries
                    .to(peer.outbox)
                    .packet(PacketType.JOB_ASSIGN_UNIQ, job.data, job.handle(), job.functionName(), job.unique);
        }
    }

    /** The job leaves the hands of its worker. */
    private void release(Job job) {
        job.runs.worker.running.remove(job);
        if (job.runs.lease != null) {
            job.runs.lease.cancel();
            job.runs().lease = null;
        }
        if (!job.isCatalogCall()) {
            job.function.released();
        }
        running--;
        if (running == 0 && draining) {
            // Not otherwise: the one who writes to the store waits for this monitor as well.
            notifyAll();
        }
    }

    /** A job that is in nobody's hands and in no queue any more. */
    private void forget(Job job) {
        jobs.remove(job);
        job.state = Job.State.ENDED;
    }

    /**
     * Ends a running job. The caller {@link #offer}s its function: where that was full, another job may run now.
     *
     * @param packet what its worker sent; null where it sent nothing
     * @param explanation for clients that want exceptions, where the worker sent nothing; may be null
     */
    private void end(Job job, Outcome outcome, Packet packet, String explanation, Deliveries deliveries) {
        release(job);
        if (!job.isCatalogCall()) {
            job.function.runTimes.record(clock.nanoTime() - job.runs.startedNanos);
        }
        Data sent = packet == null || packet.type() == PacketType.WORK_FAIL ? null : packet.data();
        Data said = sent == null && explanation != null ? Data.of(explanation) : sent;
        if ((outcome == Outcome.FAILED || outcome == Outcome.EXCEPTION) && retryLater(job, outcome, said, deliveries)) {
            return;
        }
        forget(job);
        summarizeLater(jobLog.ended(job, outcome, said, deliveries));
        close(job, outcome, said, deliveries);
        tellEnd(job, outcome, packet, explanation, deliveries);
    }

    /** Whether a job that failed will be run again. */
    private boolean retryLater(Job job, Outcome outcome, Data said, Deliveries deliveries) {
        job.runs().failures++;
        Retry retry =
                job.isCatalogCall() ? Retry.NEVER : settings.retries().getOrDefault(job.functionName(), Retry.NEVER);
        if (job.runs.failures > retry.retries() || !job.isWanted()) {
            return false;
        }
        Duration delay = retry.delayAfter(job.runs.failures);
        String reason = outcome.word + (said == null ? "" : ": " + said.text(200)) + "; run again in "
                + delay.toMillis() + " ms, " + (retry.retries() - job.runs.failures + 1) + " left";
        summarizeLater(jobLog.trouble("retried", job, reason, deliveries));
        observer.retried(job, reason);
        job.function.retried++;
        takeFromWorker(job);
        job.due = clock.millis() + delay.toMillis();
        delay(job);
        update(job);
        return true;
    }

    /** A running job is in nobody's hands. */
    private static void takeFromWorker(Job job) {
        job.runs().lastWorker = job.workerName();
        job.runs().worker = null;
        job.runs().numerator = 0;
        job.runs().denominator = 0;
    }

    /** Notes how a job ended, for the store and for those who asked for it. */
    private void close(Job job, Outcome outcome, Data said, Deliveries deliveries) {
        job.runs().outcome = outcome;
        job.runs().said = said;
        job.runs().endedNanos = clock.nanoTime();
        if (job.commit != null) {
            // Somebody was about to make it a background job: its end is that of one.
            job.background = true;
        }
        observer.ended(job);
        boolean written = job.stored || job.commit != null;
        boolean dead = job.publicState() == JobState.DEAD;
        if (dead) {
            if (settings.keeping().outcomes().contains(Keeping.Outcomes.BACKGROUND) || written) {
                write(job, written ? Change.Kind.UPDATE : Change.Kind.ADD);
            }
        } else if (settings.keeping().keeps(job)) {
            write(job, written ? Change.Kind.END : Change.Kind.OUTCOME);
        } else if (written) {
            write(job, Change.Kind.REMOVE);
        }
        tellWatchers(job, deliveries);
    }

    private void tellWatchers(Job job, Deliveries deliveries) {
        if (job.runs.watchers != null) {
            JobRecord record = record(job);
            for (Job.Watcher watcher : job.runs.watchers) {
                watcher.peer().watched.remove(job);
                deliveries.text(watcher.peer().outbox, () -> watcher.line().apply(record));
            }
            job.runs().watchers = null;
        }
    }

    /** Nobody waits for the result of a job any more: it leaves no trace but for those who watch it. */
    private void drop(Job job, Deliveries deliveries) {
        job.runs().outcome = Outcome.CANCELLED;
        job.runs().said = Data.of("nobody waits for its result any more");
        job.runs().endedNanos = clock.nanoTime();
        observer.ended(job);
        forget(job);
        tellWatchers(job, deliveries);
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
        String reason = outcome == Outcome.CANCELLED ? outcome.word : explanation;
        for (Peer client : job.waiting) {
            client.awaited.remove(job);
            if (reason != null && client.exceptions) {
                deliveries.to(client.outbox).packet(PacketType.WORK_EXCEPTION, Data.of(reason), job.handle());
            } else if (packet == null || (outcome == Outcome.EXCEPTION && !client.exceptions)) {
                deliveries.to(client.outbox).packet(PacketType.WORK_FAIL, job.handle());
            } else {
                deliveries.to(client.outbox).forward(packet.type(), packet);
            }
        }
        job.waiting = List.of();
    }

    private static void forward(Job job, Packet packet, Deliveries deliveries) {
        for (Peer client : job.waiting) {
            deliveries.to(client.outbox).forward(packet.type(), packet);
        }
    }

    private boolean cancel(Job job, Deliveries deliveries) {
        if (job == null || job.isCatalogCall() || job.state == Job.State.PENDING) {
            return false;
        }
        if (job.state == Job.State.RUNNING) {
            tellToStop(job, deliveries);
            end(job, Outcome.CANCELLED, null, null, deliveries);
            offer(job.function, deliveries);
            return true;
        }
        unqueue(job);
        forget(job);
        summarizeLater(jobLog.trouble("cancelled", job, "it was still waiting", deliveries));
        close(job, Outcome.CANCELLED, null, deliveries);
        tellEnd(job, Outcome.CANCELLED, null, null, deliveries);
        return true;
    }

    /** A running job is about to be taken from its worker. */
    private static void tellToStop(Job job, Deliveries deliveries) {
        if (job.runs.worker.cancels) {
            deliveries.to(job.runs.worker.outbox).packet(PacketType.WORK_FAIL, job.handle());
        }
    }

    /** Takes those jobs from a worker, in the order in which it got them: they are queued again, or at their end. */
    private void takeBack(Peer peer, Predicate<Job> which, String reason, Deliveries deliveries) {
        List<Job> held = peer.running.stream().filter(which).toList();
        // From the last: each goes to the head of its queue, so that they stand there in their old order.
        for (int i = held.size() - 1; i >= 0; i--) {
            runAgain(held.get(i), reason, deliveries);
        }
        // Not each as it comes back, which would give the last of them to the first that asks.
        held.stream().map(job -> job.function).distinct().forEach(function -> offer(function, deliveries));
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

    /**
     * A running job that its worker will not finish: it is queued again at the head, or has come to its end. The caller
     * {@link #offer}s its function.
     */
    private void runAgain(Job job, String reason, Deliveries deliveries) {
        if (job.isCatalogCall()) {
            end(job, Outcome.LOST, null, null, deliveries);
        } else if (!job.isWanted()) {
            summarizeLater(jobLog.trouble("dropped", job, "its client is gone, and " + reason, deliveries));
            release(job);
            drop(job, deliveries);
        } else if (job.runs.losses > settings.jobRetries()) {
            String explanation = "no run is left after " + job.runs.attempt + " (job_retries = " + settings.jobRetries()
                    + "): " + (job.runs.worker.gone ? "its worker " + job.workerName() + " has gone: " : "") + reason;
            end(job, Outcome.RETRIES_EXHAUSTED, null, explanation, deliveries);
        } else {
            // Once the server stops nobody takes it again.
            summarizeLater(jobLog.trouble(draining ? "cut_off" : "requeued", job, reason, deliveries));
            observer.retried(job, reason);
            release(job);
            job.function.retried++;
            job.state = Job.State.QUEUED;
            takeFromWorker(job);
            if (draining) {
                // Cut off by the server, which is nobody's failure: a later run of the server begins this run anew.
                job.runs().attempt--;
            }
            update(job);
            job.readyNanos = clock.nanoTime();
            job.lane().addFirst(job);
            observer.queued(job);
            stallAlarm.watch();
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
        synchronized (this) {
            action.accept(deliveries);
        }
        deliveries.flush(LOG);
    }

    private void passOnWakeUps(Deliveries deliveries) {
        wakeUps.passOn(deliveries);
    }

    private void answerDueGrabs(Deliveries deliveries) {
        try {
            for (Peer peer = openGrabs.firstDue(); peer != null; peer = openGrabs.firstDue()) {
                answer(peer, openGrabs.remove(peer), takeJob(peer), deliveries);
            }
        } finally {
            openGrabs.watchAgain();
        }
    }

    private void lookForStalls(Deliveries deliveries) {
        stallAlarm.look(functions.values(), peers, deliveries);
        if (!draining && functions.values().stream().anyMatch(function -> function.queued() > 0)) {
            stallAlarm.watch();
        }
    }

    /** A lease that is ended just now may run out all the same: it counts for its own run alone. */
    private void endLease(Job job, int attempt, Duration timeout, Deliveries deliveries) {
        if (job.state == Job.State.RUNNING && job.runs.attempt == attempt) {
            job.runs().losses++;
            tellToStop(job, deliveries);
            runAgain(job, "the worker did not end it within " + timeout.toMillis() + " ms", deliveries);
            offer(job.function, deliveries);
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
            // To the millisecond's beginning: a look before it would find the job still delayed.
            Duration left = Duration.ofMillis(first.due - now.toEpochMilli()).minusNanos(now.getNano() % 1_000_000);
            Duration delay = left.isNegative() ? Duration.ZERO : left;
            nextDue = deadlines.after(
                    delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY, () -> atDeadline(this::enqueueDue));
        }
    }

    private void enqueueDue(Deliveries deliveries) {
        long now = clock.millis();
        for (Job job = jobs.firstDelayed(); job != null && job.due <= now; job = jobs.firstDelayed()) {
            jobs.due(job);
            job.function.delayed--;
            enqueue(job, clock.nanoTime(), deliveries);
        }
        awaitDelayed();
    }

    private void summarizeLater(boolean needed) {
        if (needed) {
            deadlines.after(JobLog.SECOND, () -> atDeadline(jobLog::summarize));
        }
    }

    private JobStatus status(Job job) {
        return JobStatus.of(job, clock.nanoTime());
    }
}
