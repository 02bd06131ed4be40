package io.kookoo.client.net;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/** No connection to the server, or to one of several, could be opened. The message is for a person and complete. */
public final class CannotConnectException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    CannotConnectException(ServerAddress address, String reason, IOException cause) {
        super(
                "cannot connect to " + address + ": " + reason
                        // A server that does not speak as expected is there.
                        + (cause instanceof SSLException || cause instanceof TokenException
                                ? ""
                                : "; is the server running? (java -jar server.jar)"),
                cause);
        this.reason = reason;
    }

    /** @param failures why each of several servers did not answer */
    CannotConnectException(Map<ServerAddress, IOException> failures) {
        this(failures.entrySet().stream()
                .map(failure -> failure.getKey() + ": " + reason(failure.getValue()))
                .collect(Collectors.joining("; ")));
        failures.values().forEach(this::addSuppressed);
    }

    private CannotConnectException(String reasons) {
        super("none of the servers answers: " + reasons);
        this.reason = reasons;
    }

    private static String reason(IOException failure) {
        return failure instanceof CannotConnectException connecting ? connecting.reason() : failure.getMessage();
    }

    /** Why, without the address where there is one server: {@code Connection refused}. */
    public String reason() {
        return reason;
    }
}
