package io.kookoo.server.channel;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/** Named messages: whoever has subscribed gets each of them, and the last ones are kept for those who come later. Guarded by the lock of {@link Channels}. */
final class Channel {
    final String name;
    /** Written by the server alone. */
    final boolean system;

    final Set<Member> subscribers = new LinkedHashSet<>();
    /** So that who has something to say need not ask under the lock whether anybody listens. */
    volatile boolean heard;

    private final int historyLength;
    private final Deque<byte[]> history = new ArrayDeque<>();
    private int historyBytes;
    private int maxHistoryBytes;

    /** @param historyLength how many messages are kept, within {@link #boundHistory}; 0 keeps none */
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
        forget();
    }

    /** What the kept messages may take from now on, in UTF-8, whatever their number. */
    void boundHistory(int bytes) {
        maxHistoryBytes = bytes;
        forget();
    }

    private void forget() {
        while (history.size() > historyLength || historyBytes > maxHistoryBytes) {
            historyBytes -= history.removeFirst().length;
        }
    }

    /** The last lines that are kept, at most {@code count}, oldest first; in one piece. */
    byte[] last(int count) {
        ByteBuffer lines = ByteBuffer.allocate(historyBytes);
        history.stream().skip(Math.max(0, history.size() - count)).forEach(lines::put);
        return Arrays.copyOf(lines.array(), lines.position());
    }
}
