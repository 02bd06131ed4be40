package io.kookoo.client.net;

import java.io.IOException;
import java.time.Duration;

/** The server wants a token, or does not take the one that it was shown; the message says so, and what to do. Trying again as it is does not help. */
public final class TokenException extends IOException {
    /** After so long it is tried again, for the first time: somebody may have put it right. */
    static final Duration PAUSE = Duration.ofMinutes(1);

    private static final long serialVersionUID = 1L;

    private final boolean wanted;

    /** @param wanted whether the server was shown none */
    TokenException(String message, boolean wanted) {
        super(message);
        this.wanted = wanted;
    }

    /** Whether the server was shown none; otherwise it does not take the one it was shown. */
    public boolean isWanted() {
        return wanted;
    }
}
