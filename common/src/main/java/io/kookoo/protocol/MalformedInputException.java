package io.kookoo.protocol;

import java.io.IOException;
import java.util.Optional;

/** Bytes after which a connection cannot go on, because nobody knows where the next message begins. It has to be closed. */
public final class MalformedInputException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal answer;

    MalformedInputException(String reason, Refusal answer) {
        super(reason);
        this.answer = answer;
    }

    /** The ERROR to send before closing; empty where the peer does not speak the protocol at all. */
    public Optional<Refusal> answer() {
        return Optional.ofNullable(answer);
    }
}
