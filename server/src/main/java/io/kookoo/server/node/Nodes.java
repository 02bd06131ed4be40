package io.kookoo.server.node;

import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.ErrorCode;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.Refusal;
import io.kookoo.server.dispatch.Deliveries;
import io.kookoo.server.dispatch.Dispatcher;
import io.kookoo.server.dispatch.Peer;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import io.kookoo.settings.TimeSpan;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The one owner of what is known of nodes: who has which id, which connections are whose, who is lost, and who is to get no jobs. Every
 * public method takes the one lock (its monitor) for a moment; the dispatcher's is taken within it, never the other way round.
 *
 * <pre>
 *              announces                     its last connection ends
 *   (unknown) -----------> up &lt;--&gt; late ---------------------------> lost ---24 h---> (unknown)
 *                          ^                   without leave          |
 *                          +------------ announces again -------------+
 *   with leave: from up and late straight to (unknown)
 * </pre>
 *
 * <p>A connection of a node is given up when nothing has come on it for three times the ping that it announced, although its reading
 * thread waits. Connections that announced none are not judged.
 *
 * <p>Source: {@code docs/protocol.md}, Nodes.
 */
public final class Nodes {
    private static final Logger LOG = LoggerFactory.getLogger(Nodes.class);

    /** How many lost ones are remembered. */
    static final int MOST_LOST = 1000;

    private static final Duration LOST_KEPT = Duration.ofHours(24);

    /** What a connection is told that is to end its process once its jobs are done. */
    private static final String STOP = "stop";

    private static final Pattern PING = Pattern.compile("kookoo-ping rtt_us=([0-9]{1,9})");
    private static final int PING_CHARS = 64;

    private final Dispatcher dispatcher;
    private final Clock clock;
    private final Deadlines deadlines;
    private final Consumer<LogEvent> watchers;

    // Guarded by this.
    private final Map<Integer, Node> live = new TreeMap<>();
    /** Who was lost first is first. */
    private final Map<Integer, Node> lost = new LinkedHashMap<>();
    /** Ids, whether or not somebody has them now. */
    private final Set<Integer> quiet = new HashSet<>();

    private boolean closed;

    /** @param watchers is told what happens, besides the log; must not block */
    public Nodes(Dispatcher dispatcher, Clock clock, Deadlines deadlines, Consumer<LogEvent> watchers) {
        this.dispatcher = dispatcher;
        this.clock = clock;
        this.deadlines = deadlines;
        this.watchers = watchers;
    }

    /** The server stops: connections that end from now on are no loss. */
    public synchronized void close() {
        closed = true;
    }

    private void say(Level level, LogEvent event, Deliveries deliveries) {
        deliveries.log(level, event.toString());
        watchers.accept(event);
    }

    // ---- connections ----

    /** Whether an option is an announcement. */
    public static boolean isAnnouncement(String option) {
        return option.startsWith(Announcement.PREFIX);
    }

    /**
     * The connection is a node's from now on. To repeat it is harmless.
     *
     * @param option see {@link #isAnnouncement}
     * @return null, or why it is refused, and nothing has happened
     */
    public Refusal announce(Link link, String option, Deliveries deliveries) {
        Announcement announcement;
        try {
            announcement = Announcement.parse(option);
        } catch (IllegalArgumentException e) {
            return new Refusal(ErrorCode.INVALID_ARGUMENTS, e.getMessage());
        }
        List<Link> replaced = new ArrayList<>();
        synchronized (this) {
            Refusal refusal = take(link, announcement, replaced, deliveries);
            if (refusal != null) {
                return refusal;
            }
        }
        replaced.forEach(each -> each.connection.close("node " + announcement.id() + " was replaced by "
                + announcement.name() + " (" + link.peer.address() + ", pid " + announcement.pid() + ")"));
        return null;
    }

    private Refusal take(Link link, Announcement announcement, List<Link> replaced, Deliveries deliveries) {
        int id = announcement.id();
        String address = link.peer.address();
        if (link.node != null && !link.node.is(announcement, address)) {
            return new Refusal(
                    ErrorCode.INVALID_ARGUMENTS,
                    "this connection is node " + link.node.id + " (" + link.node.name
                            + ") already; another node needs another connection");
        }
        Node node = live.get(id);
        if (node != null && !node.is(announcement, address)) {
            boolean wasReplaced = node.replaced != null && node.replaced.is(announcement, address);
            if (!announcement.replace() || wasReplaced) {
                return refuse(node, link, announcement, deliveries);
            }
            replaced.addAll(replace(node, link, announcement, deliveries));
            node = comeInstead(node, announcement, address);
        } else if (node == null) {
            node = come(link, announcement, deliveries);
        }
        node.version = announcement.version();
        node.links.add(link);
        link.node = node;
        link.announcement = announcement;
        link.leaving = false;
        lookLater(link, announcement.patience());
        if (quiet.contains(id)) {
            dispatcher.quiet(link.peer, deliveries);
        }
        return null;
    }

