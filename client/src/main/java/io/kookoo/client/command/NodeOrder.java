package io.kookoo.client.command;

import io.kookoo.client.TextVerb;
import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command that tells the server what is to be done with one node. */
abstract class NodeOrder implements Callable<Integer> {
    private final Program program;
    private final TextVerb verb;
    private final String done;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NODE", description = "Its id or its name, as nodes lists them.")
    private String node;

    /** @param done what a person is told then, behind the node */
    NodeOrder(Program program, TextVerb verb, String done) {
        this.program = program;
        this.verb = verb;
        this.done = done;
    }

    @Override
    public final Integer call() throws IOException {
        String word = LineWord.of(spec, node);
        try (ServerConnection connection = Program.connect(program.settings())) {
            String id = TextAnswer.ask(connection, verb + " " + word);
            program.console().out().println("node " + id + " " + done);
        }
        return ExitCode.OK;
    }
}
