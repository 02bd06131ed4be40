package io.kookoo.client;

import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.net.Servers;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.UniqueId;
import io.kookoo.settings.Settings.Client.Balance;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has functions run by the workers of a server, or of one of several:
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
 * <p>A connection is lost when it is closed or reset, and when the server is silent for the ping timeout, 15 s unless said otherwise. Over a
 * store whose disk is slow a server may be silent for longer before it has accepted a background job: {@link ConnectionLimits#withSilence}.
 * What was under way then goes on over another connection, to the next server that answers:
 *
 * <ul>
 *   <li>foreground jobs, and background jobs that are not known to have been accepted, are submitted again, unless that was ruled out;
 *   <li>{@link #status}, and other questions that change nothing and are of no job, are asked again;
 *   <li>all else fails with {@link ConnectionLostException}.
 * </ul>
 *
 * <p>A job may so be run more than once, but is answered at most once: what is said over a connection that was given up does not count. Every
 * submission has a unique, if none of its own then one that nobody else has, by which it joins the job that it was before, where that is the
 * same server and the job has not ended.
 *
 * <p>Several servers are tried for as long as the ping timeout. One alone is tried once, at once, and not where it was silent. Where none answers
 * all that waits fails; what is asked for afterwards connects anew. With several, a better one that is back is used after a while for what is new.
 *
 * <p>Threads, all daemons: {@code kookoo-read}, one for each connection, reads what the server says and completes futures; {@code kookoo-watch}
 * closes a connection on which a write stands still; {@code kookoo-write}, which is there only now and then, writes what a reading thread would
 * block for; {@code kookoo-connect} connects again; and those of {@link io.kookoo.client.net.Failover}.
 */
public final class Kookoo implements AutoCloseable {
    /** What comes unasked. Told by a reading thread, which reads nothing meanwhile: what blocks here for long loses the connection. */
    public interface Listener {
        /** A message of a channel that was subscribed to on this connection, or of another client. */
        void pushed(Pushed pushed);

        /**
         * The connection has ended, was not closed here, and none has taken its place; told after all that was under way has failed. What is
         * asked for afterwards connects anew.
         */
        void lost(ConnectionLostException reason);

        /**
         * A connection has taken the place of the one before, or what was under way on one has gone to the other. Told before that is sent,
         * by any thread, which may ask there but not wait. A line in the log, unless this says otherwise.
         */
        default void moved(Move move) {
            LogEvent event = LogEvent.of("submissions_moved")
                    .with("from", move.from())
                    .with("to", move.to())
                    .with("resubmitted", move.resubmitted());
            if (move.reason() == null) {
                Log.LOG.info("{}", event);
            } else {
                Log.LOG.warn("{}", event.with("reason", move.reason().getMessage()));
            }
        }
    }

    /** Apart, so that a program with nothing to log does not wait for the log to be set up. */
    static final class Log {
        static final Logger LOG = LoggerFactory.getLogger(Kookoo.class);

        private Log() {}
    }

    static final Listener NOBODY = new Listener() {
        @Override
        public void pushed(Pushed pushed) {
            // Who subscribes without listening has chosen so.
        }

        @Override
        public void lost(ConnectionLostException reason) {
            // Whoever asks for something will be told.
        }
    };

    /** Of several servers: how long a better one has to have answered before it is used again, unless said otherwise. */
    private static final Duration FAILBACK_AFTER = Duration.ofSeconds(30);

    private final ConnectionLimits limits;
    /** Null where nothing is submitted again, so that nothing has to be joined. */
    private final Uniques uniques;

    private final Route route;

    private Kookoo(Servers servers, ConnectionLimits limits, boolean resubmit, Listener listener)
            throws CannotConnectException, InterruptedException {
        this.limits = limits;
        this.uniques = resubmit ? new Uniques() : null;
        this.route = new Route(servers, limits, resubmit, listener);
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
        try {
            return connect(Servers.of(address), limits, true, listener);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nothing waits while one server is connected to", e);
        }
    }

    /**
     * Connects to the first of several servers that answers, and to the next when that is lost; blocks, for as long as the ping timeout at
     * most.
     *
     * @param servers in the order in which they are preferred, each once, at least one
     */
    public static Kookoo connect(List<ServerAddress> servers) throws CannotConnectException, InterruptedException {
        return connect(new Servers(servers, Balance.ORDER, FAILBACK_AFTER), ConnectionLimits.USUAL, true, NOBODY);
    }

    /**
     * The same in every detail.
     *
     * @param resubmit whether a job that may have been run already is submitted again when its connection is lost; otherwise it fails
     * @param listener told what comes unasked
     */
    public static Kookoo connect(Servers servers, ConnectionLimits limits, boolean resubmit, Listener listener)
            throws CannotConnectException, InterruptedException {
        return new Kookoo(servers, limits, resubmit, listener);
    }

    /** Whether there is a connection, or one is being made: false once it is lost or closed. */
    public boolean isOpen() {
        return route.isOpen();
    }

    /** Where the server is, or was last. */
    public ServerAddress address() {
        return route.address();
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
        submissions.forEach(
                submission -> jobs.add(Job.foreground(this, checked(submission), unique(submission), reading)));
        route.send(jobs);
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
        submissions.forEach(submission -> jobs.add(Job.background(this, checked(submission), unique(submission))));
        route.send(jobs);
        return jobs;
    }

    private Submission checked(Submission submission) {
        int most = limits.maxPacketBytes() - submission.function().length() - uniqueBytes(submission) - 2;
        if (submission.workload().length() > most) {
            throw new IllegalArgumentException("the workload of " + submission.function() + " has "
                    + submission.workload().length() + " bytes; at most " + most
                    + " can be sent ([Server] max_packet)");
        }
        return submission;
    }

    private int uniqueBytes(Submission submission) {
        return isOwn(submission) ? Uniques.MAX_BYTES : submission.unique().length();
    }

    /** Whether the unique is not the caller's. */
    private boolean isOwn(Submission submission) {
        return uniques != null && submission.unique().isEmpty();
    }

    private UniqueId unique(Submission submission) {
        return isOwn(submission) ? uniques.next() : submission.unique();
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
     * answered for all of them, or can do so no more.
     */
    public CompletableFuture<Void> cancelAll(Collection<? extends Job<?>> jobs) {
        Map<Exchange, List<Request>> requests = new LinkedHashMap<>();
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (Job<?> job : jobs) {
            if (job.endCancelled()) {
                answers.add(job.cancellation().handle((answer, failure) -> answer));
                Exchange on = job.takeCancel();
                if (on != null) {
                    requests.computeIfAbsent(on, exchange -> new ArrayList<>()).add(job.cancelling());
                }
            }
        }
        requests.forEach(Exchange::send);
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
        route.send(List.of(new Question(command, list, answer)));
        return answer;
    }

    boolean isReadingThread() {
        return Exchange.isReadingFor(route);
    }

    /**
     * Ends the connection; what is under way fails, soon after. The server drops foreground jobs that still wait, and lets those that run
     * end; background jobs stay.
     */
    @Override
    public void close() {
        route.close();
    }
}
