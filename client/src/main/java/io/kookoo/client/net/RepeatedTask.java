package io.kookoo.client.net;

import io.kookoo.log.LogEvent;
import org.slf4j.LoggerFactory;

/**
 * A task for a {@link java.util.concurrent.ScheduledExecutorService}, which never again runs one that has thrown: whatever the
 * task throws is logged, once while it stays the same, and the next turn comes. Not to be run by two threads at once.
 */
public final class RepeatedTask implements Runnable {
    private final String name;
    private final Runnable task;
    private String lastFailure;

    /** @param name of the task, for the log */
    public RepeatedTask(String name, Runnable task) {
        this.name = name;
        this.task = task;
    }

    @Override
    public void run() {
        try {
            task.run();
        } catch (Throwable e) {
            failed(e);
        }
    }

    private void failed(Throwable e) {
        try {
            if (!e.toString().equals(lastFailure)) {
                lastFailure = e.toString();
                // Not before: a command that is done at once should not have to set up a log that it has nothing to say
                // in.
                LoggerFactory.getLogger(RepeatedTask.class)
                        .error("{}", LogEvent.of("internal_error").with("task", name), e);
            }
        } catch (Throwable unlogged) {
            // Such as no memory for a line of the log: the next turn matters more.
            lastFailure = null;
        }
    }
}
