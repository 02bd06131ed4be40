package io.kookoo.client.shell;

/** How a line, or a whole shell, has ended; of several ends the last of these counts. */
public enum ShellEnd {
    WELL,
    /** It is neither a call nor a command. */
    NOT_UNDERSTOOD,
    /** A call without a result, or the server refuses a command. */
    FAILED,
    TIMED_OUT,
    /** There was no connection, or it was lost. */
    DISCONNECTED,
    INTERRUPTED;

    ShellEnd orWorse(ShellEnd another) {
        return compareTo(another) >= 0 ? this : another;
    }
}
