package io.kookoo.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LookoutTest {
    /** A stream that counts how often it is looked at, and says that nothing is there. */
    private static final class Silent extends InputStream {
        int looks;

        @Override
        public int available() {
            looks++;
            return 0;
        }

        @Override
        public int read() {
            return 'x';
        }
    }

    private final AtomicInteger connections = new AtomicInteger(1);
    private final Silent silent = new Silent();
    private final InputStream watched = new Lookout(connections::get).over(silent);

    private int looksOfOneRead() throws IOException {
        int before = silent.looks;
        assertEquals('x', watched.read());
        return silent.looks - before;
    }

    @Test
    void shouldLookOutOnlyAfterBytesThatCameQuickly() throws IOException {
        assertEquals(0, looksOfOneRead(), "nobody knows yet how quick the peer is");
        assertTrue(Runtime.getRuntime().availableProcessors() == 1 || looksOfOneRead() > 0);
    }

    @Test
    void shouldNotLookOutForAWhileAfterItWasInVain() throws IOException {
        looksOfOneRead();
        looksOfOneRead();
        for (int i = 0; i < 16; i++) {
            assertEquals(0, looksOfOneRead(), "read " + i);
        }
        assertTrue(Runtime.getRuntime().availableProcessors() == 1 || looksOfOneRead() > 0);
    }

    @Test
    void shouldNotLookOutWhileMoreConnectionsAreOpenThanProcessors() throws IOException {
        connections.set(Runtime.getRuntime().availableProcessors() + 1);
        for (int i = 0; i < 40; i++) {
            assertEquals(0, looksOfOneRead(), "read " + i);
        }
    }
}
