package io.kookoo.protocol;

import java.util.Objects;

/**
 * A packet that was read whole and cannot be served: the peer is told with an ERROR and the connection stays open.
 *
 * @param code what goes first in the ERROR
 * @param text what a person reads
 */
public record Refusal(ErrorCode code, String text) implements Message {
    public Refusal {
        Objects.requireNonNull(code);
        Objects.requireNonNull(text);
    }
}
