package io.kookoo.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What passes our server when neither end is ours: all that the protocol has for a job. */
abstract class ForeignPairContract extends ForeignClientContract {
    ForeignPairContract(PeerProgram.Language client, PeerProgram.Language worker) {
        super(client, PeerWorker.foreign(worker));
    }

    @Override
    String statusOfHeld() {
        return "status 1 1 3 7";
    }

    @Test
    void shouldForwardProgressInItsOrder() throws IOException {
        assertEquals(
                List.of("1 status 1 4", "1 data part", "1 warning careful", "1 status 4 4", "1 complete done"),
                outcome("normal", "progress", "", "any"));
    }

    @Test
    void shouldTellAFailure() throws IOException {
        assertEquals(List.of("1 fail"), outcome("normal", "fail", "", "any"));
        // The worker lives.
        assertEquals(List.of("1 complete next"), outcome("normal", "same", "", "next"));
    }
}
