package io.kookoo.client.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "publish",
        description = "Sends a line of text to all who have subscribed to a channel, and prints how many those are.",
        footer = {
            "",
            "Examples:",
            "  java -jar client.jar publish main_channel 'lunch is ready'",
            "  java -jar client.jar publish --json --name kitchen main_channel '{\"lunch\": true}'"
        })
final class PublishCommand implements Callable<Integer> {
    /** However long its numbers and deep its arrays: nothing is made of them here. */
    private static final JsonFactory ANY_JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final Program program;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "CHANNEL", description = "Its name; channels lists them.")
    private String channel;

    @Parameters(index = "1", paramLabel = "TEXT", description = "One line, passed on as it is.")
    private String text;

    @Option(names = "--json", description = "Refuse a text that is not one JSON value.")
    private boolean json;

    @Mixin
    private SenderOptions sender;

    PublishCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        String line = "publish " + LineWord.of(spec, channel) + " " + LineWord.line(spec, text);
        if (json) {
            checkJson();
        }
        try (ServerConnection connection = Program.connect(program.settings())) {
            sender.takeName(spec, connection);
            program.console().out().println(TextAnswer.askCount(connection, line));
        }
        return ExitCode.OK;
    }

    private void checkJson() throws IOException {
        try (JsonParser parser = ANY_JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                throw notJson("it is empty");
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw notJson("something follows its first value");
            }
        } catch (JsonProcessingException e) {
            // The library's words, without the place that it was told not to show.
            String reason = e.getOriginalMessage().replaceFirst(" \\(start marker at .*\\)", "");
            throw notJson(reason + ", at character " + e.getLocation().getColumnNr());
        }
    }

    private ParameterException notJson(String reason) {
        return new ParameterException(spec.commandLine(), "the text is no JSON: " + reason + "; nothing was sent");
    }
}
