package io.kookoo.client.command;

import io.kookoo.client.TextVerb;
import picocli.CommandLine.Command;

@Command(
        name = "stop",
        description = "Tells a node to finish what it runs, and then to end, with exit code 0. Does not wait for that.",
        footer = {"", "Examples:", "  java -jar client.jar stop 3"})
final class StopCommand extends NodeOrder {
    StopCommand(Program program) {
        super(program, TextVerb.STOP, "is told to finish what it runs and to end");
    }
}
