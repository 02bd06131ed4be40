package io.kookoo.client.function;

/**
 * A created library and where it came from.
 *
 * @param instance what its methods are called on
 * @param origin for messages: {@code the client} or the name of a file in functions/
 * @param builtIn whether it wins over a library of functions/ that has a function of the same name
 */
record Library(FunctionLibrary instance, String origin, boolean builtIn) {
    static Library builtIn(FunctionLibrary instance) {
        return new Library(instance, "the client", true);
    }

    static Library of(FunctionLibrary instance, String fileName) {
        return new Library(instance, fileName, false);
    }

    String className() {
        return instance.getClass().getName();
    }
}