    private Node come(Link link, Announcement announcement, Deliveries deliveries) {
        String address = link.peer.address();
        Node before = lost.remove(announcement.id());
        Node node = before != null && before.is(announcement, address)
                ? before
                : new Node(announcement, address, clock.now());
        node.replaced = null;
        live.put(node.id, node);
        LogEvent event = node.event("node_up")
                .with("conn", link.peer.number())
                .with("ping_ms", announcement.ping().toMillis())
                .with("version", announcement.version());
        if (before != null) {
            event.with("lost_ms", (clock.nanoTime() - before.lostNanos) / 1_000_000);
        }
        say(Level.INFO, event, deliveries);
        return node;
    }

    private Node comeInstead(Node replaced, Announcement announcement, String address) {
        Node node = new Node(announcement, address, clock.now());
        node.replaced = replaced;
        // One generation: whoever it had replaced itself is no longer of interest.
        replaced.replaced = null;
        live.put(node.id, node);
        return node;
    }

    private Refusal refuse(Node holder, Link link, Announcement announcement, Deliveries deliveries) {
        if (holder.mayTellRefusal(clock.nanoTime())) {
            say(
                    Level.WARN,
                    LogEvent.of("node_refused")
                            .with("id", holder.id)
                            .with("name", announcement.name())
                            .with("address", link.peer.address())
                            .with("pid", announcement.pid())
                            .with("conn", link.peer.number())
                            .with("taken_by", holder.name)
                            .with("taken_address", holder.address)
                            .with("taken_pid", holder.pid),
                    deliveries);
        }
        Duration silence = holder.silence();
        Duration patience = holder.patience();
        Duration left = patience.minus(silence);
        return new Refusal(
                ErrorCode.NODE_ID_TAKEN,
                "node " + holder.id + " is " + holder.name + " at " + holder.address + " (pid " + holder.pid
                        + ") since "
                        + holder.since.truncatedTo(ChronoUnit.SECONDS) + ", heard of " + TimeSpan.seconds(silence)
                        + " ago; if nothing more comes from it it is given up in "
                        + TimeSpan.seconds(left.isNegative() ? Duration.ZERO : left)
                        + ". Take another id, or replace it (replace=1)");
    }

    /** @return the connections of the one that was replaced, which are nobody's now */
    private List<Link> replace(Node node, Link by, Announcement announcement, Deliveries deliveries) {
        List<Link> links = List.copyOf(node.links);
        links.forEach(link -> detach(link, node));
        say(
                Level.WARN,
                node.event("node_replaced")
                        .with("by", announcement.name())
                        .with("by_address", by.peer.address())
                        .with("by_pid", announcement.pid())
                        .with("conn", by.peer.number()),
                deliveries);
        return links;
    }

    private void detach(Link link, Node node) {
        node.links.remove(link);
        node.callsBefore += dispatcher.ended(link.peer);
        link.node = null;
        link.look.cancel();
    }

    /** OPTION_REQ control: the connection understands {@link #stop}. */
    public synchronized void control(Link link) {
        link.controlled = true;
    }

    /** OPTION_REQ leave: the end of the connection, which is near, is no loss. */
    public synchronized void leave(Link link) {
        link.leaving = true;
    }

    /** ECHO_REQ: notes the round trip that a node tells with its ping. For the connection's reading thread. */
    public void echoed(Link link, Data data) {
        if (!link.isOfNode() || data.length() > PING_CHARS) {
            return;
        }
        Matcher ping = PING.matcher(data.text());
        if (ping.matches()) {
            synchronized (this) {
                if (link.node != null) {
                    link.node.roundTrips.record(Integer.parseInt(ping.group(1)));
                }
            }
        }
    }

    /** The connection has ended, whosever it was, and the dispatcher has been told. */
    public synchronized void end(Link link, String reason, Deliveries deliveries) {
        Node node = link.node;
        if (node == null) {
            return;
        }
        detach(link, node);
        if (!node.links.isEmpty()) {
            return;
        }
        live.remove(node.id);
        if (closed) {
            return;
        }
        if (link.leaving) {
            say(Level.INFO, node.event("node_left").with("calls", node.callsBefore), deliveries);
            return;
        }
        node.lostNanos = clock.nanoTime();
        node.silentWhenLost = link.silent;
        lost.put(node.id, node);
        forgetLost();
        say(Level.WARN, node.event("node_lost").with("calls", node.callsBefore).with("reason", reason), deliveries);
    }

    private void forgetLost() {
        long now = clock.nanoTime();
        Iterator<Node> oldest = lost.values().iterator();
        while (oldest.hasNext() && (now - oldest.next().lostNanos >= LOST_KEPT.toNanos() || lost.size() > MOST_LOST)) {
            oldest.remove();
        }
    }

