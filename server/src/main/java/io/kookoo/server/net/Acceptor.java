package io.kookoo.server.net;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.Magic;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.server.access.RefusalLog;
import io.kookoo.server.time.Deadlines;
import io.kookoo.tls.Tls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening socket, its thread {@code kookoo-accept}, and the connections it has opened. Each connection gets a reading
 * thread of its own. Thread-safe.
 */
public final class Acceptor {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /** Connections that may wait to be accepted: a herd of workers that reconnects must not be refused. */
    private static final int BACKLOG = 4096;

    /** Pause after a failed accept: without one, a process out of file descriptors would spin. */
    private static final long RETRY_MILLIS = 100;

    private final ServerSocket listener;
    private final Limits limits;
    private final Deadlines deadlines;
    private final Optional<Tls> tls;
    private final RefusalLog refusals;
    private final Function<Connection, Conversation> opening;
    private final ConnectionThreads threads = new ConnectionThreads();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Lookout lookout = new Lookout(this::connectionCount);
    private final StuckWrites stuckWrites = new StuckWrites();
    private final AtomicLong lastNumber = new AtomicLong();
    /** Whether the last that came was refused for want of room; confined to the thread that accepts. */
    private boolean full;

    private volatile boolean stopped;

    /**
     * Binds at once; {@link #start} accepts.
     *
     * @param tls what connections are made with; empty for plain ones
     * @param refusals is told of those that are refused before they have said anything
     * @param opening makes the conversation of a connection, on its reading thread
     * @throws IOException when the address cannot be bound
     */
    public Acceptor(
            InetSocketAddress address,
            Limits limits,
            Deadlines deadlines,
            Optional<Tls> tls,
            RefusalLog refusals,
            Function<Connection, Conversation> opening)
            throws IOException {
        this.limits = limits;
        this.deadlines = deadlines;
        this.tls = tls;
        this.refusals = refusals;
        this.opening = opening;
        this.listener = new ServerSocket();
        try {
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    /** The address really bound, with the port that was free where 0 was asked for. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /** Starts to accept, on a thread of its own. */
    public void start() {
        Thread thread = new Thread(this::accept, "kookoo-accept");
        thread.start();
        stuckWrites.start();
    }

    /** Accepts no more; the connections that are open stay. */
    public void stop() {
        stopped = true;
        try {
            listener.close();
        } catch (IOException e) {
            LOG.warn("close_failed what=listener reason=\"{}\"", e.getMessage());
        }
    }

    /**
     * Ends every connection in good order: all stop hearing, then each gets what waits for it, then all are closed. Call after
     * {@link #stop}. Blocks until then.
     *
     * @param limit after which those that are still there are cut off, such as one that does not read
     */
    public void closeConnections(String reason, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        CountDownLatch allHeard = new CountDownLatch(1);
        List<Connection> last = List.copyOf(connections);
        for (Connection connection : last) {
            connection.stopHearing(allHeard, reason);
        }
        try {
            for (Connection connection : last) {
                connection.awaitHeard(Duration.ofNanos(Math.max(0, (end - System.nanoTime()) / 2)));
            }
        } finally {
            allHeard.countDown();
        }
        for (Connection connection : last) {
            connection.awaitEnd(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
        for (Connection connection : connections) {
            connection.close(reason);
        }
        stuckWrites.stop();
    }

    /** How many connections are open. */
    public int connectionCount() {
        return connections.size();
    }

    private void accept() {
        boolean failing = false;
        while (!stopped) {
            try {
                Socket socket = listener.accept();
                if (stopped) {
                    // The kernel goes on listening until this thread has noticed.
                    socket.close();
                    return;
                }
                open(socket);
                failing = false;
            } catch (IOException | RuntimeException | Error e) {
                // Whatever it is, such as "unable to create native thread": those who are connected go on, and so does
                // this.
                if (stopped) {
                    return;
                }
                if (!failing) {
                    LOG.error("accept_failed reason=\"{}\" connections={}", e, connections.size());
                    failing = true;
                }
                pause();
            }
        }
    }

    /** Tells one for whom there is no room, as far as that does not block, and closes it. */
    private void refuse(Socket socket) throws IOException {
        String reason =
                "this server has " + limits.maxConnections() + " connections, the most it may have; try again later";
        if (!full) {
            full = true;
            // Who leaves and comes again at the limit would make a line each time.
            refusals.warn(LogEvent.of("connections_full")
                    .with("limit", limits.maxConnections())
                    .with("effect", "further ones are refused"));
        }
        try (socket) {
            if (tls.isPresent()) {
                // Nothing can be said before both have agreed on it.
                return;
            }
            PacketWriter writer = new PacketWriter(Magic.RESPONSE);
            writer.packet(PacketType.ERROR, ErrorCode.TOO_MANY_CONNECTIONS.name(), reason);
            int size = writer.size();
            // Into a buffer that nothing was written to yet.
            socket.getOutputStream().write(writer.take(null), 0, size);
            socket.shutdownOutput();
        } catch (IOException e) {
            LOG.debug("refused_connection_lost reason=\"{}\"", e.getMessage());
        }
    }

    private void open(Socket socket) throws IOException {
        if (connections.size() >= limits.maxConnections()) {
            refuse(socket);
            return;
        }
        full = false;
        Connection connection;
        try {
            connection = new Connection(
                    lastNumber.incrementAndGet(),
                    socket,
                    limits,
                    deadlines,
                    tls,
                    refusals,
                    threads,
                    lookout,
                    stuckWrites,
                    opening);
        } catch (IOException e) {
            // The peer has gone already.
            socket.close();
            LOG.debug("connection_lost_at_once reason=\"{}\"", e.getMessage());
            return;
        }
        connections.add(connection);
        try {
            threads.serve("kookoo-conn-" + connection.number(), connection::turn, () -> connections.remove(connection));
        } catch (RuntimeException | Error e) {
            connections.remove(connection);
            connection.close("no thread for it");
            throw e;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
