package io.kookoo.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.server.LogLines;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Local clients that end early are started again; here they are shell commands. */
class LocalWorkersTest {
    private final LogLines log = new LogLines();

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void shouldGoOnTryingAProgramThatCannotBeStarted() throws Exception {
        LocalWorkers workers = new LocalWorkers(List.of("/nonexistent/program"), environment -> {});
        workers.start(1);
        List<String> ended = log.await(2, "ERROR local_client_ended", "not started");
        assertTrue(ended.get(0).contains("/nonexistent/program"), ended::toString);
        workers.stop(Duration.ofSeconds(5));
    }

    @Test
    void shouldPauseLongerEachTimeAChildEndsEarly() throws Exception {
        LocalWorkers workers =
                new LocalWorkers(List.of("sh", "-c", "exit $CODE"), environment -> environment.put("CODE", "7"));
        workers.start(1);
        List<String> ended = log.await(3, "ERROR local_client_ended", "exited with 7");
        assertTrue(ended.get(0).endsWith("restart_in_ms=500"), ended::toString);
        assertTrue(ended.get(1).endsWith("restart_in_ms=1000"), ended::toString);
        assertTrue(ended.get(2).endsWith("restart_in_ms=2000"), ended::toString);
        workers.stop(Duration.ofSeconds(5));
    }

    @Test
    void shouldEndChildrenByTheEndOfTheirInput() throws Exception {
        LocalWorkers workers = new LocalWorkers(List.of("cat"), environment -> {});
        workers.start(2);
        List<Long> pids = log.await(2, "INFO local_client_started").stream()
                .map(line -> Long.parseLong(line.replaceFirst(".*pid=(\\d+).*", "$1")))
                .toList();
        workers.stop(Duration.ofSeconds(5));
        for (long pid : pids) {
            assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false), "pid " + pid);
        }
        assertEquals(0, log.with("local_client_killed").size());
        assertEquals(0, log.with("local_client_ended").size());
    }

    @Test
    void shouldKillAChildThatDoesNotEnd() throws Exception {
        LocalWorkers workers = new LocalWorkers(List.of("sleep", "60"), environment -> {});
        workers.start(1);
        log.await(1, "INFO local_client_started");
        workers.stop(Duration.ofMillis(50));
        assertEquals(1, log.with("WARN local_client_killed").size());
    }
}
