package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One client that works for several servers, while they die, stand still and come back. */
class SeveralServersTest {
    private static final Map<String, String> IMPATIENT =
            Map.of("KOOKOO_PING_INTERVAL", "0.5", "KOOKOO_PING_TIMEOUT", "2", "KOOKOO_FAILBACK_AFTER", "1");

    @TempDir
    Path folder;

    private final List<RunningProgram> programs = new ArrayList<>();

    @AfterEach
    void endAll() {
        programs.forEach(RunningProgram::close);
    }

    /** A server whose catalog has one call, which names it. */
    private final class Server {
        private final String name;
        private final Path home;
        private final int port;
        private RunningProgram program;

        Server(String name) throws IOException {
            this.name = name;
            home = RunningProgram.shippedHome(folder.resolve(name));
            Files.writeString(home.resolve("functions.txt"), "echo(" + name + ")\n");
            start(0);
            port = program.port();
        }

        private void start(int onPort) throws IOException {
            program = RunningProgram.start(home, "server.jar", "--port", Integer.toString(onPort), "--store", "none");
            programs.add(program);
        }

        void startAgain() throws IOException {
            start(port);
            assertEquals(port, program.port());
        }

        String address() {
            return "127.0.0.1:" + port;
        }

        /** From now on calls of its catalog are asked for. */
        void awaitPolled() {
            Predicate<String> called = line -> line.contains(" ended ") && line.contains("call=echo(" + name + ")");
            program.awaitOut(program.out(called).size() + 2, called);
        }

        /** Somebody runs what is submitted here. */
        void assertWorks() throws IOException {
            RunningProgram call = RunningProgram.command(home, port, "call", "add(2,3)", "--timeout", "30");
            assertEquals(List.of("5"), call.out(), () -> name + ": " + call.err());
        }

        /** Node 3, of the name box, is here, and it is the only one. */
        void awaitNodeUp() throws IOException {
            TextCommand.await(
                    port, "nodes", lines -> lines.size() == 1 && lines.get(0).matches("3\tbox\t[^\t]+\tup\t.*"));
        }

        /** Waits for so many queued, running, and workers of a function. */
        void awaitStatus(String function, int total, int running, int workers) throws IOException {
            String line = function + "\t" + total + "\t" + running + "\t" + workers;
            TextCommand.await(port, "status", lines -> lines.contains(line));
        }
    }

