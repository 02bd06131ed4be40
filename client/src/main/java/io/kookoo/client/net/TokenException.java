package io.kookoo.client.net;

import java.io.IOException;
import java.time.Duration;

/** The server wants a token, or does not take the one that it was shown; the message says so, and what to do. Trying again as it is does not help. */
public final class TokenException extends IOException {
    /** For so long nobody shows it the token again: a few wrong ones shut the door for all at an address. */
    static final Duration PAUSE = Duration.ofMinutes(1);

    private static final long serialVersionUID = 1L;

    TokenException(String message) {
        super(message);
    }
}
