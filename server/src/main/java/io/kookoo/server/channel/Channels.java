package io.kookoo.server.channel;

import io.kookoo.protocol.TextLine;
import io.kookoo.server.dispatch.Deliveries;
import io.kookoo.server.time.Clock;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.event.Level;

/**
 * Channels, to which connections publish lines of text and from which they get them, and the names that connections have taken. The
 * one owner of all of it, in this server's memory alone. Every public method takes the one lock (its monitor), appends to
 * outboxes in memory, and notes in the caller's {@link Deliveries} what is to be flushed once the lock is released: so all
 * subscribers get the messages of a channel in one order, and who publishes waits for nobody.
 *
 * <pre>
 *   message &lt;channel&gt; &lt;from&gt; &lt;time&gt; &lt;text&gt;       to each subscriber, the sender too if it is one
 *   tell &lt;from&gt; &lt;time&gt; &lt;text&gt;                    to the one that was named
 *   dropped &lt;channel&gt; &lt;reason&gt;                    to a subscriber that lets too much wait; it is none any more
 * </pre>
 *
 * <p>Source: {@code docs/protocol.md}, Channels.
 */
public final class Channels {
    /** Exists from the start. */
    public static final String MAIN = "main_channel";

    /** The sender of what no connection has said. */
    static final String SERVER = "server";

    /** A subscriber for which more waits gets no more of the channel. Less where the outbox itself takes less. */
    private static final int SUBSCRIBER_BYTES = 1024 * 1024;

    /** What the kept messages of all channels may take; each has an equal part, into which the longest message fits. */
    private static final int ALL_HISTORY_BYTES = 64 * 1024 * 1024;

