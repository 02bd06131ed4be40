package io.kookoo.client.run;

import io.kookoo.client.net.ReconnectLoop;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes submitted jobs at once: one connection, so many slots, one job in each. The reading thread takes what the server
 * sends while the slots run.
 *
 * <pre>
 *   reading thread                                   slot
 *   who this is; OPTION_REQ..., CAN_DO...,
 *   GRAB_JOB_UNIQ                                    run the job
 *   JOB_ASSIGN_UNIQ: to a slot; GRAB if one is free  WORK_COMPLETE + GRAB_JOB_UNIQ, in one write
 *   NO_JOB, nothing else asked: PRE_SLEEP
 *   NOOP: GRAB_JOB_UNIQ
 *   OPTION_RES attempt=n: of the next assignment
 *   WORK_FAIL: cancel that job                       GRAB_JOB_UNIQ alone, once the function has returned
 *   OPTION_RES stop: the client is to end
 * </pre>
 *
 * <p>Every GRAB_JOB_UNIQ stands for a free slot: there are never more of them unanswered than slots free, and while a slot is
 * free, one is unanswered or PRE_SLEEP was the last word. What is sent is decided under the connection's lock of writing,
 * so that decisions and bytes have one order; what is decided upon is guarded by this object's monitor, taken inside.
 *
 * <p>The server handles packets in order: the answer to the GRAB behind a result says that the result has arrived. Results
 * without it are logged lost when the connection is, once each; the server then queues their jobs again.
 */
