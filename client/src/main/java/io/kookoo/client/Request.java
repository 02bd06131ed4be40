package io.kookoo.client;

import io.kookoo.protocol.PacketWriter;

/** Something to be sent to the server that gets an answer, or a failure where none comes. */
interface Request {
    /** About what the header of a packet and the ends of its arguments take. */
    int PACKET_BYTES = 16;

    /** About how many bytes it takes on the wire. */
    int bytes();

    void write(PacketWriter writer);

    /** There will be no answer. */
    void fail(Exception reason);
}
