package io.kookoo.fuzz;

import java.util.Map;

/**
 * All that one peer says to a server, packets and lines of text, and then no more. The server answers in whole packets and whole lines, forgets
 * the peer, goes on serving another, and logs no error.
 */
public final class ConversationTarget {
    /** What inputs leave behind, functions and jobs, makes lists longer: after so many the server is another. */
    private static final int INPUTS_OF_A_SERVER = 200;

    private static TriedServer server;
    private static int inputs;

    private ConversationTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (inputs++ % INPUTS_OF_A_SERVER == 0) {
            if (server != null) {
                server.close();
            }
            server = new TriedServer(Map.of());
        }
        server.answers(input);
    }
}
