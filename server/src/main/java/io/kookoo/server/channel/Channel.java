package io.kookoo.server.channel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Named messages: whoever has subscribed gets each of them, and the last ones are kept for those who come later. Guarded by the lock of {@link Channels}. */
final class Channel {
    /** What the kept messages may take, in UTF-8, whatever their number. */
    static final int HISTORY_BYTES = 1024 * 1024;

    final String name;
    /** Written by the server alone. */
    final boolean system;

    final Set<Member> subscribers = new LinkedHashSet<>();
    /** So that who has something to say need not ask under the lock whether anybody listens. */
    volatile boolean heard;

    private final int historyLength;
    private final Deque<byte[]> history = new ArrayDeque<>();
    private int historyBytes;

    /** @param historyLength how many messages are kept; 0 keeps none */
    Channel(String name, boolean system, int historyLength) {
        this.name = name;
        this.system = system;
        this.historyLength = historyLength;
    }

    void add(Member member) {
        subscribers.add(member);
        member.subscriptions.add(this);
        heard = true;
    }

    /** @return whether it had subscribed */
    boolean remove(Member member) {
        member.subscriptions.remove(this);
        boolean was = subscribers.remove(member);
        heard = !subscribers.isEmpty();
        return was;
    }

    /** @param line the whole line, with its end, in UTF-8 */
    void keep(byte[] line) {
        history.addLast(line);
        historyBytes += line.length;
        while (history.size() > historyLength || historyBytes > HISTORY_BYTES) {
            historyBytes -= history.removeFirst().length;
        }
    }

    /** The last lines that are kept, at most {@code count}, oldest first. */
    List<byte[]> last(int count) {
        List<byte[]> all = new ArrayList<>(history);
        return all.subList(Math.max(0, all.size() - count), all.size());
    }
}
