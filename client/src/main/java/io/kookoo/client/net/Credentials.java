package io.kookoo.client.net;

import io.kookoo.tls.Tls;
import java.util.Objects;
import java.util.Optional;

/**
 * How a client and its server know each other.
 *
 * @param tls what connections are made with; empty for plain ones
 */
public record Credentials(Optional<Tls> tls) {
    /** Plain connections, without a word of who one is: what a server takes that listens on its own machine. */
    public static final Credentials NONE = new Credentials(Optional.empty());

    public Credentials {
        Objects.requireNonNull(tls);
    }

    /** Connections of TLS. */
    public static Credentials of(Tls tls) {
        return new Credentials(Optional.of(tls));
    }
}
