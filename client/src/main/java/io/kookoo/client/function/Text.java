package io.kookoo.client.function;

/** Built in: text. */
final class Text implements FunctionLibrary {
    @Function(name = "hello_world", description = "says Hello World")
    public String helloWorld() {
        return "Hello World";
    }

    @Function(description = "returns its arguments, with a blank between them")
    public String echo(String... texts) {
        return String.join(" ", texts);
    }
}
