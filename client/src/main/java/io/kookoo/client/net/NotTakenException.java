package io.kookoo.client.net;

import java.io.IOException;

/** The server is there, and does not take this client for now: to be tried again. Whoever throws it has said so in the log. */
public final class NotTakenException extends IOException {
    private static final long serialVersionUID = 1L;

    public NotTakenException(String message) {
        super(message);
    }
}