final class WorkerLoop {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerLoop.class);

    /** Of its connection, in the log. */
    static final String NAME = "worker";

    /** With it the server says, by WORK_FAIL, that a job is to be stopped. */
    private static final String CANCEL = "cancel";
    /** With it the server says, by {@code attempt=<n>}, which run of a job it is about to hand out. */
    private static final String ATTEMPT = "attempt";

    /** With it the server may say to a node, by {@link #STOP}, that it is to end. */
    private static final String CONTROL = "control";

    private static final String STOP = "stop";

    private static final Pattern ATTEMPT_NUMBER = Pattern.compile(ATTEMPT + "=([1-9][0-9]{0,8})");

    /** The data of the ECHO_REQ that follows a result in place of a GRAB when the worker stops. */
    private static final Data POSTED = Data.of("posted");

    private final ReconnectLoop loop;
    private final Functions functions;
    private final JobRunner runner;
    private final JobLog log;
    private final Identity identity;

    /** Slots without a job. Guarded by this, as are the fields below. */
    private int free;

    /** What is to be announced. */
    private Set<FunctionName> offered = Set.of();

    private boolean stopping;
    /** The one that speaks now, or null. */
    private Session current;

    /**
     * @param runner has as many threads as there are slots
     * @param slots how many there are
     */
    WorkerLoop(ReconnectLoop loop, Functions functions, JobRunner runner, JobLog log, Identity identity, int slots) {
        this.loop = loop;
        this.functions = functions;
        this.runner = runner;
        this.log = log;
        this.identity = identity;
        this.free = slots;
    }

    /**
     * Works until {@link #stop}; blocks until the jobs that run then are ended and posted, or their connection is lost.
     * Called once.
     */
    void run() throws InterruptedException {
        functions.onChange(this::functionsChanged);
        functionsChanged();
        loop.run((connection, answered) -> new Session(connection).speak(answered));
    }

    /** Asks for no more jobs; does not wait. {@link #run} returns when those that run are posted. */
    void stop() {
        loop.stop();
        Session idle;
        synchronized (this) {
            stopping = true;
            idle = current != null && current.isDone() ? current : null;
        }
        if (idle != null) {
            // Its reading thread waits for a NOOP that may never come. Nothing is unanswered: there is room for a last
            // word.
            idle.leave();
            idle.connection.close();
        }
    }

    /** Tells the server which functions there are now; blocks for sending. */
    private void functionsChanged() {
        Session session;
        synchronized (this) {
            // Read inside: of two threads that are told at once, the later one knows the later names.
            offered = functions.names().stream()
                    .map(FunctionName::of)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            session = current;
        }
        if (session != null) {
            session.connection.sendOrClose(writer -> {
                session.announce(writer);
                // Jobs of a new function may be queued already, and nobody wakes this worker for them.
                session.grab(writer);
            });
        }
    }

    /** What is said on one connection. Its fields but the first are guarded by the worker's monitor. */
    private final class Session {
        private final ServerConnection connection;
        /** For every question not yet answered, in the order of the wire, the result that was posted with it, if one was. */
        private final Queue<Optional<Outcome>> asked = new ArrayDeque<>();

        private final Set<FunctionName> announced = new LinkedHashSet<>();
        /** Jobs that were assigned on this connection and hold a slot. */
        private final Set<Run> running = new LinkedHashSet<>();
        /** Which run of its job the next assignment is. Confined to the reading thread. */
        private int nextAttempt = 1;

        /** Whether a function is announced only because it still runs. */
        private boolean retiring;

        private boolean over;

        /** Whether the server knows who this is, and may be told what it does. */
        private boolean begun;
        /** Whether it is one of a node there. */
        private boolean asNode;

        private boolean left;

        Session(ServerConnection connection) {
            this.connection = connection;
        }

        /** Reads until the connection is lost, or all is done after {@link WorkerLoop#stop}. */
        void speak(Runnable answered) throws IOException {
            try {
                synchronized (WorkerLoop.this) {
                    if (isStopped()) {
                        return;
                    }
                    // So that it can be closed while it waits for what the server makes of it.
                    current = this;
                }
                boolean node = identity.introduce(NAME, connection);
                if (node) {
                    answered.run();
                }
                connection.send(writer -> begin(writer, node));
                while (!isStopped()) {
                    Packet packet = connection.readPacket();
                    if (packet.type() != PacketType.ERROR) {
                        // To be refused is no return: the pauses go on growing.
                        answered.run();
                    }
                    handle(packet);
                }
                leave();
            } catch (IOException e) {
                if (!isStopped()) {
                    end(e.getMessage());
                    throw e;
                }
            } finally {
                end("the connection is closed");
            }
        }

        private void begin(PacketWriter writer, boolean node) {
            synchronized (WorkerLoop.this) {
                begun = true;
                asNode = node;
                writer.packet(PacketType.OPTION_REQ, CANCEL);
                writer.packet(PacketType.OPTION_REQ, ATTEMPT);
                if (asNode) {
                    writer.packet(PacketType.OPTION_REQ, CONTROL);
                }
                announce(writer);
                grab(writer);
            }
        }

        /** Says, once, that a node goes in good order. Throws nothing. */
        void leave() {
            synchronized (WorkerLoop.this) {
                if (!asNode || left) {
                    return;
                }
                left = true;
            }
            identity.leave(connection);
        }

        private boolean isStopped() {
            synchronized (WorkerLoop.this) {
                return stopping && isDone();
            }
        }

        /** Whether nothing runs and nothing is unanswered. */
        boolean isDone() {
            assert Thread.holdsLock(WorkerLoop.this);
            return running.isEmpty() && asked.isEmpty();
        }

        private void handle(Packet packet) throws IOException {
            switch (packet.type()) {
                case JOB_ASSIGN_UNIQ -> {
                    AssignedJob job = AssignedJob.of(packet, nextAttempt, connection.address());
                    Run run = runner.prepare(job, connection::sendOrClose);
                    nextAttempt = 1;
                    synchronized (WorkerLoop.this) {
                        settle(packet);
                        free--;
                        running.add(run);
                    }
                    start(run);
                    connection.send(writer -> grab(writer));
                }
                case NO_JOB -> {
                    synchronized (WorkerLoop.this) {
                        settle(packet);
                    }
                    connection.send(writer -> sleep(writer));
                }
                case ECHO_RES -> {
                    synchronized (WorkerLoop.this) {
                        settle(packet);
                    }
                }
                case NOOP ->
                    connection.send(writer -> {
                        synchronized (WorkerLoop.this) {
                            // A late one: the answer to what is asked already says more.
                            if (asked.isEmpty()) {
                                grab(writer);
                            }
                        }
                    });
                case OPTION_RES -> option(packet.text(0));
                case WORK_FAIL -> cancel(packet.handle(0));
                case ERROR -> refused(packet);
                default -> LOG.debug("ignored connection=worker packet={}", packet.type());
            }
        }

        private void start(Run run) {
            try {
                runner.start(run, outcome -> ended(run, outcome));
            } catch (RuntimeException | Error e) {
                // Such as no further thread: the slot is there for the next session.
                synchronized (WorkerLoop.this) {
                    running.remove(run);
                    free++;
                }
                throw e;
            }
        }

        private void option(String text) {
            Matcher attempt = ATTEMPT_NUMBER.matcher(text);
            if (attempt.matches()) {
                nextAttempt = Integer.parseInt(attempt.group(1));
            } else if (text.equals(STOP)) {
                identity.stopAsked(connection.address());
            }
        }

        private void refused(Packet error) throws IOException {
            if (Identity.isTurnedAway(error) || Identity.isDenied(error)) {
                // Nothing that was asked for is answered otherwise: to be tried again, when somebody may have given the
                // role, or there is room.
                throw Identity.refusal(error);
            }
            LogEvent event = LogEvent.of("refused")
                    .with("connection", NAME)
                    .with("server", connection.address())
                    .with("reason", error.text(0) + " " + error.text(1));
            if (error.text(0).equals(ErrorCode.UNKNOWN_OPTION.name())) {
                LOG.info(
                        "{}",
                        event.with("effect", "this server does not stop jobs of workers, or does not count runs"));
            } else {
                LOG.warn("{}", event);
            }
        }

        /** The server has taken a job away; it may hand out the next run of it at once. */
        private void cancel(JobHandle handle) {
            synchronized (WorkerLoop.this) {
                running.stream()
                        .filter(run -> run.job().handle().equals(handle) && !run.isCancelled())
                        .forEach(Run::cancel);
            }
        }

        /** The oldest question is answered, and the result that was posted with it has arrived. */
        private void settle(Packet answer) throws IOException {
            assert Thread.holdsLock(WorkerLoop.this);
            if (asked.poll() == null) {
                throw new IOException("the server sent " + answer.type() + " unasked");
            }
        }

        /** Asks for a job if that is allowed and a slot is free for it. */
        private void grab(PacketWriter writer) {
            synchronized (WorkerLoop.this) {
                if (begun && !stopping && asked.size() < free) {
                    writer.packet(PacketType.GRAB_JOB_UNIQ);
                    asked.add(Optional.empty());
                }
            }
        }

        private void sleep(PacketWriter writer) {
            synchronized (WorkerLoop.this) {
                if (!stopping && asked.isEmpty() && free > 0) {
                    writer.packet(PacketType.PRE_SLEEP);
                }
            }
        }

        /** Tells the server which functions are new and which are gone; one that still runs stays until it has ended. */
        private void announce(PacketWriter writer) {
            synchronized (WorkerLoop.this) {
                if (!begun) {
                    return;
                }
                Set<FunctionName> offered = offered();
                for (FunctionName function : offered) {
                    if (announced.add(function)) {
                        writer.packet(PacketType.CAN_DO, function);
                    }
                }
                retiring = false;
                Iterator<FunctionName> known = announced.iterator();
                while (known.hasNext()) {
                    FunctionName function = known.next();
                    if (offered.contains(function)) {
                        continue;
                    }
                    if (running.stream().anyMatch(run -> run.job().function().equals(function))) {
                        // CANT_DO now would make the server queue its running jobs again.
                        retiring = true;
                    } else {
                        writer.packet(PacketType.CANT_DO, function);
                        known.remove();
                    }
                }
            }
        }

        private Set<FunctionName> offered() {
            assert Thread.holdsLock(WorkerLoop.this);
            Set<FunctionName> all = new LinkedHashSet<>(WorkerLoop.this.offered);
            if (asNode) {
                all.addAll(identity.functions());
            }
            return all;
        }

        /** The slot of a run is free again. */
        private void ended(Run run, Outcome outcome) {
            connection.sendOrClose(writer -> post(writer, run, outcome));
            Session next;
            synchronized (WorkerLoop.this) {
                next = current;
            }
            if (next != null && next != this) {
                // The slot was not free yet when the new connection began.
                next.connection.sendOrClose(next::grab);
            }
        }

        private void post(PacketWriter writer, Run run, Outcome outcome) {
            synchronized (WorkerLoop.this) {
                free++;
                running.remove(run);
                // What the server has taken away it does not want to hear of.
                Optional<Outcome> posted = run.isCancelled() ? Optional.empty() : Optional.of(outcome);
                if (over) {
                    posted.ifPresent(lost -> log.lost(lost, "its connection was lost while it ran"));
                    return;
                }
                posted.ifPresent(wanted -> wanted.post(writer));
                if (retiring) {
                    announce(writer);
                }
                if (stopping) {
                    writer.packet(PacketType.ECHO_REQ, POSTED);
                } else {
                    writer.packet(PacketType.GRAB_JOB_UNIQ);
                }
                asked.add(posted);
            }
        }

        /** Nothing is said on this connection any more; results of which it is not certain that they arrived are lost. */
        private void end(String reason) {
            synchronized (WorkerLoop.this) {
                over = true;
                if (current == this) {
                    current = null;
                }
                asked.forEach(outcome -> outcome.ifPresent(lost -> log.lost(lost, reason)));
                asked.clear();
            }
        }
    }
}
