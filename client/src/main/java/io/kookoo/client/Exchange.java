package io.kookoo.client;

import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.protocol.TextLine;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One connection of a {@link Kookoo}, and what is under way on it. Its thread {@code kookoo-read} reads what the server says and completes
 * futures; when the connection has ended it gives back what was under way, and nothing that was said on it counts any more.
 *
 * <p>Any thread may send. A submission blocks only while the server takes no bytes.
 */
final class Exchange {
    /**
     * While the server has answered all but so much of what it was sent, the rest fits into the buffers of the sockets, and to write does
     * not block.
     */
    private static final int UNBLOCKED_BYTES = 32 * 1024;

    /** Requests go together into one write while they have no more bytes: more would have to stand in one buffer. */
    private static final int WRITE_BYTES = 256 * 1024;

    /** Whose connection it is. */
    interface Owner {
        /** Something has come unasked. */
        void pushed(Pushed pushed);

        /** The server accepts no submissions any more, such as this one, and does what it has; whether this is dealt with. */
        boolean stopping(Exchange exchange, Job<?> refused);

        /** The connection has ended, and all this was under way on it, in the order in which it was sent. Told once, last of all. */
        void ended(Exchange exchange, List<Request> underWay, ConnectionLostException reason);

        /** Nothing has been done with these: the connection takes no new ones any more. */
        void unsent(List<? extends Request> requests);

        /** These came too late to be among them. */
        void returned(List<? extends Request> requests, ConnectionLostException reason);

        /** Whether it was its owner who has ended the connection. */
        boolean isClosed();
    }

    private final Owner owner;
    private final ServerConnection connection;
    /** For what a reading thread must not write itself. */
    private final Executor writing;

    private final Thread reading = new ReadingThread(this::read);

    /** Not yet answered by JOB_CREATED or ERROR, in the order of the wire. Added to under the connection's lock of writing, as to {@link #asked}. */
    private final Queue<Job<?>> unanswered = new ConcurrentLinkedQueue<>();

    private final AtomicLong unansweredBytes = new AtomicLong();
    /** Text commands not yet answered. */
    private final Queue<Question> asked = new ConcurrentLinkedQueue<>();
    /** How many of both are answered only when the server's store has done something. */
    private final AtomicInteger waitingForStore = new AtomicInteger();
    /** What has been asked for already. Guarded by the connection's lock of writing. */
    private boolean exceptions;

    private boolean parts;

    /** Accepted and not ended; of several that joined to one job, the next to hear of it. Confined to the reading thread, as {@link #held}. */
    private final Map<JobHandle, Job<?>> accepted = new LinkedHashMap<>();

    /** Whether the next job that is accepted joins one of which parts have been sent. */
    private boolean partsMissed;

    /** What the reading thread has to send when it has handled all that has arrived. */
    private final List<Request> held = new ArrayList<>();

    /** Nothing new is sent here: it ends when nothing is under way any more. */
    private volatile boolean retired;

    /** Nor is anything that was meant for it before. Set under the connection's lock of writing. */
    private volatile boolean done;
    /** What has gone wrong here, so that another connection would not help; null for nothing. */
    private volatile Throwable mistake;
    /** Why there are no answers any more; null while there are. */
    private volatile ConnectionLostException lost;

    /** Takes the connection over, on which nothing has been asked for. */
    Exchange(Owner owner, ServerConnection connection, Executor writing) {
        this.owner = owner;
        this.connection = connection;
        this.writing = writing;
        connection.bearWhile(() -> waitingForStore.get() > 0);
        reading.setDaemon(true);
    }

    /** Begins to read; once. */
    void start() {
        reading.start();
    }

    /** Where the server is. */
    ServerAddress address() {
        return connection.address();
    }

    /** Why there are no answers any more; null while there are. */
    ConnectionLostException lost() {
        return lost;
    }

    /** Whether it was retired and all that was under way has been answered: its end is no loss. */
    boolean isDone() {
        return done;
    }

    static ConnectionLostException lost(ServerAddress address, IOException reason) {
        return new ConnectionLostException("the connection to " + address + " is lost: " + reason.getMessage(), reason);
    }

    static ConnectionLostException closed(ServerAddress address) {
        String message = "the connection to " + address + " was closed";
        return new ConnectionLostException(message, new IOException(message));
    }

    /** Whether the current thread is one that reads for this owner, be it on another connection. */
    static boolean isReadingFor(Owner owner) {
        return Thread.currentThread() instanceof ReadingThread reading && reading.owner() == owner;
    }

    /** Sends requests in their order; those that cannot be sent are given back, or fail where they are for this connection alone. */
    void send(List<? extends Request> requests) {
        if (done || lost != null) {
            giveBackUnsent(requests);
        } else if (Thread.currentThread() == reading) {
            held.addAll(requests);
        } else if (isReadingFor(owner)) {
            // To wait for this server would keep that thread from reading what another says.
            writing.execute(() -> write(requests));
        } else if (!requests.isEmpty()) {
            write(requests);
        }
    }