    // ---- silence ----

    private void lookLater(Link link, Duration delay) {
        if (link.look != null) {
            link.look.cancel();
        }
        long dueNanos = clock.nanoTime() + delay.toNanos();
        link.look = deadlines.after(delay, () -> look(link, clock.nanoTime() - dueNanos));
    }

    /**
     * Gives the connection up where nothing has come for too long, and comes back otherwise.
     *
     * @param lateNanos by how much this look is late: where that is much the server has stood still, and what came meanwhile is only being
     *     read now, or is only being sent by a node that stood still as well
     */
    private void look(Link link, long lateNanos) {
        Deliveries deliveries = new Deliveries(null);
        String reason;
        synchronized (this) {
            if (link.node == null || closed) {
                return;
            }
            Announcement announcement = link.announcement;
            Duration silence = link.connection.silence();
            Duration left = announcement.patience().minus(silence);
            if (left.compareTo(Duration.ZERO) > 0) {
                lookLater(link, left);
                return;
            }
            if (lateNanos > announcement.ping().toNanos() || link.connection.hasUnread()) {
                lookLater(link, announcement.ping());
                return;
            }
            link.silent = silence;
            reason = "nothing came for " + TimeSpan.seconds(silence) + ", more than three times its ping of "
                    + TimeSpan.seconds(announcement.ping());
            say(
                    Level.WARN,
                    link.node
                            .event("node_silent")
                            .with("conn", link.peer.number())
                            .with("reason", reason),
                    deliveries);
        }
        deliveries.flush(LOG);
        link.connection.close(reason);
    }

    // ---- what people ask ----

    /** All that live, and those that are remembered as lost, by their ids. */
    public synchronized List<NodeStatus> list() {
        forgetLost();
        List<NodeStatus> all = new ArrayList<>(live.size() + lost.size());
        live.values().forEach(node -> all.add(status(node)));
        lost.values().forEach(node -> all.add(status(node)));
        all.sort(Comparator.comparingInt(NodeStatus::id));
        return all;
    }

    private NodeStatus status(Node node) {
        boolean isLost = node.links.isEmpty();
        long calls = node.callsBefore;
        for (Link link : node.links) {
            calls += dispatcher.ended(link.peer);
        }
        return new NodeStatus(
                node.id,
                node.name,
                node.address,
                isLost ? NodeStatus.State.LOST : node.isLate() ? NodeStatus.State.LATE : NodeStatus.State.UP,
                quiet.contains(node.id),
                isLost ? node.silentWhenLost.plusNanos(clock.nanoTime() - node.lostNanos) : node.silence(),
                node.roundTrips.percentile(50),
                node.roundTrips.percentile(99),
                calls,
                node.version);
    }

    /**
     * The node of that id gets no new jobs from this server, however often it comes back, until {@link #resume}. To repeat it is harmless.
     *
     * @return false where no node of that id is known, and nothing has happened
     */
    public synchronized boolean quiet(int id, Deliveries deliveries) {
        return setQuiet(id, true, "node_quiet", dispatcher::quiet, deliveries);
    }

    /** The opposite. */
    public synchronized boolean resume(int id, Deliveries deliveries) {
        return setQuiet(id, false, "node_resumed", dispatcher::resume, deliveries);
    }

    private boolean setQuiet(
            int id, boolean becomes, String event, BiConsumer<Peer, Deliveries> telling, Deliveries deliveries) {
        forgetLost();
        Node node = live.getOrDefault(id, lost.get(id));
        if (node == null && !quiet.contains(id)) {
            return false;
        }
        boolean changed = becomes ? quiet.add(id) : quiet.remove(id);
        if (changed) {
            say(Level.INFO, node == null ? LogEvent.of(event).with("id", id) : node.event(event), deliveries);
        }
        if (node != null) {
            node.links.forEach(link -> telling.accept(link.peer, deliveries));
        }
        return true;
    }

    /** How {@link #stop} ended. */
    public enum Stop {
        TOLD,
        UNKNOWN,
        LOST,
        /** None of its connections has said that it understands. */
        UNABLE
    }

    /** Tells the node of that id to finish what it runs, and then to end. */
    public synchronized Stop stop(int id, Deliveries deliveries) {
        forgetLost();
        Node node = live.get(id);
        if (node == null) {
            return lost.containsKey(id) ? Stop.LOST : Stop.UNKNOWN;
        }
        boolean told = false;
        for (Link link : node.links) {
            if (link.controlled) {
                deliveries.to(link.connection.outbox()).packet(PacketType.OPTION_RES, STOP);
                told = true;
            }
        }
        if (!told) {
            return Stop.UNABLE;
        }
        say(Level.INFO, node.event("node_told_to_stop"), deliveries);
        return Stop.TOLD;
    }
}
