package io.kookoo.client;

import java.io.IOException;

/**
 * The connection has ended before the answer came. What was asked for may or may not have been done; nobody will say it on this
 * connection. The message is for a person and complete; the cause says more, and is a {@link java.net.SocketTimeoutException} where the
 * server was silent for too long.
 */
public final class ConnectionLostException extends IOException {
    private static final long serialVersionUID = 1L;

    ConnectionLostException(String message, IOException cause) {
        super(message, cause);
    }

    /** What has ended the connection where it was this program, which had no memory for what the server sent; otherwise null. */
    public OutOfMemoryError noMemory() {
        return getCause().getCause() instanceof OutOfMemoryError error ? error : null;
    }
}
