package io.kookoo.peers;

import static io.kookoo.peers.PeerProgram.Language.NODE;
import static io.kookoo.peers.PeerProgram.Language.PHP;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** PHP's extension gearman, which is libgearman, as client and as worker. */
@Tag("peers")
class PhpPeerTest {
    @Nested
    class PhpClientWithOurWorker extends ForeignClientContract {
        PhpClientWithOurWorker() {
            super(PHP, PeerWorker.ours());
        }

        @Override
        String statusOfHeld() {
            return "status 1 1 0 0";
        }
    }

    @Nested
    class PhpClientWithPhpWorker extends ForeignPairContract {
        PhpClientWithPhpWorker() {
            super(PHP, PHP);
        }

        /** libgearman submits the task that was added last first, and finds that of an answer by the handle. */
        @Test
        void shouldAnswerEachOfTwoTasksWithOneUniqueOfOneConnection() throws IOException {
            hold(client());
            ForeignClient client = client();
            client.task("normal", "same", "twice", "first");
            client.task("normal", "same", "twice", "second");
            List<String> created = client.begin(2);
            assertEquals(ForeignClient.handle(created.get(0)), ForeignClient.handle(created.get(1)));
            worker.release();
            assertEquals(
                    List.of("1 complete second", "2 complete second"),
                    client.finish().stream().sorted().toList());
        }
    }

    @Nested
    class PhpClientWithNodeWorker extends ForeignPairContract {
        PhpClientWithNodeWorker() {
            super(PHP, NODE);
        }
    }

    @Nested
    class OurClientWithPhpWorker extends OurClientContract {
        OurClientWithPhpWorker() {
            super(PHP);
        }
    }
}
