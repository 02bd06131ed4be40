package io.kookoo.server.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.kookoo.protocol.Priority;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose turn it is: priorities over all functions of a worker, and functions of equal priority one after the other. */
final class TurnsTest {
    private final Bench bench = new Bench();
    private final Bench.TestPeer client = bench.peer();

    private static List<String> grabAll(Bench.TestPeer worker) {
        List<String> grabbed = new ArrayList<>();
        for (String data = worker.grab(); data != null; data = worker.grab()) {
            grabbed.add(data);
        }
        return grabbed;
    }

    @Test
    void shouldTakeTurnsWhenAWorkerHasMoreFunctionsThanHaveJobs() {
        Bench.TestPeer worker = bench.peer("unused1", "unused2", "unused3", "g", "f");
        client.submit("f", "f1")
                .submit("f", "f2")
                .submit("other", "x")
                .submit("g", "g1")
                .submit("g", "g2");
        assertEquals(List.of("f1", "g1", "f2", "g2"), grabAll(worker));
    }

    @Test
    void shouldTakeTurnsWhenMoreFunctionsHaveJobsThanAWorkerHas() {
        for (int i = 0; i < 100; i++) {
            client.submit("other" + i, "x");
        }
        Bench.TestPeer worker = bench.peer("g", "f");
        client.submit("f", "f1").submit("f", "f2").submit("g", "g1").submit("g", "g2");
        assertEquals(List.of("f1", "g1", "f2", "g2"), grabAll(worker));
    }

    @Test
    void shouldLetAFunctionThatComesLaterWaitItsTurn() {
        Bench.TestPeer worker = bench.peer("f", "g");
        client.submit("f", "f1").submit("f", "f2").submit("f", "f3");
        assertEquals("f1", worker.grab());
        client.submit("g", "g1");
        assertEquals(List.of("f2", "g1", "f3"), grabAll(worker));
    }

    @Test
    void shouldNotStarveAFunctionBesideABusyOne() {
        Bench.TestPeer worker = bench.peer("busy", "rare");
        client.submit("busy", "b").submit("busy", "b").submit("rare", "r");
        int grabs = 1;
        while (!worker.grab().equals("r")) {
            client.submit("busy", "b").submit("busy", "b");
            grabs++;
        }
        assertEquals(2, grabs);
    }

    /** The same jobs and workers as a plain model that scans everything: the same answers. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void shouldAnswerAsAModelThatScansAll(long seed) {
        Random random = new Random(seed);
        Model model = new Model();
        List<Bench.TestPeer> workers = new ArrayList<>();
        List<Set<String>> abilities = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Set<String> functions = new HashSet<>();
            for (int count = 1 << random.nextInt(6); count > 0; count--) {
                functions.add("f" + random.nextInt(40));
            }
            workers.add(bench.peer(functions.toArray(String[]::new)));
            abilities.add(functions);
        }
        for (int step = 0; step < 5000; step++) {
            if (random.nextInt(100) < 52) {
                String function = "f" + random.nextInt(40);
                Priority priority = Priority.values()[random.nextInt(3)];
                client.submit(function, priority, true, "job " + step);
                model.submit(function, priority, "job " + step);
            } else {
                int worker = random.nextInt(workers.size());
                String expected = model.grab(abilities.get(worker));
                if (expected == null) {
                    assertNull(workers.get(worker).grab(), "seed " + seed + " step " + step);
                } else {
                    assertEquals(expected, workers.get(worker).grab(), "seed " + seed + " step " + step);
                }
            }
        }
    }

    private static final class Model {
        private final Map<Priority, Map<String, ArrayDeque<String>>> queues = new HashMap<>();
        private final Map<Priority, Map<String, Integer>> turns = new HashMap<>();
        private int lastTurn;

        Model() {
            for (Priority priority : Priority.values()) {
                queues.put(priority, new LinkedHashMap<>());
                turns.put(priority, new HashMap<>());
            }
        }

        void submit(String function, Priority priority, String data) {
            ArrayDeque<String> queue = queues.get(priority).computeIfAbsent(function, name -> new ArrayDeque<>());
            if (queue.isEmpty()) {
                turns.get(priority).put(function, ++lastTurn);
            }
            queue.add(data);
        }

        String grab(Set<String> functions) {
            for (Priority priority : Priority.values()) {
                String next = queues.get(priority).keySet().stream()
                        .filter(functions::contains)
                        .filter(function -> !queues.get(priority).get(function).isEmpty())
                        .min(Comparator.comparing(turns.get(priority)::get))
                        .orElse(null);
                if (next != null) {
                    turns.get(priority).put(next, ++lastTurn);
                    return queues.get(priority).get(next).poll();
                }
            }
            return null;
        }
    }
}
