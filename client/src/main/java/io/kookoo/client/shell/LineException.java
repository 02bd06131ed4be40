package io.kookoo.client.shell;

import java.io.IOException;

/** A line of the input cannot be read. The message is for a person and complete. */
public final class LineException extends IOException {
    private static final long serialVersionUID = 1L;

    LineException(String message, IOException cause) {
        super(message, cause);
    }
}
