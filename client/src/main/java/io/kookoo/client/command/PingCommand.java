package io.kookoo.client.command;

import io.kookoo.client.RefusedException;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.settings.Settings;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "ping",
        description = "Measures how long the server takes to answer: ECHO_REQ and ECHO_RES.",
        footer = {"", "Examples:", "  java -jar client.jar ping", "  java -jar client.jar ping --count 10 --json"})
final class PingCommand implements Callable<Integer> {
    private final Program program;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many round trips, one after the other (1).")
    private int count;

    @Option(names = "--json", description = "A JSON array instead of lines.")
    private boolean json;

    PingCommand(Program program) {
        this.program = program;
    }

    @Override
    public Integer call() throws IOException {
        if (count < 1) {
            throw new ParameterException(spec.commandLine(), "--count " + count + ": expected 1 or more");
        }
        Settings settings = program.settings();
        Table table = new Table("server", "milliseconds");
        try (ServerConnection connection = Program.connect(settings)) {
            for (int i = 1; i <= count; i++) {
                double millis = roundTripNanos(connection, Data.of("ping " + i)) / 10_000 / 100.0;
                table.add(connection.address().toString(), millis);
                if (!json) {
                    program.console().out().printf(Locale.ROOT, "%s: %.2f ms%n", connection.address(), millis);
                }
            }
        }
        if (json) {
            program.console().out().print(table.json());
        }
        return ExitCode.OK;
    }

    private static long roundTripNanos(ServerConnection connection, Data data) throws IOException {
        long begun = System.nanoTime();
        connection.send(writer -> writer.packet(PacketType.ECHO_REQ, data));
        Packet answer = connection.readPacket();
        while (answer.type() != PacketType.ECHO_RES || !answer.data().equals(data)) {
            if (answer.type() == PacketType.ERROR) {
                RefusedException.check("ping", "ERR " + answer.text(0) + " " + answer.text(1));
            }
            answer = connection.readPacket();
        }
        return System.nanoTime() - begun;
    }
}
