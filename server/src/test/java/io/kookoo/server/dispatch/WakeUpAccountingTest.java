package io.kookoo.server.dispatch;

import static io.kookoo.protocol.PacketType.NOOP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** For each function, the woken are kept at min(ready jobs, sleepers): by the clock, to the millisecond. */
final class WakeUpAccountingTest {
    private static final Duration LIMIT = WakeUps.LIMIT;
    private static final Duration MILLI = Duration.ofMillis(1);

    private final Bench bench = new Bench();
    private final Bench.TestPeer client = bench.peer();

    private static int noops(Bench.TestPeer... peers) {
        int noops = 0;
        for (Bench.TestPeer peer : peers) {
            for (PacketType type : peer.heardTypes()) {
                assertEquals(NOOP, type);
                noops++;
            }
        }
        return noops;
    }

    @Test
    void shouldPassOnAWakeUpAfter100MsAndNotBefore() {
        Bench.TestPeer first = bench.peer("f").preSleep();
        Bench.TestPeer second = bench.peer("f").preSleep();
        client.submit("f", "1");
        assertEquals(1, noops(first));
        assertEquals(0, bench.pass(LIMIT.minus(MILLI)));
        assertEquals(0, noops(second));
        assertEquals(1, bench.pass(MILLI));
        assertEquals(1, noops(second));
        assertEquals(0, noops(first));
    }

    @Test
    void shouldPassOnEachWakeUpInItsOwnTime() {
        Bench.TestPeer[] sleepers = new Bench.TestPeer[4];
        for (int i = 0; i < 4; i++) {
            sleepers[i] = bench.peer("f").preSleep();
        }
        client.submit("f", "1");
        bench.pass(LIMIT.dividedBy(2));
        client.submit("f", "2");
        assertEquals(1, noops(sleepers[0]));
        assertEquals(1, noops(sleepers[1]));
        assertEquals(1, bench.pass(LIMIT.dividedBy(2)));
        assertEquals(1, noops(sleepers[2]));
        assertEquals(0, noops(sleepers[3]));
        assertEquals(1, bench.pass(LIMIT.dividedBy(2)));
        assertEquals(1, noops(sleepers[3]));
    }

    @Test
    void shouldNotPassOnAWakeUpThatWasFollowed() {
        Bench.TestPeer first = bench.peer("f").preSleep();
        Bench.TestPeer second = bench.peer("f").preSleep();
        client.submit("f", "1");
        assertEquals("1", first.grab());
        bench.pass(LIMIT.multipliedBy(2));
        assertEquals(0, noops(second));
        // And the clock is watched no more.
        assertEquals(0, bench.pass(LIMIT.multipliedBy(10)));
    }

    @Test
    void shouldStopWatchingWhenNobodyIsLeftToWake() {
        Bench.TestPeer only = bench.peer("f").preSleep();
        client.submit("f", "1");
        assertEquals(1, noops(only));
        assertEquals(1, bench.pass(LIMIT));
        assertEquals(0, bench.pass(LIMIT.multipliedBy(10)));
        // The job is not lost: whoever goes to sleep is told.
        assertEquals(1, noops(only.preSleep()));
        assertEquals("1", only.grab());
    }

    @Test
    void shouldWakeAsManyAsThereAreJobsAndNoMore() {
        Bench.TestPeer[] sleepers = new Bench.TestPeer[5];
        for (int i = 0; i < 5; i++) {
            sleepers[i] = bench.peer("f", "g").preSleep();
        }
        client.submit("f", "1").submit("g", "2").submit("f", "3");
        assertEquals(3, noops(sleepers));
        client.submit("f", "4").submit("f", "5").submit("f", "6").submit("f", "7");
        assertEquals(2, noops(sleepers));
    }

    @Test
    void shouldWakeTheOneThatHasSleptLongest() {
        Bench.TestPeer first = bench.peer("f").preSleep();
        Bench.TestPeer second = bench.peer("f").preSleep();
        client.submit("f", "1");
        assertEquals(1, noops(first));
        assertEquals("1", first.grab());
        first.preSleep();
        client.submit("f", "2");
        assertEquals(1, noops(second));
        assertEquals(0, noops(first));
    }

    @Test
    void shouldSleepWhileAnotherIsOnItsWayToTheOnlyJob() {
        Bench.TestPeer first = bench.peer("f").preSleep();
        client.submit("f", "1");
        assertEquals(1, noops(first));
        Bench.TestPeer second = bench.peer("f").preSleep();
        assertEquals(0, noops(second));
        bench.pass(LIMIT);
        assertEquals(1, noops(second));
    }

