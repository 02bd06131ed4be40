package io.kookoo.client;

import static io.kookoo.client.net.ScriptedServer.ALIVE;
import static io.kookoo.client.net.ScriptedServer.PROBE;
import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.Secret;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Credentials;
import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.net.Servers;
import io.kookoo.protocol.JobHandle;
import io.kookoo.settings.Settings.Client.Balance;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of what is under way when a connection is lost, with one server and with two. */
class ResubmitTest {
    private static final ConnectionLimits PATIENT = ConnectionLimits.ofSizes(1 << 20, 1 << 16);
    private static final ConnectionLimits IMPATIENT = PATIENT.withSilence(Duration.ofSeconds(1));
    private static final Duration NEVER = Duration.ofDays(1);

    private final ScriptedServer a = new ScriptedServer();
    private final ScriptedServer b = new ScriptedServer();
    private final BlockingQueue<Move> moves = new LinkedBlockingQueue<>();
    private final BlockingQueue<ConnectionLostException> losses = new LinkedBlockingQueue<>();
    private final List<Peer> peers = new ArrayList<>();
    private Kookoo kookoo;

    @AfterEach
    void close() throws IOException {
        if (kookoo != null) {
            kookoo.close();
        }
        for (Peer peer : peers) {
            peer.close();
        }
        a.close();
        b.close();
    }

    private final class Told implements Kookoo.Listener {
        @Override
        public void pushed(Pushed pushed) {
            throw new AssertionError(pushed);
        }

        @Override
        public void lost(ConnectionLostException reason) {
            losses.add(reason);
        }

        @Override
        public void moved(Move move) {
            moves.add(move);
        }
    }

    /** Connects to a, beside which there is b. */
    private Peer connect(ConnectionLimits limits, boolean resubmit, Duration failbackAfter) throws Exception {
        Servers servers = new Servers(List.of(a.address(), b.address()), Balance.ORDER, failbackAfter);
        FutureTask<Kookoo> connecting = new FutureTask<>(() -> Kookoo.connect(servers, limits, resubmit, new Told()));
        new Thread(connecting).start();
        Peer peer = answered(a);
        kookoo = connecting.get(10, TimeUnit.SECONDS);
        return peer;
    }

    private Peer connect() throws Exception {
        return connect(PATIENT, true, NEVER);
    }

    /** Connects to a alone. */
    private Peer connectToOne(ConnectionLimits limits) throws Exception {
        kookoo = Kookoo.connect(Servers.of(a.address()), limits, true, new Told());
        return accepted(a);
    }

    private Peer accepted(ScriptedServer server) throws IOException {
        Peer peer = server.accept();
        peers.add(peer);
        return peer;
    }

    private Peer answered(ScriptedServer server) throws IOException {
        return accepted(server).expect(PROBE).send(ALIVE);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static <E extends Exception> E failure(Class<E> type, CompletableFuture<?> future) {
        ExecutionException failure = assertThrows(ExecutionException.class, () -> get(future));
        return assertInstanceOf(type, failure.getCause());
    }

    private <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(10, TimeUnit.SECONDS);
        assertTrue(next != null, "nothing within ten seconds");
        return next;
    }

    /** The next packet is a job of the function; its unique. */
    private static String unique(Peer peer, String submit, String function, String workload) throws IOException {
        String packet = peer.next();
        String[] parts = packet.substring(packet.indexOf(' ') + 1).split("\\|", -1);
        assertEquals(
                submit + " " + function + " " + workload, packet.split(" ", 2)[0] + " " + parts[0] + " " + parts[2]);
        return parts[1];
    }

    private static String submitted(Peer peer, String function, String workload) throws IOException {
        return unique(peer, "SUBMIT_JOB", function, workload);
    }

    private static Peer exceptions(Peer peer) throws IOException {
        return peer.expect(req(OPTION_REQ, "exceptions"));
    }

    /** On a connection whose first job has been submitted before. */
    private static Peer again(Peer peer) throws IOException {
        return peer.expect(req(OPTION_REQ, "exceptions"), req(OPTION_REQ, "parts"));
    }

