package io.kookoo.client.net;

import java.util.Optional;

/** Where connections come from: one server, or one of several. */
public interface ConnectionSource {
    /**
     * A new connection, which belongs to the caller; blocks until it is there.
     *
     * @throws CannotConnectException where no server can be reached
     */
    ServerConnection open() throws CannotConnectException, InterruptedException;

    /**
     * A connection to a server that is to be used instead of the one used now, and has just answered on it; it belongs to the caller, who is
     * then taken to use it. Mostly empty; never blocks.
     */
    default Optional<ServerConnection> better() {
        return Optional.empty();
    }

    /** The connection to that server is lost; never blocks. */
    default void lost(ServerAddress server) {}

    /** Where the server is, or the servers are, for people. */
    String place();
}
