package io.kookoo.client.command;

import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.HostName;
import io.kookoo.Version;
import io.kookoo.client.LogLines;
import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run} as a node, with both its connections, against a server that says what the test tells it to. */
class NodeCommandTest {
    private static final long PID = ProcessHandle.current().pid();
    private static final String CLIENT_ID = "SET_CLIENT_ID node-3/web@" + HostName.read() + "/" + PID;
    private static final String NODE = "OPTION_REQ node=3;name=web;pid=" + PID + ";ping=5000;version=" + Version.TEXT;

    @TempDir
    private Path home;

    private final ScriptedServer server = new ScriptedServer();
    private final LogLines log = new LogLines();
    private final List<CommandRun> runs = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        server.close();
        runs.forEach(CommandRun::signal);
        log.close();
    }

    private CommandRun run(CommandRun command, Object... more) {
        runs.add(command);
        return command.start(Stream.concat(
                        Stream.of("run", "--no-console", "--port", server.port(), "--interval", "3600", "--threads", 1),
                        Stream.of(more))
                .toArray());
    }

    private CommandRun node(Object... more) {
        return run(
                new CommandRun(home),
                Stream.concat(Stream.of("--node-id", 3, "--name", "web"), Stream.of(more))
                        .toArray());
    }

    /** The next connection, which has announced a node in this way, and nothing else. */
    private Peer announced(String announcement) throws IOException {
        Peer peer = server.accept();
        assertEquals(CLIENT_ID, peer.nextButPings());
        assertEquals(announcement, peer.nextButPings());
        return peer;
    }

    private static void accept(Peer peer, String announcement) throws IOException {
        peer.send(res(OPTION_RES, announcement.substring("OPTION_REQ ".length())));
    }

    private static void refuse(Peer peer) throws IOException {
        peer.send(res(ERROR, "NODE_ID_TAKEN", "node 3 is web/10.0.0.7 since 08:00:00"));
    }

    /** Two connections of a node whose announcements are taken: the worker's first, which has said all there is to say. */
    private List<Peer> greeted() throws IOException {
        return greeted(announced(NODE), announced(NODE));
    }

    private List<Peer> greeted(Peer one, Peer other) throws IOException {
        accept(one, NODE);
        accept(other, NODE);
        boolean oneWorks = one.nextButPings().equals("OPTION_REQ cancel");
        Peer worker = oneWorks ? one : other;
        Peer poller = oneWorks ? other : one;
        if (oneWorks) {
            assertEquals("OPTION_REQ catalog", poller.nextButPings());
        } else {
            assertEquals("OPTION_REQ cancel", worker.nextButPings());
        }
        assertEquals("OPTION_REQ attempt", worker.nextButPings());
        poller.send(res(OPTION_RES, "catalog"));
        assertEquals("GRAB_JOB ", poller.nextButPings());
        return List.of(worker, poller);
    }

    /** What a worker says until it asks for a job. */
    private static List<String> announcedBy(Peer worker) throws IOException {
        List<String> said = new ArrayList<>();
        for (String next = worker.nextButPings(); !next.startsWith("GRAB"); next = worker.nextButPings()) {
            said.add(next);
        }
        return said;
    }

    @Test
    void shouldAnnounceItselfBeforeAnythingElseAndOfferWholeCalls() throws Exception {
        node();
        List<Peer> peers = greeted();
        try (Peer worker = peers.get(0);
                Peer poller = peers.get(1)) {
            List<String> said = announcedBy(worker);
            assertEquals("OPTION_REQ control", said.get(0));
            assertTrue(said.containsAll(List.of("CAN_DO add", "CAN_DO call", "CAN_DO call@3", "CAN_DO call@web")));
            assertFalse(said.contains("CAN_DO call@3[]"));
            worker.send(res(OPTION_RES, "control"), res(JOB_ASSIGN_UNIQ, "H:1", "call@3", "", "add(1,2)"));
            assertEquals("WORK_COMPLETE H:1|3", worker.nextButPings());
            assertEquals("GRAB_JOB_UNIQ ", worker.nextButPings());
            worker.send(res(JOB_ASSIGN_UNIQ, "H:2", "call@web", "", "add("));
            assertTrue(worker.nextButPings().startsWith("WORK_EXCEPTION H:2|"));
            poller.send(res(NO_JOB));
        }
    }

    @Test
    void shouldTakeIdAndNameFromTheEnvironmentAndTheHost() throws Exception {
        run(new CommandRun(home).environment("NODE_ID", "9"));
        try (Peer peer = server.accept()) {
            assertTrue(peer.next().startsWith("SET_CLIENT_ID node-9/"));
            String announcement = peer.next();
            assertTrue(announcement.startsWith("OPTION_REQ node=9;name="), announcement);
            assertFalse(announcement.contains(";name=;"), announcement);
        }
    }

    @Test
    void shouldSayNothingFurtherWhileAnotherHasItsIdAndTakeItWhenThatIsFree() throws Exception {
        node();
        for (int refused = 0; refused < 6; refused++) {
            try (Peer peer = announced(NODE)) {
                refuse(peer);
                peer.expectEnd();
            }
        }
        List<Peer> peers = greeted();
        try (Peer worker = peers.get(0);
                Peer poller = peers.get(1)) {
            announcedBy(worker);
            poller.send(res(NO_JOB));
        }
        List<String> taken = log.with("node_id_taken");
        assertEquals(1, taken.size(), taken.toString());
        assertTrue(
                taken.get(0)
                        .startsWith("WARN node_id_taken node=3 name=web server=" + server.address()
                                + " reason=\"node 3 is web/10.0.0.7 since 08:00:00\" effect="),
                taken.get(0));
        assertEquals(1, log.with("INFO node_id_free node=3 ").size());
        log.await("connected connection=poller");
        assertEquals(1, log.with("connected connection=worker").size());
    }

    @Test
    void shouldReplaceAnotherNodeOnceForEachConnection() throws Exception {
        node("--replace");
        try (Peer one = announced(NODE + ";replace=1");
                Peer other = announced(NODE + ";replace=1")) {
            accept(one, NODE + ";replace=1");
            accept(other, NODE + ";replace=1");
            assertTrue(one.nextButPings().startsWith("OPTION_REQ c"));
            assertTrue(other.nextButPings().startsWith("OPTION_REQ c"));
            one.reset();
            other.reset();
        }
        // Somebody else has replaced this one meanwhile, and keeps the id.
        for (int i = 0; i < 2; i++) {
            try (Peer peer = announced(NODE)) {
                refuse(peer);
                peer.expectEnd();
            }
        }
        log.await("node_id_taken node=3");
    }

    @Test
    void shouldReplaceWithTheNextConnectionWhereTheFirstGotNoAnswer() throws Exception {
        node("--replace");
        announced(NODE + ";replace=1").reset();
        announced(NODE + ";replace=1").reset();
        try (Peer one = announced(NODE + ";replace=1");
                Peer other = announced(NODE + ";replace=1")) {
            one.reset();
            other.reset();
        }
    }

    @Test
    void shouldGoOnAsAClientWithoutAnIdWhereTheServerKnowsNoNodes() throws Exception {
        node();
        try (Peer one = announced(NODE);
                Peer other = announced(NODE)) {
            byte[] unknown = res(ERROR, "UNKNOWN_OPTION", "Server does not recognize given option");
            one.send(unknown);
            other.send(unknown);
            Peer worker = one.nextButPings().equals("OPTION_REQ cancel") ? one : other;
            List<String> said = announcedBy(worker);
            assertTrue(said.contains("CAN_DO add"), said.toString());
            assertFalse(said.contains("OPTION_REQ control"), said.toString());
            assertEquals(
                    List.of(), said.stream().filter(line -> line.contains("@")).toList());
        }
        assertEquals(1, log.with("WARN no_nodes node=3 ").size());
    }

    @Test
    void shouldFinishWhatRunsAndEndWhenTheServerAsksForIt() throws Exception {
        CommandRun run = node();
        List<Peer> peers = greeted();
        try (Peer worker = peers.get(0);
                Peer poller = peers.get(1)) {
            announcedBy(worker);
            worker.send(
                    res(JOB_ASSIGN_UNIQ, "H:1", "sleep", "", "0.3"), res(OPTION_RES, "stop"), res(OPTION_RES, "stop"));
            assertEquals("WORK_COMPLETE H:1|", worker.nextButPings());
            // No job is asked for any more; this asks whether the result has arrived.
            assertEquals("ECHO_REQ posted", worker.nextButPings());
            worker.send(res(ECHO_RES, "posted"));
            assertEquals("OPTION_REQ leave", worker.nextButPings());
            worker.expectEnd();
            poller.send(res(NO_JOB));
            assertEquals("OPTION_REQ leave", poller.nextButPings());
            poller.expectEnd();
        }
        run.exits(0);
        String reason = "reason=\"the server " + server.address() + " asks node 3 to stop\"";
        assertEquals(1, log.with("client_finishing " + reason).size());
        assertEquals(1, log.with("client_stopping " + reason).size());
        assertEquals(1, log.with("client_stopped all_calls_ended=yes").size());
    }

    @Test
    void shouldLeaveWithAWordWhenItIsStopped() throws Exception {
        CommandRun run = node();
        List<Peer> peers = greeted();
        try (Peer worker = peers.get(0);
                Peer poller = peers.get(1)) {
            announcedBy(worker);
            worker.send(res(NO_JOB));
            assertEquals("PRE_SLEEP ", worker.nextButPings());
            poller.send(res(NO_JOB));
            Thread signal = new Thread(run::signal);
            signal.start();
            for (Peer peer : peers) {
                assertEquals("OPTION_REQ leave", peer.nextButPings());
                peer.expectEnd();
            }
            signal.join(10_000);
        }
        assertEquals(List.of(0), run.halts());
    }

    @Test
    void shouldEndBySignalThoughItWaitsForWhatRuns() throws Exception {
        CommandRun run =
                run(new CommandRun(home).environment("KOOKOO_SHUTDOWN_TIMEOUT", "0"), "--node-id", 3, "--name", "web");
        List<Peer> peers = greeted();
        try (Peer worker = peers.get(0);
                Peer poller = peers.get(1)) {
            announcedBy(worker);
            worker.send(res(JOB_ASSIGN_UNIQ, "H:1", "sleep", "", "60"), res(OPTION_RES, "stop"));
            log.await("client_finishing");
            run.signal();
            poller.send(res(NO_JOB));
        }
        assertEquals(List.of(0), run.halts());
    }

    @Test
    void shouldKeepALogOfItsPings() throws Exception {
        run(
                new CommandRun(home)
                        .environment("KOOKOO_PING_INTERVAL", "0.05")
                        .environment("KOOKOO_PING_TIMEOUT", "0.3")
                        .environment("KOOKOO_FORMAT", "bracket"),
                "--node-id",
                3,
                "--name",
                "web");
        String announcement = NODE.replace(";ping=5000;", ";ping=50;");
        try (Peer peer = server.accept()) {
            assertEquals(CLIENT_ID, peer.nextButPings());
            assertEquals(announcement, peer.nextButPings());
            accept(peer, announcement);
            int pings = 0;
            while (pings < 2) {
                String next = peer.next();
                if (next.startsWith("ECHO_REQ kookoo-ping")) {
                    peer.answerPing(next);
                    pings++;
                }
            }
            // The next one is not answered.
            assertThrows(IOException.class, () -> {
                while (true) {
                    peer.next();
                }
            });
        }
        String pings = onlyFile("ping-");
        String time = "\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d] : ";
        String who = " node=3 connection=(worker|poller) server=" + server.address();
        List<String> lines = pings.lines().toList();
        assertTrue(
                lines.stream()
                        .anyMatch(line -> line.matches(time + "\\[INFO] - \\[Client - ping" + who + " rtt_us=\\d+]")),
                pings);
        assertTrue(
                lines.stream()
                        .anyMatch(line ->
                                line.matches(time + "\\[WARNING] - \\[Client - no_answer" + who + " for_ms=\\d+]")),
                pings);
        assertTrue(
                lines.stream()
                        .anyMatch(
                                line -> line.matches(time + "\\[WARNING] - \\[Client - lost" + who + " for_ms=\\d+]")),
                pings);
        assertFalse(onlyFile("kookoo-").contains("rtt_us"));
    }

    private String onlyFile(String beginning) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("logs"))) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().startsWith(beginning))
                    .toList();
            assertEquals(1, found.size(), found.toString());
            return Files.readString(found.get(0));
        }
    }

    @Test
    void shouldBeNoNodeAndKeepNoLogOfPingsWithoutAnId() throws Exception {
        run(new CommandRun(home));
        try (Peer peer = server.accept()) {
            assertEquals("SET_CLIENT_ID " + HostName.withPid(PID), peer.nextButPings());
            assertTrue(peer.nextButPings().startsWith("OPTION_REQ c"));
        }
        try (Stream<Path> files = Files.list(home.resolve("logs"))) {
            assertEquals(
                    List.of(),
                    files.filter(file -> file.toString().contains("ping-")).toList());
        }
    }

    @Test
    void shouldBeNoNodeOfItsOwnWhereAServerHasStartedIt() throws Exception {
        PipedOutputStream tether = new PipedOutputStream();
        CommandRun run = run(
                new CommandRun(home)
                        .input(new PipedInputStream(tether))
                        .environment("NODE_ID", "not even a number")
                        .environment("KOOKOO_NODE_ID", "4")
                        .environment("KOOKOO_REPLACE", "true"),
                "--tether");
        try (Peer peer = server.accept()) {
            assertEquals("SET_CLIENT_ID " + HostName.withPid(PID), peer.nextButPings());
            assertTrue(peer.nextButPings().startsWith("OPTION_REQ c"));
            server.close();
            tether.close();
            peer.reset();
        }
        run.exits(0);
    }

    @Test
    void shouldRefuseWhatMakesNoNode() throws Exception {
        assertEquals(
                "environment NODE_ID: [Client] node_id = \"0\" is refused; allowed is a whole number from 1 to 2147483647,"
                        + " or nothing\n",
                run(new CommandRun(home).environment("NODE_ID", "0")).exits(3).err());
        assertTrue(run(new CommandRun(home), "--node-id", "three")
                .exits(3)
                .err()
                .startsWith("option --node-id: [Client] node_id = \"three\" is refused"));
        assertTrue(run(new CommandRun(home), "--node-id", "3", "--name", "4")
                .exits(3)
                .err()
                .startsWith("option --name: [Client] name = \"4\" is refused"));
        assertEquals(
                "--replace takes the place of another node, and needs the id of that: give --node-id, too\n"
                        + "Try: java -jar client.jar run --help\n",
                run(new CommandRun(home), "--replace").exits(2).err());
    }

    @Test
    void shouldLeaveTheNameOfASenderToThoseWhoSend() throws Exception {
        CommandRun publish = new CommandRun(home).environment("KOOKOO_NAME", "alice");
        publish.start("publish", "--port", server.port(), "talk", "hello");
        try (Peer peer = server.accept()) {
            peer.expect("name alice\n").send("OK alice\n");
            peer.expect("publish talk hello\n").send("OK 1\n");
        }
        publish.exits(0);
    }
}
