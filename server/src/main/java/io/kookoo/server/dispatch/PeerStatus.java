package io.kookoo.server.dispatch;

import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A connection at one moment, as {@code workers} and {@code show clients} show it.
 *
 * @param number of the connection
 * @param address numeric, without port
 * @param endpoint with its port, {@code address:port}
 * @param clientId what SET_CLIENT_ID said; {@code -} where nothing was said
 * @param since when it was opened
 * @param idle time since its last message
 * @param functions in the order in which they were announced; empty where it is no worker
 * @param running the jobs it holds
 */
public record PeerStatus(
        long number,
        String address,
        String endpoint,
        String clientId,
        Instant since,
        Duration idle,
        List<FunctionName> functions,
        List<JobHandle> running) {
    public PeerStatus {
        functions = List.copyOf(functions);
        running = List.copyOf(running);
    }

    /** @param nanoTime now */
    static PeerStatus of(Peer peer, long nanoTime) {
        return new PeerStatus(
                peer.number,
                peer.address,
                peer.endpoint(),
                peer.clientId,
                peer.since,
                Duration.ofNanos(Math.max(0, nanoTime - peer.heardNanos())),
                peer.abilities.keySet().stream().map(function -> function.name).toList(),
                peer.running.stream().map(Job::handle).toList());
    }
}
