package io.kookoo.server.command;

import io.kookoo.server.access.Need;

/** A command is about somebody else's: whoever asks has not the role for it. Thrown before anything has happened. */
final class DeniedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Need need;

    DeniedException(Need need) {
        super(need.words(), null, false, false);
        this.need = need;
    }

    /** What it takes. */
    Need need() {
        return need;
    }
}
