package io.kookoo.server.store;

import java.util.Locale;

/** How a job was asked for: what is kept of it, and for how long, is counted for each kind apart. */
public enum JobKind {
    /** Submitted, and nobody waits for it. */
    BACKGROUND,
    /** A call of functions.txt, handed out to a poller. */
    CATALOG,
    /** Submitted by a client that waits. */
    FOREGROUND;

    /** Its name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