    @Test
    void shouldCountAgainWhenTheWokenTakesAnotherFunctionsJob() {
        Bench.TestPeer both = bench.peer("f", "g").preSleep();
        Bench.TestPeer other = bench.peer("g").preSleep();
        client.submit("g", "1");
        assertEquals(1, noops(both));
        client.submit("f", Priority.HIGH, true, "2");
        assertEquals("2", both.grab());
        assertEquals(1, noops(other));
    }

    @Test
    void shouldWakeNobodyWhileDraining() throws InterruptedException {
        Bench.TestPeer sleeper = bench.peer("f").preSleep();
        bench.dispatcher.drain(Duration.ZERO);
        client.submit("f", "1");
        assertEquals(0, noops(sleeper, client));
    }

    @Test
    void shouldWakeAPollerOnlyWhileTheCatalogHasCalls() {
        Bench.TestPeer poller = bench.peer();
        bench.dispatcher.becomePoller(poller.peer);
        assertEquals(0, noops(poller.preSleep()));
        bench.catalog.add("hello");
        assertEquals(1, noops(poller.preSleep()));
        assertNotNull(poller.grabPacket());
    }

    /** What anybody does in any order, and after every step no capable worker sleeps while a job waits unannounced. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldNeverLetAJobWaitBesideASleeper(long seed) {
        Random random = new Random(seed);
        List<Bench.TestPeer> peers = new ArrayList<>();
        Map<Bench.TestPeer, List<Packet>> held = new HashMap<>();
        Map<Bench.TestPeer, Boolean> sleeping = new HashMap<>();
        int submitted = 0;
        int assigned = 0;
        for (int step = 0; step < 3000; step++) {
            String function = "f" + random.nextInt(4);
            if (peers.size() < 3 || (peers.size() < 8 && random.nextInt(20) == 0)) {
                peers.add(bench.peer());
            }
            Bench.TestPeer peer = peers.get(random.nextInt(peers.size()));
            switch (random.nextInt(10)) {
                case 0, 1 -> peer.canDo(function);
                case 2 -> {
                    peer.cantDo(function);
                    held.getOrDefault(peer, new ArrayList<>())
                            .removeIf(job -> job.function(1).text().equals(function));
                }
                case 3, 4 -> {
                    sleeping.put(peer, true);
                    peer.preSleep();
                }
                case 5, 6 -> {
                    Packet job = peer.grabPacket();
                    sleeping.put(peer, false);
                    if (job != null) {
                        held.computeIfAbsent(peer, p -> new ArrayList<>()).add(job);
                        assigned++;
                    }
                }
                case 7, 8 -> {
                    submitted++;
                    client.submit(function, Priority.values()[random.nextInt(3)], true, Integer.toString(step));
                }
                default -> {
                    if (random.nextInt(4) == 0) {
                        peer.disconnect();
                        peers.remove(peer);
                        held.remove(peer);
                    } else if (!held.getOrDefault(peer, List.of()).isEmpty()) {
                        peer.complete(held.get(peer).remove(0).handle(0));
                    } else {
                        bench.pass(Duration.ofMillis(random.nextInt(120)));
                    }
                }
            }
            for (Bench.TestPeer each : peers) {
                int noops = noops(each);
                assertTrue(noops <= (sleeping.getOrDefault(each, false) ? 1 : 0), "seed " + seed + " step " + step);
                if (noops > 0) {
                    sleeping.put(each, false);
                }
                assertEquals(sleeping.getOrDefault(each, false), each.peer.asleep, "seed " + seed + " step " + step);
            }
            client.heard();
            assertWakeUpsSuffice(peers, "seed " + seed + " step " + step);
        }
        assertTrue(submitted > 300 && assigned > 300, submitted + " submitted, " + assigned + " assigned");
    }

    private void assertWakeUpsSuffice(List<Bench.TestPeer> peers, String when) {
        for (FunctionStatus function : bench.dispatcher.functions()) {
            long ready = function.total() - function.running();
            long woken = peers.stream()
                    .filter(each -> each.peer.wokenFor != null && each.peer.wokenFor.name.equals(function.name()))
                    .count();
            long asleep = peers.stream()
                    .filter(each -> each.peer.asleep
                            && each.peer.abilities.keySet().stream()
                                    .anyMatch(ability -> ability.name.equals(function.name())))
                    .count();
            assertTrue(
                    woken >= ready || asleep == 0,
                    () -> when + ": " + ready + " ready, " + woken + " woken, " + asleep + " asleep for " + function);
        }
    }

    @Test
    void shouldAnswerNoJobToWhoeverIsNotWorker() {
        client.submit("f", "1");
        assertNull(client.grab());
    }
}
