package io.kookoo.client.net;

import io.kookoo.Secret;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What this client shows servers, and which of them have not taken it: those are not shown it again at once, by whichever connection, since a few
 * wrong ones shut the door for all at an address. One for all connections of a program. Thread-safe.
 */
public final class Token {
    /** Longer than a server remembers wrong ones, so that one client alone never comes to those that shut the door. */
    private static final Duration LATER_PAUSE = Duration.ofMinutes(11);

    private final Secret secret;
    private final LongSupplier nanoTime;
    /** Guarded by this. */
    private final Map<ServerAddress, Refusal> refusals = new HashMap<>();

    private record Refusal(long sinceNanos, Duration pause, TokenException reason) {}

    public Token(Secret secret) {
        this(secret, System::nanoTime);
    }

    /** @param nanoTime the clock, as {@link System#nanoTime} */
    Token(Secret secret, LongSupplier nanoTime) {
        this.secret = Objects.requireNonNull(secret);
        this.nanoTime = nanoTime;
    }

    Secret secret() {
        return secret;
    }

    /** A server has not taken it; of several connections that showed it at the same time, one counts. */
    synchronized void refusedBy(ServerAddress server, TokenException reason) {
        if (refusalOf(server).isPresent()) {
            return;
        }
        Duration pause = refusals.containsKey(server) ? LATER_PAUSE : TokenException.PAUSE;
        refusals.put(server, new Refusal(nanoTime.getAsLong(), pause, reason));
    }

    /** A server has taken it, or wants none. */
    synchronized void takenBy(ServerAddress server) {
        refusals.remove(server);
    }

    /** Why a server is not to be shown it now; empty where it may be. */
    synchronized Optional<TokenException> refusalOf(ServerAddress server) {
        return Optional.ofNullable(refusals.get(server))
                .filter(refusal -> nanoTime.getAsLong() - refusal.sinceNanos()
                        < refusal.pause().toNanos())
                .map(Refusal::reason);
    }

    /** Does not say it. */
    @Override
    public String toString() {
        return secret.toString();
    }
}
