package io.kookoo.client.net;

import io.kookoo.protocol.Message;
import io.kookoo.protocol.PacketReader;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * What comes in on a connection. One thread, its owner, takes the messages. Where the inbox is shared another one reads ahead for it while
 * it is elsewhere, such as in a function: whoever reads has the turn, and the owner finds in their order the messages that were read without
 * it.
 */
final class Inbox {
    /** More than a server has to say that nobody has asked. */
    private static final int MOST_AHEAD = 1000;

    private final PacketReader reader;
    private final Predicate<Message> settled;

    /** Without it there are no turns to be taken, which cost time. Written by the owner, before the other reads. */
    private boolean shared;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition turnEnded = lock.newCondition();
    /** Whether a thread has the turn, and with it the reader. Guarded by {@link #lock}. */
    private boolean taken;

    /** Read while the owner was elsewhere. Changed under the lock, and added to by who has the turn alone. */
    private final Queue<Message> ahead = new ArrayDeque<>();

    /** @param settled is given every message, by whoever has the turn; those for which it returns true nobody else sees */
    Inbox(PacketReader reader, Predicate<Message> settled) {
        this.reader = reader;
        this.settled = settled;
    }

    /** Another thread than the owner is to read here, too, from now on. Only for the owner. */
    void share() {
        shared = true;
    }

    /**
     * The next message; blocks. Only for the owner.
     *
     * @throws EOFException when the server has closed the connection
     * @throws IOException when it is lost, closed here, or sends what is no message
     */
    Message take() throws IOException {
        if (!shared) {
            Message message = next();
            while (settled.test(message)) {
                message = next();
            }
            return message;
        }
        while (true) {
            lock.lock();
            try {
                while (taken) {
                    turnEnded.awaitUninterruptibly();
                }
                if (!ahead.isEmpty()) {
                    return ahead.remove();
                }
                taken = true;
            } finally {
                lock.unlock();
            }
            Message message = read(false);
            if (message != null) {
                return message;
            }
        }
    }

    /** Whether {@link #take} returns at once: a message is here whole. Only for the owner. */
    boolean hasMessage() {
        if (!shared) {
            return reader.hasMessage();
        }
        lock.lock();
        try {
            return !ahead.isEmpty() || !taken && reader.hasMessage();
        } finally {
            lock.unlock();
        }
    }

    /** While {@code needed} holds, reads whenever the owner does not; blocks. Not for the owner. Throws as {@link #take} does. */
    void readAhead(BooleanSupplier needed) throws IOException {
        while (true) {
            lock.lock();
            try {
                while (taken && needed.getAsBoolean()) {
                    turnEnded.awaitUninterruptibly();
                }
                if (!needed.getAsBoolean()) {
                    return;
                }
                taken = true;
            } finally {
                lock.unlock();
            }
            read(true);
        }
    }

    private Message next() throws IOException {
        Message message = reader.read();
        if (message == null) {
            throw new EOFException("the server closed the connection");
        }
        return message;
    }

    /** Reads one message with the turn, and ends the turn; null where it is settled, or kept for the owner. */
    private Message read(boolean forOwner) throws IOException {
        Message message = null;
        try {
            message = next();
            // Before the turn ends: who takes the next one has to know.
            if (settled.test(message)) {
                message = null;
            } else if (forOwner && ahead.size() == MOST_AHEAD) {
                throw new IOException("the server sent more than " + MOST_AHEAD + " messages that nobody waits for");
            }
            return forOwner ? null : message;
        } finally {
            lock.lock();
            try {
                if (forOwner && message != null) {
                    ahead.add(message);
                }
                taken = false;
                turnEnded.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
