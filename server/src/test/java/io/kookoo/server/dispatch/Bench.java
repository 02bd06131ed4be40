package io.kookoo.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Magic;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketReader;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.protocol.Priority;
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
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A dispatcher alone on the table, without sockets and threads, and with a clock that stands until it is moved. */
public final class Bench {
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
        this(new DispatchSettings(
                "bench", jobRetries, jobLines, false, Duration.ofSeconds(30), Duration.ZERO, Map.of()));
    }

    Bench(DispatchSettings settings) {
        this(settings, (clock, deadlines) -> Observer.NONE);
    }

    /** With somebody who is told what happens. */
    public Bench(BiFunction<Clock, Deadlines, Observer> observer) {
        this(new DispatchSettings("bench", 3, 0, false, Duration.ofSeconds(30), Duration.ZERO, Map.of()), observer);
    }

    private Bench(DispatchSettings settings, BiFunction<Clock, Deadlines, Observer> observer) {
        dispatcher = new Dispatcher(clock, deadlines, new FirstCall(), settings, observer.apply(clock, deadlines));
    }

    static final class ManualClock implements Clock {
        private static final long START = Long.MAX_VALUE - 1_000_000;
        private long nanos = START;
        private Duration wall = Duration.ZERO;

        private Runnable whenRead = () -> {};

        /** Does something whenever somebody reads the time. */
        void whenRead(Runnable action) {
            whenRead = action;
        }

        /** Sets the wall clock forward, or back. */
        void set(Duration forward) {
            wall = wall.plus(forward);
        }

        @Override
        public Instant now() {
            return Instant.EPOCH.plusNanos(nanos - START).plus(wall);
        }

        @Override
        public long nanoTime() {
            whenRead.run();
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
    public int pass(Duration time) {
        clock.nanos += time.toNanos();
        return deadlines.runDue();
    }

    public Dispatcher dispatcher() {
        return dispatcher;
    }

    public Clock clock() {
        return clock;
    }

    /** Now, by the clock. */
    public long nanoTime() {
        return clock.nanoTime();
    }

    public TestPeer peer(String... functions) {
        TestPeer peer = new TestPeer();
        Arrays.stream(functions).forEach(peer::canDo);
        return peer;
    }

    /** A connection whose bytes end in a list. */
    public final class TestPeer {
        public final Peer peer;
        private final Deliveries deliveries;
        private final List<byte[]> written = new ArrayList<>();

        TestPeer() {
            Outbox outbox = Outbox.inMemory(written::add);
            peer = new Peer(++lastNumber, "127.0.0.1", 0, outbox, clock);
            deliveries = new Deliveries(outbox);
            dispatcher.connect(peer);
        }

        /** What has been written to it since the last call. */
        public List<Packet> heard() {
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

        public TestPeer canDo(String function) {
            return canDo(function, null);
        }

        /** CAN_DO_TIMEOUT; null for no limit. */
        TestPeer canDo(String function, Duration timeout) {
            dispatcher.canDo(peer, FunctionName.of(function), timeout, speaks());
            return flushed();
        }

        TestPeer resetAbilities() {
            dispatcher.resetAbilities(peer, speaks());
            return flushed();
        }

        TestPeer cantDo(String function) {
            dispatcher.cantDo(peer, FunctionName.of(function), speaks());
            return flushed();
        }

        /** Before whatever the peer says, as its conversation does: its open GRAB is answered. */
        Deliveries speaks() {
            if (peer.mayHaveOpenGrab()) {
                dispatcher.closeGrab(peer, deliveries);
                flushed();
            }
            return deliveries;
        }

        /** GRAB_JOB, whose answer may wait. */
        TestPeer ask() {
            return ask(Dispatcher.Grab.JOB);
        }

        TestPeer ask(Dispatcher.Grab kind) {
            dispatcher.grab(peer, kind, speaks());
            return flushed();
        }

        TestPeer preSleep() {
            dispatcher.preSleep(peer, speaks());
            return flushed();
        }

        /** The data of the job it got, or null for NO_JOB. */
        String grab() {
            Packet answer = grabPacket();
            return answer == null ? null : answer.data().text();
        }

        /** JOB_ASSIGN, or null for NO_JOB. What it heard before is passed over. */
        public Packet grabPacket() {
            heard();
            dispatcher.grab(peer, Dispatcher.Grab.JOB, speaks());
            Packet answer = flushed().heard().get(0);
            return answer.type() == PacketType.NO_JOB ? null : answer;
        }

        public TestPeer submit(String function, Priority priority, boolean background, String data) {
            String refusal = submit(
                    new Submission(FunctionName.of(function), UniqueId.NONE, priority, background, Data.of(data)));
            assertTrue(refusal == null || refusal.equals("Server is shutting down"), refusal);
            return this;
        }

        /** Null, or why it is refused. */
        String submit(Submission submission) {
            String refusal = dispatcher.submit(peer, submission, speaks());
            flushed();
            return refusal;
        }

        /** Likewise, but what it is answered may wait for a commit, and so is not written yet; see {@link #flushed}. */
        String submitWithoutFlush(Submission submission) {
            return dispatcher.submit(peer, submission, speaks());
        }

        /** SET_CLIENT_ID. */
        public TestPeer called(String clientId) {
            dispatcher.setClientId(peer, clientId, speaks());
            return flushed();
        }

        TestPeer submit(String function, String data) {
            return submit(function, Priority.NORMAL, true, data);
        }

        TestPeer complete(JobHandle handle) {
            assertTrue(report(PacketType.WORK_COMPLETE, handle), handle::text);
            return this;
        }

        /** A WORK_* packet that carries nothing but its handle; false where the peer does not hold that job. */
        boolean report(PacketType type, JobHandle handle) {
            return report(type, handle, Data.EMPTY);
        }

        /** Likewise; the data where the type has some. */
        public boolean report(PacketType type, JobHandle handle, Data data) {
            PacketWriter writer = new PacketWriter(Magic.REQUEST);
            if (type.hasData()) {
                writer.packet(type, data, handle);
            } else {
                writer.packet(type, handle);
            }
            try {
                Message packet = new PacketReader(
                                new ByteArrayInputStream(writer.take(null)), Magic.REQUEST, 100_000, 256)
                        .read();
                boolean held = dispatcher.report(peer, (Packet) packet, speaks());
                flushed();
                return held;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Somebody else lets it be quiet; its GRAB that waits is answered. */
        TestPeer quiet() {
            Deliveries others = new Deliveries(null);
            dispatcher.quiet(peer, others);
            others.flush(LOG);
            return this;
        }

        TestPeer resume() {
            Deliveries others = new Deliveries(null);
            dispatcher.resume(peer, others);
            others.flush(LOG);
            return this;
        }

        public boolean cancel(JobHandle handle) {
            boolean known = dispatcher.cancel(handle, speaks());
            flushed();
            return known;
        }

        boolean cancel(String function, String unique) {
            return dispatcher
                    .handle(FunctionName.of(function), UniqueId.of(unique))
                    .map(this::cancel)
                    .orElse(false);
        }

        Dispatcher.Drop drop(String function) {
            Dispatcher.Drop drop = dispatcher.dropFunction(FunctionName.of(function), speaks());
            flushed();
            return drop;
        }

        public void disconnect() {
            dispatcher.disconnect(peer, "test", deliveries);
            flushed();
        }

        /** Writes what its calls have left to be written. */
        TestPeer flushed() {
            deliveries.flush(LOG);
            return this;
        }
    }
}
