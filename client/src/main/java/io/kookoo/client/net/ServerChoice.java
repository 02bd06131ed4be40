package io.kookoo.client.net;

import io.kookoo.settings.Settings.Client.Balance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Which of several servers is used where one is enough. It decides and does nothing else: whoever connects tells it who has answered and who
 * has not. Thread-safe.
 *
 * <pre>
 *               answered: its time begins              for failback_after
 *   SILENT  --------------------------&gt;  ANSWERING  --------------------&gt;  may be used again, if it is better
 *      ^                                     |
 *      +------ no answer, or lost -----------+
 * </pre>
 *
 * By their order a server is better than all that stand behind it. By their load none is better for good; but one that did not answer when the
 * choice was made has not been looked at, and may be when it is back.
 */
final class ServerChoice {
    private final Servers servers;
    private final LongSupplier nanoTime;

    /** Since when those have answered that have done so without a break. Guarded by this, as all below. */
    private final Map<ServerAddress, Long> answeringSince = new HashMap<>();
    /** Those that did not answer when they were asked last, in the order in which that was found. */
    private final Set<ServerAddress> silent = new LinkedHashSet<>();
    /** Null before the first choice. */
    private ServerAddress current;
    /** In the order in which they are preferred. */
    private List<ServerAddress> better = List.of();

    /** @param nanoTime the clock, as {@link System#nanoTime} */
    ServerChoice(Servers servers, LongSupplier nanoTime) {
        this.servers = servers;
        this.nanoTime = nanoTime;
    }

    /** A server has answered. */
    synchronized void answered(ServerAddress server) {
        silent.remove(server);
        answeringSince.putIfAbsent(server, nanoTime.getAsLong());
    }

    /** A server has not answered, or a connection to it was lost. */
    synchronized void silent(ServerAddress server) {
        answeringSince.remove(server);
        silent.remove(server);
        silent.add(server);
    }

    /**
     * All of them, in the order in which they are to be tried: those that are known to be silent come last, and of them last who has been found
     * to be so last. So nobody is passed over for ever for one that answers and is lost, again and again.
     */
    synchronized List<ServerAddress> toTry() {
        List<ServerAddress> order = new ArrayList<>(servers.addresses());
        order.removeAll(silent);
        order.addAll(silent);
        return order;
    }

    /**
     * The one to be used, of those that answer.
     *
     * @param loads what each of them has to do; all the same where it does not matter; not empty
     */
    synchronized ServerAddress choose(Map<ServerAddress, Long> loads) {
        current = servers.addresses().stream()
                .filter(loads::containsKey)
                .min(Comparator.comparing(loads::get))
                .orElseThrow();
        // Who did not answer now has made a break, whenever it is heard again.
        answeringSince.keySet().retainAll(loads.keySet());
        better = servers.addresses().stream()
                .filter(server ->
                        servers.balance() == Balance.ORDER ? isBefore(server, current) : !loads.containsKey(server))
                .toList();
        return current;
    }

    private boolean isBefore(ServerAddress one, ServerAddress other) {
        return servers.addresses().indexOf(one) < servers.addresses().indexOf(other);
    }

    /** The one that is used. */
    synchronized ServerAddress current() {
        return current;
    }

    /** Those that would be used instead if they answered for long enough, in the order in which they are preferred. */
    synchronized List<ServerAddress> better() {
        return better;
    }

    /** How long a server that answers has to go on with it until it may be used again; 0 when it may. */
    synchronized Duration until(ServerAddress server) {
        Long since = answeringSince.get(server);
        long nanos = since == null ? 0 : nanoTime.getAsLong() - since;
        Duration left = servers.failbackAfter().minusNanos(nanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Whether a server is better than the current one, and has answered for long enough to be used again. */
    synchronized boolean mayReturn(ServerAddress server) {
        return better.contains(server)
                && answeringSince.containsKey(server)
                && until(server).isZero();
    }

    /** Uses a server instead of the current one from now on, where it {@link #mayReturn}; false where not. */
    synchronized boolean moveTo(ServerAddress server) {
        if (!mayReturn(server)) {
            return false;
        }
        current = server;
        better = better.stream()
                .filter(other -> !other.equals(server))
                .filter(other -> servers.balance() != Balance.ORDER || isBefore(other, server))
                .toList();
        return true;
    }

    /** A server that is back has been compared with the current one, and has no less to do. */
    synchronized void dismiss(ServerAddress server) {
        better = better.stream().filter(other -> !other.equals(server)).toList();
    }
}
