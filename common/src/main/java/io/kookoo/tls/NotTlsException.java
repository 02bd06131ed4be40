package io.kookoo.tls;

import java.io.IOException;

/** The other side has begun to speak, and not TLS. */
public final class NotTlsException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean text;

    NotTlsException(byte first) {
        super("it does not speak TLS: its first byte is " + (first & 0xff));
        this.text = first != 0;
    }

    /** Whether it speaks in lines of text; otherwise in packets. */
    public boolean isText() {
        return text;
    }
}
