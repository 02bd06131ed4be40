package io.kookoo.server.dispatch;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Magic;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketReader;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.protocol.UniqueId;
import io.kookoo.server.net.Outbox;
import io.kookoo.server.time.Clock;
import io.kookoo.server.time.Deadlines;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A dispatcher alone on the table, without sockets and threads, and with a clock that stands until it is moved. */
final class Bench {
    private static final Logger LOG = LoggerFactory.getLogger("io.kookoo.bench");

    final ManualClock clock = new ManualClock();
    final Deadlines deadlines = new Deadlines(clock);
    final Dispatcher dispatcher;
    final List<String> catalog = new ArrayList<>();
    private long lastNumber;

    Bench() {
        this(1_000_000, 3);
    }

    Bench(int jobLines, int jobRetries) {
        dispatcher = new Dispatcher(clock, deadlines, "bench", new FirstCall(), jobRetries, jobLines);
    }

    static final class ManualClock implements Clock {
        private long nanos = Long.MAX_VALUE - 1_000_000;

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public long nanoTime() {
            return nanos;
        }
    }

    private final class FirstCall implements CallSource {
        @Override
        public Optional<CatalogCall> draw() {
            return catalog.stream().findFirst().map(text -> new CatalogCall(text, FunctionName.of(text), Data.EMPTY));
        }

        @Override
        public boolean isEmpty() {
            return catalog.isEmpty();
        }
    }

    /** Lets time pass, and what was due then happen. */
    int pass(Duration time) {
        clock.nanos += time.toNanos();
        return deadlines.runDue();
    }

    TestPeer peer(String... functions) {
        TestPeer peer = new TestPeer();
        Arrays.stream(functions).forEach(peer::canDo);
        return peer;
    }

    /** A connection whose bytes end in a list. */
    final class TestPeer {
        final Peer peer;
        private final Deliveries deliveries;
        private final List<byte[]> written = new ArrayList<>();

        TestPeer() {
            Outbox outbox = Outbox.inMemory(written::add);
            peer = new Peer(++lastNumber, "127.0.0.1", outbox);
            deliveries = new Deliveries(outbox);
            dispatcher.connect(peer);
        }

        /** What has been written to it since the last call. */
        List<Packet> heard() {
            List<Packet> packets = new ArrayList<>();
            for (byte[] bytes : written) {
                PacketReader reader =
                        new PacketReader(new ByteArrayInputStream(bytes), Magic.RESPONSE, Integer.MAX_VALUE, 256);
                try {
                    for (Message message = reader.read(); message != null; message = reader.read()) {
                        packets.add((Packet) message);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            written.clear();
            return packets;
        }

        List<PacketType> heardTypes() {
            return heard().stream().map(Packet::type).toList();
        }

        TestPeer canDo(String function) {
            dispatcher.canDo(peer, FunctionName.of(function), deliveries);
            return flushed();
        }

        TestPeer cantDo(String function) {
            dispatcher.cantDo(peer, FunctionName.of(function), deliveries);
            return flushed();
        }

        TestPeer preSleep() {
            dispatcher.preSleep(peer, deliveries);
            return flushed();
        }

        /** The data of the job it got, or null for NO_JOB. */
        String grab() {
            Packet answer = grabPacket();
            return answer == null ? null : answer.data().text();
        }

        /** JOB_ASSIGN, or null for NO_JOB. What it heard before is passed over. */
        Packet grabPacket() {
            heard();
            dispatcher.grab(peer, Dispatcher.Grab.JOB, deliveries);
            Packet answer = flushed().heard().get(0);
            return answer.type() == PacketType.NO_JOB ? null : answer;
        }

        TestPeer submit(String function, Priority priority, boolean background, String data) {
            dispatcher.submit(
                    peer,
                    new Submission(FunctionName.of(function), UniqueId.NONE, priority, background, Data.of(data)),
                    deliveries);
            return flushed();
        }

        TestPeer submit(String function, String data) {
            return submit(function, Priority.NORMAL, true, data);
        }

        TestPeer complete(JobHandle handle) {
            PacketWriter writer = new PacketWriter(Magic.REQUEST);
            writer.packet(PacketType.WORK_COMPLETE, Data.EMPTY, handle);
            try {
                Message packet =
                        new PacketReader(new ByteArrayInputStream(writer.take(null)), Magic.REQUEST, 1000, 256).read();
                dispatcher.report(peer, (Packet) packet, deliveries);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return flushed();
        }

        void disconnect() {
            dispatcher.disconnect(peer, "test", deliveries);
            flushed();
        }

        private TestPeer flushed() {
            deliveries.flush(LOG);
            return this;
        }
    }
}
