package io.kookoo.client;

import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.TokenException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;

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

    /** The same, and that {@code another} thing has failed as well, where that is another reason; null for nothing. */
    ConnectionLostException and(Throwable another) {
        return another == null || getMessage().contains(reason(another))
                ? this
                : new ConnectionLostException(getMessage() + "; " + another.getMessage(), (IOException) getCause());
    }

    private static String reason(Throwable failure) {
        String reason =
                failure instanceof CannotConnectException connecting ? connecting.reason() : failure.getMessage();
        return reason == null ? failure.toString() : reason;
    }

    /** Whether it was the connection that failed, or its server, and not what was said on it, such as a token: over another one it may go better. */
    boolean isOfConnection() {
        return !(getCause() instanceof ProtocolException)
                && !(getCause() instanceof TokenException)
                && (getCause().getCause() == null || getCause().getCause() instanceof IOException);
    }

    /** Whether the server wants a token, or does not take the one of this client: nothing that was asked for on this connection was done. */
    public boolean isRefusal() {
        return getCause() instanceof TokenException;
    }

    /** Whether the server was there and did nothing, for too long. */
    boolean isSilence() {
        return getCause() instanceof SocketTimeoutException;
    }

    /** What has ended the connection where it was this program, which had no memory for what the server sent; otherwise null. */
    public OutOfMemoryError noMemory() {
        return getCause().getCause() instanceof OutOfMemoryError error ? error : null;
    }
}
