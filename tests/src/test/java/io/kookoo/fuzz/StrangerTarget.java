package io.kookoo.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * All that a peer says to a server that wants a token, which the peer has not. The rules of a conversation; besides, nothing has changed on the
 * server afterwards, and no answer tells of what is there.
 */
public final class StrangerTarget {
    private static final String TOKEN = "a-token-that-nobody-guesses";
    private static final String SECRET = "known-to-those-who-are-in";
    private static final List<String> LISTS =
            List.of("status", "show functions", "show jobs", "show unique jobs", "channels");

    private static TriedServer server;
    private static List<String> state;

    private StrangerTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        if (text.contains(TOKEN)) {
            return;
        }
        if (server == null) {
            server = new TriedServer(Map.of("KOOKOO_TOKEN", TOKEN));
            for (String line : List.of("auth " + TOKEN, "create function " + SECRET, "create " + SECRET)) {
                String answer = server.tell(line);
                assertTrue(answer.startsWith("OK"), answer);
            }
            state = state();
        }
        String answers = new String(server.answers(input), StandardCharsets.ISO_8859_1);
        assertFalse(answers.contains(SECRET) && !text.contains(SECRET), answers);
        assertEquals(state, state());
    }

    private static List<String> state() {
        List<String> state = new ArrayList<>();
        LISTS.forEach(list -> state.addAll(server.ask(list)));
        return state;
    }
}
