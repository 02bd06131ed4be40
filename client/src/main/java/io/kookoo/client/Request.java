package io.kookoo.client;

import io.kookoo.protocol.PacketWriter;

/** Something to be sent to a server that gets an answer, or a failure where none comes. */
interface Request {
    /** About what the header of a packet and the ends of its arguments take. */
    int PACKET_BYTES = 16;

    /** About how many bytes it takes on the wire. */
    int bytes();

    /** Whether it is still to be sent; if so it is under way on that connection from now on. */
    boolean begin(Exchange on);

    void write(PacketWriter writer);

    /** Whether the server answers it only when its store has written or read it, and reads nothing else until then. */
    boolean waitsForStore();

    /**
     * The connection was lost before the answer came: whether this may be sent on another. If so it is as it was before {@link #begin}. Not
     * to be called by several threads at once.
     *
     * @param resubmit whether a job that may have been run may be run again
     */
    boolean beginAgain(boolean resubmit);

    /** Whether it is for one connection, such as what names a job that was submitted there, and means nothing on another. */
    default boolean isForOneConnection() {
        return false;
    }

    /** There will be no answer. */
    void fail(Exception reason);
}
