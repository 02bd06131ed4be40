package io.kookoo.client.run;

import io.kookoo.client.net.ReconnectLoop;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for a call of the catalog, runs it, posts the result, and after the interval asks again, on a connection of its own
 * and in one thread, so that a cycle costs two system calls and no change of threads (but where a function may have to be given up).
 *
 * <pre>
 *   connected: who this is; OPTION_REQ catalog     ->  OPTION_RES
 *   interval 0:  WORK_COMPLETE + GRAB_JOB          ->  JOB_ASSIGN or NO_JOB
 *   else:        WORK_COMPLETE + ECHO_REQ          ->  ECHO_RES;  the interval;  GRAB_JOB  ->  JOB_ASSIGN or NO_JOB
 * </pre>
 *
 * <p>The server handles packets in order: the answer to what follows a result says that the result has arrived. One
 * without it is logged lost, once; the server does not repeat calls of the catalog. Between two calls it may move to another server.
 */
final class Poller {
    private static final Logger LOG = LoggerFactory.getLogger(Poller.class);

    /** Of its connection, in the log. */
    static final String NAME = "poller";

    private static final String CATALOG = "catalog";
    /** The data of the ECHO_REQ whose answer says that a result has arrived. */
    private static final Data POSTED = Data.of("posted");
    /** A server without a catalog is asked again so seldom. */
    private static final Duration CATALOG_PAUSE = Duration.ofSeconds(30);
    /** An empty catalog is asked again no faster, also with interval 0. */
    private static final Duration EMPTY_PAUSE = Duration.ofMillis(100);

    private final ReconnectLoop loop;
    private final JobRunner runner;
    private final JobLog log;
    private final Duration interval;
    private final Identity identity;

    /** What has not been posted for certain, or null. Confined to the thread in {@link #run}. */
    private Outcome unposted;

    Poller(ReconnectLoop loop, JobRunner runner, JobLog log, Duration interval, Identity identity) {
        this.loop = loop;
        this.runner = runner;
        this.log = log;
        this.interval = interval;
        this.identity = identity;
    }

    /** Polls until {@link #stop}; a call that runs then is run to its end and posted. */
    void run() throws InterruptedException {
        loop.run((connection, answered) -> {
            try {
                boolean asNode = identity.introduce(NAME, connection);
                if (catalogGranted(connection, answered)) {
                    poll(connection);
                }
                if (asNode) {
                    identity.leave(connection);
                }
            } catch (IOException e) {
                if (unposted != null) {
                    log.lost(unposted, e.getMessage());
                }
                throw e;
            } finally {
                unposted = null;
            }
        });
    }

    /** Ends the loop after what runs now; does not wait. */
    void stop() {
        loop.stop();
    }

    /** Asks for the catalog until the server offers it; false when it is to stop, or to move, before. */
    private boolean catalogGranted(ServerConnection connection, Runnable answered)
            throws IOException, InterruptedException {
        boolean refused = false;
        do {
            connection.send(writer -> writer.packet(PacketType.OPTION_REQ, CATALOG));
            Packet answer = connection.readPacket();
            while (answer.type() != PacketType.OPTION_RES && answer.type() != PacketType.ERROR) {
                answer = connection.readPacket();
            }
            if (Identity.isTurnedAway(answer)) {
                throw Identity.refusal(answer);
            }
            answered.run();
            if (answer.type() == PacketType.OPTION_RES) {
                return true;
            }
            if (!refused) {
                LOG.error(
                        "{}",
                        LogEvent.of("no_catalog")
                                .with("connection", NAME)
                                .with("server", connection.address())
                                .with("reason", answer.text(0) + " " + answer.text(1))
                                .with(
                                        "effect",
                                        "this server hands out no calls of a catalog; asking again every "
                                                + CATALOG_PAUSE.toSeconds() + " s, submitted jobs run all the same"));
                refused = true;
            }
        } while (!loop.pause(CATALOG_PAUSE) && !loop.isToMove());
        return false;
    }

    private void poll(ServerConnection connection) throws IOException, InterruptedException {
        while (!loop.isStopped() && !loop.isToMove()) {
            Outcome outcome = unposted;
            connection.send(writer -> {
                if (outcome != null) {
                    outcome.post(writer);
                }
                writer.packet(PacketType.GRAB_JOB);
            });
            Packet answer = answer(connection);
            unposted = null;
            Duration pause = interval;
            if (answer.type() == PacketType.JOB_ASSIGN) {
                AssignedJob job = AssignedJob.of(answer, 1, connection.address());
                unposted = runner.run(runner.prepare(job, connection::sendOrClose));
                if (!interval.isZero() || loop.isStopped()) {
                    post(connection);
                }
            } else if (pause.compareTo(EMPTY_PAUSE) < 0) {
                pause = EMPTY_PAUSE;
            }
            if (!pause.isZero()) {
                loop.pause(pause);
            }
        }
        if (unposted != null) {
            post(connection);
        }
    }

    private void post(ServerConnection connection) throws IOException {
        connection.send(writer -> {
            unposted.post(writer);
            writer.packet(PacketType.ECHO_REQ, POSTED);
        });
        while (answer(connection).type() != PacketType.ECHO_RES) {
            // Nothing else has been asked: at most a late packet that means nothing now.
            continue;
        }
        unposted = null;
    }

    /** The next JOB_ASSIGN, NO_JOB or ECHO_RES. */
    private static Packet answer(ServerConnection connection) throws IOException {
        while (true) {
            Packet packet = connection.readPacket();
            switch (packet.type()) {
                case JOB_ASSIGN, NO_JOB, ECHO_RES -> {
                    return packet;
                }
                case ERROR -> {
                    if (!packet.text(0).equals(ErrorCode.JOB_NOT_FOUND.name())) {
                        throw Identity.refusal(packet);
                    }
                    LOG.warn(
                            "{}",
                            LogEvent.of("result_refused")
                                    .with("connection", NAME)
                                    .with("server", connection.address())
                                    .with("reason", packet.text(1)));
                }
                default -> LOG.debug("ignored connection=poller packet={}", packet.type());
            }
        }
    }
}
