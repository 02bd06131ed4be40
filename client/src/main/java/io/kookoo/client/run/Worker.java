package io.kookoo.client.run;

import io.kookoo.client.net.ReconnectLoop;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes submitted jobs at once: one connection, so many slots, one job in each. The reading thread takes what the server
 * sends while the slots run.
 *
 * <pre>
 *   reading thread                                   slot
 *   CAN_DO..., GRAB_JOB_UNIQ                         run the job
 *   JOB_ASSIGN_UNIQ: to a slot; GRAB if one is free  WORK_COMPLETE + GRAB_JOB_UNIQ, in one write
 *   NO_JOB, nothing else asked: PRE_SLEEP
 *   NOOP: GRAB_JOB_UNIQ
 * </pre>
 *
 * <p>Every GRAB_JOB_UNIQ stands for a free slot: there are never more of them unanswered than slots free, and while a slot is
 * free, one is unanswered or PRE_SLEEP was the last word. What is sent is decided under the connection's lock of writing,
 * so that decisions and bytes have one order; what is decided upon is guarded by this object's monitor, taken inside.
 *
 * <p>The server handles packets in order: the answer to the GRAB behind a result says that the result has arrived. Results
 * without it are logged lost when the connection is, once each; the server then queues their jobs again.
 */
final class Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    /** The data of the ECHO_REQ that follows a result in place of a GRAB when the worker stops. */
    private static final Data POSTED = Data.of("posted");

    private final ReconnectLoop loop;
    private final Functions functions;
    private final JobRunner runner;
    private final JobLog log;
    private final String clientId;
    private final ExecutorService slots;

    /** Slots without a job. Guarded by this, as are the fields below. */
    private int free;

    /** What is to be announced. */
    private Set<FunctionName> offered = Set.of();

    private boolean stopping;
    /** The one that speaks now, or null. */
    private Session current;

    /**
     * @param threads how many slots
     * @param slots as many threads; the caller ends them
     */
    Worker(
            ReconnectLoop loop,
            Functions functions,
            JobRunner runner,
            JobLog log,
            String clientId,
            int threads,
            ExecutorService slots) {
        this.loop = loop;
        this.functions = functions;
        this.runner = runner;
        this.log = log;
        this.clientId = clientId;
        this.slots = slots;
        this.free = threads;
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
            // Its reading thread waits for a NOOP that may never come.
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
            session.send(writer -> {
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
        /** How many jobs of a function run for this connection; none is 0. */
        private final Map<FunctionName, Integer> running = new HashMap<>();

        /** Whether a function is announced only because it still runs. */
        private boolean retiring;

        private boolean over;

        Session(ServerConnection connection) {
            this.connection = connection;
        }

        /** Reads until the connection is lost, or all is done after {@link Worker#stop}. */
        void speak(Runnable answered) throws IOException {
            try {
                connection.send(writer -> begin(writer));
                while (!isStopped()) {
                    Packet packet = connection.readPacket();
                    answered.run();
                    handle(packet);
                }
            } catch (IOException e) {
                if (!isStopped()) {
                    end(e.getMessage());
                    throw e;
                }
            } finally {
                end("the connection is closed");
            }
        }

        private void begin(PacketWriter writer) {
            synchronized (Worker.this) {
                current = this;
                writer.packet(PacketType.SET_CLIENT_ID, clientId);
                announce(writer);
                grab(writer);
            }
        }

        private boolean isStopped() {
            synchronized (Worker.this) {
                return stopping && isDone();
            }
        }

        /** Whether nothing runs and nothing is unanswered. */
        boolean isDone() {
            assert Thread.holdsLock(Worker.this);
            return running.isEmpty() && asked.isEmpty();
        }

        private void handle(Packet packet) throws IOException {
            switch (packet.type()) {
                case JOB_ASSIGN_UNIQ -> {
                    AssignedJob job = AssignedJob.of(packet);
                    synchronized (Worker.this) {
                        settle(packet);
                        free--;
                        running.merge(job.function(), 1, Integer::sum);
                    }
                    slots.execute(() -> runInSlot(job));
                    connection.send(writer -> grab(writer));
                }
                case NO_JOB -> {
                    synchronized (Worker.this) {
                        settle(packet);
                    }
                    connection.send(writer -> sleep(writer));
                }
                case ECHO_RES -> {
                    synchronized (Worker.this) {
                        settle(packet);
                    }
                }
                case NOOP ->
                    connection.send(writer -> {
                        synchronized (Worker.this) {
                            // A late one: the answer to what is asked already says more.
                            if (asked.isEmpty()) {
                                grab(writer);
                            }
                        }
                    });
                case ERROR ->
                    LOG.warn(
                            "{}",
                            LogEvent.of("refused")
                                    .with("connection", "worker")
                                    .with("server", connection.address())
                                    .with("reason", packet.text(0) + " " + packet.text(1)));
                default -> LOG.debug("ignored connection=worker packet={}", packet.type());
            }
        }

        /** The oldest question is answered, and the result that was posted with it has arrived. */
        private void settle(Packet answer) throws IOException {
            assert Thread.holdsLock(Worker.this);
            if (asked.poll() == null) {
                throw new IOException("the server sent " + answer.type() + " unasked");
            }
        }

        /** Asks for a job if that is allowed and a slot is free for it. */
        private void grab(PacketWriter writer) {
            synchronized (Worker.this) {
                if (!stopping && asked.size() < free) {
                    writer.packet(PacketType.GRAB_JOB_UNIQ);
                    asked.add(Optional.empty());
                }
            }
        }

        private void sleep(PacketWriter writer) {
            synchronized (Worker.this) {
                if (!stopping && asked.isEmpty() && free > 0) {
                    writer.packet(PacketType.PRE_SLEEP);
                }
            }
        }

        /** Tells the server which functions are new and which are gone; one that still runs stays until it has ended. */
        private void announce(PacketWriter writer) {
            synchronized (Worker.this) {
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
                    if (running.containsKey(function)) {
                        // CANT_DO now would make the server queue its running jobs again.
                        retiring = true;
                    } else {
                        writer.packet(PacketType.CANT_DO, function);
                        known.remove();
                    }
                }
            }
        }

        private void runInSlot(AssignedJob job) {
            Outcome outcome = runner.run(job);
            send(writer -> post(writer, outcome));
            Session next;
            synchronized (Worker.this) {
                next = current;
            }
            if (next != null && next != this) {
                // The slot was not free yet when the new connection began.
                next.send(next::grab);
            }
        }

        private void post(PacketWriter writer, Outcome outcome) {
            synchronized (Worker.this) {
                free++;
                running.computeIfPresent(outcome.job().function(), (name, count) -> count == 1 ? null : count - 1);
                if (over) {
                    log.lost(outcome, "its connection was lost while it ran");
                    return;
                }
                outcome.post(writer);
                if (retiring) {
                    announce(writer);
                }
                if (stopping) {
                    writer.packet(PacketType.ECHO_REQ, POSTED);
                } else {
                    writer.packet(PacketType.GRAB_JOB_UNIQ);
                }
                asked.add(Optional.of(outcome));
            }
        }

        /** Sends from a thread that does not read: the loss of the connection is the reading thread's business. */
        private void send(Consumer<PacketWriter> packets) {
            try {
                connection.send(packets);
            } catch (IOException e) {
                LOG.debug("not_sent connection=worker", e);
                connection.close();
            } catch (RuntimeException | Error e) {
                // Such as no memory for a large result: without the connection the server queues the job again.
                LOG.error("internal_error connection=worker", e);
                connection.close();
            }
        }

        /** Nothing is said on this connection any more; results of which it is not certain that they arrived are lost. */
        private void end(String reason) {
            synchronized (Worker.this) {
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
