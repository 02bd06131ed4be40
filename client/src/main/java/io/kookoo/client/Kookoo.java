package io.kookoo.client;

import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Connector;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.protocol.TextLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A connection to a server over which functions are run by its workers:
 *
 * <pre>{@code
 * try (Kookoo kookoo = Kookoo.connect("127.0.0.1", 5555)) {
 *     System.out.println(kookoo.submit("add", "1,2").get());
 * }
 * }</pre>
 *
 * <p>Any thread may use it, and have any number of jobs under way at once: what they hold in memory is the caller's to bound. Results come
 * in the order in which jobs end. A submission blocks only while the server takes no bytes, at most for the ping timeout.
 *
 * <p>What depends on a future without an executor ({@code thenApply}) is run by the thread that reads what the server says. It may ask and submit
 * there, but not wait: that throws {@link IllegalStateException}.
 *
 * <p>When the connection is lost, all that is under way fails with {@link ConnectionLostException}, and so does whatever is asked for
 * afterwards: a new one has to be made. A server that is silent for the ping timeout, 15 s unless said otherwise, counts as lost. Over a
 * store whose disk is slow a server may be silent for longer before it has accepted a background job:
 * {@link ConnectionLimits#withSilence}.
 *
 * <p>Threads, all daemons: {@code kookoo-read} reads what the server says and completes futures; {@code kookoo-watch} closes a connection on
 * which a write stands still; {@code kookoo-write}, which is there only now and then, writes what the reading thread would block for.
 */
public final class Kookoo implements AutoCloseable {
    /** What comes unasked. Told by the reading thread, which reads nothing meanwhile: what blocks here for long loses the connection. */
    public interface Listener {
        /** A message of a channel that was subscribed to on this connection, or of another client. */
        void pushed(Pushed pushed);

        /** The connection has ended, and was not closed here; told once, after all that was under way has failed. */
        void lost(ConnectionLostException reason);
    }

    private static final Listener NOBODY = new Listener() {
        @Override
        public void pushed(Pushed pushed) {
            // Who subscribes without listening has chosen so.
        }

        @Override
        public void lost(ConnectionLostException reason) {
            // Whoever asks for something will be told.
        }
    };

    /**
     * While the server has answered all but so much of what it was sent, the rest fits into the buffers of the sockets, and to write does
     * not block.
     */
    private static final int UNBLOCKED_BYTES = 32 * 1024;

    /** Requests go together into one write while they have no more bytes: more would have to stand in one buffer. */
    private static final int WRITE_BYTES = 256 * 1024;

    private static final long WRITER_IDLE_SECONDS = 10;

    private final ServerConnection connection;
    private final ConnectionLimits limits;
    private final ScheduledExecutorService watch;
    private final Listener listener;
    private final Thread reading = new Thread(this::read, "kookoo-read");
    /** For what the reading thread must not write itself. */
    private final Executor writing = writer();

    /** Not yet answered by JOB_CREATED or ERROR, in the order of the wire. Added to under the connection's lock of writing, as to {@link #asked}. */
    private final Queue<Job<?>> unanswered = new ConcurrentLinkedQueue<>();

    private final AtomicLong unansweredBytes = new AtomicLong();
    /** Text commands not yet answered. */
    private final Queue<Question> asked = new ConcurrentLinkedQueue<>();
    /** Guarded by the connection's lock of writing. */
    private boolean optionSent;

    /** Accepted and not ended; of several that joined to one job, the next to hear of it. Confined to the reading thread, as {@link #held}. */
    private final Map<JobHandle, Job<?>> accepted = new HashMap<>();

    /** What the reading thread has to send when it has handled all that has arrived. */
    private final List<Request> held = new ArrayList<>();

    private volatile boolean closed;
    /** Why there are no answers any more; null while there are. */
    private volatile ConnectionLostException lost;

    private Kookoo(
            ServerConnection connection, ConnectionLimits limits, ScheduledExecutorService watch, Listener listener) {
        this.connection = connection;
        this.limits = limits;
        this.watch = watch;
        this.listener = listener;
    }

    /**
     * Connects to a server; blocks, for five seconds at most.
     *
     * @param host its address or name
     * @throws CannotConnectException where there is none
     */
    public static Kookoo connect(String host, int port) throws CannotConnectException {
        return connect(new ServerAddress(host, port), ConnectionLimits.USUAL);
    }

    /** The same with limits and credentials of one's own, such as for TLS. */
    public static Kookoo connect(ServerAddress address, ConnectionLimits limits) throws CannotConnectException {
        return connect(address, limits, NOBODY);
    }

    /** The same, and {@code listener} is told what comes unasked. */
    public static Kookoo connect(ServerAddress address, ConnectionLimits limits, Listener listener)
            throws CannotConnectException {
        ScheduledExecutorService watch =
                Executors.newSingleThreadScheduledExecutor(runnable -> daemon(runnable, "kookoo-watch"));
        try {
            Kookoo kookoo = new Kookoo(new Connector(address, limits, watch).open(), limits, watch, listener);
            kookoo.reading.setDaemon(true);
            kookoo.reading.start();
            return kookoo;
        } catch (CannotConnectException | RuntimeException | Error e) {
            watch.shutdownNow();
            throw e;
        }
    }

    private static Thread daemon(Runnable runnable, String name) {
        Thread thread = new Thread(runnable, name);
        thread.setDaemon(true);
        return thread;
    }

    private static Executor writer() {
        return new ThreadPoolExecutor(
                0,
                1,
                WRITER_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                runnable -> daemon(runnable, "kookoo-write"));
    }

    /** Whether the server may still answer: false once the connection is lost or closed. */
    public boolean isOpen() {
        return !closed && lost == null;
    }

    /** Where the server is. */
    public ServerAddress address() {
        return connection.address();
    }

    /**
     * Has a function run, and gives its result as text.
     *
     * @param arguments the argument list, such as {@code 1,2}
     * @throws IllegalArgumentException as all that submit, for what cannot be sent: a bad name, or more bytes than a packet may have
     */
    public Job<String> submit(String function, String arguments) {
        return submit(Submission.of(function, arguments));
    }

    /** Has a function run, and gives its result as bytes. The workload is not copied: nobody may change it any more. */
    public Job<byte[]> submit(String function, byte[] workload) {
        return submit(Submission.of(function, workload), Data::toBytes);
    }

    /** Has a function run, and gives its result as text: UTF-8, or ISO 8859-1 where it is not UTF-8. */
    public Job<String> submit(Submission submission) {
        return submit(submission, Data::text);
    }

    /**
     * Has a function run.
     *
     * @param reading makes the job's result of the bytes, such as {@code Data::toBytes}; run by the reading thread; what it throws fails the
     *     job
     */
    public <T> Job<T> submit(Submission submission, Function<Data, T> reading) {
        return submitAll(List.of(submission), reading).get(0);
    }

    /** The same for several, in their order, and in few writes where they are small. */
    public <T> List<Job<T>> submitAll(Collection<Submission> submissions, Function<Data, T> reading) {
        List<Job<T>> jobs = new ArrayList<>(submissions.size());
        submissions.forEach(submission -> jobs.add(Job.foreground(this, checked(submission), reading)));
        send(jobs);
        return jobs;
    }

    /**
     * Has a function run whether or not anybody waits for it. The future ends with the job's handle when the server has accepted it, which,
     * where it has a store, is when the job is on its disk.
     */
    public Job<JobHandle> submitBackground(Submission submission) {
        return submitAllBackground(List.of(submission)).get(0);
    }

    /** The same for several, in their order, and in few writes where they are small. */
    public List<Job<JobHandle>> submitAllBackground(Collection<Submission> submissions) {
        List<Job<JobHandle>> jobs = new ArrayList<>(submissions.size());
        submissions.forEach(submission -> jobs.add(Job.background(this, checked(submission))));
        send(jobs);
        return jobs;
    }

    private Submission checked(Submission submission) {
        int most = limits.maxPacketBytes()
                - submission.function().length()
                - submission.unique().length()
                - 2;
        if (submission.workload().length() > most) {
            throw new IllegalArgumentException("the workload of " + submission.function() + " has "
                    + submission.workload().length() + " bytes; at most " + most
                    + " can be sent ([Server] max_packet)");
        }
        return submission;
    }

    /** Ends a job before its time, whether it waits or runs; the future says whether the server knew it. */
    public CompletableFuture<Boolean> cancel(JobHandle handle) {
        return ask("cancel job " + handle).handle((answer, failure) -> {
            if (failure != null && !(failure.getCause() instanceof RefusedException)) {
                throw new CompletionException(failure.getCause());
            }
            return failure == null;
        });
    }

    /**
     * Cancels those of these jobs that have not ended, together, as {@link Job#cancel} does. The future ends when the server has
     * answered for all of them, and fails where the connection ends before.
     */
    public CompletableFuture<Void> cancelAll(Collection<? extends Job<?>> jobs) {
        List<Request> requests = new ArrayList<>();
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (Job<?> job : jobs) {
            if (job.endCancelled()) {
                answers.add(job.cancellation().handle((answer, failure) -> answer));
                if (job.takeCancel()) {
                    requests.add(cancelling(job));
                }
            }
        }
        send(requests);
        Answer<Void> all = new Answer<>(this);
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).whenComplete((nothing, failure) -> {
            if (failure == null) {
                all.complete(null);
            } else {
                all.completeExceptionally(failure);
            }
        });
        return all;
    }

    private static Request cancelling(Job<?> job) {
        return new Question("cancel job " + job.handle(), false, job.cancellation());
    }

    /** Each function that the server knows, with its jobs and workers. */
    public CompletableFuture<List<FunctionStatus>> status() {
        return askList("status").thenCompose(lines -> {
            List<FunctionStatus> functions = new ArrayList<>(lines.size());
            try {
                for (String line : lines) {
                    functions.add(FunctionStatus.parse(line));
                }
                return CompletableFuture.completedFuture(functions);
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    /**
     * Sends a text command whose answer is one line, and gives that line.
     *
     * @throws IllegalArgumentException for a command that is blank or no single line, or that is answered by a list
     */
    public CompletableFuture<String> ask(String command) {
        return ask(command, false).thenApply(lines -> lines.get(0));
    }

    /**
     * Sends a text command whose answer is a list, and gives its lines without the full stop that ends them.
     *
     * @throws IllegalArgumentException for a command that is blank or no single line, or that is answered by one line
     */
    public CompletableFuture<List<String>> askList(String command) {
        return ask(command, true);
    }

    private CompletableFuture<List<String>> ask(String command, boolean list) {
        CompletableFuture<List<String>> answer = new Answer<>(this);
        send(List.of(new Question(command, list, answer)));
        return answer;
    }

    private void send(List<? extends Request> requests) {
        ConnectionLostException reason = lost;
        if (reason != null) {
            requests.forEach(request -> request.fail(reason));
        } else if (isReadingThread()) {
            held.addAll(requests);
        } else if (!requests.isEmpty()) {
            write(requests);
        }
    }

    boolean isReadingThread() {
        return Thread.currentThread() == reading;
    }

    private void write(List<? extends Request> requests) {
        int from = 0;
        try {
            while (from < requests.size()) {
                List<? extends Request> next = requests.subList(from, endOfWrite(requests, from));
                from += next.size();
                connection.send(writer -> next.forEach(request -> write(request, writer)));
            }
        } catch (IOException e) {
            // The reading thread fails all that is under way.
            waitForAnswer(requests.subList(from, requests.size()));
            connection.close();
        } catch (RuntimeException | Error e) {
            // Such as no memory for what is to be sent: nobody knows how much of it will leave.
            waitForAnswer(requests.subList(from, requests.size()));
            connection.close();
            throw e;
        }
        if (lost != null) {
            failUnanswered();
        }
    }

    /** Those that could not be sent as well: they fail with the others. */
    private void waitForAnswer(List<? extends Request> requests) {
        for (Request request : requests) {
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
        if (request instanceof Job && !optionSent) {
            writer.packet(PacketType.OPTION_REQ, "exceptions");
            optionSent = true;
        }
        request.write(writer);
        waitForAnswer(List.of(request));
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
                if (!held.isEmpty() && !connection.hasMessage()) {
                    sendHeld();
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
        end(reason);
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
                    throw new IOException("the server sent JOB_CREATED unasked");
                }
                JobHandle handle = packet.handle(0);
                job.accepted(handle);
                if (!job.isBackground()) {
                    accepted.merge(handle, job, (first, another) -> {
                        another.join(first);
                        return first;
                    });
                }
                if (job.takeCancel()) {
                    held.add(cancelling(job));
                }
            }
            case ERROR -> {
                // One about the option says only that reasons of failures will not come.
                if (!packet.text(0).equals(ErrorCode.UNKNOWN_OPTION.name())) {
                    Job<?> job = answered();
                    if (job != null) {
                        job.fail(RefusedException.submission(packet.text(0), packet.text(1)));
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
            default -> {
                // OPTION_RES, and what was not asked for: nothing follows from it.
            }
        }
    }

    private Job<?> answered() {
        Job<?> job = unanswered.poll();
        if (job != null) {
            unansweredBytes.addAndGet(-job.bytes());
        }
        return job;
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
            listener.pushed(pushed.get());
            return;
        }
        if (question == null) {
            throw new IOException("the server sent a line unasked: \"" + line.text() + "\"");
        }
        if (question.take(line.text())) {
            asked.remove();
        }
    }

    private void end(IOException reason) {
        String address = "the connection to " + connection.address();
        lost = new ConnectionLostException(
                closed ? address + " was closed" : address + " is lost: " + reason.getMessage(), reason);
        connection.close();
        watch.shutdownNow();
        failUnanswered();
        accepted.values().forEach(first -> {
            Job<?> job = first;
            do {
                job.fail(lost);
                job = job.next();
            } while (job != first);
        });
        accepted.clear();
        held.forEach(request -> request.fail(lost));
        held.clear();
        if (!closed) {
            listener.lost(lost);
        }
    }

    private void failUnanswered() {
        for (Request job = unanswered.poll(); job != null; job = unanswered.poll()) {
            job.fail(lost);
        }
        for (Request question = asked.poll(); question != null; question = asked.poll()) {
            question.fail(lost);
        }
    }

    /**
     * Ends the connection; what is under way fails, soon after. The server drops foreground jobs that still wait, and lets those that run
     * end; background jobs stay.
     */
    @Override
    public void close() {
        closed = true;
        connection.close();
    }
}
