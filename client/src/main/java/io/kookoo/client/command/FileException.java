package io.kookoo.client.command;

import java.io.IOException;

/** A file that a person named cannot be read or written. The message is complete. */
final class FileException extends IOException {
    private static final long serialVersionUID = 1L;

    FileException(String message, IOException cause) {
        super(message, cause);
    }
}
