package io.kookoo.client.net;

import io.kookoo.Secret;
import io.kookoo.tls.Tls;
import java.util.Objects;
import java.util.Optional;

/**
 * How a client and its server know each other.
 *
 * @param tls what connections are made with; empty for plain ones
 * @param token what the server is shown before anything else; empty for nothing
 */
public record Credentials(Optional<Tls> tls, Optional<Token> token) {
    /** Plain connections, without a word of who one is: what a server takes that listens on its own machine. */
    public static final Credentials NONE = new Credentials(Optional.empty(), Optional.empty());

    public Credentials {
        Objects.requireNonNull(tls);
        Objects.requireNonNull(token);
    }

    /** Connections of TLS. */
    public static Credentials of(Tls tls) {
        return new Credentials(Optional.of(tls), Optional.empty());
    }

    /** A token over plain connections: who listens on the way reads it. */
    public static Credentials of(Secret token) {
        return new Credentials(Optional.empty(), Optional.of(new Token(token)));
    }
}
