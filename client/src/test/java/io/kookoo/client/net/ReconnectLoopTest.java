package io.kookoo.client.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.LogLines;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReconnectLoopTest {
    /** Throws what no signature tells of. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void shouldConnectAgainWhateverASessionThrowsAndLogItOnce() throws Exception {
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        CountDownLatch sessions = new CountDownLatch(3);
        try (ScriptedServer server = new ScriptedServer();
                LogLines log = new LogLines()) {
            Connector connector = new Connector(server.address(), ConnectionLimits.ofSizes(1 << 20, 1 << 10), watch);
            ReconnectLoop loop = new ReconnectLoop("test", connector, new Backoff(new Random()));
            Thread thread = new Thread(() -> {
                try {
                    loop.run((connection, answered) -> {
                        answered.run();
                        sessions.countDown();
                        ReconnectLoopTest.<RuntimeException>sneak(new Throwable("odd"));
                    });
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            thread.setDaemon(true);
            thread.start();
            assertTrue(sessions.await(10, TimeUnit.SECONDS), "the loop has not gone on");
            loop.stop();
            thread.join(TimeUnit.SECONDS.toMillis(10));
            assertEquals(1, log.with("ERROR internal_error connection=test").size());
        } finally {
            watch.shutdownNow();
        }
    }
}
