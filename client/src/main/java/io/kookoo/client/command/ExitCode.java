package io.kookoo.client.command;

/** What the program's exit status says. */
final class ExitCode {
    static final int OK = 0;
    static final int INTERNAL_ERROR = 1;
    static final int USAGE = 2;
    static final int SETTINGS = 3;
    static final int CANNOT_CONNECT = 4;
    static final int FUNCTION_FAILED = 5;
    static final int TIMEOUT = 6;
    static final int LINES_FAILED = 7;
    /** A local client of a server: one of its functions ran past [Client] function_timeout. */
    static final int FUNCTION_OVERDUE = 8;

    static final int FILE = 9;
    /** As a shell counts a process that Ctrl-C has ended. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
