package io.kookoo.client.net;

import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;

/** What tests of connections share: the server that plays its part, and the thread that watches over them. */
abstract class ScriptedServerTest {
    final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    final ScriptedServer server = new ScriptedServer();

    @AfterEach
    void close() throws IOException {
        watch.shutdownNow();
        server.close();
    }
}
