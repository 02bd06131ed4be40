package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.server.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients with an id: who they are, whether they live, and what people ask of them. */
final class NodesTest {
    private static final int PATIENCE_SECONDS = 10;
    /** No test waits for so long. */
    private static final int SELDOM = 60_000;

    private static final int NAME = 1;
    private static final int STATE = 3;
    private static final int QUIET = 4;
    private static final int SILENCE = 5;
    private static final int CALLS = 8;

    private final LaterClock clock = new LaterClock();

    @RegisterExtension
    final RunningServer server =
            new RunningServer().withCatalog("hello_world\n").withClock(clock);

    /** The machine's, that can be set forward. */
    private static final class LaterClock implements Clock {
        private volatile Duration later = Duration.ZERO;

        @Override
        public Instant now() {
            return Instant.now().plus(later);
        }

        @Override
        public long nanoTime() {
            return System.nanoTime() + later.toNanos();
        }
    }

    private static String node(int id, String name, int pid, int pingMillis) {
        return "node=" + id + ";name=" + name + ";pid=" + pid + ";ping=" + pingMillis + ";version=1.0";
    }

    private static WireClient announce(WireClient client, String option) {
        return client.send(OPTION_REQ, option).expect(OPTION_RES, option);
    }

    /** A connection of a node whose pings nobody will miss. */
    private WireClient node(int id, String name, int pid) {
        return announce(server.connect(), node(id, name, pid, SELDOM));
    }

    private WireClient worker(int id, String function) {
        return node(id, "box", 10 + id).send(CAN_DO, function).expectNothingBeforeEcho();
    }

    /** The lines of {@code nodes}, in columns. */
    private static List<String[]> list(WireClient client) {
        client.sendText("nodes");
        List<String[]> rows = new ArrayList<>();
        for (String line = client.receiveLine(); !line.equals("."); line = client.receiveLine()) {
            rows.add(line.split("\t", -1));
            assertEquals(10, rows.get(rows.size() - 1).length, line);
        }
        return rows;
    }

    private static String[] only(WireClient client) {
        List<String[]> rows = list(client);
        assertEquals(1, rows.size());
        return rows.get(0);
    }

    private static void awaitOnly(WireClient client, Predicate<String[]> fits) {
        long end = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
        while (!fits.test(only(client))) {
            assertTrue(System.nanoTime() - end < 0, () -> String.join(" ", only(client)));
        }
    }

