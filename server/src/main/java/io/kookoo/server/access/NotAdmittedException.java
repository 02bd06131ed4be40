package io.kookoo.server.access;

/** A token was not taken; the message says why, and has no part of it. */
public final class NotAdmittedException extends Exception {
    private static final long serialVersionUID = 1L;

    NotAdmittedException(String message) {
        super(message, null, false, false);
    }
}
