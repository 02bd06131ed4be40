package io.kookoo.client;

import io.kookoo.client.net.Backoff;
import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Failover;
import io.kookoo.client.net.RepeatedTask;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.client.net.Servers;
import io.kookoo.client.net.SignOfLife;
import io.kookoo.client.net.TokenException;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where the requests of a {@link Kookoo} go: to the exchange that is used, and while there is none they wait for the next. When an exchange is
 * lost, what was under way there and may be sent again goes first.
 *
 * <pre>
 *          lost, and something      connected, and nothing waits
 *   USED ----------------------&gt; CONNECTING ----------------------&gt; USED
 *     |                             |    ^
 *     | lost, nothing to be sent    |    | something is asked for
 *     +--------------&gt; NONE &lt;-------+----+
 *                         no server answers: what waits fails
 * </pre>
 *
 * <p>An exchange may be retired, because its server stops or a better one is back: it is used for nothing new, and its own end is no loss. Only an
 * exchange answers a job, and only one at a time has it.
 *
 * <p>Thread-safe. Nothing that blocks, or that others have given, is called under its lock.
 */
final class Route implements Exchange.Owner, AutoCloseable {
    private static final long WRITER_IDLE_SECONDS = 10;
    /** How often it is looked whether a better server may be used again. */
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(250);

    private final Servers servers;
    private final boolean resubmit;
    private final Kookoo.Listener listener;
    /** For how long several servers are tried before what waits fails. */
    private final Duration patience;

    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(runnable -> daemon(runnable, "kookoo-watch"));
    private final Failover failover;
    /** For what a reading thread must not write itself. */
    private final Executor writing = new ThreadPoolExecutor(
            0,
            1,
            WRITER_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            runnable -> daemon(runnable, "kookoo-write"));

    private final CountDownLatch closed = new CountDownLatch(1);

    /** What is to be sent over the next connection. Guarded by this, as all below. */
    private final List<Request> waiting = new ArrayList<>();

    private final Set<Exchange> open = new HashSet<>();
    /** Null while there is none. */
    private Exchange used;

    private boolean connecting;
    /** The server in use, or the last that was. */
    private ServerAddress address;
    /** Why there was none the last time; null where there always was. */
    private ConnectionLostException lastLoss;

