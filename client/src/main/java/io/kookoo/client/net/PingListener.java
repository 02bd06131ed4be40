package io.kookoo.client.net;

import java.time.Duration;

/** Hears of the pings of one connection. Called by threads of the connection and by one that watches: must not block for long. */
public interface PingListener {
    /** Does not want to know. */
    PingListener NONE = new PingListener() {};

    /** A ping has been answered. */
    default void answered(Duration roundTrip) {}

    /** The next ping would be due, and this one is not answered yet. */
    default void unanswered(Duration since) {}

    /** The connection is given up, since no answer has come. */
    default void lost(Duration since) {}
}
