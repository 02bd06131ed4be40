package io.kookoo.server.channel;

/** What somebody asked of the channels is not possible, and nothing has happened. The message says why, and what to do, to people. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;

    RefusedException(String code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /** One word for programs, such as {@code UNKNOWN_CHANNEL}; {@code docs/protocol.md} lists them. */
    public String code() {
        return code;
    }
}
