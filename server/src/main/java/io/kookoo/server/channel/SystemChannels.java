package io.kookoo.server.channel;

import io.kookoo.log.LogEvent;
import io.kookoo.server.dispatch.Deliveries;
import io.kookoo.server.dispatch.Job;
import io.kookoo.server.dispatch.Observer;
import io.kookoo.server.dispatch.Outcome;
import io.kookoo.server.dispatch.Peer;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens in the server, as messages for whoever wants to watch it: {@code results}, {@code jobs} and {@code clients}. Made only
 * while somebody has subscribed to the channel, and at most {@link #LINES_PER_SECOND} a second of each; how many were left out is said a
 * second later. The dispatcher, whose lock is held meanwhile, makes a line and queues it; the thread {@code kookoo-channels} publishes.
 */
public final class SystemChannels implements Observer, Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemChannels.class);

    /** Of one channel. Who wants all of them reads the store, or submits and waits. */
    static final int LINES_PER_SECOND = 1000;

    private static final int QUEUED = 4 * LINES_PER_SECOND;
    private static final int PUBLISHED_TOGETHER = 50;
    private static final int RESULT_CHARS = 200;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Channels channels;
    private final Clock clock;
    private final Deadlines deadlines;
    private final BlockingQueue<Line> lines = new ArrayBlockingQueue<>(QUEUED);
    private final Sampled results;
    private final Sampled jobs;
    private final Sampled clients;

    private record Line(Channel channel, String text) {}

    /** A channel, and how much of it was said in this second. */
    private final class Sampled {
        final Channel channel;
        // Guarded by this; held for a moment only.
        private long secondStartedNanos = clock.nanoTime();
        private int said;
        private long skipped;

        Sampled(String name) {
            channel = channels.openSystem(name);
        }

        /** Whether a line is to be made. */
        boolean isOpen() {
            return channel.heard && admits();
        }

        private synchronized boolean admits() {
            long now = clock.nanoTime();
            if (now - secondStartedNanos >= SECOND.toNanos()) {
                secondStartedNanos = now;
                said = 0;
            }
            if (said >= LINES_PER_SECOND) {
                skip();
                return false;
            }
            said++;
            return true;
        }

        synchronized void say(LogEvent event) {
            if (!lines.offer(new Line(channel, event.toString()))) {
                skip();
            }
        }

        private void skip() {
            if (skipped++ == 0) {
                deadlines.after(SECOND, this::tellSkipped);
            }
        }

        private synchronized void tellSkipped() {
            String line = LogEvent.of("skipped").with("count", skipped).toString();
            if (lines.offer(new Line(channel, line))) {
                skipped = 0;
            } else {
                deadlines.after(SECOND, this::tellSkipped);
            }
        }
    }

    /** Opens the channels; {@link #run} must follow on a thread of its own. */
    public SystemChannels(Channels channels, Clock clock, Deadlines deadlines) {
        this.channels = channels;
        this.clock = clock;
        this.deadlines = deadlines;
        this.results = new Sampled("results");
        this.jobs = new Sampled("jobs");
        this.clients = new Sampled("clients");
    }

    /** Publishes what is queued until the thread is interrupted. */
    @Override
    public void run() {
        Deliveries deliveries = new Deliveries(null);
        try {
            while (true) {
                // Some at a time: under load there would always be another, and nothing would leave.
                Line line = lines.take();
                for (int i = 0; line != null; line = ++i < PUBLISHED_TOGETHER ? lines.poll() : null) {
                    channels.publish(line.channel, line.text, deliveries);
                }
                deliveries.flush(LOG);
            }
        } catch (InterruptedException e) {
            // The server stops.
            deliveries.flush(LOG);
        }
    }

    @Override
    public void came(Peer peer) {
        if (clients.isOpen()) {
            clients.say(client("came", peer));
        }
    }

    @Override
    public void named(Peer peer) {
        if (clients.isOpen()) {
            clients.say(client("named", peer));
        }
    }

    @Override
    public void left(Peer peer, String reason, int jobsLost) {
        if (clients.isOpen()) {
            LogEvent event = client(jobsLost > 0 ? "lost" : "left", peer);
            clients.say((jobsLost > 0 ? event.with("jobs", jobsLost) : event).with("reason", reason));
        }
    }

    /** Something has happened to a node. As what an {@link Observer} is told: returns at once. */
    public void node(LogEvent event) {
        if (clients.isOpen()) {
            clients.say(event);
        }
    }

    private static LogEvent client(String event, Peer peer) {
        return LogEvent.of(event)
                .with("conn", peer.number())
                .with("client", peer.clientId())
                .with("address", peer.address());
    }

    @Override
    public void queued(Job job) {
        if (jobs.isOpen()) {
            jobs.say(job("queued", job)
                    .with("function", job.functionName())
                    .with("priority", job.priority().name().toLowerCase(Locale.ROOT)));
        }
    }

    @Override
    public void started(Job job) {
        if (jobs.isOpen()) {
            jobs.say(job("started", job)
                    .with("function", job.functionName())
                    .with("client", job.worker().name())
                    .with("attempt", job.attempt()));
        }
    }

    @Override
    public void retried(Job job, String reason) {
        if (jobs.isOpen()) {
            jobs.say(job("retried", job)
                    .with("function", job.functionName())
                    .with("attempt", job.attempt())
                    .with("reason", reason));
        }
    }

    @Override
    public void ended(Job job) {
        if (job.isDead() && jobs.isOpen()) {
            jobs.say(withSaid(job("dead", job).with("function", job.functionName()), "reason", job));
        }
        if (results.isOpen()) {
            LogEvent event = job(job.outcome().word, job)
                    .with("client", job.worker() == null ? "-" : job.worker().name())
                    .with("call", job.callText());
            results.say(withSaid(event, job.outcome() == Outcome.DONE ? "result" : "error", job));
        }
    }

    private static LogEvent job(String event, Job job) {
        return LogEvent.of(event).with("handle", job.handle());
    }

    private static LogEvent withSaid(LogEvent event, String key, Job job) {
        return event.with(
                key, job.said() == null ? job.outcome().word : job.said().text(RESULT_CHARS));
    }
}
