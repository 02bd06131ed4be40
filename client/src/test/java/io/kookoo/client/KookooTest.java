package io.kookoo.client;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.Priority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said over one connection; {@link ResubmitTest} has what follows when it is lost. */
class KookooTest {
    private final ScriptedServer server = new ScriptedServer();
    private Kookoo kookoo;
    private Peer peer;

    @BeforeEach
    void connect() throws IOException, InterruptedException {
        kookoo = PlainKookoo.connect(server);
        peer = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        kookoo.close();
        peer.close();
        server.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static <E extends Exception> E failure(Class<E> type, CompletableFuture<?> future) {
        ExecutionException failure = assertThrows(ExecutionException.class, () -> get(future));
        return assertInstanceOf(type, failure.getCause());
    }

    private void skip(PacketType... types) throws IOException {
        for (PacketType type : types) {
            assertEquals(type, peer.nextType());
        }
    }

    // Results

    @Test
    void shouldGiveResultsAsTextAndAsBytesInWhateverOrderTheyCome() throws Exception {
        Job<String> text = kookoo.submit("add", "1,2");
        Job<byte[]> bytes = kookoo.submit("blob", new byte[] {0, -1});
        Job<Integer> read = kookoo.submit(Submission.of("count", ""), Data::length);
        assertNull(text.handle());
        skip(OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB, SUBMIT_JOB);
        peer.send(
                res(OPTION_RES, "exceptions"),
                res(JOB_CREATED, "H:1"),
                res(JOB_CREATED, "H:2"),
                res(JOB_CREATED, "H:3"),
                res(WORK_COMPLETE, "H:3", "abc"),
                res(WORK_COMPLETE, "H:2", "\0x"),
                res(WORK_COMPLETE, "H:1", "grüße"));
        assertEquals("grüße", get(text));
        assertArrayEquals(new byte[] {0, 'x'}, get(bytes));
        assertEquals(3, get(read));
        assertEquals(JobHandle.of("H:1"), text.handle());
    }

    @Test
    void shouldSayOnTheWireWhatTheSubmissionSays() throws Exception {
        Submission submission = Submission.of("f", "x").unique("u");
        kookoo.submitAll(
                List.of(submission.priority(Priority.HIGH), submission, submission.priority(Priority.LOW)), Data::text);
        kookoo.submitAllBackground(List.of(
                submission.priority(Priority.HIGH), Submission.of("f", "x"), submission.priority(Priority.LOW)));
        peer.expect(
                req(OPTION_REQ, "exceptions"),
                req(SUBMIT_JOB_HIGH, "f", "u", "x"),
                req(SUBMIT_JOB, "f", "u", "x"),
                req(SUBMIT_JOB_LOW, "f", "u", "x"),
                req(SUBMIT_JOB_HIGH_BG, "f", "u", "x"),
                req(SUBMIT_JOB_BG, "f", "", "x"),
                req(SUBMIT_JOB_LOW_BG, "f", "u", "x"));
    }

    @Test
    void shouldRefuseToWaitInTheReadingThreadForWhateverItIs() throws Exception {
        Job<String> job = kookoo.submit("f", "");
        CompletableFuture<String> asked =
                job.thenApply(result -> kookoo.ask("version").join());
        CompletableFuture<Boolean> cancelled =
                job.thenApply(result -> kookoo.cancel(JobHandle.of("H:9")).join());
        CompletableFuture<String> mapped = job.thenApply(
                result -> kookoo.submit("g", "").thenApply(text -> text).join());
        skip(OPTION_REQ, SUBMIT_JOB);
        peer.send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "end"));
        for (CompletableFuture<?> waited : List.of(asked, cancelled, mapped)) {
            ExecutionException e = assertThrows(ExecutionException.class, () -> waited.get(10, TimeUnit.SECONDS));
            assertTrue(e.getCause() instanceof IllegalStateException, e::toString);
        }
        // Not before: whoever waits for the job itself may run what depends on it, in a thread that may wait.
        assertEquals("end", get(job));
    }

    @Test
    void shouldRefuseToAskForAListAsForALineAndTheOtherWayRound() {
        for (String list : List.of("status", "show load", "Workers", "jobs function f")) {
            assertThrows(IllegalArgumentException.class, () -> kookoo.ask(list), list);
        }
        for (String line : List.of("version", "cancel job H:1", "RESULT H:1")) {
            assertThrows(IllegalArgumentException.class, () -> kookoo.askList(line), line);
        }
    }

    @Test
    void shouldJoinThePartsOfAResult() throws Exception {
        Job<String> job = kookoo.submit("f", "");
        skip(OPTION_REQ, SUBMIT_JOB);
        peer.send(
                res(JOB_CREATED, "H:1"),
                res(WORK_DATA, "H:1", "a"),
                res(WORK_DATA, "H:1", "b"),
                res(WORK_COMPLETE, "H:1", "c"));
        assertEquals("abc", get(job));
    }

    @Test
    void shouldTellListenersWhatTheWorkerSays() throws Exception {
        List<String> heard = new ArrayList<>();
        Job<String> job = kookoo.submit(Submission.of("f", "")
                .onProgress((done, total) -> heard.add(done + "/" + total))
                .onWarning(heard::add)
                .onData(part -> heard.add("part " + part.text())));
        skip(OPTION_REQ, SUBMIT_JOB);
        peer.send(
                res(JOB_CREATED, "H:1"),
                res(WORK_STATUS, "H:1", "1", "2"),
                res(WORK_WARNING, "H:1", "slow"),
                res(WORK_DATA, "H:1", "a"),
                res(WORK_COMPLETE, "H:1", "end"));
        assertEquals("end", get(job));
        assertEquals(List.of("1/2", "slow", "part a"), heard);
    }

    @Test
    void shouldFailTheJobWhoseResultCannotBeRead() throws Exception {
        Job<String> unreadable = kookoo.submit(Submission.of("f", ""), data -> {
            throw new IllegalStateException("unreadable");
        });
        Job<String> other = kookoo.submit("g", "");
        skip(OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB);
        peer.send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"))
                .send(res(WORK_COMPLETE, "H:1", "x"), res(WORK_COMPLETE, "H:2", "3"));
        assertEquals(
                "unreadable", failure(IllegalStateException.class, unreadable).getMessage());
        assertEquals("3", get(other));
    }

    @Test
    void shouldLogWhatAListenerThrowsAndGoOn() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (LogLines log = new LogLines()) {
            Job<String> job = kookoo.submit(Submission.of("f", "x").onWarning(text -> {
                heard.add(text);
                if (text.equals("1")) {
                    throw new IllegalStateException("no");
                }
                throw new AssertionError("no");
            }));
            skip(OPTION_REQ, SUBMIT_JOB);
            peer.send(res(JOB_CREATED, "H:1"), res(WORK_WARNING, "H:1", "1"), res(WORK_WARNING, "H:1", "2"))
                    .send(res(WORK_COMPLETE, "H:1", "done"));
            assertEquals("done", get(job));
            assertEquals(List.of("1", "2"), heard);
            assertEquals(2, log.with("WARN listener_failed job=").size());
        }
    }

    @Test
    void shouldGiveEachOfThoseThatJoinedWhatIsSentForIt() throws Exception {
        List<String> heard = new ArrayList<>();
        List<Job<String>> jobs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String name = "job " + i + " ";
            jobs.add(kookoo.submit(Submission.of("f", "").unique("u").onWarning(text -> heard.add(name + text))));
        }
        skip(OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB, SUBMIT_JOB);
        peer.send(
                res(JOB_CREATED, "H:1"),
                res(WORK_WARNING, "H:1", "a"),
                res(JOB_CREATED, "H:1"),
                res(WORK_WARNING, "H:1", "b"),
                res(WORK_WARNING, "H:1", "b"),
                res(JOB_CREATED, "H:1"),
                res(WORK_WARNING, "H:1", "c"),
                res(WORK_WARNING, "H:1", "c"),
                res(WORK_WARNING, "H:1", "c"),
                res(WORK_COMPLETE, "H:1", "x"),
                res(WORK_COMPLETE, "H:1", "x"),
                res(WORK_COMPLETE, "H:1", "x"));
        for (Job<String> job : jobs) {
            assertEquals("x", get(job));
        }
        assertEquals(List.of("job 0 a", "job 0 b", "job 1 b", "job 0 c", "job 1 c", "job 2 c"), heard);
    }

    // Failures

    @Test
    void shouldFailWithTheReasonOfTheWorkerOrTheServer() throws Exception {
        Job<String> reason = kookoo.submit("f", "");
        Job<String> none = kookoo.submit("f", "");
        Job<String> refused = kookoo.submit("f", "");
        skip(OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB, SUBMIT_JOB);
        peer.send(
                res(ERROR, "UNKNOWN_OPTION", "Server does not recognize given option"),
                res(JOB_CREATED, "H:1"),
                res(JOB_CREATED, "H:2"),
                res(ERROR, "QUEUE_ERROR", "Job queue is full"),
                res(WORK_EXCEPTION, "H:1", "no such file"),
                res(WORK_FAIL, "H:1"),
                res(WORK_FAIL, "H:2"));
        assertEquals("no such file", failure(JobFailedException.class, reason).getMessage());
        assertEquals(
                "failed; the worker gave no reason",
                failure(JobFailedException.class, none).getMessage());
        RefusedException refusal = failure(RefusedException.class, refused);
        assertEquals("refused by the server: QUEUE_ERROR Job queue is full", refusal.getMessage());
        assertEquals("QUEUE_ERROR Job queue is full", refusal.answer());
    }

    @Test
    void shouldFailAllThatIsUnderWayWhenTheConnectionIsLostAndWhateverIsAskedAfterwards() throws Exception {
        Job<String> accepted = kookoo.submit("f", "");
        Job<String> unanswered = kookoo.submit("f", "");
        CompletableFuture<List<FunctionStatus>> status = kookoo.status();
        skip(OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB);
        peer.expect("status\n").send(res(JOB_CREATED, "H:1"));
        server.close();
        peer.hangUp();
        String lost = "the connection to 127.0.0.1:" + server.port() + " is lost: the server closed the connection";
        for (CompletableFuture<?> future : List.of(accepted, unanswered)) {
            assertEquals(lost, failure(ConnectionLostException.class, future).getMessage());
        }
        String away = lost + "; cannot connect to 127.0.0.1:" + server.port() + ": ";
        for (CompletableFuture<?> future : List.of(status, kookoo.submit("f", ""), kookoo.ask("version"))) {
            String message = failure(ConnectionLostException.class, future).getMessage();
            assertTrue(message.startsWith(away), message);
        }
    }

    @Test
    void shouldFailWhatIsUnderWayWhenItIsClosed() throws Exception {
        Job<String> job = kookoo.submit("f", "");
        kookoo.close();
        assertEquals(
                "the connection to 127.0.0.1:" + server.port() + " was closed",
                failure(ConnectionLostException.class, job).getMessage());
    }

    @Test
    void shouldCountSilentServerAsLost() throws Exception {
        ConnectionLimits limits = ConnectionLimits.ofSizes(1024, 1024).withSilence(Duration.ofMillis(300));
        try (Kookoo impatient = Kookoo.connect(server.address(), limits);
                Peer silent = server.accept()) {
            ConnectionLostException lost = failure(ConnectionLostException.class, impatient.submit("f", ""));
            assertTrue(lost.getMessage().endsWith("the server has been silent for 0.3 s"), lost.getMessage());
            assertInstanceOf(SocketTimeoutException.class, lost.getCause());
            assertEquals(OPTION_REQ, silent.nextType());
        }
    }

    @Test
    void shouldSayThatNobodyListens() throws IOException {
        int port = ScriptedServer.unusedPort();
        CannotConnectException refused =
                assertThrows(CannotConnectException.class, () -> Kookoo.connect("127.0.0.1", port));
        assertTrue(refused.getMessage().contains("127.0.0.1:" + port), refused.getMessage());
    }

    @Test
    void shouldRefuseWhatCannotBeSentAndGoOn() throws Exception {
        for (String name : List.of("", "x".repeat(513), "a\0b")) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> kookoo.submit(name, ""));
            assertTrue(refused.getMessage().startsWith("the name of a function has 1 to 512 bytes"));
        }
        assertThrows(
                IllegalArgumentException.class, () -> Submission.of("f", "").unique("x".repeat(65)));
        assertThrows(IllegalArgumentException.class, () -> kookoo.ask("two\nlines"));
        byte[] large = new byte[64 * 1024 * 1024 - 2];
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> kookoo.submit("f", large));
        assertEquals(
                "the workload of f has 67108862 bytes; at most 67108861 can be sent ([Server] max_packet)",
                refused.getMessage());
        kookoo.submit("g", "1");
        peer.expect(req(OPTION_REQ, "exceptions"), req(SUBMIT_JOB, "g", "", "1"));
    }

    @Test
    void shouldSayThatThereWasNoMemoryForAResult() throws Exception {
        OutOfMemoryError noMemory = new OutOfMemoryError("Java heap space");
        Job<String> job = kookoo.submit(Submission.of("f", ""), result -> {
            throw noMemory;
        });
        Job<String> next = kookoo.submit("f", "");
        peer.send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"))
                .send(res(WORK_COMPLETE, "H:1", ""), res(WORK_COMPLETE, "H:2", "two"));
        ExecutionException failure = assertThrows(ExecutionException.class, () -> get(job));
        assertEquals(noMemory, failure.getCause());
        assertEquals("two", get(next));
    }

    // Cancelling

    @Test
    void shouldAskTheServerToCancelJobThatIsCancelledHere() throws Exception {
        Job<String> job = kookoo.submit("f", "");
        skip(OPTION_REQ, SUBMIT_JOB);
        CompletableFuture<Void> told = new CompletableFuture<>();
        Job<String> listening = kookoo.submit(Submission.of("f", "").onProgress((done, total) -> told.complete(null)));
        skip(SUBMIT_JOB);
        peer.send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(WORK_STATUS, "H:2", "0", "1"));
        get(told);
        assertTrue(job.cancel(true));
        assertTrue(job.cancel(true));
        assertTrue(job.isCancelled());
        peer.expect("cancel job H:1\n").send("OK\r\n").send(res(WORK_FAIL, "H:1"), res(WORK_COMPLETE, "H:2", "2"));
        assertEquals("2", get(listening));
        assertFalse(listening.cancel(true));
        kookoo.submit("g", "");
        peer.expect(req(SUBMIT_JOB, "g", "", ""));
    }

    @Test
    void shouldTellJobThatSomebodyCancelledFromOneThatFailed() throws Exception {
        Job<String> cancelled = kookoo.submit("sleep", "60");
        Job<String> failed = kookoo.submit("sleep", "x");
        skip(OPTION_REQ, SUBMIT_JOB, SUBMIT_JOB);
        peer.send(
                res(JOB_CREATED, "H:1"),
                res(JOB_CREATED, "H:2"),
                res(WORK_EXCEPTION, "H:1", "cancelled"),
                res(WORK_EXCEPTION, "H:2", "x is no number"));
        assertEquals(
                "cancelled", failure(JobCancelledException.class, cancelled).getMessage());
        assertFalse(cancelled.isCancelled());
        assertFalse(failure(JobFailedException.class, failed) instanceof JobCancelledException);
    }

    @Test
    void shouldCancelJobAsSoonAsItsHandleIsKnown() throws Exception {
        Job<String> job = kookoo.submit("f", "");
        skip(OPTION_REQ, SUBMIT_JOB);
        CompletableFuture<Void> all = kookoo.cancelAll(List.of(job));
        assertTrue(job.isCancelled());
        assertFalse(all.isDone());
        peer.send(res(JOB_CREATED, "H:1")).expect("cancel job H:1\n").send("ERR UNKNOWN_JOB\r\n");
        get(all);
    }

    @Test
    void shouldGiveHandlesOfBackgroundJobsAndCancelByHandle() throws Exception {
        Job<JobHandle> job = kookoo.submitBackground(Submission.of("f", "1"));
        peer.expect(req(OPTION_REQ, "exceptions"), req(SUBMIT_JOB_BG, "f", "", "1"))
                .send(res(JOB_CREATED, "H:7"));
        JobHandle handle = get(job);
        assertEquals(JobHandle.of("H:7"), handle);
        assertFalse(job.cancel(true));
        CompletableFuture<Boolean> known = kookoo.cancel(handle);
        CompletableFuture<Boolean> unknown = kookoo.cancel(handle);
        peer.expect("cancel job H:7\ncancel job H:7\n").send("OK\r\nERR UNKNOWN_JOB\r\n");
        assertTrue(get(known));
        assertFalse(get(unknown));
    }

    // The reading thread

    @Test
    void shouldSubmitFurtherJobsFromTheThreadThatReads() throws Exception {
        String large = "x".repeat(100_000);
        CompletableFuture<String> chain = kookoo.submit("f", "")
                .thenCompose(result -> kookoo.submit("small", result))
                .thenCompose(result -> kookoo.submit("large", large));
        skip(OPTION_REQ, SUBMIT_JOB);
        peer.send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "one"))
                .expect(req(SUBMIT_JOB, "small", "", "one"))
                .send(res(JOB_CREATED, "H:2"), res(WORK_COMPLETE, "H:2", "two"))
                .expect(req(SUBMIT_JOB, "large", "", large))
                .send(res(JOB_CREATED, "H:3"), res(WORK_COMPLETE, "H:3", "three"));
        assertEquals("three", get(chain));
    }

    @Test
    void shouldRefuseToWaitInTheThreadThatReads() throws Exception {
        CompletableFuture<String> waiting = kookoo.submit("f", "")
                .thenApply(result -> kookoo.submit("g", result).join());
        skip(OPTION_REQ, SUBMIT_JOB);
        peer.send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "1"));
        IllegalStateException refused = failure(IllegalStateException.class, waiting);
        assertTrue(refused.getMessage().startsWith("the thread that reads what the server says cannot wait for it"));
        skip(SUBMIT_JOB);
    }

    // Text commands

    @Test
    void shouldAskInText() throws Exception {
        CompletableFuture<List<FunctionStatus>> status = kookoo.status();
        CompletableFuture<String> version = kookoo.ask("version");
        CompletableFuture<List<String>> refused = kookoo.askList("show nonsense");
        peer.expect("status\nversion\nshow nonsense\n")
                .send("add\t3\t1\t2\nold\t0\t0\t0\n.\nOK 0.1.0\nERR UNKNOWN_SHOW_ARGUMENTS\r\n");
        assertEquals(List.of(new FunctionStatus("add", 3, 1, 2), new FunctionStatus("old", 0, 0, 0)), get(status));
        assertEquals("OK 0.1.0", get(version));
        assertEquals(
                "ERR UNKNOWN_SHOW_ARGUMENTS",
                failure(RefusedException.class, refused).answer());
        CompletableFuture<List<FunctionStatus>> odd = kookoo.status();
        peer.expect("status\n").send("add\t3\n.\n");
        failure(IOException.class, odd);
    }

    @Test
    void shouldKeepThousandsInFlight() throws Exception {
        List<Submission> submissions = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            submissions.add(Submission.of(FunctionName.of("f"), Data.of("" + i)));
        }
        List<Job<String>> jobs = kookoo.submitAll(submissions, Data::text);
        skip(OPTION_REQ);
        for (int i = 0; i < jobs.size(); i++) {
            skip(SUBMIT_JOB);
            peer.send(res(JOB_CREATED, "H:" + i));
        }
        for (int i = jobs.size() - 1; i >= 0; i--) {
            peer.send(res(WORK_COMPLETE, "H:" + i, "r" + i));
        }
        for (int i = 0; i < jobs.size(); i++) {
            assertEquals("r" + i, get(jobs.get(i)));
        }
    }

    // What comes unasked

    private static final String TIME = "2026-11-25T06:00:00.000Z";

    private static Pushed pushed(String line) {
        return Pushed.parse(line).orElseThrow();
    }

    @Test
    void shouldTellTheListenerWhatComesUnaskedAndThatTheConnectionIsLost() throws Exception {
        BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        Kookoo.Listener listener = new Kookoo.Listener() {
            @Override
            public void pushed(Pushed pushed) {
                heard.add(pushed);
            }

            @Override
            public void lost(ConnectionLostException reason) {
                heard.add(reason);
            }
        };
        try (Kookoo listening = Kookoo.connect(server.address(), ConnectionLimits.USUAL, listener);
                Peer pushing = server.accept()) {
            CompletableFuture<List<String>> history = listening.askList("HISTORY  news 2");
            CompletableFuture<String> version = listening.ask("version");
            pushing.expect("HISTORY  news 2\nversion\n")
                    .send("tell ann " + TIME + " before\n")
                    .send("message newspaper ann " + TIME + " another\n")
                    .send("message news ann " + TIME + " kept\n")
                    .send("tell ann " + TIME + " kept too, for all that anybody can see\n.\n")
                    .send("dropped news more than 9 bytes wait; subscribe again\nOK 1\n");
            assertEquals(
                    List.of(
                            "message news ann " + TIME + " kept",
                            "tell ann " + TIME + " kept too, for all that anybody can see"),
                    get(history));
            assertEquals("OK 1", get(version));
            assertEquals(pushed("tell ann " + TIME + " before"), heard.poll());
            assertEquals(pushed("message newspaper ann " + TIME + " another"), heard.poll());
            assertEquals(pushed("dropped news more than 9 bytes wait; subscribe again"), heard.poll());
            assertTrue(listening.isOpen());
            pushing.hangUp();
            assertInstanceOf(ConnectionLostException.class, heard.poll(10, TimeUnit.SECONDS));
            assertFalse(listening.isOpen());
        }
    }

    @Test
    void shouldNotBeDisturbedByWhatComesUnaskedWhenNobodyListens() throws Exception {
        CompletableFuture<String> version = kookoo.ask("version");
        peer.expect("version\n").send("tell ann " + TIME + " hello\nOK 1\n");
        assertEquals("OK 1", get(version));
    }

    @Test
    void shouldLoseTheConnectionOfAServerThatSaysWhatNobodyUnderstands() throws Exception {
        Job<String> job = kookoo.submit("f", "");
        skip(OPTION_REQ, SUBMIT_JOB);
        peer.send("message news ann yesterday hello\n").expectEnd();
        assertTrue(failure(ConnectionLostException.class, job)
                .getMessage()
                .contains("the server sent a line unasked: \"message news ann yesterday hello\""));
    }

    @Test
    void shouldSubmitMoreAtOnceThanOneBufferHolds() throws Exception {
        int size = 60 << 20;
        int count = 40;
        byte[] same = new byte[size];
        CompletableFuture<Long> taken = CompletableFuture.supplyAsync(() -> {
            try {
                skip(OPTION_REQ);
                long bytes = 0;
                for (int i = 0; i < count; i++) {
                    bytes += peer.skipPacket();
                }
                peer.send(res(ERROR, "QUEUE_ERROR", "enough"));
                return bytes;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        List<Job<byte[]>> jobs = kookoo.submitAll(Collections.nCopies(count, Submission.of("f", same)), Data::toBytes);
        assertEquals(count * (size + 3L), taken.get(60, TimeUnit.SECONDS));
        assertEquals(count, jobs.size());
        failure(RefusedException.class, jobs.get(0));
        assertFalse(jobs.get(1).isDone());
        peer.hangUp();
        failure(ConnectionLostException.class, jobs.get(count - 1));
    }
}
