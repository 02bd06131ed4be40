package io.kookoo.client.command;

import io.kookoo.client.ConnectionLostException;
import io.kookoo.client.Job;
import io.kookoo.client.Kookoo;
import io.kookoo.client.Submission;
import io.kookoo.protocol.Data;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * So many jobs over connections that are there already, so many in flight on each: when one has ended, the thread that read its result submits
 * the next. Used once.
 */
final class BenchRun {
    /** Of a latency in the histogram. */
    private static final int DIGITS = 3;

    private final List<Kookoo> connections;
    private final Submission submission;
    private final boolean background;
    private final long jobs;

    /** How long each job took, in nanoseconds. */
    private final Histogram latencies = new ConcurrentHistogram(DIGITS);

    private final AtomicLong submitted = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicReference<String> failure = new AtomicReference<>();
    private final AtomicReference<ConnectionLostException> lost = new AtomicReference<>();
    private final CountDownLatch done = new CountDownLatch(1);
    private long tookNanos;

    /** @param background whether a job counts as ended when it is accepted */
    BenchRun(List<Kookoo> connections, Submission submission, boolean background, long jobs) {
        this.connections = connections;
        this.submission = submission;
        this.background = background;
        this.jobs = jobs;
    }

    /** Runs all; blocks until the last has ended. */
    void run(int inFlight) throws InterruptedException, ConnectionLostException {
        long begun = System.nanoTime();
        for (Kookoo connection : connections) {
            submit(connection, inFlight);
        }
        done.await();
        tookNanos = System.nanoTime() - begun;
        if (lost.get() != null) {
            throw lost.get();
        }
    }

    private void submit(Kookoo connection, int most) {
        long before = submitted.getAndAdd(most);
        int count = (int) Math.max(0, Math.min(most, jobs - before));
        if (count == 0) {
            return;
        }
        List<Submission> submissions = Collections.nCopies(count, submission);
        long now = System.nanoTime();
        List<Job<?>> given = new ArrayList<>(
                background
                        ? connection.submitAllBackground(submissions)
                        : connection.submitAll(submissions, Data::length));
        given.forEach(job -> job.whenComplete((result, reason) -> ended(connection, now, reason)));
    }

    private void ended(Kookoo connection, long submittedNanos, Throwable reason) {
        if (reason instanceof ConnectionLostException connectionLost) {
            lost.compareAndSet(null, connectionLost);
            done.countDown();
            return;
        }
        latencies.recordValue(System.nanoTime() - submittedNanos);
        if (reason != null) {
            failed.incrementAndGet();
            failure.compareAndSet(null, reason.getMessage());
        }
        if (ended.incrementAndGet() == jobs) {
            done.countDown();
        } else {
            submit(connection, 1);
        }
    }

    long failed() {
        return failed.get();
    }

    /** Why the first of those failed that failed; null where none did. */
    String failure() {
        return failure.get();
    }

    double seconds() {
        return tookNanos / 1e9;
    }

    double jobsPerSecond() {
        return jobs / seconds();
    }

    double meanMicros() {
        return micros((long) latencies.getMean());
    }

    /** @param percentile 100 is the longest */
    double micros(double percentile) {
        return micros(latencies.getValueAtPercentile(percentile));
    }

    private static double micros(long nanos) {
        return nanos / 100 / 10.0;
    }
}
