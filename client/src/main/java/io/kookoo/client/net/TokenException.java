package io.kookoo.client.net;

import java.io.IOException;

/** The server wants a token, or does not take the one that it was shown; the message says so, and what to do. Trying again as it is does not help. */
public final class TokenException extends IOException {
    private static final long serialVersionUID = 1L;

    TokenException(String message) {
        super(message);
    }
}
