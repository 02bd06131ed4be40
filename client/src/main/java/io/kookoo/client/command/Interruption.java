package io.kookoo.client.command;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** How a command that waits for jobs meets Ctrl-C and TERM. */
final class Interruption {
    private static final long GRACE_SECONDS = 8;

    private final Thread command = Thread.currentThread();
    private final CountDownLatch done = new CountDownLatch(1);

    private Interruption() {}

    /**
     * Runs what a command does once it has a connection, in this thread. When the process is told to end meanwhile, the thread is
     * interrupted, and has some seconds to cancel what it asked for and to print what there is; then the process ends with
     * {@link ExitCode#INTERRUPTED}. Before, there is nothing to cancel, and to connect cannot be interrupted: a signal ends the
     * process at once.
     */
    static int during(Callable<Integer> running, ProcessEnd process) throws Exception {
        return during(running, process, () -> {});
    }

    /** @param before run by the hook before it interrupts the thread: who is interrupted otherwise as well can tell the two apart */
    static int during(Callable<Integer> running, ProcessEnd process, Runnable before) throws Exception {
        Interruption interruption = new Interruption();
        process.onEnd(() -> interruption.end(process, before));
        try {
            return running.call();
        } finally {
            interruption.done.countDown();
        }
    }

    /** In the hook of the process, which is also run when the command is done. */
    private void end(ProcessEnd process, Runnable before) {
        if (done.getCount() == 0) {
            return;
        }
        before.run();
        command.interrupt();
        try {
            done.await(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.halt(ExitCode.INTERRUPTED);
    }
}