    /**
     * Connects to the first; blocks.
     *
     * @param resubmit whether jobs that may have been run are submitted again
     */
    Route(Servers servers, ConnectionLimits limits, boolean resubmit, Kookoo.Listener listener)
            throws CannotConnectException, InterruptedException {
        this.servers = servers;
        this.resubmit = resubmit;
        this.listener = listener;
        this.patience = limits.pingTimeout();
        this.failover = new Failover(servers, limits, watch);
        try {
            used = exchange(failover.open());
        } catch (CannotConnectException | InterruptedException | RuntimeException | Error e) {
            close();
            throw e;
        }
        address = used.address();
        open.add(used);
        used.start();
        if (!servers.isOne()) {
            watch.scheduleWithFixedDelay(
                    new RepeatedTask("look_for_better_server", this::lookForBetter),
                    LOOK_INTERVAL.toMillis(),
                    LOOK_INTERVAL.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private static Thread daemon(Runnable runnable, String name) {
        Thread thread = new Thread(runnable, name);
        thread.setDaemon(true);
        return thread;
    }

    private Exchange exchange(ServerConnection connection) {
        return new Exchange(this, connection, writing);
    }

    /** Whether there is a connection, or one is being made. */
    synchronized boolean isOpen() {
        return !isClosed() && (connecting || used != null && used.lost() == null);
    }

    synchronized ServerAddress address() {
        return address;
    }

    /** Sends requests in their order, over the next connection where there is none. */
    void send(List<? extends Request> requests) {
        if (!requests.isEmpty()) {
            send(requests, false);
        }
    }

    /** @param first before all that waits */
    private void send(List<? extends Request> requests, boolean first) {
        Exchange to;
        ConnectionLostException loss = null;
        synchronized (this) {
            to = used;
            if (!isClosed() && (to == null || to.lost() != null)) {
                waiting.addAll(first ? 0 : waiting.size(), requests);
                if (connecting) {
                    return;
                }
                connecting = true;
                loss = to == null ? lastLoss : to.lost();
            }
        }
        if (isClosed()) {
            failClosed(requests);
        } else if (loss != null) {
            connect(loss);
        } else {
            to.send(requests);
        }
    }

    private void failClosed(List<? extends Request> requests) {
        ConnectionLostException reason = Exchange.closed(address());
        requests.forEach(request -> request.fail(reason));
    }

    // Connecting again

    private void connect(ConnectionLostException loss) {
        try {
            daemon(() -> connectAgain(loss), "kookoo-connect").start();
        } catch (RuntimeException | Error e) {
            // Such as no further thread: nobody else would answer those that wait.
            giveUp(loss, e);
            throw e;
        }
    }

    /** Until an exchange is used, or no server answers. */
    private void connectAgain(ConnectionLostException first) {
        ConnectionLostException loss = first;
        Backoff pauses = new Backoff(new Random());
        long begunNanos = System.nanoTime();
        try {
            while (true) {
                Exception reason;
                try {
                    Exchange next = exchange(connection());
                    if (use(next, loss)) {
                        return;
                    }
                    // It has lasted for a moment: that is no reason to give up.
                    begunNanos = System.nanoTime();
                    loss = next.lost();
                    reason = null;
                } catch (IOException e) {
                    reason = e;
                }
                Duration pause = pauses.next();
                boolean late = System.nanoTime() - begunNanos + pause.toNanos() > patience.toNanos();
                if (reason != null && (servers.isOne() || late)) {
                    giveUp(loss, reason);
                    return;
                }
                if (closed.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                    giveUp(loss, null);
                    return;
                }
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            giveUp(loss, e);
            if (e instanceof Error error) {
                throw error;
            }
        }
    }

    /** A new one, on which the server has answered; blocks. */
    private ServerConnection connection() throws IOException, InterruptedException {
        ServerConnection connection = failover.open();
        if (servers.isOne()) {
            try {
                // The system takes connections for a server that stands still, too. Of several, one was chosen by its
                // answer.
                SignOfLife.ask(connection, servers.balance());
            } catch (IOException | RuntimeException | Error e) {
                if (e instanceof TokenException refusal && refusal.isWanted()) {
                    // It is there, and may be shown one; who asks for something else hears that it wants one.
                    return connection;
                }
                connection.close();
                throw e;
            }
        }
        return connection;
    }

    /** Sends what waits there, and then all that follows; false where the exchange is lost before that. */
    private boolean use(Exchange next, ConnectionLostException loss) {
        ServerAddress before;
        int again;
        synchronized (this) {
            if (isClosed()) {
                next.close();
                connecting = false;
                return true;
            }
            open.add(next);
            before = address;
            address = next.address();
            again = resubmitted(waiting);
        }
        next.start();
        tell(new Move(before, next.address(), again, loss));
        while (true) {
            List<Request> requests;
            synchronized (this) {
                if (next.lost() != null) {
                    return false;
                }
                if (waiting.isEmpty()) {
                    used = next;
                    connecting = false;
                    return true;
                }
                requests = List.copyOf(waiting);
                waiting.clear();
            }
            next.send(requests);
        }
    }

    private void tell(Move move) {
        try {
            listener.moved(move);
        } catch (RuntimeException | Error e) {
            // What waits is sent all the same.
            Kookoo.Log.LOG.warn("{}", LogEvent.of("listener_failed").with("told", move.text()), e);
        }
    }

    private void giveUp(ConnectionLostException loss, Throwable reason) {
        List<Request> failed;
        ConnectionLostException why;
        synchronized (this) {
            connecting = false;
            failed = List.copyOf(waiting);
            waiting.clear();
            why = isClosed() ? Exchange.closed(address) : loss.and(reason);
            lastLoss = loss;
        }
        failed.forEach(request -> request.fail(why));
        if (!isClosed()) {
            listener.lost(why);
        }
    }

    // What an exchange says

    @Override
    public void pushed(Pushed pushed) {
        listener.pushed(pushed);
    }

    @Override
    public void ended(Exchange exchange, List<Request> underWay, ConnectionLostException reason) {
        boolean done = exchange.isDone();
        if (!done && !isClosed()) {
            failover.lost(exchange.address());
        }
        List<Request> again = new ArrayList<>();
        List<Request> failed = new ArrayList<>();
        sort(underWay, reason, again, failed);
        boolean over;
        ServerAddress another;
        synchronized (this) {
            open.remove(exchange);
            over = used == exchange && again.isEmpty() && !connecting && !isClosed();
            if (used == exchange) {
                used = null;
            }
            if (!done) {
                lastLoss = reason;
            }
            another = used == null ? null : used.address();
        }
        failed.forEach(request -> request.fail(reason));
        if (!again.isEmpty()) {
            if (another != null) {
                tell(new Move(exchange.address(), another, resubmitted(again), reason));
            }
            // They were sent before whatever waits.
            send(again, true);
        }
        if (over) {
            listener.lost(reason);
        }
    }

    private static int resubmitted(List<Request> requests) {
        return (int) requests.stream()
                .filter(request -> request instanceof Job<?> job && job.resubmissions() > 0)
                .count();
    }

    @Override
    public void unsent(List<? extends Request> requests) {
        // Nothing is counted: it has not ended a connection, and goes nowhere while that is lost.
        // They come before whatever waits, as they did.
        send(requests, true);
    }

    @Override
    public void returned(List<? extends Request> requests, ConnectionLostException reason) {
        List<Request> again = new ArrayList<>();
        List<Request> failed = new ArrayList<>();
        sort(requests, reason, again, failed);
        failed.forEach(request -> request.fail(reason));
        if (!again.isEmpty()) {
            // They were sent before whatever waits.
            send(again, true);
        }
    }

    private void sort(
            List<? extends Request> requests,
            ConnectionLostException reason,
            List<Request> again,
            List<Request> failed) {
        boolean may = !isClosed() && reason.isOfConnection() && (!servers.isOne() || !reason.isSilence());
        requests.forEach(request -> (may && request.beginAgain(resubmit) ? again : failed).add(request));
    }

    @Override
    public boolean stopping(Exchange exchange, Job<?> refused) {
        if (servers.isOne()) {
            return false;
        }
        refused.notSubmitted();
        failover.lost(exchange.address());
        synchronized (this) {
            if (used == exchange) {
                used = null;
                lastLoss = Exchange.lost(exchange.address(), new IOException(ErrorCode.SHUTTING_DOWN));
                exchange.retire();
            }
        }
        send(List.of(refused));
        return true;
    }

    // A better server

    private void lookForBetter() {
        synchronized (this) {
            if (used == null || connecting) {
                return;
            }
        }
        failover.better().ifPresent(connection -> useBetter(exchange(connection)));
    }

    private void useBetter(Exchange better) {
        Exchange before;
        synchronized (this) {
            before = used;
            if (before == null || connecting || isClosed()) {
                // It was lost just now, and the choice is made anew.
                better.close();
                return;
            }
            open.add(better);
            used = better;
            address = better.address();
            before.retire();
        }
        better.start();
        tell(new Move(before.address(), better.address(), 0, null));
    }

    // The end

    @Override
    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Ends all connections; what is under way fails, soon after. */
    @Override
    public void close() {
        List<Request> failed;
        synchronized (this) {
            closed.countDown();
            open.forEach(Exchange::close);
            failed = List.copyOf(waiting);
            waiting.clear();
        }
        failover.close();
        watch.shutdownNow();
        if (!failed.isEmpty()) {
            failClosed(failed);
        }
    }
}
