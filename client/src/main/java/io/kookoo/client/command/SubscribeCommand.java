package io.kookoo.client.command;

import io.kookoo.client.RefusedException;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.TextLine;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "subscribe",
        description = {
            "Prints the messages of channels as they come, a line each, until it is interrupted:",
            "message CHANNEL FROM TIME TEXT, and, with --name, tell FROM TIME TEXT.",
            "The server sends no more to one whose output nobody reads; that ends it, with exit code 4."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar subscribe main_channel --last 10",
            "  java -jar client.jar subscribe results jobs clients"
        })
final class SubscribeCommand implements Callable<Integer> {
    /** Begins what the server says to a subscriber that has let too much wait. */
    private static final String DROPPED = "dropped ";

    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "CHANNEL", description = "Their names; channels lists them.")
    private List<String> channels;

    @Option(names = "--last", paramLabel = "N", description = "First the last N messages of each that are kept.")
    private int last;

    @Option(names = "--count", paramLabel = "N", description = "End after so many lines.")
    private Long count;

    @Mixin
    private SenderOptions sender;

    SubscribeCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        check("--last", last);
        check("--count", count == null ? 0 : count);
        channels.forEach(channel -> LineWord.of(spec, channel));
        Console console = program.console();
        try (ServerConnection connection = Program.connect(program.settings())) {
            sender.takeName(spec, connection);
            connection.send(writer -> channels.forEach(
                    channel -> writer.text("subscribe " + channel + (last > 0 ? " --last " + last : "") + "\n")));
            int unanswered = channels.size();
            long printed = 0;
            while (unanswered > 0 || count == null || printed < count) {
                Message message = connection.read();
                if (!(message instanceof TextLine line)) {
                    throw TextLists.notUnderstood("subscribe", message.toString());
                }
                // What is pushed begins otherwise, and comes in between.
                if (unanswered > 0) {
                    RefusedException.check("subscribe " + channels.get(channels.size() - unanswered), line.text());
                    if (line.text().startsWith("OK ")) {
                        unanswered--;
                        continue;
                    }
                }
                if (line.text().startsWith(DROPPED)) {
                    console.err().println("the server has " + line.text());
                    return ExitCode.CANNOT_CONNECT;
                }
                if (count == null || printed < count) {
                    console.outLine(line.text());
                    printed++;
                }
                if (console.out().checkError()) {
                    // Its reader has gone: nobody would see what comes.
                    break;
                }
            }
        }
        return ExitCode.OK;
    }

    private void check(String option, long value) {
        if (value < 0) {
            throw new ParameterException(spec.commandLine(), option + " is " + value + ", expected 0 or more");
        }
    }
}
