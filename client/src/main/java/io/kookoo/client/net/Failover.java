package io.kookoo.client.net;

import io.kookoo.settings.Settings.Client.Balance;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * Connections to one of several servers: to the first that answers, or to the one with the least to do ({@link Servers#balance}). When a
 * connection is lost, {@link #open} finds another server, whatever that one is doing; when a better one has been back for long enough,
 * {@link #better} gives the connection on which it has been answering meanwhile. With one server it only connects. Thread-safe.
 *
 * <pre>
 *   kookoo-try-SERVER    while open looks for a server, one for each that is tried
 *   kookoo-probe-SERVER  while another server is used than the best, one for each that is better
 * </pre>
 */
public final class Failover implements ConnectionSource, AutoCloseable {
    private final Servers servers;
    private final Duration probeInterval;
    private final ServerChoice choice;
    private final Map<ServerAddress, Connector> connectors = new LinkedHashMap<>();

    /** Those that run. Guarded by this, as all below. */
    private final Set<Race> races = new HashSet<>();

    private final Map<ServerAddress, Probe> probes = new HashMap<>();
    private boolean closed;

    /** @param watch looks after writes that stand still, as for {@link Connector}; belongs to the caller */
    public Failover(Servers servers, ConnectionLimits limits, ScheduledExecutorService watch) {
        this(servers, limits, watch, limits.pingInterval(), System::nanoTime);
    }

    /**
     * @param probeInterval after which a better server has to answer again
     * @param nanoTime the clock by which it has to have answered for long enough
     */
    Failover(
            Servers servers,
            ConnectionLimits limits,
            ScheduledExecutorService watch,
            Duration probeInterval,
            LongSupplier nanoTime) {
        this.servers = servers;
        this.probeInterval = probeInterval;
        this.choice = new ServerChoice(servers, nanoTime);
        servers.addresses().forEach(server -> connectors.put(server, new Connector(server, limits, watch)));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Of several servers the one that is used has answered on the connection. One that stands still costs half a second, or nothing where
     * that is known; only where all of them do, the ping timeout passes.
     */
    @Override
    public ServerConnection open() throws CannotConnectException, InterruptedException {
        if (servers.isOne()) {
            return connectors.get(servers.first()).open();
        }
        try (Race race = new Race(servers.balance(), choice)) {
            begin(race);
            try {
                List<Connector> inOrder =
                        choice.toTry().stream().map(connectors::get).toList();
                return race.run(inOrder);
            } finally {
                end(race);
            }
        }
    }

    private synchronized void begin(Race race) {
        races.add(race);
        if (closed) {
            race.close();
        }
    }

    private synchronized void end(Race race) {
        races.remove(race);
        probeTheBetter();
    }

    /** Each server that would be used instead of the current one is looked at, and no other. */
    private void probeTheBetter() {
        assert Thread.holdsLock(this);
        List<ServerAddress> better = closed ? List.of() : choice.better();
        probes.forEach((server, probe) -> {
            if (!better.contains(server)) {
                probe.end();
            }
        });
        probes.values().removeIf(Probe::isEnded);
        for (ServerAddress server : better) {
            probes.computeIfAbsent(server, unprobed -> {
                Probe probe =
                        new Probe(connectors.get(server), servers.balance(), probeInterval, choice, this::currentLoad);
                probe.start();
                return probe;
            });
        }
    }

    private long currentLoad() {
        try (ServerConnection connection = connectors.get(choice.current()).open()) {
            return SignOfLife.ask(connection, Balance.LEAST);
        } catch (IOException e) {
            // It may be lost any moment: who answers has less to do, whatever that is.
            return SignOfLife.UNKNOWN;
        }
    }

    @Override
    public synchronized Optional<ServerConnection> better() {
        for (ServerAddress server : choice.better()) {
            Probe probe = probes.get(server);
            Optional<ServerConnection> taken = probe == null ? Optional.empty() : probe.take();
            if (taken.isPresent()) {
                probeTheBetter();
                return taken;
            }
        }
        return Optional.empty();
    }

    @Override
    public void lost(ServerAddress server) {
        choice.silent(server);
    }

    @Override
    public String place() {
        return servers.toString();
    }

    /** Looks for no server any more; the connections that were given away stay. Does not wait. */
    @Override
    public synchronized void close() {
        closed = true;
        races.forEach(Race::close);
        probeTheBetter();
    }
}
