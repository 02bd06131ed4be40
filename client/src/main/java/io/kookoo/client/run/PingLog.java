package io.kookoo.client.run;

import io.kookoo.client.net.PingListener;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.log.LogEvent;
import java.time.Duration;
import org.slf4j.Logger;

/** The lines of the log of pings about one connection: one for each answer, and one each ping interval in which none comes. */
final class PingLog implements PingListener {
    private final Logger log;
    private final NodeId node;
    private final String connection;
    private final ServerAddress server;

    PingLog(Logger log, NodeId node, String connection, ServerAddress server) {
        this.log = log;
        this.node = node;
        this.connection = connection;
        this.server = server;
    }

    @Override
    public void answered(Duration roundTrip) {
        if (log.isInfoEnabled()) {
            log.info("{}", event("ping").with("rtt_us", roundTrip.toNanos() / 1000));
        }
    }

    @Override
    public void unanswered(Duration since) {
        log.warn("{}", event("no_answer").with("for_ms", since.toMillis()));
    }

    @Override
    public void lost(Duration since) {
        log.warn("{}", event("lost").with("for_ms", since.toMillis()));
    }

    private LogEvent event(String event) {
        return LogEvent.of(event)
                .with("node", node.number())
                .with("connection", connection)
                .with("server", server);
    }
}