    private void write(List<? extends Request> requests) {
        int from = 0;
        List<Request> unsent = new ArrayList<>();
        try {
            while (from < requests.size()) {
                List<? extends Request> next = requests.subList(from, endOfWrite(requests, from));
                connection.send(writer -> {
                    if (done) {
                        unsent.addAll(next);
                    } else {
                        next.forEach(request -> write(request, writer));
                    }
                });
                from += next.size();
            }
        } catch (IOException e) {
            // The reading thread gives back all that is under way; those of this write are.
            waitForAnswer(requests.subList(endOfWrite(requests, from), requests.size()));
            connection.close();
        } catch (RuntimeException | Error e) {
            // Such as no memory for what is to be sent: nobody knows how much of it will leave, nor
            // which of this write are under way already. To fail twice is harmless.
            mistake = e;
            waitForAnswer(requests.subList(from, requests.size()));
            connection.close();
            throw e;
        } finally {
            giveBackLate();
            giveBackUnsent(unsent);
        }
    }

    /** The reading thread may have given back all that was under way before these were. */
    private void giveBackLate() {
        ConnectionLostException reason = lost;
        if (reason != null) {
            List<Request> late = new ArrayList<>();
            drainUnanswered(late);
            owner.returned(late, reason);
        }
    }

    private void giveBackUnsent(List<? extends Request> requests) {
        if (requests.isEmpty()) {
            // So it is with almost every write.
            return;
        }
        ConnectionLostException reason = lost == null ? closed(address()) : lost;
        List<Request> again = new ArrayList<>();
        for (Request request : requests) {
            if (request.isForOneConnection()) {
                request.fail(reason);
            } else {
                again.add(request);
            }
        }
        if (!again.isEmpty()) {
            owner.unsent(again);
        }
    }

    /** Those that could not be sent as well: they come back with the others. */
    private void waitForAnswer(List<? extends Request> requests) {
        for (Request request : requests) {
            if (request.waitsForStore()) {
                waitingForStore.incrementAndGet();
            }
            if (request instanceof Job<?> job) {
                unanswered.add(job);
                unansweredBytes.addAndGet(job.bytes());
            } else if (request instanceof Question question) {
                asked.add(question);
            }
        }
    }

    private static int endOfWrite(List<? extends Request> requests, int from) {
        int end = from;
        long bytes = 0;
        do {
            bytes += requests.get(end++).bytes();
        } while (end < requests.size() && bytes + requests.get(end).bytes() <= WRITE_BYTES);
        return end;
    }

    private void write(Request request, PacketWriter writer) {
        if (!request.begin(this)) {
            return;
        }
        if (request instanceof Job<?> job) {
            options(job, writer);
        }
        request.write(writer);
        waitForAnswer(List.of(request));
    }

    private void options(Job<?> job, PacketWriter writer) {
        if (!exceptions) {
            writer.packet(PacketType.OPTION_REQ, "exceptions");
            exceptions = true;
        }
        if (!parts && job.resubmissions() > 0) {
            // It may join itself, and should know whether parts of its result have gone to the connection that was
            // lost.
            writer.packet(PacketType.OPTION_REQ, "parts");
            parts = true;
        }
    }

    private void read() {
        IOException reason;
        try {
            while (true) {
                Message message = connection.read();
                if (message instanceof Packet packet) {
                    take(packet);
                } else if (message instanceof TextLine line) {
                    take(line);
                }
                if (!connection.hasMessage()) {
                    if (!held.isEmpty()) {
                        sendHeld();
                    }
                    closeIfDone();
                }
            }
        } catch (IOException e) {
            reason = e;
        } catch (OutOfMemoryError e) {
            reason = new IOException("there is not enough memory (" + e.getMessage() + "; java -Xmx gives it more)", e);
        } catch (Throwable e) {
            // Nobody would complete the futures any more.
            reason = new IOException("internal error: " + e, e);
        }
        end(mistake == null ? reason : new IOException(reason.getMessage(), mistake));
    }

    private void sendHeld() {
        List<Request> requests = List.copyOf(held);
        held.clear();
        long bytes = unansweredBytes.get();
        for (Request request : requests) {
            bytes += request.bytes();
        }
        if (bytes <= UNBLOCKED_BYTES) {
            write(requests);
        } else {
            writing.execute(() -> write(requests));
        }
    }

