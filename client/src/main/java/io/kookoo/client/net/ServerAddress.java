package io.kookoo.client.net;

import java.util.Objects;

/**
 * Where a server listens.
 *
 * @param host address or name, not resolved, never blank
 * @param port 1 to 65535
 */
public record ServerAddress(String host, int port) {
    public ServerAddress {
        Objects.requireNonNull(host);
        if (host.isBlank()) {
            throw new IllegalArgumentException("the server's address is blank");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("the server's port is " + port + ", expected 1 to 65535");
        }
    }

    /** {@code host:port}, an IPv6 address in brackets. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
