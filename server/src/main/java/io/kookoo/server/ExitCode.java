package io.kookoo.server;

/** What the program exits with; the client's codes are the same ones. */
final class ExitCode {
    static final int OK = 0;
    static final int INTERNAL = 1;
    static final int USAGE = 2;
    static final int SETTINGS = 3;
    static final int BIND = 4;

    private ExitCode() {}
}
