package io.kookoo.client.net;

import static io.kookoo.client.net.ScriptedServer.ALIVE;
import static io.kookoo.client.net.ScriptedServer.PROBE;
import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.ECHO_RES;
import static io.kookoo.protocol.PacketType.ERROR;
import static io.kookoo.protocol.PacketType.OPTION_REQ;
import static io.kookoo.protocol.PacketType.OPTION_RES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.Secret;
import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.protocol.PacketType;
import io.kookoo.settings.Settings.Client.Balance;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FailoverTest {
    private static final ConnectionLimits PATIENT = ConnectionLimits.ofSizes(1 << 20, 1 << 10);
    private static final ConnectionLimits IMPATIENT = new ConnectionLimits(
            Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofMillis(200), 1 << 20, 1 << 10);
    private static final Duration FAILBACK = Duration.ofSeconds(30);
    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    private final AtomicLong nanoTime = new AtomicLong();
    private final ScriptedServer a = new ScriptedServer();
    private final ScriptedServer b = new ScriptedServer();
    private Failover failover;

    @AfterEach
    void close() throws IOException {
        if (failover != null) {
            failover.close();
        }
        a.close();
        b.close();
        watch.shutdownNow();
    }

    private void failover(Balance balance, ConnectionLimits limits, ServerAddress... addresses) {
        failover(new Servers(List.of(addresses), balance, FAILBACK), limits, OFTEN);
    }

    private void failover(Servers servers, ConnectionLimits limits, Duration probeInterval) {
        failover = new Failover(servers, limits, watch, probeInterval, nanoTime::get);
    }

    private void failover(Balance balance) {
        failover(balance, PATIENT, a.address(), b.address());
    }

    private static ServerAddress nobody() {
        return new ServerAddress("127.0.0.1", ScriptedServer.unusedPort());
    }

    /** Looks for a server beside the test, which plays the servers. */
    private FutureTask<ServerConnection> opening() {
        FutureTask<ServerConnection> opening = new FutureTask<>(failover::open);
        Thread thread = new Thread(opening, "opening");
        thread.setDaemon(true);
        thread.start();
        return opening;
    }

    private static ServerConnection opened(FutureTask<ServerConnection> opening) throws Exception {
        return opening.get(10, TimeUnit.SECONDS);
    }

    private static <T> T await(Supplier<Optional<T>> source) {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (System.nanoTime() < end) {
            Optional<T> value = source.get();
            if (value.isPresent()) {
                return value.get();
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("not there within ten seconds");
    }

    private static Peer answered(ScriptedServer server) throws IOException {
        return server.accept().expect(PROBE).send(ALIVE);
    }

    /** The next connection, after one that the client has given up without an answer. */
    private static Peer afterTheOneGivenUp(ScriptedServer server) throws IOException {
        server.accept().expect(PROBE).expectEnd();
        return server.accept();
    }

    /** Answers what the server is asked until {@code done} has a value. */
    private static <T> T answering(Peer peer, Supplier<Optional<T>> done) throws IOException {
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (System.nanoTime() < end) {
            Optional<T> value = done.get();
            if (value.isPresent()) {
                return value.get();
            }
            // Who is being asked is not taken: only between an answer and the next question.
            if (peer.hasSpoken()) {
                peer.expect(PROBE).send(ALIVE);
            }
            LockSupport.parkNanos(1_000_000);
        }
        throw new AssertionError("not there within ten seconds");
    }

    /** The client uses b while nothing comes from a. */
    private ServerConnection onB(ConnectionLimits limits) throws Exception {
        failover(Balance.ORDER, limits, a.address(), b.address());
        FutureTask<ServerConnection> opening = opening();
        answered(b);
        ServerConnection connection = opened(opening);
        assertEquals(b.address(), connection.address());
        return connection;
    }

    @Test
    void shouldTakeTheFirstThatAnswers() throws Exception {
        failover(Balance.ORDER);
        FutureTask<ServerConnection> opening = opening();
        Peer peer = answered(a);
        try (ServerConnection connection = opened(opening)) {
            assertEquals(a.address(), connection.address());
            connection.send(writer -> writer.packet(PacketType.PRE_SLEEP));
            peer.expect(req(PacketType.PRE_SLEEP));
            assertEquals(Optional.empty(), failover.better());
        }
    }

    @Test
    void shouldTakeTheNextAtOnceWhereNobodyListens() throws Exception {
        failover(Balance.ORDER, PATIENT, nobody(), nobody(), b.address());
        FutureTask<ServerConnection> opening = opening();
        answered(b);
        try (ServerConnection connection = opened(opening)) {
            assertEquals(b.address(), connection.address());
        }
    }

    @Test
    void shouldTakeTheNextWhereTheFirstStandsStill() throws Exception {
        ServerConnection used = onB(PATIENT);
        try (used) {
            // It was asked, and is given up without having been waited for.
            a.accept().expect(PROBE).expectEnd();
        }
    }

    @Test
    void shouldTryTheServerThatWasLostLast() throws Exception {
        failover(Balance.ORDER);
        FutureTask<ServerConnection> opening = opening();
        answered(a);
        opened(opening).close();
        failover.lost(a.address());
        FutureTask<ServerConnection> again = opening();
        answered(b);
        try (ServerConnection connection = opened(again)) {
            assertEquals(b.address(), connection.address());
        }
    }

    @Test
    void shouldSayWhyNoneOfThemAnswers() throws Exception {
        ServerAddress nobody = nobody();
        failover(Balance.ORDER, IMPATIENT, nobody, a.address());
        ExecutionException failure = assertThrows(ExecutionException.class, () -> opened(opening()));
        assertEquals(
                "none of the servers answers: " + nobody + ": Connection refused; " + a.address()
                        + ": the server has been silent for 0.2 s",
                failure.getCause().getMessage());
        assertTrue(failure.getCause() instanceof CannotConnectException);
    }

    @Test
    void shouldTakeTheNextWhereTheFirstWantsAToken() throws Exception {
        failover(Balance.ORDER);
        FutureTask<ServerConnection> opening = opening();
        refused(a);
        answered(b);
        try (ServerConnection connection = opened(opening)) {
            assertEquals(b.address(), connection.address());
        }
    }

    @Test
    void shouldTakeOneThatWantsATokenWhereNoneAnswersSoThatItCanBeShownOne() throws Exception {
        failover(Balance.ORDER);
        b.close();
        FutureTask<ServerConnection> opening = opening();
        refused(a);
        Peer peer = a.accept();
        try (ServerConnection connection = opened(opening)) {
            assertEquals(a.address(), connection.address());
            connection.send(writer -> writer.text("auth secret\n"));
            peer.expect("auth secret\n");
        }
    }

    @Test
    void shouldTakeTheNextWhereTheFirstDoesNotTakeTheToken() throws Exception {
        failover(Balance.ORDER, PATIENT.with(Credentials.of(new Secret("secret"))), a.address(), b.address(), nobody());
        byte[] shown = req(OPTION_REQ, "token=secret");
        FutureTask<ServerConnection> opening = opening();
        a.accept()
                .expect(shown)
                .expect(PROBE)
                .send(res(ERROR, "AUTH_FAILED", "none of ours"))
                .expectEnd();
        b.accept().expect(shown).expect(PROBE).send(res(OPTION_RES, "token")).send(ALIVE);
        try (ServerConnection connection = opened(opening)) {
            assertEquals(b.address(), connection.address());
        }
        b.close();
        FutureTask<ServerConnection> again = opening();
        String message = assertThrows(ExecutionException.class, () -> opened(again))
                .getCause()
                .getMessage();
        assertTrue(
                message.contains(a.address() + ": the server does not take the token of this client")
                        && message.contains(b.address() + ": Connection refused"),
                message);
        assertFalse(a.isWaitedFor());
    }

    /** It wants a token, as a server does that answers ECHO_REQ all the same. */
    private static void refused(ScriptedServer server) throws IOException {
        server.accept()
                .expect(PROBE)
                .send(
                        res(ERROR, "AUTH_REQUIRED", "This server wants a token first: OPTION_REQ token=..."),
                        res(ECHO_RES, "kookoo-probe"))
                .expectEnd();
    }

    @Test
    void shouldOnlyConnectWhereThereIsOneServer() throws Exception {
        failover(Balance.LEAST, PATIENT, a.address());
        FutureTask<ServerConnection> opening = opening();
        Peer peer = a.accept();
        opened(opening).close();
        peer.expectEnd();
        failover.lost(a.address());
        assertEquals(Optional.empty(), failover.better());
    }

    @Test
    void shouldGiveTheProbesConnectionOnceTheBetterServerHasAnsweredForLongEnough() throws Exception {
        ServerConnection used = onB(PATIENT);
        try (used) {
            Peer probe = afterTheOneGivenUp(a).expect(PROBE).send(ALIVE);
            probe.expect(PROBE).send(ALIVE).expect(PROBE);
            assertEquals(Optional.empty(), failover.better(), "no time has passed");
            nanoTime.addAndGet(FAILBACK.toNanos());
            assertEquals(Optional.empty(), failover.better(), "it is just being asked");
            probe.send(ALIVE);
            try (ServerConnection better = answering(probe, failover::better)) {
                assertEquals(a.address(), better.address());
                better.send(writer -> writer.packet(PacketType.PRE_SLEEP));
                assertEquals("PRE_SLEEP ", probe.next());
                assertEquals(Optional.empty(), failover.better());
            }
        }
    }

    @Test
    void shouldBeginToCountAnewWhenTheBetterServerWasAwayMeanwhile() throws Exception {
        ServerConnection used = onB(PATIENT);
        try (used) {
            Peer first = afterTheOneGivenUp(a).expect(PROBE).send(ALIVE).expect(PROBE);
            nanoTime.addAndGet(FAILBACK.minusSeconds(1).toNanos());
            first.hangUp();
            Peer second = a.accept().expect(PROBE).send(ALIVE).expect(PROBE);
            nanoTime.addAndGet(FAILBACK.minusSeconds(1).toNanos());
            second.send(ALIVE).expect(PROBE);
            assertEquals(Optional.empty(), failover.better());
            nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
            second.send(ALIVE);
            answering(second, failover::better).close();
        }
    }

    @Test
    void shouldNotLeaveAServerForOneThatTakesConnectionsAndDoesNotAnswer() throws Exception {
        ServerConnection used = onB(IMPATIENT);
        try (used) {
            a.accept();
            nanoTime.addAndGet(FAILBACK.toNanos());
            for (int i = 0; i < 3; i++) {
                a.accept().expect(PROBE);
                assertEquals(Optional.empty(), failover.better());
            }
        }
    }

    @Test
    void shouldTakeAServerThatIsBackAtOnceWhereNothingElseAnswers() throws Exception {
        ServerConnection used = onB(PATIENT);
        Peer probe = afterTheOneGivenUp(a).expect(PROBE).send(ALIVE).expect(PROBE);
        used.close();
        b.close();
        failover.lost(b.address());
        FutureTask<ServerConnection> again = opening();
        answered(a);
        try (ServerConnection connection = opened(again)) {
            assertEquals(a.address(), connection.address());
            // Nothing is better any more.
            probe.expectEnd();
        }
    }

    private static Peer load(ScriptedServer server, String... lines) throws IOException {
        return say(server.accept(), lines);
    }

    private static Peer say(Peer peer, String... lines) throws IOException {
        peer.expect("show load\n");
        for (String line : lines) {
            peer.send(line + "\n");
        }
        return peer;
    }

    @Test
    void shouldTakeTheServerWithTheFewestJobs() throws Exception {
        failover(Balance.LEAST);
        FutureTask<ServerConnection> opening = opening();
        Peer busy = load(a, "3\t2\t1", ".");
        Peer idle = load(b, "900\t1\t1", ".");
        try (ServerConnection connection = opened(opening)) {
            assertEquals(b.address(), connection.address());
            busy.expectEnd();
            connection.send(writer -> writer.packet(PacketType.PRE_SLEEP));
            idle.expect(req(PacketType.PRE_SLEEP));
        }
    }

    @Test
    void shouldTakeTheFirstOfEqualLoadsAndOneThatSaysNoneLast() throws Exception {
        ScriptedServer c = new ScriptedServer();
        try (c) {
            failover(Balance.LEAST, PATIENT, c.address(), a.address(), b.address());
            FutureTask<ServerConnection> opening = opening();
            load(b, "1\t4\t0", ".");
            load(a, "1\t0\t4", ".");
            load(c, "ERR UNKNOWN_SHOW_ARGUMENTS Unknown+show+arguments");
            try (ServerConnection connection = opened(opening)) {
                assertEquals(a.address(), connection.address());
            }
        }
    }

    @Test
    void shouldMoveToAServerThatIsBackWhereItHasLessToDo() throws Exception {
        // Seldom enough for it not to be asked again before it is taken.
        failover(
                new Servers(List.of(a.address(), b.address()), Balance.LEAST, FAILBACK),
                PATIENT,
                Duration.ofSeconds(2));
        FutureTask<ServerConnection> opening = opening();
        load(b, "1\t2\t3", ".");
        ServerConnection used = opened(opening);
        try (used) {
            assertEquals(b.address(), used.address());
            a.accept().expect("show load\n").expectEnd();
            Peer probe = load(a, "1\t0\t4", ".");
            probe.expect("show load\n");
            nanoTime.addAndGet(FAILBACK.toNanos());
            probe.send("1\t0\t4\n.\n");
            load(b, "1\t2\t3", ".");
            try (ServerConnection better = await(failover::better)) {
                assertEquals(a.address(), better.address());
            }
        }
    }

    @Test
    void shouldStayWhereAServerThatIsBackHasNoLessToDo() throws Exception {
        failover(Balance.LEAST);
        FutureTask<ServerConnection> opening = opening();
        load(b, "1\t2\t2", ".");
        ServerConnection used = opened(opening);
        try (used) {
            a.accept().expect("show load\n").expectEnd();
            Peer probe = load(a, "1\t0\t4", ".");
            probe.expect("show load\n");
            nanoTime.addAndGet(FAILBACK.toNanos());
            probe.send("1\t0\t4\n.\n");
            load(b, "1\t2\t2", ".");
            // It has been looked at, and is left alone.
            probe.expectEnd();
            assertEquals(Optional.empty(), failover.better());
        }
    }

    @Test
    void shouldEndWhatItLooksForWhenItIsClosed() throws Exception {
        failover(Balance.ORDER);
        FutureTask<ServerConnection> opening = opening();
        Peer one = a.accept().expect(PROBE);
        Peer other = b.accept().expect(PROBE);
        failover.close();
        one.expectEnd();
        other.expectEnd();
        ExecutionException failure = assertThrows(ExecutionException.class, () -> opened(opening));
        assertTrue(failure.getCause() instanceof CannotConnectException, failure::toString);
        assertThrows(ExecutionException.class, () -> opened(opening()));
    }

    @Test
    void shouldEndItsProbesAndLeaveWhatItGaveAwayWhenItIsClosed() throws Exception {
        ServerConnection used = onB(PATIENT);
        try (used) {
            Peer probe = afterTheOneGivenUp(a).expect(PROBE);
            failover.close();
            probe.expectEnd();
            assertEquals(Optional.empty(), failover.better());
            used.send(writer -> writer.packet(PacketType.PRE_SLEEP));
        }
    }
}
