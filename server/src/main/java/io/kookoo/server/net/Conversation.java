package io.kookoo.server.net;

import io.kookoo.protocol.Message;

/**
 * What is said on one connection: hears every message and answers through the connection's {@link Outbox}. All methods are
 * called by the connection's reading thread alone.
 */
public interface Conversation {
    /**
     * Serves one message. Does not block on other peers.
     *
     * @return false when the connection is to be closed after the answer
     */
    boolean hear(Message message);

    /**
     * Whether the peer is known well enough to stay as long as it likes, and to send large packets; once it is so, it stays so. One that
     * has to show a token first is not.
     */
    boolean isKnown();

    /** The peer says no more, though it may listen: answers what has waited. To be flushed. */
    void heardAll();

    /** Writes what the messages heard since the last call have caused, here and at other peers. */
    void flush();

    /**
     * The connection has ended; called exactly once, last.
     *
     * @param reason for the log
     */
    void end(String reason);
}
