package io.kookoo.protocol;

/** The first four bytes of a packet, which say where it goes. */
public enum Magic {
    /** {@code \0REQ}: to the server. */
    REQUEST(0x00524551),
    /** {@code \0RES}: from the server. */
    RESPONSE(0x00524553);

    private final int value;

    Magic(int value) {
        this.value = value;
    }

    /** The four bytes as a big-endian number. */
    int value() {
        return value;
    }

    boolean allows(PacketType type) {
        return this == REQUEST ? type.isRequest() : type.isResponse();
    }
}
