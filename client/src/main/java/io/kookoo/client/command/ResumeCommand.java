package io.kookoo.client.command;

import io.kookoo.client.TextVerb;
import picocli.CommandLine.Command;

@Command(
        name = "resume",
        description = "Lets a node take jobs again, after quiet.",
        footer = {"", "Examples:", "  java -jar client.jar resume 3"})
final class ResumeCommand extends NodeOrder {
    ResumeCommand(Program program) {
        super(program, TextVerb.RESUME, "takes jobs again");
    }
}
