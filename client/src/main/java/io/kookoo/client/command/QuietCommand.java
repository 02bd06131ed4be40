package io.kookoo.client.command;

import io.kookoo.client.TextVerb;
import picocli.CommandLine.Command;

@Command(
        name = "quiet",
        description = {
            "Lets a node take no new jobs from this server; those that it runs it ends.",
            "It stays so, also when the node comes back, until resume or the end of the server."
        },
        footer = {"", "Examples:", "  java -jar client.jar quiet 3", "  java -jar client.jar quiet box"})
final class QuietCommand extends NodeOrder {
    QuietCommand(Program program) {
        super(program, TextVerb.QUIET, "takes no new jobs from this server until resume");
    }
}