    // ---- refused ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "node=1 | the option node has no name;",
                "node=1;name=a;pid=1;ping=1 | the option node has no version;",
                "node=;name=a;pid=1;ping=1;version=1 | the option node has node=; expected a whole number from 1 to 2147483647",
                "node=0;name=a;pid=1;ping=1;version=1 | the option node has node=0; expected a whole number from 1 to 2147483647",
                "node=-1;name=a;pid=1;ping=1;version=1 | the option node has node=-1;",
                "node=2147483648;name=a;pid=1;ping=1;version=1 | the option node has node=2147483648;",
                "node=one;name=a;pid=1;ping=1;version=1 | the option node has node=one;",
                "node=1;name=;pid=1;ping=1;version=1 | the option node has name=; expected 1 to 64 letters",
                "node=1;name=17;pid=1;ping=1;version=1 | the option node has name=17;",
                "node=1;name=a b;pid=1;ping=1;version=1 | the option node has name=a b;",
                "node=1;name=a;pid=0;ping=1;version=1 | the option node has pid=0; expected a whole number from 1 to",
                "node=1;name=a;pid=1;ping=0;version=1 | the option node has ping=0; expected a whole number from 1 to 3600000",
                "node=1;name=a;pid=1;ping=3600001;version=1 | the option node has ping=3600001;",
                "node=1;name=a;pid=1;ping=0.5;version=1 | the option node has ping=0.5;",
                "node=1;name=a;pid=1;ping=1;version= | the option node has version=; expected 1 to 64 printable",
                "node=1;name=a;pid=1;ping=1;version=1;replace=yes | the option node has replace=yes; expected 1",
                "node=1;name=a;pid=1;ping=1;version=1;replace | the part \"replace\" of the option node is no KEY=VALUE",
                "node=1;name=a;pid=1;ping=1;version=1; | the part \"\" of the option node is no KEY=VALUE",
                "node=1;name=a;name=b;pid=1;ping=1;version=1 | the part \"name=b\" of the option node is no KEY=VALUE, or its key",
            })
    void shouldSayWhatIsWrongWithAnAnnouncement(String option, String message) {
        WireClient client = server.connect().send(OPTION_REQ, option);
        WireClient.Received error = client.expectAny(ERROR);
        assertEquals("INVALID_ARGUMENTS", error.part(0));
        assertTrue(error.part(1).startsWith(message), error::toString);
        client.sendText("nodes").expectText(".\n");
    }

    @Test
    void shouldRefuseALongAnnouncement() {
        String option = node(1, "a", 1, 1) + ";more=" + "x".repeat(1000);
        WireClient.Received error = server.connect().send(OPTION_REQ, option).expectAny(ERROR);
        assertTrue(
                error.part(1).startsWith("the option node has at most 1000 characters, this one has "),
                error::toString);
    }

    @Test
    void shouldPassOverWhatALaterNodeSaysBesides() {
        announce(server.connect(), node(1, "a", 1, SELDOM) + ";colour=blue;replace=0");
        assertEquals("a", only(server.connect())[NAME]);
    }

    @Test
    void shouldRefuseAConnectionThatIsAnotherNodeAlready() {
        WireClient client = node(1, "a", 1).send(OPTION_REQ, node(2, "a", 1, SELDOM));
        client.expect(
                        ERROR,
                        "INVALID_ARGUMENTS",
                        "this connection is node 1 (a) already; another node needs another connection")
                .expectNothingBeforeEcho();
        assertEquals("1", only(client)[0]);
    }

    @Test
    void shouldSayWhoHasAnIdThatIsTaken() {
        WireClient holder = node(3, "box", 77);
        WireClient other = server.connect().send(OPTION_REQ, node(3, "late", 78, SELDOM));
        WireClient.Received error = other.expectAny(ERROR);
        assertEquals("NODE_ID_TAKEN", error.part(0));
        assertTrue(
                error.part(1)
                        .matches("node 3 is box at 127\\.0\\.0\\.1 \\(pid 77\\) since 20[0-9TZ:-]+, heard of [0-9.]+ s"
                                + " ago; if nothing more comes from it it is given up in 1[0-9.]+ s\\. Take another"
                                + " id, or replace it \\(replace=1\\)"),
                error::toString);
        server.log().await("WARN node_refused id=3 name=late ", "pid=78", "taken_by=box", "taken_pid=77");
        assertEquals("box", only(other)[NAME]);
        // It is as any other connection, and may ask again.
        other.send(OPTION_REQ, node(3, "late", 78, SELDOM)).expectAny(ERROR);
        holder.send(OPTION_REQ, "leave").expect(OPTION_RES, "leave").close();
        server.log().await("node_left id=3 name=box");
        announce(other, node(3, "late", 78, SELDOM));
        assertEquals("late", only(other)[NAME]);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nodes all | INVALID_ARGUMENTS the command is: nodes",
                "quiet | INVALID_ARGUMENTS the command is: quiet NODE, its id or its name",
                "Resume 1 2 | INVALID_ARGUMENTS the command is: resume NODE, its id or its name",
                "stop | INVALID_ARGUMENTS the command is: stop NODE, its id or its name",
                "quiet 9 | UNKNOWN_NODE there is no node 9; \"nodes\" lists them",
                "resume 99999999999 | UNKNOWN_NODE there is no node 99999999999; \"nodes\" lists them",
                "stop 2147483648 | UNKNOWN_NODE there is no node 2147483648; \"nodes\" lists them",
                "stop nobody | UNKNOWN_NODE there is no node nobody; \"nodes\" lists them",
                "quiet twin | AMBIGUOUS 2 nodes are called twin; say which by its id: 1, 2",
                "stop twin | AMBIGUOUS 2 nodes are called twin; say which by its id: 1, 2",
                "stop 1 | NOT_CONTROLLED node 1 has not said that it can be told to stop (OPTION_REQ control)",
            })
    void shouldSayWhyNothingIsDoneToANode(String line, String error) {
        node(1, "twin", 1);
        node(2, "twin", 2);
        server.connect().sendText(line).expectText("ERR " + error + "\n").expectNothingBeforeEcho();
    }

    // ---- who is there ----

    @Test
    void shouldListNodesByTheirIds() {
        node(2147483647, "b.c_d-e", 1);
        WireClient first = node(9, "alpha", 2);
        List<String[]> rows = list(first);
        assertEquals(2, rows.size());
        String[] row = rows.get(0);
        assertTrue(row[SILENCE].matches("[0-9]+\\.[0-9]{3}"), row[SILENCE]);
        row[SILENCE] = "";
        assertEquals("9 alpha 127.0.0.1 up no  - - 0 1.0", String.join(" ", row));
        assertEquals("2147483647", rows.get(1)[0]);
        server.log().await("INFO node_up id=9 name=alpha address=127.0.0.1 pid=2 ", "ping_ms=60000", "version=1.0");
    }

    @Test
    void shouldTakeConnectionsWithTheSameAnnouncementForOneNode() {
        WireClient first = node(1, "a", 1);
        WireClient second = node(1, "a", 1);
        // To repeat it is harmless.
        announce(second, node(1, "a", 1, SELDOM));
        only(second);
        first.reset();
        server.log().await("disconnected conn=1 ");
        assertEquals("up", only(second)[STATE]);
        assertEquals(0, server.log().with("node_lost").size());
        assertEquals(1, server.log().with("node_up").size());
    }

    @Test
    void shouldForgetANodeThatLeaves() {
        WireClient other = server.connect();
        WireClient first = node(1, "a", 1);
        WireClient second = node(1, "a", 1);
        second.send(OPTION_REQ, "Leave").expect(OPTION_RES, "Leave").close();
        server.log().await("disconnected conn=3 ");
        assertEquals("up", only(other)[STATE]);
        first.send(OPTION_REQ, "leave").expect(OPTION_RES, "leave").close();
        server.log().await("INFO node_left id=1 name=a");
        assertEquals(List.of(), list(other));
        assertEquals(0, server.log().with("node_lost").size());
    }

    @Test
    void shouldRememberANodeThatEndsWithoutLeave() {
        WireClient other = server.connect();
        node(1, "a", 1).close();
        server.log().await("WARN node_lost id=1 name=a ", "closed by the peer");
        assertEquals("lost", only(other)[STATE]);
        other.sendText("stop 1").expectText("ERR NODE_LOST node 1 is lost: nobody is there to be told to stop\n");
        // Its id is free, for itself and for others.
        node(1, "b", 2).reset();
        server.log().await("INFO node_up id=1 name=b ", "lost_ms=");
        server.log().await("WARN node_lost id=1 name=b ");
        node(1, "a", 1);
        String[] row = only(other);
        assertEquals("a up", row[NAME] + " " + row[STATE]);
    }

    @Test
    void shouldForgetALostNodeAfterADay() {
        WireClient other = server.connect();
        node(1, "a", 1).close();
        server.log().await("node_lost id=1 ");
        clock.later = Duration.ofHours(24).minusSeconds(30);
        String[] row = only(other);
        assertEquals("lost", row[STATE]);
        assertTrue(Double.parseDouble(row[SILENCE]) > 86_000, row[SILENCE]);
        clock.later = Duration.ofHours(24);
        assertEquals(List.of(), list(other));
        other.sendText("quiet 1").expectText("ERR UNKNOWN_NODE there is no node 1; \"nodes\" lists them\n");
    }

    @Test
    void shouldRememberAThousandLostNodes() {
        WireClient other = server.connect();
        for (int id = 1; id <= 3; id++) {
            node(id, "a", 1).close();
            server.log().await("node_lost id=" + id + " ");
        }
        for (int id = 4; id <= 1002; id++) {
            node(id, "a", 1).close();
        }
        server.log().await(1002, "node_lost");
        List<String[]> rows = list(other);
        assertEquals(1000, rows.size());
        assertEquals("3", rows.get(0)[0]);
    }

    @Test
    void shouldShowTheRoundTripsThatANodeTells() {
        WireClient node = node(1, "a", 1);
        for (int i = 1; i <= 100; i++) {
            String ping = "kookoo-ping rtt_us=" + 10 * i;
            node.send(ECHO_REQ, ping).expect(ECHO_RES, ping);
        }
        for (String other : List.of(
                "kookoo-ping", "kookoo-ping rtt_us=", "kookoo-ping rtt_us=-1", "kookoo-ping rtt_us=9999999999", "")) {
            node.send(ECHO_REQ, other).expect(ECHO_RES, other);
        }
        // Of somebody else, to whom it means nothing.
        WireClient other =
                server.connect().send(ECHO_REQ, "kookoo-ping rtt_us=9").expect(ECHO_RES, "kookoo-ping rtt_us=9");
        String[] row = only(other);
        assertEquals("0.500 0.990", row[6] + " " + row[7]);
        // The last ones count.
        for (int i = 0; i < 200; i++) {
            node.send(ECHO_REQ, "kookoo-ping rtt_us=2000").expectAny(ECHO_RES);
        }
        row = only(other);
        assertEquals("2.000 2.000", row[6] + " " + row[7]);
    }

    @Test
    void shouldCountTheCallsOfANodeOnAllItsConnections() {
        WireClient client = server.connect();
        WireClient first = worker(1, "f");
        WireClient poller = node(1, "box", 11).send(OPTION_REQ, "catalog").expect(OPTION_RES, "catalog");
        String ended = client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        first.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        first.send(WORK_COMPLETE, ended, "").expectNothingBeforeEcho();
        String failed = client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        first.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        first.send(WORK_FAIL, failed).expectNothingBeforeEcho();
        String drawn = poller.send(GRAB_JOB).expectAny(JOB_ASSIGN).part(0);
        poller.send(WORK_COMPLETE, drawn, "").expectNothingBeforeEcho();
        assertEquals("3", only(client)[CALLS]);
        // They are remembered when a connection goes, and when the node is lost and comes back.
        first.close();
        server.log().await("disconnected conn=2 ");
        assertEquals("3", only(client)[CALLS]);
        poller.close();
        server.log().await("node_lost id=1 ");
        assertEquals("3", only(client)[CALLS]);
        worker(1, "f");
        assertEquals("3", only(client)[CALLS]);
    }

    // ---- one takes the place of another ----

    @Test
    void shouldReplaceANodeAndRunItsJobsAgain() {
        WireClient client = server.connect();
        WireClient ghost = worker(1, "f");
        WireClient ghostsOther = node(1, "box", 11);
        String handle = client.send(SUBMIT_JOB, "f", "", "data").expectHandle();
        ghost.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        WireClient node = announce(server.connect(), node(1, "box", 99, SELDOM) + ";replace=1");
        ghost.expectGone();
        ghostsOther.expectGone();
        server.log().await("WARN node_replaced id=1 name=box ", "pid=11", "by_pid=99");
        server.log().await("disconnected conn=2 ", "node 1 was replaced by box (127.0.0.1, pid 99)");
        node.send(CAN_DO, "f").send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        assertEquals("up", only(client)[STATE]);
        assertEquals(0, server.log().with("node_lost").size());
    }

    @Test
    void shouldNotLetTheReplacedReplaceItsSuccessor() {
        node(1, "a", 1);
        WireClient second = announce(server.connect(), node(1, "a", 2, SELDOM) + ";replace=1");
        WireClient again = server.connect().send(OPTION_REQ, node(1, "a", 1, SELDOM) + ";replace=1");
        assertEquals("NODE_ID_TAKEN", again.expectAny(ERROR).part(0));
        second.expectNothingBeforeEcho();
        // Others may, and once its successor is gone the replaced may come again.
        announce(server.connect(), node(1, "a", 3, SELDOM) + ";replace=1").close();
        second.expectGone();
        server.log().await("node_lost id=1 ", "pid=3");
        announce(again, node(1, "a", 1, SELDOM));
    }

    @Test
    void shouldReplaceNobodyWhereNobodyIs() {
        announce(server.connect(), node(1, "a", 1, SELDOM) + ";replace=1");
        announce(server.connect(), node(1, "a", 1, SELDOM) + ";replace=1");
        server.log().await("node_up");
        assertEquals(1, server.log().with("node_up").size());
        assertEquals(0, server.log().with("node_replaced").size());
    }

    // ---- silence ----

    @Test
    void shouldRunTheJobOfANodeThatFallsSilentElsewhere() {
        WireClient client = server.connect();
        WireClient watcher = server.connect().sendText("subscribe clients").expectText("OK clients\n");
        WireClient silent = announce(server.connect(), node(1, "a", 1, 300)).send(CAN_DO, "f");
        String handle = client.send(SUBMIT_JOB, "f", "", "data").expectHandle();
        silent.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        WireClient other = server.worker("f").send(PRE_SLEEP);
        other.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        silent.expectGone();
        server.log().await("WARN node_silent id=1 name=a ", "nothing came for ", "three times its ping of 0.3 s");
        server.log().await("WARN worker_lost conn=3 ", "nothing came for ");
        server.log().await("WARN node_lost id=1 name=a ", "nothing came for ");
        while (!watcher.receiveLine().contains(" node_lost id=1 name=a ")) {}
        String[] row = only(client);
        assertEquals("lost", row[STATE]);
        assertTrue(Double.parseDouble(row[SILENCE]) > 0.9, row[SILENCE]);
    }

    @Test
    void shouldNotJudgeConnectionsThatAreNoNodes() {
        WireClient foreign = server.worker("f");
        WireClient refused = server.connect().send(OPTION_REQ, "node=1");
        refused.expectAny(ERROR);
        WireClient silent = announce(server.connect(), node(1, "a", 1, 50));
        silent.expectGone();
        // As silent as that one, and for longer.
        foreign.expectNothingBeforeEcho();
        refused.expectNothingBeforeEcho();
    }

    @Test
    void shouldJudgeEachConnectionOfANode() {
        WireClient silent = announce(server.connect(), node(1, "a", 1, 100));
        WireClient other = announce(server.connect(), node(1, "a", 1, SELDOM));
        silent.expectGone();
        server.log().await("node_silent id=1 name=a ", "conn=1 ");
        assertEquals("up", only(other)[STATE]);
        assertEquals(0, server.log().with("node_lost").size());
    }

    @Test
    void shouldCallANodeLateBeforeItIsLost() {
        WireClient client = server.connect();
        WireClient node = announce(server.connect(), node(1, "a", 1, 1500));
        awaitOnly(client, row -> row[STATE].equals("late"));
        assertTrue(Double.parseDouble(only(client)[SILENCE]) >= 2.25);
        node.expectNothingBeforeEcho();
        assertEquals("up", only(client)[STATE]);
    }

    @Test
    void shouldNotGiveUpANodeThatSendsALargeResultSlowly() {
        WireClient client = server.connect();
        WireClient node = announce(server.connect(), node(1, "a", 1, 500)).send(CAN_DO, "f");
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        node.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        String result = "x".repeat(4_000_000);
        byte[] packet = WireClient.packet(WORK_COMPLETE, handle, result);
        // Byte for byte, for longer than it may be silent.
        long end = System.nanoTime() + Duration.ofMillis(2500).toNanos();
        int sent = 0;
        while (System.nanoTime() - end < 0 && sent < packet.length) {
            node.sendBytes(packet[sent++]);
            client.expectNothingBeforeEcho();
        }
        assertTrue(sent < packet.length, "it was not slow");
        node.sendBytes(java.util.Arrays.copyOfRange(packet, sent, packet.length));
        client.expect(WORK_COMPLETE, handle, result);
        assertEquals(0, server.log().with("node_silent").size());
    }

    // ---- quiet ----

    @ParameterizedTest
    @CsvSource({"1", "box"})
    void shouldGiveAQuietNodeNoJobsUntilItIsResumed(String called) {
        WireClient client = server.connect();
        WireClient node = worker(1, "f").send(PRE_SLEEP).expectNothingBeforeEcho();
        WireClient poller = node(1, "box", 11).send(OPTION_REQ, "catalog").expect(OPTION_RES, "catalog");
        client.sendText("Quiet " + called).expectText("OK 1\n");
        // To repeat it is harmless.
        client.sendText("quiet " + called).expectText("OK 1\n");
        assertEquals("yes", only(client)[QUIET]);
        String handle = client.send(SUBMIT_JOB, "f", "", "data").expectHandle();
        node.expectNothingBeforeEcho()
                .send(GRAB_JOB)
                .expect(NO_JOB)
                .send(PRE_SLEEP)
                .expectNothingBeforeEcho();
        poller.send(GRAB_JOB).expect(NO_JOB).send(PRE_SLEEP).expectNothingBeforeEcho();
        client.sendText("resume " + called).expectText("OK 1\n");
        node.expect(NOOP).send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "data");
        poller.expect(NOOP).send(GRAB_JOB).expectAny(JOB_ASSIGN);
        assertEquals("no", only(client)[QUIET]);
        assertEquals(1, server.log().await(1, "INFO node_quiet id=1 name=box ").size());
        server.log().await("INFO node_resumed id=1 name=box ");
    }

    @Test
    void shouldLetAQuietNodeEndWhatItRuns() {
        WireClient client = server.connect();
        WireClient node = worker(1, "f");
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        node.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        client.sendText("quiet 1").expectText("OK 1\n");
        node.send(WORK_COMPLETE, handle, "result").send(GRAB_JOB).expect(NO_JOB);
        client.expect(WORK_COMPLETE, handle, "result");
    }

    @Test
    void shouldKeepAnIdQuietWhoeverComesWithIt() {
        WireClient client = server.connect();
        client.send(SUBMIT_JOB_BG, "f", "", "").expectHandle();
        WireClient node = worker(1, "f");
        client.sendText("quiet 1").expectText("OK 1\n");
        node.send(OPTION_REQ, "leave").expect(OPTION_RES, "leave").close();
        server.log().await("node_left id=1 ");
        node(1, "other", 7).send(CAN_DO, "f").send(GRAB_JOB).expect(NO_JOB).reset();
        server.log().await("node_lost id=1 ");
        assertEquals("yes", only(client)[QUIET]);
        client.sendText("resume 1").expectText("OK 1\n");
        worker(1, "f").send(GRAB_JOB).expectAny(JOB_ASSIGN);
    }

    @Test
    void shouldResumeAnIdThatNobodyHas() {
        WireClient client = server.connect();
        WireClient node = node(1, "a", 1);
        client.sendText("quiet 1").expectText("OK 1\n");
        node.send(OPTION_REQ, "leave").expect(OPTION_RES, "leave").close();
        server.log().await("node_left id=1 ");
        client.sendText("resume 1").expectText("OK 1\n");
        client.sendText("resume 1").expectText("ERR UNKNOWN_NODE there is no node 1; \"nodes\" lists them\n");
    }

    @Test
    void shouldMeanTheLivingOneOfThoseWithAName() {
        WireClient client = server.connect();
        node(1, "twin", 1).close();
        server.log().await("node_lost id=1 ");
        client.sendText("quiet twin").expectText("OK 1\n");
        node(2, "twin", 2);
        client.sendText("quiet twin").expectText("OK 2\n");
    }

    // ---- stop ----

    @ParameterizedTest
    @CsvSource({"1", "box"})
    void shouldTellANodeToStop(String called) {
        WireClient client = server.connect();
        WireClient worker = worker(1, "f").send(OPTION_REQ, "control").expect(OPTION_RES, "control");
        WireClient poller = node(1, "box", 11);
        client.sendText("stop " + called).expectText("OK 1\n");
        worker.expect(OPTION_RES, "stop").expectNothingBeforeEcho();
        poller.expectNothingBeforeEcho();
        server.log().await("INFO node_told_to_stop id=1 name=box ");
    }

    @Test
    void shouldTellWhoWatchesWhatHappensToNodes() {
        WireClient watcher = server.connect().sendText("subscribe clients").expectText("OK clients\n");
        WireClient client = server.connect();
        WireClient node = node(1, "a", 1).send(OPTION_REQ, "control").expect(OPTION_RES, "control");
        client.send(OPTION_REQ, node(1, "b", 2, SELDOM)).expectAny(ERROR);
        client.sendText("quiet 1").expectText("OK 1\n");
        client.sendText("resume 1").expectText("OK 1\n");
        client.sendText("stop 1").expectText("OK 1\n");
        node.send(OPTION_REQ, "leave");
        node.expect(OPTION_RES, "stop").expect(OPTION_RES, "leave").close();
        server.log().await("node_left id=1 ");
        node(1, "a", 3);
        announce(server.connect(), node(1, "a", 4, SELDOM) + ";replace=1");
        for (String event : List.of(
                "node_up",
                "node_refused",
                "node_quiet",
                "node_resumed",
                "node_told_to_stop",
                "node_left",
                "node_up",
                "node_replaced")) {
            String line = watcher.receiveLine();
            while (!line.contains(" node_")) {
                line = watcher.receiveLine();
            }
            assertTrue(line.startsWith("message clients server ") && line.contains(" " + event + " id=1 name="), line);
        }
    }

    @Test
    void shouldNotCallNodesLostThatEndWithTheServer() {
        WireClient node = node(1, "a", 1);
        server.stop();
        node.expectClosed();
        assertEquals(0, server.log().with("node_lost").size());
        assertFalse(server.log().with("stopped").isEmpty());
    }
}
