package io.kookoo.client.command;

import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Commands against a server whose words the test gives. */
abstract class CommandTest {
    @TempDir
    Path home;

    final ScriptedServer server = new ScriptedServer();

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    CommandRun run(Object... args) {
        return new CommandRun(home)
                .start(Stream.concat(Stream.of(args), Stream.of("--port", server.port()))
                        .toArray());
    }

    /** Runs a command whose one request this is, and gives it this answer. */
    CommandRun ask(String request, String answer, Object... args) throws IOException {
        CommandRun run = run(args);
        try (Peer peer = server.accept()) {
            peer.expect(request + "\n").send(answer).expectEnd();
        }
        return run;
    }
}