    private static final int MAX_NAME = 64;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1," + MAX_NAME + "}");
    /** {@code create function F} makes a function known. */
    private static final String FUNCTION = "function";

    private final Clock clock;
    private final int historyLength;
    private final int subscriberBytes;

    private final int maxChannels;
    private final int maxSubscriptions;

    // Guarded by this.
    private final Map<String, Channel> channels = new LinkedHashMap<>();
    private final Map<String, Member> named = new HashMap<>();
    /** Those who have a name or a subscription, by the number of their connection. */
    private final Map<Long, Member> members = new HashMap<>();

    /**
     * @param historyLength how many messages a channel keeps; 0 for none
     * @param outboxBytes what may wait for a peer before it is disconnected
     * @param maxChannels of all channels together, the first ones included
     * @param maxSubscriptions of one connection
     */
    public Channels(Clock clock, int historyLength, long outboxBytes, int maxChannels, int maxSubscriptions) {
        this.maxChannels = maxChannels;
        this.maxSubscriptions = maxSubscriptions;
        this.clock = clock;
        this.historyLength = historyLength;
        this.subscriberBytes = (int) Math.min(SUBSCRIBER_BYTES, outboxBytes);
        open(MAIN, false);
    }

    private Channel open(String name, boolean system) {
        Channel channel = new Channel(name, system, historyLength);
        channels.put(name, channel);
        // Half of it: who has just been sent all that is kept is no slow reader.
        int part = Math.min(subscriberBytes / 2, ALL_HISTORY_BYTES / channels.size());
        channels.values().forEach(each -> each.boundHistory(part));
        return channel;
    }

    /** A channel that the server alone writes to. Before the first peer comes. */
    synchronized Channel openSystem(String name) {
        return open(name, true);
    }

    // ---- names ----

    /** What the member is called; null while it has no name. */
    public synchronized String name(Member member) {
        return member.name;
    }

    /** Takes a name, in place of the one it may have. */
    public synchronized void takeName(Member member, String name) throws RefusedException {
        if (!NAME.matcher(name).matches() || Member.isReserved(name)) {
            throw new RefusedException("INVALID_NAME", allowed(name, "client"));
        }
        Member holder = named.get(name);
        if (holder != null && holder != member) {
            throw new RefusedException(
                    "NAME_TAKEN", "connection " + holder.number + " is called " + name + "; take another name");
        }
        if (member.gone) {
            return;
        }
        named.remove(member.name);
        member.name = name;
        named.put(name, member);
        members.put(member.number, member);
    }

    private static String allowed(String name, String kind) {
        return name + " is no name for a " + kind + ": a name has 1 to " + MAX_NAME
                + " letters (a to z), digits, _, . and -, and some are the server's own";
    }

    /** The connection has ended: its name is free, its subscriptions are gone. */
    public synchronized void leave(Member member) {
        member.gone = true;
        members.remove(member.number);
        named.remove(member.name, member);
        List.copyOf(member.subscriptions).forEach(channel -> channel.remove(member));
    }

    /** What is known of each connection that has a name or a subscription, by its number. */
    public synchronized Map<Long, Member.Status> members() {
        Map<Long, Member.Status> all = new HashMap<>();
        members.forEach((number, member) -> all.put(
                number,
                new Member.Status(
                        member.name,
                        member.subscriptions.stream()
                                .map(channel -> channel.name)
                                .toList())));
        return all;
    }

    // ---- channels ----

    /** Whether there is such a channel, and the server alone writes to it. */
    public synchronized boolean isSystem(String name) {
        Channel channel = channels.get(name);
        return channel != null && channel.system;
    }

    /** The names of all channels, and how many subscribers each has; in the order in which they were made. */
    public synchronized Map<String, Integer> list() {
        Map<String, Integer> all = new LinkedHashMap<>();
        channels.values().forEach(channel -> all.put(channel.name, channel.subscribers.size()));
        return all;
    }

    /** Makes a channel. Who makes it has not subscribed to it. */
    public synchronized void create(String name) throws RefusedException {
        if (!NAME.matcher(name).matches() || name.equalsIgnoreCase(FUNCTION)) {
            throw new RefusedException("INVALID_NAME", allowed(name, "channel"));
        }
        if (channels.containsKey(name)) {
            throw new RefusedException("CHANNEL_EXISTS", "there is a channel " + name + " already; subscribe to it");
        }
        if (channels.size() >= maxChannels) {
            throw new RefusedException(
                    "TOO_MANY_CHANNELS", "there are " + maxChannels + " channels, the most there may be");
        }
        open(name, false);
    }

    /**
     * From now on the member gets the messages of a channel; to repeat it is harmless.
     *
     * @param last so many of the kept messages are sent at once, after the reply
     * @param reply what the member is told first: no message may come before it, nor may one be missed
     */
    public synchronized void subscribe(Member member, String name, int last, String reply, Deliveries deliveries)
            throws RefusedException {
        Channel channel = channel(name);
        if (!member.subscriptions.contains(channel) && member.subscriptions.size() >= maxSubscriptions) {
            throw new RefusedException(
                    "TOO_MANY_SUBSCRIPTIONS",
                    "this connection has " + maxSubscriptions
                            + " subscriptions, the most it may have; unsubscribe from one, or open another connection");
        }
        deliveries.to(member.outbox).text(reply);
        member.outbox.line(channel.last(last));
        if (!member.gone) {
            channel.add(member);
            members.put(member.number, member);
        }
    }

    public synchronized void unsubscribe(Member member, String name) throws RefusedException {
        Channel channel = channel(name);
        if (!channel.remove(member)) {
            throw new RefusedException("NOT_SUBSCRIBED", "this connection has not subscribed to " + name);
        }
        if (member.name == null && member.subscriptions.isEmpty()) {
            members.remove(member.number);
        }
    }

    /** The kept messages of a channel as they were sent, with their ends; at most {@code count}, oldest first. */
    public synchronized String history(String name, int count) throws RefusedException {
        return new String(channel(name).last(count), StandardCharsets.UTF_8);
    }

    private Channel channel(String name) throws RefusedException {
        Channel channel = channels.get(name);
        if (channel == null) {
            throw new RefusedException(
                    "UNKNOWN_CHANNEL",
                    "there is no channel " + name + "; \"channels\" lists them, \"create\" makes one");
        }
        return channel;
    }

    // ---- messages ----

    /**
     * Sends a message to all subscribers of a channel.
     *
     * @param text one line, which is passed on as it is
     * @return how many get it
     */
    public synchronized int publish(Member from, String name, String text, Deliveries deliveries)
            throws RefusedException {
        Channel channel = channel(name);
        if (channel.system) {
            throw new RefusedException("SYSTEM_CHANNEL", name + " is a channel that the server alone writes to");
        }
        checkLength(text);
        return send(channel, from.caller(), text, deliveries);
    }

    private static void checkLength(String text) throws RefusedException {
        int length = bytes(text).length;
        if (length > TextLine.MESSAGE_BYTES) {
            throw new RefusedException(
                    "TEXT_TOO_LONG",
                    "the text has " + length + " bytes, a message has at most " + TextLine.MESSAGE_BYTES);
        }
    }

    /** What the server says. */
    synchronized void publish(Channel channel, String text, Deliveries deliveries) {
        send(channel, SERVER, text, deliveries);
    }

    private int send(Channel channel, String from, String text, Deliveries deliveries) {
        byte[] line = bytes("message " + channel.name + " " + from + " " + now() + " " + text + "\n");
        channel.keep(line);
        int sent = 0;
        for (Member member : List.copyOf(channel.subscribers)) {
            if (member.outbox.size() + line.length <= subscriberBytes) {
                deliveries.to(member.outbox).line(line);
                sent++;
            } else {
                drop(member, channel, deliveries);
            }
        }
        return sent;
    }

    private void drop(Member member, Channel channel, Deliveries deliveries) {
        channel.remove(member);
        String reason = "more than " + subscriberBytes + " bytes wait to be read";
        deliveries.to(member.outbox).text("dropped " + channel.name + " " + reason + "; subscribe again\n");
        deliveries.log(
                Level.WARN,
                "subscriber_dropped conn=" + member.number + " channel=" + channel.name + " reason=\"" + reason + "\"");
    }

    /** Sends a line to the connection of that name. */
    public synchronized void tell(Member from, String name, String text, Deliveries deliveries)
            throws RefusedException {
        Member to = named.get(name);
        if (to == null) {
            throw new RefusedException(
                    "UNKNOWN_CLIENT", "no connection is called " + name + "; \"clients\" lists them with their names");
        }
        checkLength(text);
        byte[] line = bytes("tell " + from.caller() + " " + now() + " " + text + "\n");
        if (to.outbox.size() + line.length > subscriberBytes) {
            throw new RefusedException(
                    "NOT_READING", name + " does not read: more than " + subscriberBytes + " bytes wait for it");
        }
        deliveries.to(to.outbox).line(line);
    }

    private Instant now() {
        return clock.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private static byte[] bytes(String line) {
        return line.getBytes(StandardCharsets.UTF_8);
    }
}
