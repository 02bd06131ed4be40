package io.kookoo.client.net;

import java.io.IOException;
import javax.net.ssl.SSLException;

/** No connection to the server could be opened. The message is for a person and complete. */
public final class CannotConnectException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    CannotConnectException(ServerAddress address, String reason, IOException cause) {
        super(
                "cannot connect to " + address + ": " + reason
                        // A server that does not speak as expected is there.
                        + (cause instanceof SSLException ? "" : "; is the server running? (java -jar server.jar)"),
                cause);
        this.reason = reason;
    }

    /** Why, without the address: {@code Connection refused}. */
    public String reason() {
        return reason;
    }
}
