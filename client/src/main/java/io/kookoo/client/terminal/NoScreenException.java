package io.kookoo.client.terminal;

import java.io.IOException;

/** There is no terminal here that could be written on like a sheet of paper. The message is for a person and says why. */
public final class NoScreenException extends IOException {
    private static final long serialVersionUID = 1L;

    NoScreenException(String message) {
        super(message);
    }
}
