package io.kookoo.client.run;

import io.kookoo.client.function.FunctionFailedException;
import io.kookoo.log.KookooLog;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.PacketWriter;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs assigned jobs, sees to it that none runs past its time limit, and logs how they ended. Thread-safe. */
final class JobRunner {
    private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);

    private static final long LAST_WORD_MILLIS = 1000;

    private final Functions functions;
    private final JobLog log;
    private final int maxPacketBytes;
    private final TimeLimit limit;
    private final SlotThreads threads;
    private final ScheduledExecutorService watch;
    private final ScheduledExecutorService later;

    /**
     * @param maxPacketBytes the largest packet the server takes; a larger result is a failure
     * @param threads those that functions run in; the caller ends them
     * @param watch looks after the limit, and blocks for no more than a second, before the process ends
     * @param later sends what functions said too soon, and may block for it
     */
    JobRunner(
            Functions functions,
            JobLog log,
            int maxPacketBytes,
            TimeLimit limit,
            SlotThreads threads,
            ScheduledExecutorService watch,
            ScheduledExecutorService later) {
        this.functions = functions;
        this.log = log;
        this.maxPacketBytes = maxPacketBytes;
        this.limit = limit;
        this.threads = threads;
        this.watch = watch;
        this.later = later;
    }

    /**
     * A run of a job, not begun.
     *
     * @param connection what its function says goes there, see {@link Run}
     */
    Run prepare(AssignedJob job, Consumer<Consumer<PacketWriter>> connection) {
        return new Run(job, maxPacketBytes, connection, later);
    }

    /**
     * Runs the function in a thread of a slot; does not block.
     *
     * @param ended is told the outcome, once, in a thread of a slot: not before the function has returned, or was given up
     */
    void start(Run run, Consumer<Outcome> ended) {
        threads.execute(() -> run(run, ended));
    }

    /** Runs the function and blocks until it has returned, or was given up. */
    Outcome run(Run run) throws InterruptedException {
        BlockingQueue<Outcome> outcome = new ArrayBlockingQueue<>(1);
        if (limit.abandons()) {
            start(run, outcome::add);
        } else {
            run(run, outcome::add);
        }
        return outcome.take();
    }

    private void run(Run run, Consumer<Outcome> ended) {
        if (!run.begin()) {
            ended.accept(failure(run.job(), "cancelled before it began"));
            return;
        }
        long begunNanos = System.nanoTime();
        Watch watching = limit.exists() ? new Watch(run, begunNanos, ended) : null;
        Outcome outcome = outcome(run, watching);
        if (watching != null) {
            watching.stop();
        }
        boolean counts = run.end();
        // An interrupt that the function was given, or gave itself, ends with it.
        Thread.interrupted();
        if (counts) {
            end(run, outcome, begunNanos, ended);
        } else {
            threads.returned();
            LOG.info("{}", event("overdue_returned", run.job()));
        }
    }

    private void end(Run run, Outcome outcome, long begunNanos, Consumer<Outcome> ended) {
        long tookNanos = System.nanoTime() - begunNanos;
        if (run.isCancelled()) {
            log.cancelled(run.job(), tookNanos);
        } else {
            log.ended(outcome, tookNanos);
        }
        ended.accept(outcome);
    }

    /**
     * Whatever happens is the outcome.
     *
     * @param watching null for no limit
     */
    private Outcome outcome(Run run, Watch watching) {
        AssignedJob job = run.job();
        try {
            if (watching != null) {
                // What has to be loaded first is not the function's time.
                functions.awaitLoaded(job.functionName());
                watching.begin();
            }
            Data data = result(run);
            int most = job.mostData(maxPacketBytes);
            return data.length() <= most
                    ? new Outcome(job, false, data)
                    : failure(
                            job,
                            "the result of " + job.function() + " has " + data.length() + " bytes, at most " + most
                                    + " can be posted ([Server] max_packet)");
        } catch (FunctionFailedException e) {
            return failure(job, e.getMessage());
        } catch (Throwable e) {
            // Also an Error of the code around the function, such as a result too large for an array of bytes: the
            // job has to end, or its submitter waits for ever.
            return failure(job, "internal error of the client: " + e);
        }
    }

    private Data result(Run run) throws FunctionFailedException {
        AssignedJob job = run.job();
        if (!job.isBatch()) {
            return Data.of(functions.execute(job.functionName(), job.workload().text(), run));
        }
        Runnable lineDone = limit.exists() ? run::beginTime : () -> {};
        byte[] lines = functions.executeBatch(job.functionName(), job.workload(), run, lineDone);
        return new Data(lines, 0, lines.length);
    }

    private static Outcome failure(AssignedJob job, String reason) {
        return new Outcome(job, true, Data.of(reason));
    }

    private static LogEvent event(String event, AssignedJob job) {
        return LogEvent.of(event)
                .with("function", job.function())
                .with("handle", job.handle())
                .with("call", job)
                .with("server", job.server());
    }

    /** Looks after the time limit of one run. */
    private final class Watch implements Runnable {
        private final Run run;
        private final long begunNanos;
        private final Consumer<Outcome> ended;
        /** Null before the first. Guarded by this, as is the field below. */
        private Future<?> nextLook;

        private boolean stopped;

        Watch(Run run, long begunNanos, Consumer<Outcome> ended) {
            this.run = run;
            this.begunNanos = begunNanos;
            this.ended = ended;
        }

        void begin() {
            run.beginTime();
            lookIn(limit.most().toNanos());
        }

        private synchronized void lookIn(long nanos) {
            if (!stopped) {
                nextLook = watch.schedule(this, nanos, TimeUnit.NANOSECONDS);
            }
        }

        synchronized void stop() {
            stopped = true;
            if (nextLook != null) {
                nextLook.cancel(false);
            }
        }

        /** A run may be overdue; where its batch has come to another line meanwhile, it will be looked at again. */
        @Override
        public void run() {
            long leftNanos = limit.most().toNanos() - (System.nanoTime() - run.begunNanos());
            if (leftNanos > 0) {
                lookIn(leftNanos);
            } else if (run.abandon()) {
                giveUp();
            }
        }

        private void giveUp() {
            boolean last = limit.endOfProcess().isPresent();
            LogEvent overdue = event("overdue", run.job()).with("limit", limit + " ([Client] function_timeout)");
            if (last) {
                LOG.error(
                        KookooLog.CRITICAL,
                        "{}",
                        overdue.with("effect", "this process ends; the server runs its jobs again"));
            } else {
                LOG.error("{}", overdue.with("effect", "the job has failed; its thread is interrupted and given up"));
            }
            AssignedJob job = run.job();
            String reason = (job.isBatch() ? "a line of " : "") + job.function() + " took longer than " + limit
                    + " ([Client] function_timeout)";
            if (last) {
                sayLast(reason + "; the process of its worker ends");
                limit.endOfProcess().get().run();
                return;
            }
            Outcome outcome = failure(job, reason);
            threads.replace(() -> end(run, outcome, begunNanos, ended));
        }

        /** In a thread that may be left behind: the process ends whether or not the server takes it. */
        private void sayLast(String text) {
            Thread saying = new Thread(() -> run.lastWord(text), "kookoo-last-word");
            saying.setDaemon(true);
            saying.start();
            try {
                saying.join(LAST_WORD_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