    private void take(Packet packet) throws IOException {
        switch (packet.type()) {
            case JOB_CREATED -> {
                Job<?> job = answered();
                if (job == null) {
                    throw new ProtocolException("the server sent JOB_CREATED unasked");
                }
                JobHandle handle = packet.handle(0);
                job.accepted(handle);
                if (partsMissed) {
                    partsMissed = false;
                    job.missedParts(address());
                }
                if (!job.isBackground()) {
                    accepted.merge(handle, job, (first, another) -> {
                        another.join(first);
                        return first;
                    });
                }
                if (job.takeCancel() != null) {
                    held.add(job.cancelling());
                }
            }
            case ERROR -> {
                // One about the option says only that reasons of failures will not come.
                if (!packet.text(0).equals(ErrorCode.UNKNOWN_OPTION.name())) {
                    Job<?> job = answered();
                    if (job != null) {
                        refused(job, packet.text(0), packet.text(1));
                    }
                }
            }
            case WORK_STATUS -> {
                Job<?> job = inTurn(packet);
                if (job != null) {
                    job.progressed(packet.number(1), packet.number(2));
                }
            }
            case WORK_WARNING -> {
                Job<?> job = inTurn(packet);
                if (job != null) {
                    job.warned(packet.data());
                }
            }
            case WORK_DATA -> {
                Job<?> job = inTurn(packet);
                if (job != null) {
                    job.sent(packet.data());
                }
            }
            case WORK_COMPLETE -> {
                Job<?> job = ended(packet);
                if (job != null) {
                    job.completed(packet.data());
                }
            }
            case WORK_EXCEPTION -> {
                Job<?> job = ended(packet);
                if (job != null) {
                    String reason = packet.data().text();
                    job.completeExceptionally(
                            reason.equals(JobCancelledException.WORD)
                                    ? new JobCancelledException()
                                    : new JobFailedException(reason));
                }
            }
            case WORK_FAIL -> {
                Job<?> job = ended(packet);
                if (job != null) {
                    job.completeExceptionally(new JobFailedException("failed; the worker gave no reason"));
                }
            }
            case OPTION_RES -> partsMissed |= packet.text(0).equals("parts=missed");
            default -> {
                // What was not asked for: nothing follows from it.
            }
        }
    }

    private void refused(Job<?> job, String code, String text) {
        if (!text.equals(ErrorCode.SHUTTING_DOWN) || !owner.stopping(this, job)) {
            job.fail(RefusedException.submission(code, text));
        }
    }

    private Job<?> answered() {
        Job<?> job = unanswered.poll();
        if (job != null) {
            unansweredBytes.addAndGet(-job.bytes());
            answered(job);
        }
        return job;
    }

    private void answered(Request request) {
        if (request.waitsForStore()) {
            waitingForStore.decrementAndGet();
        }
    }

    /** Whom a packet about a job is for: the server sends one for each submission that joined to it, in their order. */
    private Job<?> inTurn(Packet packet) {
        JobHandle handle = packet.handle(0);
        Job<?> job = accepted.get(handle);
        if (job != null && job.next() != job) {
            accepted.put(handle, job.next());
        }
        return job;
    }

    private Job<?> ended(Packet packet) {
        JobHandle handle = packet.handle(0);
        Job<?> job = accepted.remove(handle);
        if (job != null && job.next() != job) {
            accepted.put(handle, job.next());
            job.leave();
        }
        return job;
    }

    private void take(TextLine line) throws IOException {
        Question question = asked.peek();
        Optional<Pushed> pushed = Pushed.parse(line.text());
        if (pushed.isPresent() && (question == null || !question.has(pushed.get()))) {
            owner.pushed(pushed.get());
            return;
        }
        if (question == null) {
            throw new ProtocolException("the server sent a line unasked: \"" + line.text() + "\"");
        }
        if (question.take(line.text())) {
            asked.remove();
            answered(question);
        }
    }

    private void end(IOException reason) {
        ConnectionLostException why = owner.isClosed() ? closed(address()) : lost(address(), reason);
        lost = why;
        connection.close();
        List<Request> underWay = new ArrayList<>();
        accepted.values().forEach(first -> {
            Job<?> job = first;
            do {
                underWay.add(job);
                job = job.next();
            } while (job != first);
        });
        accepted.clear();
        drainUnanswered(underWay);
        underWay.addAll(held);
        held.clear();
        owner.ended(this, underWay, why);
    }

    private void drainUnanswered(List<Request> into) {
        for (Request job = unanswered.poll(); job != null; job = unanswered.poll()) {
            into.add(job);
        }
        for (Request question = asked.poll(); question != null; question = asked.poll()) {
            into.add(question);
        }
    }

    /** Nothing more will be sent but the cancelling of jobs; what is under way is still answered. */
    void retire() {
        retired = true;
        // The answer has the reading thread look whether anything is left.
        writing.execute(() -> connection.sendOrClose(writer -> writer.packet(PacketType.ECHO_REQ, "")));
    }

    private void closeIfDone() throws IOException {
        if (retired && isIdle()) {
            // A request that is being written comes first, and one that comes later is not written here.
            connection.send(writer -> done = isIdle());
            if (done) {
                connection.close();
            }
        }
    }

    private boolean isIdle() {
        return accepted.isEmpty() && unanswered.isEmpty() && asked.isEmpty() && held.isEmpty();
    }

    /** Ends the connection; what is under way is given back, soon after. */
    void close() {
        connection.close();
    }

    private final class ReadingThread extends Thread {
        ReadingThread(Runnable body) {
            super(body, "kookoo-read");
        }

        Owner owner() {
            return owner;
        }
    }
}
