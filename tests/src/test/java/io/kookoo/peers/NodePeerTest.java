package io.kookoo.peers;

import static io.kookoo.peers.PeerProgram.Language.NODE;
import static io.kookoo.peers.PeerProgram.Language.PHP;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Node's gearmanode, which speaks the protocol by itself, as client and as worker. */
@Tag("peers")
class NodePeerTest {
    @Nested
    class NodeClientWithOurWorker extends ForeignClientContract {
        NodeClientWithOurWorker() {
            super(NODE, PeerWorker.ours());
        }

        @Override
        String statusOfHeld() {
            return "status 1 1 0 0";
        }
    }

    @Nested
    class NodeClientWithNodeWorker extends ForeignPairContract {
        NodeClientWithNodeWorker() {
            super(NODE, NODE);
        }
    }

    @Nested
    class NodeClientWithPhpWorker extends ForeignPairContract {
        NodeClientWithPhpWorker() {
            super(NODE, PHP);
        }
    }

    @Nested
    class OurClientWithNodeWorker extends OurClientContract {
        OurClientWithNodeWorker() {
            super(NODE);
        }
    }
}
