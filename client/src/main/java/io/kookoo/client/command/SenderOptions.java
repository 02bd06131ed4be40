package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.lang.reflect.Field;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** Who takes part in channels. */
final class SenderOptions {
    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What others see as the sender, and can tell something; conn-N unless given.")
    private String name;

    /** Whether the option is one of these. */
    static boolean has(OptionSpec option) {
        return option.userObject() instanceof Field field && field.getDeclaringClass() == SenderOptions.class;
    }

    /** Takes the name, where one was given; blocks. */
    void takeName(CommandSpec spec, ServerConnection connection) throws IOException {
        if (name != null) {
            TextAnswer.ask(connection, "name " + LineWord.of(spec, name));
        }
    }
}
