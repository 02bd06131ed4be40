package io.kookoo.protocol;

/**
 * The codes of an ERROR packet (19), whose body is {@code CODE NUL text}.
 *
 * <p>The first six are gearmand's ({@code docs/protocol.md}, ERROR).
 */
public enum ErrorCode {
    INVALID_MAGIC,
    INVALID_COMMAND,
    ARGUMENT_TOO_LARGE,
    QUEUE_ERROR,
    UNKNOWN_OPTION,
    JOB_NOT_FOUND,
    /** A packet with too few arguments, or one that cannot be read; Kookoo's own, where gearmand closes the connection. */
    INVALID_ARGUMENTS,
    /** A packet above the configured maximum; Kookoo's own. The connection is closed after it. */
    PACKET_TOO_LARGE,
    /** Another node that lives has the id that a connection announced; Kookoo's own, as all that follow. */
    NODE_ID_TAKEN,
    /** Plain bytes where the server takes TLS connections only. The connection is closed after it. */
    TLS_REQUIRED,
    /** A token has to be shown first. */
    AUTH_REQUIRED,
    /** The token was not taken. The connection is closed after it. */
    AUTH_FAILED,
    /** Whoever asks has not the role for it. */
    PERMISSION_DENIED,
    /** There are as many connections as there may be. The connection is closed after it. */
    TOO_MANY_CONNECTIONS,
    /** A worker has announced as many functions as it may, or there are as many as there may be. */
    TOO_MANY_FUNCTIONS;

    /** The text of the QUEUE_ERROR of a server that stops: it still does what it has accepted. */
    public static final String SHUTTING_DOWN = "Server is shutting down";
}
