package io.kookoo.server.store;

/** The store could not do it, and nothing has changed. The message says why in words for people, in one line. */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
