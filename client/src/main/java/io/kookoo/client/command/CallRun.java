package io.kookoo.client.command;

import io.kookoo.client.ConnectionLostException;
import io.kookoo.client.FunctionStatus;
import io.kookoo.client.Job;
import io.kookoo.client.Kookoo;
import io.kookoo.client.Submission;
import io.kookoo.client.batch.Offers;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Priority;
import io.kookoo.settings.Settings;
import io.kookoo.settings.TimeSpan;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Submits the calls of {@code client.jar call} and waits for what becomes of them. All that happens is handled by the thread that called
 * {@link #run}.
 *
 * <p>While a call is not ended after {@link #FIRST_LOOK}, it is looked every {@link #LOOK_INTERVAL} whether any worker offers its function.
 * A background job waits for nothing but its handle.
 */
final class CallRun {
    private static final Duration FIRST_LOOK = Duration.ofSeconds(2);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
    /** How long the server may take to answer that it has cancelled what nobody waits for any more. */
    private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(1);

    private final Kookoo kookoo;
    private final List<SubmittedCall> calls;
    private final Priority priority;
    private final boolean background;
    private final Optional<Duration> timeout;
    private final Settings.Client settings;
    private final CallPrinter printer;

    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final Offers offers;
    private boolean looking;
    private long submittedNanos;
    private long nextLookNanos;

    /**
     * @param timeout for all results together
     * @param settings how long a call waits for a worker that offers its function, and how long the connection lets the
     *     server be silent before it has accepted a background job
     */
    CallRun(
            Kookoo kookoo,
            List<SubmittedCall> calls,
            Priority priority,
            boolean background,
            Optional<Duration> timeout,
            Settings.Client settings,
            CallPrinter printer) {
        this.kookoo = kookoo;
        this.calls = calls;
        this.priority = priority;
        this.background = background;
        this.timeout = timeout;
        this.settings = settings;
        this.printer = printer;
        this.offers = new Offers(settings.waitWorker());
    }

    /** Submits all and returns when each has become final, at the latest when the thread is interrupted; blocks. Called once. */
    void run() {
        submittedNanos = System.nanoTime();
        nextLookNanos = submittedNanos
                + Math.min(FIRST_LOOK.toNanos(), settings.waitWorker().toNanos());
        open().forEach(call -> offers.nanosLeft(call.function(), submittedNanos));
        submit();
        try {
            while (!open().isEmpty()) {
                Runnable event = events.poll(nanosToWait(), TimeUnit.NANOSECONDS);
                if (event != null) {
                    event.run();
                } else {
                    timePassed();
                }
                printer.print();
            }
        } catch (InterruptedException e) {
            giveUp(open(), "cancelled", ExitCode.INTERRUPTED);
        }
    }

    /** Has the thread that runs this tell a person something; any thread may. */
    void remark(String text) {
        events.add(() -> printer.remark(text));
    }

    private void submit() {
        // Such as those of nodes that are not there are ended already.
        List<SubmittedCall> calls = open();
        List<Submission> submissions = calls.stream().map(this::submission).toList();
        if (background) {
            List<Job<JobHandle>> jobs = kookoo.submitAllBackground(submissions);
            for (int i = 0; i < jobs.size(); i++) {
                SubmittedCall call = calls.get(i);
                call.submitted(jobs.get(i));
                jobs.get(i).whenComplete((handle, failure) -> events.add(() -> ended(call, null, failure)));
            }
        } else {
            List<Job<byte[]>> jobs = kookoo.submitAll(submissions, Data::toBytes);
            for (int i = 0; i < jobs.size(); i++) {
                SubmittedCall call = calls.get(i);
                call.submitted(jobs.get(i));
                jobs.get(i).whenComplete((result, failure) -> events.add(() -> ended(call, result, failure)));
            }
        }
    }

    private Submission submission(SubmittedCall call) {
        return Submission.of(call.function(), call.workload())
                .priority(priority)
                .onWarning(text -> events.add(() -> printer.remark(call.title() + ": warning: " + text)))
                .onProgress((done, total) -> events.add(() -> printer.progress(call, done, total)));
    }

    /** @param result null for a background job, and where it failed */
    private void ended(SubmittedCall call, byte[] result, Throwable failure) {
        if (call.isEnded()) {
            return;
        }
        if (failure instanceof ConnectionLostException lost) {
            lost(call, lost);
        } else if (failure instanceof OutOfMemoryError noMemory) {
            noMemory(call, noMemory);
        } else if (failure != null) {
            call.failed(failure.getMessage(), ExitCode.FUNCTION_FAILED);
        } else if (result != null) {
            call.completed(result);
        }
    }

    private static void noMemory(SubmittedCall call, OutOfMemoryError reason) {
        call.failed(
                "there is not enough memory for the result (" + reason.getMessage() + "): give it more (java -Xmx)",
                ExitCode.INTERNAL_ERROR);
    }

    private void lost(SubmittedCall call, ConnectionLostException reason) {
        if (reason.noMemory() != null) {
            noMemory(call, reason.noMemory());
            return;
        }
        if (reason.isRefusal()) {
            call.failed(reason.getMessage(), ExitCode.CANNOT_CONNECT);
            return;
        }
        String doubt = background ? "the job may or may not have been accepted: " : "the result is not known: ";
        if (background && reason.getCause() instanceof SocketTimeoutException) {
            call.failed(
                    doubt + kookoo.address() + " has not answered for " + TimeSpan.seconds(settings.storeTimeout())
                            + " ([Client] store_timeout); java -jar client.jar jobs shows it when the server answers again",
                    ExitCode.TIMEOUT);
        } else {
            call.failed(doubt + reason.getMessage(), ExitCode.CANNOT_CONNECT);
        }
    }

    private long nanosToWait() {
        long now = System.nanoTime();
        long wait = looking || background ? Long.MAX_VALUE : nextLookNanos - now;
        if (timeout.isPresent()) {
            wait = Math.min(wait, submittedNanos + timeout.get().toNanos() - now);
        }
        return Math.max(0, wait);
    }

    private void timePassed() {
        long now = System.nanoTime();
        if (timeout.isPresent() && now - submittedNanos >= timeout.get().toNanos()) {
            String limit = " within " + TimeSpan.seconds(timeout.get()) + " (--timeout)";
            if (background) {
                String doubt =
                        "the job may or may not have been accepted: " + kookoo.address() + " has not answered" + limit;
                open().forEach(call -> call.failed(doubt, ExitCode.TIMEOUT));
            } else {
                giveUp(open(), "no result" + limit, ExitCode.TIMEOUT);
            }
        } else if (!looking && !background && now - nextLookNanos >= 0) {
            looking = true;
            kookoo.status().thenAccept(functions -> events.add(() -> looked(functions)));
        }
    }

    /** Cancels calls that nobody waits for any more. */
    private void giveUp(List<SubmittedCall> cancelled, String failure, int exitCode) {
        List<Job<?>> jobs = new ArrayList<>();
        for (SubmittedCall call : cancelled) {
            call.failed(failure, exitCode);
            jobs.add(call.job());
        }
        kookoo.cancelAll(jobs)
                .completeOnTimeout(null, CANCEL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /** Remarks on the calls whose function nobody offers, and ends those that have waited long enough for a worker. */
    private void looked(List<FunctionStatus> functions) {
        looking = false;
        offers.looked(functions);
        long now = System.nanoTime();
        nextLookNanos = now + LOOK_INTERVAL.toNanos();
        for (SubmittedCall call : open()) {
            long left = offers.nanosLeft(call.function(), now);
            if (left <= 0) {
                call.failed(offers.reason(call.function()), ExitCode.FUNCTION_FAILED);
            } else if (left < Long.MAX_VALUE) {
                offers.remark(call.function()).ifPresent(printer::remark);
                nextLookNanos = Math.min(nextLookNanos, now + left);
            }
        }
    }

    private List<SubmittedCall> open() {
        return calls.stream().filter(call -> !printer.isFinal(call)).toList();
    }
}
