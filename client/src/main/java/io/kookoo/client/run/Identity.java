package io.kookoo.client.run;

import io.kookoo.client.net.NotTakenException;
import io.kookoo.client.net.PingListener;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who this client is to its servers: a node, or a client like any other. It begins and ends every connection of a running client, and is
 * the same for all of them. Thread-safe.
 */
public final class Identity {
    private static final Set<String> TURNED_AWAY =
            Set.of(ErrorCode.TOO_MANY_CONNECTIONS.name(), ErrorCode.TLS_REQUIRED.name());

    private static final Logger LOG = LoggerFactory.getLogger(Identity.class);

    /** Before it a server has lost a node whose last connection ends; after it the node has gone. */
    private static final String LEAVE = "leave";

    private static final long PID = ProcessHandle.current().pid();

    private final String clientId;
    private final Optional<AsNode> node;
    /** Connections, by name and server, that need not replace anybody any more. */
    private final Set<String> replaced = ConcurrentHashMap.newKeySet();
    /** Where another node has the id, as far as is known. */
    private final Set<ServerAddress> taken = ConcurrentHashMap.newKeySet();
    /** Where no nodes are known. */
    private final Set<ServerAddress> unknown = ConcurrentHashMap.newKeySet();

    /**
     * What belongs to a node.
     *
     * @param replace whether it takes the place of another that has its id
     * @param pings where its pings are logged
     * @param stopAsked is told which server asks it to end; must not block
     */
    private record AsNode(
            NodeId id, Duration pingInterval, boolean replace, Logger pings, Consumer<ServerAddress> stopAsked) {}

    private Identity(String clientId, Optional<AsNode> node) {
        this.clientId = clientId;
        this.node = node;
    }

    /** A client like any other, with what it calls itself in SET_CLIENT_ID. */
    public static Identity ofClient(String clientId) {
        return new Identity(clientId, Optional.empty());
    }

    /**
     * A node.
     *
     * @param host the name of this machine
     * @param pingInterval how often each of its connections is pinged, for the server to know
     * @param replace whether the first announcement of each connection takes the place of another node with this id; those that follow
     *     do not, or two such nodes would replace each other for ever
     * @param pings where its pings are logged
     * @param stopAsked is told which server asks this node to end what runs, and itself; must not block
     */
    public static Identity ofNode(
            NodeId id,
            String host,
            Duration pingInterval,
            boolean replace,
            Logger pings,
            Consumer<ServerAddress> stopAsked) {
        return new Identity(
                id.clientId(host, PID), Optional.of(new AsNode(id, pingInterval, replace, pings, stopAsked)));
    }

    /** What it calls itself in SET_CLIENT_ID. */
    public String clientId() {
        return clientId;
    }

    /**
     * Begins a connection: says who this is, keeps it alive from now on, and waits for what the server makes of it. Blocks. Before anything
     * else is said on the connection, by the thread that reads there.
     *
     * @param connectionName for the log
     * @return whether the server takes it for one of a node
     * @throws NotTakenException where another node has the id: nothing further may be said on this connection
     * @throws IOException when the connection is lost
     */
    boolean introduce(String connectionName, ServerConnection connection) throws IOException {
        ServerAddress server = connection.address();
        if (node.isEmpty()) {
            connection.send(writer -> writer.packet(PacketType.SET_CLIENT_ID, clientId));
            connection.keepAlive(PingListener.NONE);
            return false;
        }
        AsNode as = node.get();
        String once = connectionName + " " + server;
        boolean replace = as.replace() && !replaced.contains(once);
        connection.send(writer -> {
            writer.packet(PacketType.SET_CLIENT_ID, clientId);
            writer.packet(PacketType.OPTION_REQ, as.id().announcement(PID, as.pingInterval(), replace));
        });
        connection.keepAlive(new PingLog(as.pings(), as.id(), connectionName, server));
        Packet answer = connection.readPacket();
        while (answer.type() != PacketType.OPTION_RES && answer.type() != PacketType.ERROR) {
            answer = connection.readPacket();
        }
        replaced.add(once);
        if (answer.type() == PacketType.OPTION_RES) {
            accepted(as.id(), server);
            return true;
        }
        if (answer.text(0).equals(ErrorCode.NODE_ID_TAKEN.name())) {
            refused(as, server, answer.text(1));
            throw new NotTakenException(answer.text(1));
        }
        if (isTurnedAway(answer) || isDenied(answer)) {
            throw refusal(answer);
        }
        if (unknown.add(server)) {
            LOG.warn(
                    "{}",
                    event("no_nodes", as.id(), server)
                            .with("reason", answer.text(0) + " " + answer.text(1))
                            .with("effect", "this server knows no nodes; going on there as a client without an id"));
        }
        return false;
    }

    /** Whether an answer is an ERROR that refuses whoever is on the connection, and not only what was asked: the server closes it. */
    static boolean isTurnedAway(Packet answer) {
        return answer.type() == PacketType.ERROR && TURNED_AWAY.contains(answer.text(0));
    }

    /** Whether an answer is an ERROR for want of a role. */
    static boolean isDenied(Packet answer) {
        return answer.type() == PacketType.ERROR && answer.text(0).equals(ErrorCode.PERMISSION_DENIED.name());
    }

    /** Why a connection is of no use, by the server's ERROR. */
    static IOException refusal(Packet error) {
        return new IOException("the server refuses: " + error.text(0) + " " + error.text(1));
    }

    private void accepted(NodeId id, ServerAddress server) {
        unknown.remove(server);
        if (taken.remove(server)) {
            LOG.info(
                    "{}",
                    event("node_id_free", id, server).with("effect", "this client is node " + id.number() + " now"));
        }
    }

    private void refused(AsNode as, ServerAddress server, String reason) {
        if (taken.add(server)) {
            LOG.warn(
                    "{}",
                    event("node_id_taken", as.id(), server)
                            .with("reason", reason)
                            .with(
                                    "effect",
                                    "no jobs from there; trying again until the id is free"
                                            + (as.replace()
                                                    ? ", without replacing the other node a second time"
                                                    : "; a start with --replace takes it at once")));
        } else if (LOG.isDebugEnabled()) {
            LOG.debug("{}", event("node_id_taken", as.id(), server).with("reason", reason));
        }
    }

    private static LogEvent event(String event, NodeId id, ServerAddress server) {
        return LogEvent.of(event)
                .with("node", id.number())
                .with("name", id.name())
                .with("server", server);
    }

    /** Functions that are to be announced where this is a node, besides those it runs for all. */
    List<FunctionName> functions() {
        return node.map(as -> as.id().functions()).orElse(List.of());
    }

    /** The last word on a connection of a node which is about to be closed in good order. Throws nothing. */
    void leave(ServerConnection connection) {
        connection.sendOrClose(writer -> writer.packet(PacketType.OPTION_REQ, LEAVE));
    }

    /** The server asks this node to end. */
    void stopAsked(ServerAddress server) {
        node.ifPresent(as -> as.stopAsked().accept(server));
    }
}
