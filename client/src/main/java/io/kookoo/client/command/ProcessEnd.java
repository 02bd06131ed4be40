package io.kookoo.client.command;

/** How a command meets the end of its process. The tests' one ends nothing. */
interface ProcessEnd {
    /** Has {@code hook} run when the process is told to end, by a signal or by System.exit; the process ends after it. */
    void onEnd(Runnable hook);

    /** Ends the process at once. */
    void halt(int exitCode);
}
