package io.kookoo.client;

import io.kookoo.HostName;
import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.client.function.FunctionLibrary;
import io.kookoo.client.function.NamedFunction;
import io.kookoo.client.function.TextFunction;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.net.Servers;
import io.kookoo.client.run.Node;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Functions of a program, offered to a server: runs the jobs that are submitted for them, and batches of them.
 *
 * <pre>{@code
 * try (Worker worker = new Worker("127.0.0.1", 5555)
 *         .function("greet", (name, job) -> "Hello " + name)
 *         .start()) {
 *     ...
 * }
 * }</pre>
 *
 * <p>It connects in the background, and again whenever the server was away. What a function throws fails its job and stops nothing else.
 * Functions have no time limit; a job that is cancelled has its thread interrupted.
 *
 * <p>To be set up by one thread; {@link #close} may be called by any. Threads, all daemons: for each server one that reads,
 * one that pings, and one for each slot; and two that look after them.
 */
public final class Worker implements AutoCloseable {
    /** How long the jobs that run may take to end when it is closed. */
    public static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final Servers servers;
    private final ConnectionLimits limits;
    private final List<FunctionLibrary> libraries = new ArrayList<>();
    private int slots = Runtime.getRuntime().availableProcessors();
    private Node node;

    /** For a server, which need not be there yet. */
    public Worker(String host, int port) {
        this(new ServerAddress(host, port), ConnectionLimits.USUAL);
    }

    /** The same with limits and credentials of one's own, such as for TLS. */
    public Worker(ServerAddress address, ConnectionLimits limits) {
        this(Servers.of(address), limits);
    }

    /** For several servers: it works for all of them. */
    public Worker(Servers servers, ConnectionLimits limits) {
        this.servers = servers;
        this.limits = limits;
    }

    /**
     * Offers a function.
     *
     * @param name as calls have it, such as {@code count_words}
     * @throws IllegalArgumentException for what is no name
     */
    public Worker function(String name, TextFunction function) {
        return library(new NamedFunction(name, function));
    }

    /** Offers the functions of a library. */
    public Worker library(FunctionLibrary library) {
        if (node != null) {
            throw new IllegalStateException("the worker has been started: its functions are announced");
        }
        libraries.add(library);
        return this;
    }

    /** How many jobs of a server are run at the same time, 1 or more; as many as there are processors unless said otherwise. */
    public Worker slots(int number) {
        if (number < 1) {
            throw new IllegalArgumentException(number + " slots; a worker has at least one");
        }
        slots = number;
        return this;
    }

    /**
     * Begins to connect and to work; does not block. Once.
     *
     * @throws IllegalStateException where a function cannot be offered, such as one of two of the same name; the message says which
     */
    public Worker start() {
        if (node != null) {
            throw new IllegalStateException("the worker has been started already");
        }
        FunctionExecutor executor = new FunctionExecutor(libraries, Path.of("functions"));
        if (!executor.problems().isEmpty()) {
            throw new IllegalStateException(String.join("\n", executor.problems()));
        }
        String id = HostName.withPid(ProcessHandle.current().pid());
        node = Node.ofWorker(servers, limits, executor, id, slots);
        node.start();
        return this;
    }

    /**
     * Takes no more jobs, and waits for those that run until they have ended and their results are sent, for {@link #CLOSE_TIMEOUT} at most;
     * what runs for longer is run again by others. Less where the thread is interrupted.
     */
    @Override
    public void close() {
        if (node == null) {
            return;
        }
        try {
            node.stop(CLOSE_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
