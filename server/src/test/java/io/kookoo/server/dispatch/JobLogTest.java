package io.kookoo.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kookoo.protocol.Packet;
import io.kookoo.server.LogLines;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many lines jobs may put into the log, and what is said of the others. */
final class JobLogTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final LogLines log = new LogLines();
    private final Bench bench = new Bench(6, 0);
    private final Bench.TestPeer client = bench.peer();
    private final Bench.TestPeer worker = bench.peer("f", "g");

    @AfterEach
    void close() {
        log.close();
    }

    private Packet run(String function) {
        client.submit(function, "data");
        Packet job = worker.grabPacket();
        worker.complete(job.handle(0));
        return job;
    }

    @Test
    void shouldLogBothLinesOfAsManyJobsAsTheBoundAllows() {
        String first = run("f").handle(0).text();
        for (int i = 0; i < 9; i++) {
            run("f");
        }
        assertEquals(
                1,
                log.with("INFO handed_out", "handle=" + first, "call=f(data)").size());
        assertEquals(
                1, log.with("INFO ended", "handle=" + first, "outcome=done").size());
        assertEquals(3, log.with("handed_out conn=").size());
        assertEquals(3, log.with("ended conn=").size());
    }

    @Test
    void shouldCountTheOthersOnceASecondForEachFunction() {
        for (int i = 0; i < 10; i++) {
            run("f");
        }
        for (int i = 0; i < 5; i++) {
            run("g");
        }
        assertEquals(0, log.with("jobs function=").size());
        bench.pass(SECOND);
        assertEquals(
                1,
                log.with("INFO jobs function=f handed_out=7 done=7 failed=0 ms=1000")
                        .size());
        assertEquals(
                1, log.with("INFO jobs function=g handed_out=5 done=5 failed=0").size());
        // Nothing happened, nothing is said; and the next second has lines again.
        bench.pass(SECOND);
        assertEquals(2, log.with("jobs function=").size());
        run("f");
        assertEquals(4, log.with("handed_out conn=").size());
    }

    @Test
    void shouldBoundComingsAndGoingsOnTheirOwn() {
        Bench.TestPeer[] herd = new Bench.TestPeer[10];
        for (int i = 0; i < 10; i++) {
            herd[i] = bench.peer("f");
        }
        client.submit("f", "x");
        herd[9].grabPacket();
        for (Bench.TestPeer peer : herd) {
            peer.disconnect();
        }
        assertEquals(6, log.with("INFO disconnected conn=").size());
        assertEquals(1, log.with("WARN worker_lost", "jobs=1").size());
        assertEquals(1, log.with("WARN ended", "retries_exhausted").size());
        bench.pass(SECOND);
        assertEquals(1, log.with("INFO more_peers count=4").size());
    }

    @Test
    void shouldBoundTroublesOnTheirOwn() {
        for (int i = 0; i < 100; i++) {
            run("f");
        }
        Bench.TestPeer unlucky = bench.peer("f");
        for (int i = 0; i < 20; i++) {
            client.submit("f", "x");
            unlucky.grabPacket();
        }
        unlucky.disconnect();
        // The coming and going of peers has a bound of its own.
        assertEquals(1, log.with("INFO disconnected").size());
        assertEquals(6, log.with("WARN ended", "outcome=retries_exhausted").size());
        assertEquals(1, log.with("WARN worker_lost", "jobs=20").size());
        bench.pass(SECOND);
        assertEquals(1, log.with("INFO jobs function=f", "failed=14").size());
    }
}
