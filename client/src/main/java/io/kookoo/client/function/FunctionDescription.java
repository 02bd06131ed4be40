package io.kookoo.client.function;

import java.util.Objects;

/**
 * What a person needs to call a function; one per overload.
 *
 * @param name the name on the wire
 * @param signature name, types and, where the class file has them, names of the parameters: {@code pow_2(BigInteger number)}
 * @param description one line; empty if the library gives none
 */
public record FunctionDescription(String name, String signature, String description) {
    public FunctionDescription {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(signature, "signature");
        Objects.requireNonNull(description, "description");
    }
}
