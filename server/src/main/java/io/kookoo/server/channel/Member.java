package io.kookoo.server.channel;

import io.kookoo.server.net.Outbox;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** One connection as the {@link Channels} see it: what it is called, and what it listens to. All that changes is guarded by their lock. */
public final class Member {
    private static final String UNNAMED = "conn-";

    final long number;
    final Outbox outbox;
    final Set<Channel> subscriptions = new LinkedHashSet<>(0);
    /** Null for none. */
    String name;

    boolean gone;

    /** @param number of the connection */
    public Member(long number, Outbox outbox) {
        this.number = number;
        this.outbox = Objects.requireNonNull(outbox);
    }

    /** What others see as the sender of its messages: its name, or the connection's number. */
    String caller() {
        return name == null ? UNNAMED + number : name;
    }

    /** Whether a name could be taken, at a glance, for a connection without one or for the server. */
    static boolean isReserved(String name) {
        return name.regionMatches(true, 0, UNNAMED, 0, UNNAMED.length())
                || name.equalsIgnoreCase(Channels.SERVER)
                || name.equals("-");
    }

    /**
     * A member at one moment.
     *
     * @param name null for none
     * @param channels the names of those it has subscribed to, in that order
     */
    public record Status(String name, List<String> channels) {
        public Status {
            channels = List.copyOf(channels);
        }
    }
}
