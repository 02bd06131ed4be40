package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.PacketType;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Whatever bytes a peer sends, nobody else is hurt, and nothing is left of it. */
final class BadInputTest {
    private static final int STREAMS = 10_000;
    private static final long SEED = Long.getLong("kookoo.seed", 20261121);

    /** What a well-behaved peer may say, for the mutations to begin from. */
    private static byte[] conversation(Random random) {
        byte[][] messages = new byte[1 + random.nextInt(6)][];
        PacketType[] types = PacketType.values();
        for (int i = 0; i < messages.length; i++) {
            PacketType type = types[random.nextInt(types.length)];
            String[] parts = new String[type.arguments().size() + (type.hasData() ? 1 : 0)];
            for (int part = 0; part < parts.length; part++) {
                parts[part] = switch (random.nextInt(5)) {
                    case 0 -> "";
                    case 1 -> "f" + random.nextInt(3);
                    case 2 -> Integer.toString(random.nextInt());
                    case 3 -> "exceptions";
                    default -> "x".repeat(random.nextInt(100));
                };
            }
            messages[i] = switch (random.nextInt(8)) {
                case 0 -> "status\n".getBytes(StandardCharsets.US_ASCII);
                case 1 -> "workers\r\n".getBytes(StandardCharsets.US_ASCII);
                default -> WireClient.packet(type, parts);
            };
        }
        return WireClient.together(messages);
    }

    private static byte[] stream(Random random) {
        if (random.nextInt(5) == 0) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] bytes = conversation(random);
        for (int mutations = random.nextInt(5); mutations > 0 && bytes.length > 0; mutations--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 ->
                    bytes = WireClient.together(
                            Arrays.copyOf(bytes, at),
                            conversation(random),
                            Arrays.copyOfRange(bytes, at, bytes.length));
                default -> {
                    if (at + 4 <= bytes.length) {
                        ByteBuffer.wrap(bytes).putInt(at, random.nextInt());
                    }
                }
            }
        }
        return bytes;
    }

    /** Exchanges jobs until told to stop; each answer is looked at. How many there were. */
    private static int exchange(WireClient client, WireClient worker, AtomicBoolean stop) {
        int jobs = 0;
        while (!stop.get()) {
            String data = "job " + jobs;
            String handle = client.send(SUBMIT_JOB, "well-behaved", "", data).expectHandle();
            worker.expect(NOOP)
                    .send(GRAB_JOB)
                    .expect(JOB_ASSIGN, handle, "well-behaved", data)
                    .send(WORK_COMPLETE, handle, "result of " + data)
                    .send(PRE_SLEEP);
            client.expect(WORK_COMPLETE, handle, "result of " + data);
            jobs++;
        }
        return jobs;
    }

    private static long usedMegabytes() {
        System.gc();
        return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20;
    }

    @Test
    void shouldSurviveTenThousandBadStreamsWhileOthersWork() throws Exception {
        try (RunningServer server = new RunningServer()
                .with("max-line", "1K")
                // The log of the test keeps every line.
                .with("job-lines", "0")
                .start()) {
            WireClient worker = server.worker("well-behaved").send(PRE_SLEEP);
            WireClient client = server.connect();
            AtomicBoolean stop = new AtomicBoolean();
            CompletableFuture<Integer> jobs = CompletableFuture.supplyAsync(() -> exchange(client, worker, stop));
            long before = usedMegabytes();
            for (int i = 0; i < STREAMS; i++) {
                byte[] bytes = stream(new Random(SEED + i));
                try (WireClient bad = new WireClient(server.server().address())) {
                    bad.sendBytes(bytes);
                    switch (i % 8) {
                        case 0 -> bad.endOutput().expectGone();
                        case 1, 2, 3, 4 -> bad.reset();
                        default -> {}
                    }
                } catch (UncheckedIOException e) {
                    // Reset by the server while it was still being sent: as it should be.
                } catch (AssertionError e) {
                    throw new AssertionError("stream " + i + " of -Dkookoo.seed=" + SEED, e);
                }
                assertTrue(!jobs.isDone(), () -> "-Dkookoo.seed=" + SEED + ": " + jobs);
            }
            stop.set(true);
            int exchanged = jobs.get(10, TimeUnit.SECONDS);
            assertTrue(exchanged > 100, exchanged + " jobs beside " + STREAMS + " bad streams");

            server.log().await(STREAMS, "DEBUG disconnected ");
            awaitConnections(server, client, 2);
            assertEquals(List.of(), server.log().errors(), "-Dkookoo.seed=" + SEED);
            long grown = usedMegabytes() - before;
            assertTrue(grown < 100, grown + " MB more");
        }
    }

    /** A connection has left the list a moment after it was logged as ended: each question takes a moment, too. */
    private static void awaitConnections(RunningServer server, WireClient client, int count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (server.server().connectionCount() != count && System.nanoTime() < end) {
            client.expectNothingBeforeEcho();
        }
        assertEquals(count, server.server().connectionCount());
    }

    @Test
    void shouldHoldLittleForPeersThatAnnounceMuch() {
        try (RunningServer server = new RunningServer().start()) {
            WireClient client = server.connect().expectNothingBeforeEcho();
            long before = usedMegabytes();
            byte[] header = ByteBuffer.allocate(22)
                    .putInt(0x00524551)
                    .putInt(SUBMIT_JOB.code())
                    .putInt(60_000_000)
                    .array();
            for (int i = 0; i < 100; i++) {
                server.connect().sendBytes(header);
            }
            awaitConnections(server, client, 101);
            long grown = usedMegabytes() - before;
            assertTrue(grown < 100, grown + " MB for 1000 bytes");
        }
    }

    @Test
    void shouldForgetHalfAPacketWithItsPeer() {
        try (RunningServer server = new RunningServer().start()) {
            WireClient client = server.connect();
            byte[] packet = WireClient.packet(SUBMIT_JOB_BG, "f", "u", "data");
            for (int length = 0; length < packet.length; length++) {
                WireClient half = server.connect().sendBytes(Arrays.copyOf(packet, length));
                if (length % 2 == 0) {
                    half.close();
                } else {
                    half.reset();
                }
            }
            server.log().await(packet.length, "disconnected ");
            client.sendText("status").expectText(".\n");
            awaitConnections(server, client, 1);
        }
    }
}
