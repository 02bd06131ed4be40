package io.kookoo.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.program.RunningProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client in another language gets from any worker. */
abstract class ForeignClientContract extends PeerContract {
    private static final int MANY = 30;

    private final PeerProgram.Language language;
    private final List<ForeignClient> clients = new ArrayList<>();

    ForeignClientContract(PeerProgram.Language language, PeerWorker.Start start) {
        super(start);
        this.language = language;
    }

    final ForeignClient client() throws IOException {
        ForeignClient client = new ForeignClient(language, server.port());
        clients.add(client);
        return client;
    }

    @AfterEach
    void stopClients() {
        clients.forEach(ForeignClient::close);
        clients.clear();
    }

    /** A background job that runs until {@code worker.release()}: the one worker is busy with it. */
    final String hold(ForeignClient client) throws IOException {
        String handle = client.background("normal", "hold", "", worker.gate());
        awaitHandedOut(handle);
        return handle;
    }

    /** One task on a connection of its own; what became of it after {@code created}. */
    final List<String> outcome(String how, String function, String unique, String workload) throws IOException {
        ForeignClient client = client();
        client.task(how, function, unique, workload);
        List<String> told = client.run();
        ForeignClient.handle(told.get(0));
        return told.subList(1, told.size());
    }

    @Test
    void shouldReturnTheResult() throws IOException {
        String text = "h\u00e4llo, \u65e5\u672c \ud83d\ude00 100% + 1";
        assertEquals(List.of("1 complete " + text), outcome("normal", "same", "", worker.text(text)));
        assertEquals(List.of("1 complete high"), outcome("high", "same", "", worker.text("high")));
        assertEquals(List.of("1 complete low"), outcome("low", "same", "a-unique", worker.text("low")));
    }

    @Test
    void shouldPassAMegabyteBothWays() throws IOException {
        // Letters of three bytes, so that the cuts of a byte stream fall inside of some.
        String text = "0123456789 \u65e5\u672c".repeat(1_000_000 / 17 + 1);
        assertEquals(List.of("1 complete " + text), outcome("normal", "same", "", worker.text(text)));
    }

    @Test
    void shouldServeManyTasksOfOneConnection() throws IOException {
        ForeignClient client = client();
        List<String> results = new ArrayList<>();
        for (int i = 1; i <= MANY; i++) {
            client.task(i % 2 == 0 ? "high" : "low", "same", "", worker.text("text " + i));
            results.add(i + " complete text " + i);
        }
        List<String> told = new ArrayList<>(client.run());
        assertEquals(2 * MANY, told.size(), told::toString);
        assertTrue(told.removeAll(results), told::toString);
        assertEquals(MANY, told.stream().map(ForeignClient::handle).distinct().count(), told::toString);
    }

    @Test
    void shouldTellAnException() throws IOException {
        assertEquals(
                List.of("1 exception " + worker.exception("a cup")),
                outcome("normal", "exception", "", worker.text("a cup")));
        // The worker lives.
        assertEquals(List.of("1 complete next"), outcome("normal", "same", "", worker.text("next")));
    }

    @Test
    void shouldRunBackgroundJobsInTheOrderOfTheirPriorities() throws IOException {
        ForeignClient client = client();
        String held = hold(client);
        String low = client.background("low", "same", "", worker.text("low"));
        String normal = client.background("normal", "same", "", worker.text("normal"));
        String high = client.background("high", "same", "", worker.text("high"));
        worker.release();
        assertEquals(List.of(held, high, normal, low), endsOf(List.of(low, normal, high, held)));
    }

    @Test
    void shouldRunEqualUniquesOnce() throws IOException {
        hold(client());
        ForeignClient first = client();
        first.task("normal", "same", "the-same", worker.text("first"));
        String handle = ForeignClient.handle(first.begin(1).get(0));
        ForeignClient second = client();
        second.task("high", "same", "the-same", worker.text("second"));
        assertEquals(handle, ForeignClient.handle(second.begin(1).get(0)));
        ForeignClient other = client();
        other.task("normal", "same", "another", worker.text("other"));
        String otherHandle = ForeignClient.handle(other.begin(1).get(0));
        assertEquals(2, Set.of(handle, otherHandle).size());

        worker.release();
        assertEquals(List.of("1 complete first"), first.finish());
        assertEquals(List.of("1 complete first"), second.finish());
        assertEquals(List.of("1 complete other"), other.finish());
        endsOf(List.of(handle));
        assertEquals(1, runs(handle));
    }

    /** What GET_STATUS says of a job of function {@code hold} once its worker has begun. */
    abstract String statusOfHeld();

    @Test
    void shouldAnswerGetStatus() throws IOException {
        ForeignClient client = client();
        String held = hold(client);
        String queued = client.background("normal", "same", "", worker.text("queued"));
        assertEquals("status 1 0 0 0", client.status(queued));
        // The worker reports its progress after the job was handed out; each question is a round trip.
        long end = System.nanoTime() + RunningProgram.PATIENCE.toNanos();
        String status = client.status(held);
        while (!status.equals(statusOfHeld()) && System.nanoTime() < end) {
            status = client.status(held);
        }
        assertEquals(statusOfHeld(), status);

        worker.release();
        assertEquals(List.of(held, queued), endsOf(List.of(held, queued)));
        assertEquals("status 0 0 0 0", client.status(held));
        assertEquals("status 0 0 0 0", client.status(queued));
    }
}
