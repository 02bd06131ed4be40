package io.kookoo.client;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.function.FunctionLibrary;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.client.net.Servers;
import io.kookoo.protocol.PacketType;
import io.kookoo.settings.Settings.Client.Balance;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbeddedWorkerTest {
    private final ScriptedServer server = new ScriptedServer();

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    public static final class Words implements FunctionLibrary {
        public int words(String text) {
            return text.split(" ").length;
        }
    }

    /** Reads what a worker says when it begins, up to its first question. */
    private static List<PacketType> begun(Peer peer) throws IOException {
        List<PacketType> types = new ArrayList<>();
        do {
            types.add(peer.nextType());
        } while (types.get(types.size() - 1) != GRAB_JOB_UNIQ);
        return types;
    }

    @Test
    void shouldRunTheFunctionsItWasGivenAndTheirBatches() throws Exception {
        Worker worker = new Worker("127.0.0.1", server.port())
                .function("greet", (name, job) -> {
                    job.warning("about to greet");
                    return "Hello " + name;
                })
                .function("fail", (text, job) -> {
                    throw new IOException("nothing to be done with " + text);
                })
                .library(new Words())
                .slots(1)
                .start();
        try (Peer peer = server.accept()) {
            // greet, fail, words, and call, each with its batches.
            assertEquals(8, begun(peer).stream().filter(CAN_DO::equals).count());
            peer.send(res(JOB_ASSIGN_UNIQ, "H:1", "greet", "", "a, \"b"))
                    .expect(req(WORK_WARNING, "H:1", "about to greet"))
                    .expect(req(WORK_COMPLETE, "H:1", "Hello a, \"b"), req(GRAB_JOB_UNIQ))
                    .send(res(JOB_ASSIGN_UNIQ, "H:2", "fail", "", "x"))
                    .expect(req(WORK_EXCEPTION, "H:2", "fail failed: nothing to be done with x (IOException)"))
                    .expect(req(GRAB_JOB_UNIQ))
                    .send(res(JOB_ASSIGN_UNIQ, "H:3", "words[]", "", "a b\n\"a b c\"\n"))
                    .expect(req(WORK_COMPLETE, "H:3", "2\n3\n"), req(GRAB_JOB_UNIQ))
                    .send(res(JOB_ASSIGN_UNIQ, "H:4", "fail[]", "", "y\n"))
                    .expect(req(WORK_COMPLETE, "H:4", "\\!fail failed: nothing to be done with y (IOException)\n"))
                    .expect(req(GRAB_JOB_UNIQ))
                    .send(res(NO_JOB))
                    .expect(req(PRE_SLEEP));
            worker.close();
            peer.expectEnd();
        }
    }

    @Test
    void shouldConnectAgainWhenTheServerWasAway() throws Exception {
        Worker worker = new Worker("127.0.0.1", server.port())
                .function("f", (text, job) -> null)
                .slots(1)
                .start();
        try (worker) {
            Peer first = server.accept();
            begun(first);
            first.reset();
            try (Peer second = server.accept()) {
                begun(second);
                second.send(res(JOB_ASSIGN_UNIQ, "H:1", "f", "", "")).expect(req(WORK_COMPLETE, "H:1", ""));
                second.reset();
            }
        }
    }

    @Test
    void shouldWorkForEachOfItsServersWithSlotsOfItsOwn() throws Exception {
        try (ScriptedServer other = new ScriptedServer()) {
            Servers both =
                    new Servers(List.of(server.address(), other.address()), Balance.ORDER, Duration.ofSeconds(30));
            CountDownLatch atOnce = new CountDownLatch(2);
            Worker worker = new Worker(both, ConnectionLimits.USUAL)
                    .function("meet", (text, job) -> {
                        atOnce.countDown();
                        return atOnce.await(10, TimeUnit.SECONDS) ? "both" : "alone";
                    })
                    .slots(1)
                    .start();
            try (worker;
                    Peer one = server.accept();
                    Peer two = other.accept()) {
                for (Peer peer : List.of(one, two)) {
                    begun(peer);
                    peer.send(res(JOB_ASSIGN_UNIQ, "H:1", "meet", "", ""));
                }
                for (Peer peer : List.of(one, two)) {
                    peer.expect(req(WORK_COMPLETE, "H:1", "both"), req(GRAB_JOB_UNIQ))
                            .send(res(NO_JOB));
                }
            }
        }
    }

    @Test
    void shouldRefuseWhatItCannotOffer() {
        Worker worker = new Worker("127.0.0.1", server.port());
        assertThrows(IllegalArgumentException.class, () -> worker.function("no name", (text, job) -> text));
        assertThrows(IllegalArgumentException.class, () -> worker.function("call", (text, job) -> text));
        assertThrows(IllegalArgumentException.class, () -> worker.slots(0));
        worker.function("f", (text, job) -> text).function("F", (text, job) -> text);
        IllegalStateException twice = assertThrows(IllegalStateException.class, worker::start);
        assertTrue(twice.getMessage().contains("f of "), twice.getMessage());
        worker.close();
    }
}