    // Uniques

    @Test
    void shouldGiveEachSubmissionAUniqueThatNoOtherHas() throws Exception {
        Peer peer = connectToOne(PATIENT);
        Kookoo another = Kookoo.connect(a.address(), PATIENT);
        Peer anothers = accepted(a);
        Set<String> uniques = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            kookoo.submit("f", "x");
            another.submit("f", "x");
        }
        exceptions(peer);
        exceptions(anothers);
        for (int i = 0; i < 200; i++) {
            for (Peer each : List.of(peer, anothers)) {
                String unique = submitted(each, "f", "x");
                assertTrue(unique.matches("[0-9a-zA-Z_-]{15,16}"), unique);
                uniques.add(unique);
            }
        }
        another.close();
        assertEquals(400, uniques.size());
    }

    @Test
    void shouldLeaveAUniqueAsItIsAndSubmitItAgain() throws Exception {
        Peer first = connect();
        Job<String> own = kookoo.submit(Submission.of("f", "1").unique("mine"));
        Job<String> data = kookoo.submit(Submission.of("f", "2").unique("-"));
        assertEquals("mine", submitted(exceptions(first), "f", "1"));
        assertEquals("-", submitted(first, "f", "2"));
        first.reset();
        Peer second = again(answered(b));
        assertEquals("mine", submitted(second, "f", "1"));
        assertEquals("-", submitted(second, "f", "2"));
        second.send(
                res(JOB_CREATED, "H:1"),
                res(JOB_CREATED, "H:2"),
                res(WORK_COMPLETE, "H:1", "one"),
                res(WORK_COMPLETE, "H:2", "two"));
        assertEquals("one two", get(own) + " " + get(data));
    }

    @Test
    void shouldGiveNoUniqueWhereNothingIsSubmittedAgain() throws Exception {
        Peer peer = connect(PATIENT, false, NEVER);
        kookoo.submit("f", "x");
        assertEquals("", submitted(exceptions(peer), "f", "x"));
    }

    // Jobs

    @Test
    void shouldSubmitToTheNextServerWhatWasUnderWayInItsOrderAndWithItsUniques() throws Exception {
        Peer first = connect();
        List<String> heard = new ArrayList<>();
        Job<String> accepted = kookoo.submit(Submission.of("f", "1").onProgress((done, all) -> heard.add("" + done)));
        Job<String> ended = kookoo.submit("f", "2");
        Job<String> unanswered = kookoo.submit("f", "3");
        exceptions(first);
        String one = submitted(first, "f", "1");
        String two = submitted(first, "f", "2");
        String three = submitted(first, "f", "3");
        first.send(
                res(JOB_CREATED, "H:a:1"),
                res(JOB_CREATED, "H:a:2"),
                res(WORK_STATUS, "H:a:1", "1", "9"),
                res(WORK_DATA, "H:a:1", "half of "),
                res(WORK_COMPLETE, "H:a:2", "two"));
        assertEquals("two", get(ended));
        assertEquals(JobHandle.of("H:a:1"), accepted.handle());
        first.hangUp();
        Peer second = again(answered(b));
        assertEquals(one, submitted(second, "f", "1"));
        assertEquals(three, submitted(second, "f", "3"));
        assertNotEquals(two, three);
        second.send(
                res(JOB_CREATED, "H:b:1"),
                res(JOB_CREATED, "H:b:2"),
                res(WORK_STATUS, "H:b:1", "5", "9"),
                res(WORK_DATA, "H:b:1", "all of "),
                res(WORK_COMPLETE, "H:b:2", "three"),
                res(WORK_COMPLETE, "H:b:1", "one"));
        assertEquals("all of one", get(accepted));
        assertEquals("three", get(unanswered));
        assertEquals(List.of("1", "5"), heard);
        assertEquals(JobHandle.of("H:b:1"), accepted.handle());
        assertEquals(1, accepted.resubmissions());
        assertEquals(0, ended.resubmissions());
        Move move = next(moves);
        assertEquals(
                "the connection to " + a.address() + " is lost: the server closed the connection; connected to "
                        + b.address() + "; 2 jobs are submitted again",
                move.text());
        assertEquals(b.address(), kookoo.address());
        assertTrue(losses.isEmpty());
    }

    @Test
    void shouldNotCountTheLateAnswerOfAServerThatWasGivenUp() throws Exception {
        Peer first = connect(IMPATIENT, true, NEVER);
        Job<String> job = kookoo.submit("f", "1");
        List<String> answers = new ArrayList<>();
        CompletableFuture<Void> told = job.thenAccept(answers::add);
        submitted(exceptions(first), "f", "1");
        first.send(res(JOB_CREATED, "H:a:1"));
        // Silent from now on.
        Peer second = again(answered(b));
        submitted(second, "f", "1");
        try {
            first.send(res(WORK_COMPLETE, "H:a:1", "late"));
        } catch (IOException e) {
            // Whether the client's end is seen at once or not.
        }
        second.send(res(JOB_CREATED, "H:b:1"), res(WORK_COMPLETE, "H:b:1", "in time"));
        get(told);
        assertEquals(List.of("in time"), answers);
        assertTrue(next(moves).text().contains("the server has been silent for 1.0 s"));
    }

    @Test
    void shouldSubmitBackgroundJobsAgainOnlyIfTheirAcceptanceWasNotHeardOf() throws Exception {
        Peer first = connect();
        Job<JobHandle> accepted = kookoo.submitBackground(Submission.of("f", "1"));
        Job<JobHandle> unanswered = kookoo.submitBackground(Submission.of("f", "2"));
        exceptions(first);
        unique(first, "SUBMIT_JOB_BG", "f", "1");
        String two = unique(first, "SUBMIT_JOB_BG", "f", "2");
        first.send(res(JOB_CREATED, "H:a:1")).hangUp();
        Peer second = again(answered(b));
        assertEquals(two, unique(second, "SUBMIT_JOB_BG", "f", "2"));
        second.send(res(JOB_CREATED, "H:b:1"));
        assertEquals(JobHandle.of("H:a:1"), get(accepted));
        assertEquals(JobHandle.of("H:b:1"), get(unanswered));
        assertEquals(1, next(moves).resubmitted());
    }

    @Test
    void shouldFailWhatMayHaveBeenRunWhereItIsNotToBeSubmittedAgainAndSubmitWhatComes() throws Exception {
        Peer first = connect(PATIENT, false, NEVER);
        Job<String> foreground = kookoo.submit("f", "1");
        Job<JobHandle> background = kookoo.submitBackground(Submission.of("f", "2"));
        exceptions(first);
        submitted(first, "f", "1");
        unique(first, "SUBMIT_JOB_BG", "f", "2");
        first.hangUp();
        String lost = "the connection to " + a.address() + " is lost: the server closed the connection";
        assertEquals(lost, failure(ConnectionLostException.class, foreground).getMessage());
        assertEquals(lost, failure(ConnectionLostException.class, background).getMessage());
        assertEquals(lost, next(losses).getMessage());
        assertFalse(kookoo.isOpen());
        Job<String> next = kookoo.submit("f", "3");
        Peer second = exceptions(answered(b));
        assertEquals("", submitted(second, "f", "3"));
        second.send(res(JOB_CREATED, "H:b:1"), res(WORK_COMPLETE, "H:b:1", "three"));
        assertEquals("three", get(next));
        assertEquals(0, next(moves).resubmitted());
        assertTrue(kookoo.isOpen());
    }

    @Test
    void shouldNotSubmitAgainWhatWasCancelled() throws Exception {
        Peer first = connect();
        Job<String> known = kookoo.submit("f", "1");
        Job<String> unknown = kookoo.submit("f", "2");
        Job<String> other = kookoo.submit("f", "3");
        exceptions(first);
        submitted(first, "f", "1");
        submitted(first, "f", "2");
        String three = submitted(first, "f", "3");
        CompletableFuture<Void> cancelled = kookoo.cancelAll(List.of(known, unknown));
        first.hangUp();
        Peer second = again(answered(b));
        assertEquals(three, submitted(second, "f", "3"));
        get(cancelled);
        assertTrue(known.isCancelled() && unknown.isCancelled());
        // Nobody knows it yet, so nobody has to be asked to cancel it.
        second.send(res(JOB_CREATED, "H:b:1"), res(WORK_COMPLETE, "H:b:1", "three"));
        assertEquals("three", get(other));
    }

    @Test
    void shouldCancelOnTheConnectionThatHasTheJob() throws Exception {
        Peer first = connect();
        Job<String> job = kookoo.submit("f", "1");
        submitted(exceptions(first), "f", "1");
        first.send(res(JOB_CREATED, "H:a:1")).hangUp();
        Peer second = again(answered(b));
        submitted(second, "f", "1");
        second.send(res(JOB_CREATED, "H:b:1"));
        CompletableFuture<Void> all = kookoo.cancelAll(List.of(job));
        second.expect("cancel job H:b:1\n").send("OK\r\n");
        get(all);
    }

    @Test
    void shouldJoinAgainThoseThatHadJoined() throws Exception {
        Peer first = connect();
        List<Job<String>> jobs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            jobs.add(kookoo.submit(Submission.of("f", "1").unique("u")));
        }
        exceptions(first);
        for (int i = 0; i < 3; i++) {
            submitted(first, "f", "1");
            first.send(res(JOB_CREATED, "H:a:1"));
        }
        first.send(res(WORK_COMPLETE, "H:a:1", "first"));
        assertEquals("first", get(jobs.get(0)));
        first.hangUp();
        Peer second = again(answered(b));
        for (int i = 1; i < 3; i++) {
            submitted(second, "f", "1");
            second.send(res(JOB_CREATED, "H:b:1"));
        }
        second.send(res(WORK_COMPLETE, "H:b:1", "second"), res(WORK_COMPLETE, "H:b:1", "second"));
        assertEquals("second", get(jobs.get(1)));
        assertEquals("second", get(jobs.get(2)));
    }

    @Test
    void shouldNotSubmitAgainWhereTheAnswerWasNotUnderstood() throws Exception {
        Peer first = connect();
        Job<String> job = kookoo.submit("f", "1");
        submitted(exceptions(first), "f", "1");
        first.send(res(JOB_CREATED, "H:a:1"), res(JOB_CREATED, "H:a:2"));
        ConnectionLostException lost = failure(ConnectionLostException.class, job);
        assertTrue(lost.getMessage().endsWith("the server sent JOB_CREATED unasked"), lost.getMessage());
        assertTrue(moves.isEmpty());
    }

    @Test
    void shouldFailAJobThatJoinsItselfWhenPartsOfItsResultAreLost() throws Exception {
        Peer first = connectToOne(PATIENT);
        Job<String> parted = kookoo.submit("f", "1");
        Job<String> whole = kookoo.submit("f", "2");
        exceptions(first);
        submitted(first, "f", "1");
        submitted(first, "f", "2");
        first.send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(WORK_DATA, "H:1", "half"))
                .hangUp();
        Peer second = again(answered(a));
        submitted(second, "f", "1");
        submitted(second, "f", "2");
        second.send(
                res(OPTION_RES, "exceptions"),
                res(OPTION_RES, "parts"),
                res(OPTION_RES, "parts=missed"),
                res(JOB_CREATED, "H:1"),
                res(JOB_CREATED, "H:2"),
                res(WORK_COMPLETE, "H:1", " of it"),
                res(WORK_COMPLETE, "H:2", "all of it"));
        assertEquals("all of it", get(whole));
        assertEquals(
                "parts of the result of f were sent while the connection to " + a.address()
                        + " was lost, and do not come again",
                failure(ConnectionLostException.class, parted).getMessage());
    }

    @Test
    void shouldGiveUpAJobThatEndsEveryConnection() throws Exception {
        Peer peer = connectToOne(PATIENT);
        Job<String> deadly = kookoo.submit("f", "1");
        int submissions = 1;
        submitted(exceptions(peer), "f", "1");
        while (submissions <= 20) {
            peer.hangUp();
            peer = answered(a);
            submitted(again(peer), "f", "1");
            submissions++;
        }
        peer.hangUp();
        failure(ConnectionLostException.class, deadly);
        assertEquals(20, deadly.resubmissions());
    }

    @Test
    void shouldTakeWhatAStoppingServerRefusesToAnotherAndLeaveWhatItHas() throws Exception {
        Peer first = connect();
        Job<String> running = kookoo.submit("f", "1");
        submitted(exceptions(first), "f", "1");
        first.send(res(JOB_CREATED, "H:a:1"));
        Job<String> refused = kookoo.submit("f", "2");
        submitted(first, "f", "2");
        first.send(res(ERROR, "QUEUE_ERROR", "Server is shutting down"));
        Peer second = exceptions(answered(b));
        submitted(second, "f", "2");
        second.send(res(JOB_CREATED, "H:b:1"), res(WORK_COMPLETE, "H:b:1", "two"));
        assertEquals("two", get(refused));
        assertEquals(0, refused.resubmissions());
        assertEquals(ECHO_REQ, first.nextType());
        first.send(res(ECHO_RES, ""), res(WORK_COMPLETE, "H:a:1", "one")).expectEnd();
        assertEquals("one", get(running));
        assertEquals(0, running.resubmissions());
        assertTrue(losses.isEmpty());
    }

    @Test
    void shouldFailWhatAStoppingServerRefusesWhereThereIsNoOther() throws Exception {
        Peer peer = connectToOne(PATIENT);
        Job<String> refused = kookoo.submit("f", "1");
        submitted(exceptions(peer), "f", "1");
        peer.send(res(ERROR, "QUEUE_ERROR", "Server is shutting down"));
        assertEquals(
                "QUEUE_ERROR Server is shutting down",
                failure(RefusedException.class, refused).answer());
    }

    // Questions

    @Test
    void shouldAskAgainWhatChangesNothingAndFailTheRest() throws Exception {
        Peer first = connect();
        CompletableFuture<List<FunctionStatus>> status = kookoo.status();
        CompletableFuture<String> publish = kookoo.ask("publish news hello");
        first.expect("status\npublish news hello\n").send("add\t0\t0\t1\n").hangUp();
        failure(ConnectionLostException.class, publish);
        answered(b).expect("status\n").send("sub\t0\t0\t2\n.\n");
        assertEquals(List.of(new FunctionStatus("sub", 0, 0, 2)), get(status));
    }

    // One server

    @Test
    void shouldGoOnWithASingleServerThatIsBackAtOnce() throws Exception {
        Peer first = connectToOne(PATIENT);
        Job<String> job = kookoo.submit("f", "1");
        String unique = submitted(exceptions(first), "f", "1");
        first.reset();
        Peer second = again(answered(a));
        assertEquals(unique, submitted(second, "f", "1"));
        second.send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "one"));
        assertEquals("one", get(job));
        String text = next(moves).text();
        assertTrue(text.endsWith("; connected to it again; 1 job is submitted again"), text);
    }

    @Test
    void shouldFailAtOnceWhenASingleServerIsGone() throws Exception {
        Peer peer = connectToOne(PATIENT);
        Job<String> job = kookoo.submit("f", "1");
        submitted(exceptions(peer), "f", "1");
        a.close();
        peer.hangUp();
        String message = failure(ConnectionLostException.class, job).getMessage();
        assertTrue(
                message.startsWith("the connection to " + a.address()
                        + " is lost: the server closed the connection; cannot connect to " + a.address() + ": "),
                message);
        assertEquals(message, next(losses).getMessage());
    }

    @Test
    void shouldNotShowATokenAgainAtOnceThatASingleServerRefuses() throws Exception {
        byte[] shown = req(OPTION_REQ, "token=secret");
        Peer peer = connectToOne(PATIENT.with(Credentials.of(new Secret("secret"))))
                .expect(shown)
                .send(res(OPTION_RES, "token"));
        // Its server is started anew, and has another token then.
        peer.hangUp();
        next(losses);
        Job<String> job = kookoo.submit("f", "1");
        accepted(a)
                .expect(shown)
                .expect(PROBE)
                .send(res(ERROR, "AUTH_FAILED", "this is none"))
                .expectEnd();
        ConnectionLostException refused = failure(ConnectionLostException.class, job);
        assertTrue(refused.getMessage().endsWith("[Security] token_file): this is none"), refused.getMessage());
        // Nobody connects, and the reason is the same.
        String again =
                failure(ConnectionLostException.class, kookoo.submit("f", "2")).getMessage();
        assertTrue(again.contains("[Security] token_file): this is none"), again);
        assertFalse(a.isWaitedFor());
    }

    @Test
    void shouldShowATokenToASingleServerThatWantsOneWhenItIsBack() throws Exception {
        connectToOne(PATIENT).hangUp();
        next(losses);
        CompletableFuture<String> answer = kookoo.ask("auth secret");
        accepted(a)
                .expect(PROBE)
                .send(res(ERROR, "AUTH_REQUIRED", "first"), res(ECHO_RES, "kookoo-probe"))
                .expect("auth secret\n")
                .send("OK\n");
        assertEquals("OK", get(answer));
        assertTrue(losses.isEmpty());
    }

    @Test
    void shouldNotWaitForASingleServerThatStandsStill() throws Exception {
        Peer peer = connectToOne(IMPATIENT);
        Job<String> job = kookoo.submit("f", "1");
        submitted(exceptions(peer), "f", "1");
        ConnectionLostException lost = failure(ConnectionLostException.class, job);
        assertTrue(lost.getMessage().endsWith("the server has been silent for 1.0 s"), lost.getMessage());
        assertTrue(moves.isEmpty());
    }

    // All servers away

    @Test
    void shouldFailWhatWaitsWhenNoServerAnswersForTheTimeoutAndConnectWhenOneIsBack() throws Exception {
        Peer first = connect(IMPATIENT, true, NEVER);
        Job<String> job = kookoo.submit("f", "1");
        submitted(exceptions(first), "f", "1");
        ServerAddress away = b.address();
        b.close();
        a.close();
        first.hangUp();
        String message = failure(ConnectionLostException.class, job).getMessage();
        assertTrue(message.contains("; none of the servers answers: "), message);
        assertTrue(message.contains(away + ": Connection refused"), message);
        assertEquals(message, next(losses).getMessage());
        assertTrue(failure(ConnectionLostException.class, kookoo.submit("f", "2"))
                .getMessage()
                .contains("; none of the servers answers: "));
        assertFalse(kookoo.isOpen());
        kookoo.close();
        assertEquals(
                "the connection to " + a.address() + " was closed",
                failure(ConnectionLostException.class, kookoo.submit("f", "3")).getMessage());
    }

    // Back to a better server

    @Test
    void shouldSubmitToABetterServerThatIsBackAndLetTheOtherAnswerWhatItHas() throws Exception {
        Peer first = connect(PATIENT, true, Duration.ZERO);
        Job<String> moved = kookoo.submit("f", "1");
        submitted(exceptions(first), "f", "1");
        first.hangUp();
        Peer second = again(answered(b));
        submitted(second, "f", "1");
        second.send(res(JOB_CREATED, "H:b:1"));
        Peer back = answered(a);
        assertEquals(1, next(moves).resubmitted());
        Move failback = next(moves);
        assertEquals("submitting to " + a.address() + " instead of " + b.address() + " from now on", failback.text());
        Job<String> late = kookoo.submit("f", "2");
        submitted(exceptions(back), "f", "2");
        back.send(res(JOB_CREATED, "H:a:9"), res(WORK_COMPLETE, "H:a:9", "two"));
        assertEquals("two", get(late));
        assertEquals(ECHO_REQ, second.nextType());
        second.send(res(ECHO_RES, ""), res(WORK_COMPLETE, "H:b:1", "one")).expectEnd();
        assertEquals("one", get(moved));
        assertTrue(losses.isEmpty());
        assertTrue(kookoo.isOpen());
    }
}
