package io.kookoo.client.function;

import java.util.Objects;

/** A library of one function, which is given as a piece of code. */
public record NamedFunction(String name, TextFunction function) implements FunctionLibrary {
    /** @throws IllegalArgumentException for a name that no function can have */
    public NamedFunction {
        Objects.requireNonNull(function);
        FunctionTable.checkName(name);
    }

    FunctionMethod method() {
        try {
            return FunctionMethod.of(
                    name, function, TextFunction.class.getMethod("run", String.class, JobContext.class));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }
}
