package io.kookoo.peers;

import io.kookoo.program.RunningProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A server of ours with one worker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PeerContract {
    private final PeerWorker.Start start;

    Path home;
    RunningProgram server;
    PeerWorker worker;

    PeerContract(PeerWorker.Start start) {
        this.start = start;
    }

    @BeforeAll
    void startServerAndWorker(@TempDir Path folder) throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        // These tests follow each job in the log, also in a second that has many of them.
        server = RunningProgram.server(home, Map.of("KOOKOO_JOB_LINES", "1000000"));
        worker = start.at(home, server.port());
    }

    @AfterAll
    void stopThem() {
        if (worker != null) {
            worker.close();
        }
        if (server != null) {
            server.close();
        }
    }

    /** Waits until the server has logged that this job was handed out. */
    void awaitHandedOut(String handle) {
        server.awaitOut(line -> line.contains(" handed_out ") && line.contains("handle=" + handle + " "));
    }

    /** Waits for the ends of these jobs; returns their handles in the order of their ends. */
    List<String> endsOf(List<String> handles) {
        Predicate<String> end = line -> line.contains(" ended ")
                && handles.stream().anyMatch(handle -> line.contains("handle=" + handle + " "));
        return IntStream.rangeClosed(1, handles.size())
                .mapToObj(nth -> server.awaitOut(nth, end))
                .map(line -> handles.stream()
                        .filter(handle -> line.contains("handle=" + handle + " "))
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    /** How often this job was handed out so far. */
    long runs(String handle) {
        return server.out().stream()
                .filter(line -> line.contains(" handed_out ") && line.contains("handle=" + handle + " "))
                .count();
    }
}
