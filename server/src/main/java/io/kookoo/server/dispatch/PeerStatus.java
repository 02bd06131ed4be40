package io.kookoo.server.dispatch;

import io.kookoo.protocol.FunctionName;
import java.util.List;

/**
 * A connection as {@code workers} shows it, at one moment.
 *
 * @param number of the connection
 * @param address numeric, without port
 * @param clientId what SET_CLIENT_ID said; {@code -} where nothing was said
 * @param functions in the order in which they were announced; empty where it is no worker
 */
public record PeerStatus(long number, String address, String clientId, List<FunctionName> functions) {
    public PeerStatus {
        functions = List.copyOf(functions);
    }
}
