package io.kookoo.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.program.RunningProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What our client gets from a worker in another language. */
abstract class OurClientContract extends PeerContract {
    OurClientContract(PeerProgram.Language language) {
        super(PeerWorker.foreign(language));
    }

    private List<String> call(int exitCode, String... arguments) throws IOException {
        RunningProgram called = RunningProgram.command(home, server.port(), "call", arguments);
        assertEquals(exitCode, called.awaitExit(), () -> called.out() + " " + called.err());
        List<String> printed = new ArrayList<>(called.out());
        printed.addAll(called.err());
        return printed;
    }

    private String background(String priority, String call) throws IOException {
        List<String> printed = call(0, "--background", "--priority", priority, call);
        assertEquals(1, printed.size(), printed::toString);
        return printed.get(0);
    }

    @Test
    void shouldPrintResultsInTheOrderOfTheCalls() throws IOException {
        String[] calls = IntStream.range(0, 100)
                .mapToObj(i -> "same(h\u00e4llo" + i + ")")
                .toArray(String[]::new);
        assertEquals(IntStream.range(0, 100).mapToObj(i -> "h\u00e4llo" + i).toList(), call(0, calls));
    }

    @Test
    void shouldPrintAMegabyte() throws IOException {
        assertEquals(List.of("x".repeat(1_000_000)), call(0, "large(1000000)"));
    }

    @Test
    void shouldPutThePartsOfAResultTogetherAndPrintWarnings() throws IOException {
        assertEquals(List.of("partdone", "progress(any): warning: careful"), call(0, "progress(any)"));
    }

    @Test
    void shouldSayWhyACallFailed() throws IOException {
        assertEquals(List.of("exception(any): it broke: any"), call(5, "exception(any)"));
        assertEquals(List.of("fail(any): failed; the worker gave no reason"), call(5, "fail(any)"));
        // The worker lives.
        assertEquals(List.of("next"), call(0, "same(next)"));
    }

    @Test
    void shouldRunBackgroundJobsInTheOrderOfTheirPriorities() throws IOException {
        String held = background("normal", "hold(" + worker.gate() + ")");
        awaitHandedOut(held);
        String low = background("low", "same(low)");
        String high = background("high", "same(high)");
        worker.release();
        assertEquals(List.of(held, high, low), endsOf(List.of(low, high, held)));
    }

    @Test
    void shouldShowTheProgressOfARunningJob() throws IOException {
        String held = background("normal", "hold(" + worker.gate() + ")");
        awaitHandedOut(held);
        // The worker reports it after the job was handed out.
        long end = System.nanoTime() + RunningProgram.PATIENCE.toNanos();
        List<String> running;
        do {
            RunningProgram shown = RunningProgram.command(home, server.port(), "show", "running");
            running = shown.out();
            assertEquals(0, shown.awaitExit(), () -> shown.err().toString());
        } while (running.stream().noneMatch(line -> line.contains(held) && line.contains("3/7"))
                && System.nanoTime() < end);
        worker.release();
        List<String> last = running;
        assertTrue(last.stream().anyMatch(line -> line.contains(held) && line.contains("3/7")), last::toString);
        assertEquals(List.of(held), endsOf(List.of(held)));
    }
}
