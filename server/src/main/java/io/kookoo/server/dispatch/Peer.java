package io.kookoo.server.dispatch;

import io.kookoo.server.net.Outbox;
import io.kookoo.server.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One connection as the dispatcher sees it: a worker once it announces a function, a client once it submits, a poller once it
 * asks for the catalog; it may be all of them. All that changes is guarded by the dispatcher's lock.
 */
public final class Peer {
    final long number;
    final String address;
    private final int port;
    final Outbox outbox;
    final Instant since;

    /** When its last message came, by the clock's nanoseconds. Written by its reading thread. */
    private volatile long heardNanos;
    /** The longest time between two messages, in nanoseconds, since somebody asked. Written by its reading thread, mostly. */
    private volatile long longestPauseNanos;

    /** What SET_CLIENT_ID said; {@code -} until then. */
    String clientId = "-";
    /** What lists and the store call it. */
    private volatile String name;
    /** Wants WORK_EXCEPTION instead of WORK_FAIL. */
    boolean exceptions;
    /** Gets calls of the catalog from every GRAB. */
    boolean poller;
    /** Is told, by WORK_FAIL, of a job that it is to stop. */
    boolean cancels;
    /** Is told which run of a job it gets, where that is not the first. */
    boolean attempts;
    /** Whether it wants to know that it joins a job of which parts of the result have been sent. */
    boolean missedParts;
    /** Gets no job, and is not woken for one. */
    boolean quiet;

    boolean gone;

    /** How many runs it has ended: WORK_COMPLETE, WORK_FAIL and WORK_EXCEPTION of jobs that it held. */
    long ended;

    /** In whose name it submits jobs; set and read by its own reading thread alone. */
    private String owner = "";

    final Map<FunctionQueue, Ability> abilities = new LinkedHashMap<>();
    /** Those of its abilities that stand among no function's candidates. */
    final ArrayDeque<Ability> unlisted = new ArrayDeque<>(2);
    /** Jobs it holds, in the order in which it got them. */
    final Set<Job> running = new LinkedHashSet<>();
    /** Foreground jobs whose results it waits for. */
    final Set<Job> awaited = new LinkedHashSet<>();

    /** Jobs whose end it asked for in a line of text. */
    final Set<Job> watched = new LinkedHashSet<>(0);

    /** Its GRAB that is not answered yet; null for none. Set by its own reading thread alone, which so may ask without the lock. */
    volatile Dispatcher.Grab openGrab;

    long grabbedNanos;

    /** After PRE_SLEEP, until it grabs: it expects a NOOP, or another one. */
    boolean mayBeWoken;

    /** After PRE_SLEEP, until it is woken or grabs; not while it is quiet. */
    boolean asleep;
    /** The function it was woken for, until it grabs or 100 ms have passed; null otherwise. */
    FunctionQueue wokenFor;

    long wokenNanos;

    /**
     * @param number of the connection, for log and lists
     * @param address numeric, without port
     * @param port at which it came
     * @param clock for the moment at which it came: now
     */
    public Peer(long number, String address, int port, Outbox outbox, Clock clock) {
        this.number = number;
        this.address = Objects.requireNonNull(address);
        this.port = port;
        this.outbox = Objects.requireNonNull(outbox);
        this.name = number + "/" + clientId;
        this.since = clock.now();
        this.heardNanos = clock.nanoTime();
    }

    /** From now on it submits jobs in that name; empty for nobody's. For its reading thread. */
    public void speaksFor(String name) {
        owner = name;
    }

    String owner() {
        return owner;
    }

    /** Of the connection. */
    public long number() {
        return number;
    }

    /** Numeric, without port. */
    public String address() {
        return address;
    }

    /** {@code address:port}; an IPv6 address in brackets. */
    String endpoint() {
        return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + port;
    }

    /** When it came. */
    public Instant since() {
        return since;
    }

    /** What SET_CLIENT_ID said; {@code -} until then. Under the dispatcher's lock, as all that follow. */
    public String clientId() {
        return clientId;
    }

    /** Whether it has announced a function that it can do still. */
    public boolean isWorker() {
        return !abilities.isEmpty();
    }

    /** Whether its connection has ended. */
    public boolean isGone() {
        return gone;
    }

    /** Whether it asks for calls of the catalog. */
    public boolean isPoller() {
        return poller;
    }

    /** SET_CLIENT_ID. */
    void setClientId(String id) {
        clientId = id;
        name = number + "/" + id;
    }

    /**
     * {@code number/client id}, as lists and the store call it. Made where the id is set: each job that ends carries it, and it is read
     * without the lock when that is written.
     */
    public String name() {
        return name;
    }

    /** A message of it has come. For its reading thread. */
    public void heard(long nanoTime) {
        long pause = nanoTime - heardNanos;
        heardNanos = nanoTime;
        if (pause > longestPauseNanos) {
            longestPauseNanos = pause;
        }
    }

    /**
     * The longest time without a message since this was asked last, or since it came, in nanoseconds; the one that lasts until now
     * counts. A message that comes at this very moment may leave a pause for the next answer as well.
     */
    public long takeLongestPause(long nanoTime) {
        long longest = Math.max(longestPauseNanos, nanoTime - heardNanos);
        longestPauseNanos = 0;
        return longest;
    }

    /**
     * Whether its GRAB may be open still; for its reading thread. False is certain, and the answer is in the outbox then; true may
     * have passed already.
     */
    public boolean mayHaveOpenGrab() {
        return openGrab != null;
    }

    long heardNanos() {
        return heardNanos;
    }

    /** Whether it could take a job now, for all that is known: it announced functions, runs nothing, and is not quiet. */
    boolean isIdleWorker() {
        return !abilities.isEmpty() && running.isEmpty() && !quiet;
    }
}