    private RunningProgram client(Map<String, String> more, Server... servers) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>(IMPATIENT);
        environment.put(
                "KOOKOO_SERVERS", Arrays.stream(servers).map(Server::address).collect(Collectors.joining(", ")));
        environment.putAll(more);
        Path home = RunningProgram.shippedHome(folder.resolve("client"));
        RunningProgram client =
                RunningProgram.start(home, environment, "client.jar", "run", "--interval", "0.1", "--threads", "1");
        programs.add(client);
        for (Server server : servers) {
            client.awaitOut(says("connected connection=worker", server));
        }
        client.awaitOut(line -> line.contains(" connected connection=poller "));
        return client;
    }

    private static Predicate<String> says(String event, Server server) {
        return line -> line.contains(" " + event + " server=" + server.address());
    }

    private static Predicate<String> polls(Server server, Server before) {
        return line -> line.contains(
                " server_changed connection=poller server=" + server.address() + " before=" + before.address());
    }

    @Test
    void shouldWorkForAllServersAndPollTheFirst() throws IOException {
        Server a = new Server("a");
        Server b = new Server("b");
        RunningProgram client = client(Map.of(), a, b);
        client.awaitOut(says("connected connection=poller", a));
        a.assertWorks();
        b.assertWorks();
        for (Server server : List.of(a, b)) {
            client.awaitOut(line -> line.contains(" ended ")
                    && line.contains("call=add(2,3)")
                    && line.endsWith(" server=" + server.address()));
        }
        a.awaitPolled();
        assertEquals(List.of(), b.program.out(line -> line.contains("call=echo(")));
        assertEquals(0, client.terminate());
    }

    @Test
    void shouldHaveItsSlotsForEachServer() throws IOException {
        Server a = new Server("a");
        Server b = new Server("b");
        client(Map.of(), a, b);
        for (Server server : List.of(a, b)) {
            programs.add(RunningProgram.startCommand(server.home, server.port, "call", "sleep(60)", "sleep(60)"));
            server.awaitStatus("sleep", 2, 1, 1);
        }
        a.awaitStatus("sleep", 2, 1, 1);
        a.awaitPolled();
    }

    @Test
    void shouldPollTheNextServerWhileTheFirstIsDeadAndGoBackWhenItIsStartedAgain() throws IOException {
        Server a = new Server("a");
        Server b = new Server("b");
        RunningProgram client = client(Map.of(), a, b);
        a.awaitPolled();
        a.program.kill();
        client.awaitOut(polls(b, a));
        b.awaitPolled();
        b.assertWorks();
        assertEquals(1, client.out(says("server_away connection=poller", a)).size(), client.out()::toString);
        client.awaitOut(says("server_away connection=worker", a));
        a.startAgain();
        client.awaitOut(says("server_back connection=worker", a));
        a.assertWorks();
        client.awaitOut(polls(a, b));
        a.awaitPolled();
        b.assertWorks();
        assertEquals(List.of(), client.out(says("server_away connection=worker", b)));
        assertEquals(0, client.terminate());
    }

    @Test
    void shouldLeaveAServerThatStandsStillAndGoBackWhenItGoesOn() throws IOException {
        Server a = new Server("a");
        Server b = new Server("b");
        RunningProgram client = client(Map.of(), a, b);
        a.awaitPolled();
        a.program.signal("STOP");
        client.awaitOut(polls(b, a));
        for (String connection : List.of("poller", "worker")) {
            String away = client.awaitOut(says("server_away connection=" + connection, a));
            assertTrue(away.contains("reason=\"no answer to a ping within 2.0 s\""), away);
        }
        b.awaitPolled();
        b.assertWorks();
        a.program.signal("CONT");
        client.awaitOut(says("server_back connection=worker", a));
        client.awaitOut(polls(a, b));
        a.awaitPolled();
        a.assertWorks();
        b.assertWorks();
        a.program.signal("STOP");
        client.awaitOut(2, polls(b, a));
        assertEquals(0, client.terminate());
    }

    @Test
    void shouldNotLeaveAServerForABetterOneThatTakesConnectionsAndStandsStill() throws IOException {
        Server a = new Server("a");
        Server b = new Server("b");
        RunningProgram client = client(Map.of("KOOKOO_FAILBACK_AFTER", "0"), a, b);
        a.program.signal("STOP");
        client.awaitOut(polls(b, a));
        // Tried again and again meanwhile.
        for (int i = 0; i < 10; i++) {
            b.awaitPolled();
        }
        assertEquals(
                List.of(),
                client.out(line -> line.contains(" server_changed ") && line.contains("before=" + b.address())));
        a.program.signal("CONT");
        client.awaitOut(polls(a, b));
    }

    @Test
    void shouldFindWhicheverOfThreeServersIsThere() throws IOException {
        Server a = new Server("a");
        Server b = new Server("b");
        Server c = new Server("c");
        RunningProgram client = client(Map.of(), a, b, c);
        a.awaitPolled();
        b.program.kill();
        a.program.signal("STOP");
        client.awaitOut(polls(c, a));
        c.awaitPolled();
        b.startAgain();
        client.awaitOut(polls(b, c));
        b.awaitPolled();
        // Nothing else answers: whatever is back first is used at once.
        c.program.kill();
        b.program.kill();
        client.awaitOut(says("server_away connection=worker", b));
        c.startAgain();
        client.awaitOut(polls(c, b));
        c.awaitPolled();
        a.program.signal("CONT");
        client.awaitOut(polls(a, c));
        b.startAgain();
        for (Server server : List.of(a, b, c)) {
            server.assertWorks();
        }
        assertEquals(0, client.terminate());
    }

    @Test
    void shouldStartWithoutAnyServerAndServeThemAllWhenTheyCome() throws IOException {
        Server a = new Server("a");
        Server b = new Server("b");
        a.program.kill();
        b.program.kill();
        Path home = RunningProgram.shippedHome(folder.resolve("client"));
        RunningProgram client = RunningProgram.start(
                home,
                IMPATIENT,
                "client.jar",
                "run",
                "--servers",
                a.address() + "," + b.address(),
                "--interval",
                "0.1");
        programs.add(client);
        client.awaitOut(line -> line.contains(
                        " server_away connection=poller server=" + a.address() + "," + b.address())
                && line.contains(a.address() + ": Connection refused; " + b.address() + ": Connection refused"));
        b.startAgain();
        b.awaitPolled();
        b.assertWorks();
        a.startAgain();
        a.assertWorks();
        client.awaitOut(polls(a, b));
        a.awaitPolled();
    }

    @Test
    void shouldBeTheSameNodeToEachServerWhicheverItPolls() throws IOException {
        Server a = new Server("a");
        Server b = new Server("b");
        RunningProgram client = client(Map.of("KOOKOO_NODE_ID", "3", "KOOKOO_NAME", "box"), a, b);
        a.awaitNodeUp();
        b.awaitNodeUp();
        a.program.kill();
        client.awaitOut(polls(b, a));
        b.awaitPolled();
        a.startAgain();
        a.awaitNodeUp();
        client.awaitOut(polls(a, b));
        a.awaitPolled();
        a.awaitNodeUp();
        b.awaitNodeUp();
        assertEquals(List.of(), client.out(line -> line.contains(" node_id_taken ")));
    }

    @Test
    void shouldPollTheServerWithTheFewestJobs() throws IOException {
        Server a = new Server("a");
        Server b = new Server("b");
        try (WireConnection submitter = WireConnection.open(a.port)) {
            submitter.packet(PacketType.SUBMIT_JOB_BG, "nobody_does", "", "").flush();
            assertEquals(PacketType.JOB_CREATED, submitter.readPacket().type());
            RunningProgram client = client(Map.of("KOOKOO_BALANCE", "least"), a, b);
            client.awaitOut(says("connected connection=poller", b));
            b.awaitPolled();
            assertEquals(List.of(), a.program.out(line -> line.contains("call=echo(")));
            b.program.kill();
            client.awaitOut(polls(a, b));
            a.awaitPolled();
            // It comes back with nothing to do.
            b.startAgain();
            client.awaitOut(polls(b, a));
            b.awaitPolled();
        }
    }

    @Test
    void shouldRefuseServersThatAreNoneAndStartNothing() throws IOException {
        Path home = RunningProgram.shippedHome(folder.resolve("client"));
        Map<String, List<String>> refused = new LinkedHashMap<>();
        refused.put("--servers 127.0.0.1:1,127.0.0.1:1", List.of("--servers", "127.0.0.1:1,127.0.0.1:1", "each once"));
        refused.put("--servers ::1", List.of("--servers", "\"::1\"", "[::1]:5555 for IPv6"));
        refused.put(
                "--servers 127.0.0.1:1 --port 1", List.of("option --servers and option --port", "remove the other"));
        for (Map.Entry<String, List<String>> entry : refused.entrySet()) {
            List<String> arguments = new ArrayList<>(List.of("run"));
            arguments.addAll(List.of(entry.getKey().split(" ")));
            RunningProgram client = RunningProgram.start(home, "client.jar", arguments.toArray(String[]::new));
            assertEquals(3, client.awaitExit(), () -> client.out() + " " + client.err());
            assertEquals(List.of(), client.out());
            String said = String.join("\n", client.err());
            entry.getValue().forEach(part -> assertTrue(said.contains(part), said));
        }
    }
}
