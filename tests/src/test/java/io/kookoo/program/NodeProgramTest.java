package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are nodes, and the server that knows them. */
class NodeProgramTest {
    private static final Map<String, String> QUICK =
            Map.of("KOOKOO_PING_INTERVAL", "0.2", "KOOKOO_PING_TIMEOUT", "0.6", "NODE_ID", "3");

    @TempDir
    Path folder;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
    }

    private RunningProgram node(int port, String name, String... more) throws IOException {
        String[] arguments = {"run", "--port", Integer.toString(port), "--name", name, "--interval", "3600"};
        String[] all = new String[arguments.length + more.length];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return RunningProgram.start(home, QUICK, "client.jar", all);
    }

    /** What a function of a node comes to. */
    private static String run(int port, String function, String workload) throws IOException {
        try (WireConnection client = WireConnection.open(port)) {
            client.packet(PacketType.SUBMIT_JOB, function, "", workload).flush();
            assertEquals(PacketType.JOB_CREATED, client.readPacket().type());
            Packet end = client.readPacket();
            assertEquals(PacketType.WORK_COMPLETE, end.type());
            return end.data().text();
        }
    }

    @Test
    void shouldTakeThePlaceOfANodeThatStandsStillAndGiveItBackWhenItStops() throws IOException {
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram one = node(server.port(), "one").connected();
                RunningProgram two = node(server.port(), "two")) {
            int port = server.port();
            two.awaitOut(line -> line.contains(" WARNING - node_id_taken node=3 name=two "));
            assertEquals("3", run(port, "call@3", "add(1,2)"));
            assertEquals("3", run(port, "call@one", "add(1,2)"));
            assertEquals(
                    0, two.out(line -> line.contains(" connected connection=")).size());

            one.signal("STOP");
            two.connected().awaitOut(line -> line.contains(" node_id_free node=3 "));
            assertEquals("5", run(port, "call@3", "add(2,3)"));
            assertEquals("5", run(port, "call@two", "add(2,3)"));

            one.signal("CONT");
            one.awaitOut(line -> line.contains(" node_id_taken node=3 name=one "));
            String answer;
            try (WireConnection person = WireConnection.open(port)) {
                answer = person.ask("stop 3");
            }
            assertTrue(answer.startsWith("OK"), answer);
            assertEquals(0, two.awaitExit());
            two.awaitOut(line ->
                    line.contains(" client_stopping reason=\"the server 127.0.0.1:" + port + " asks node 3 to stop\""));
            one.awaitOut(line -> line.contains(" node_id_free node=3 "));
            assertEquals("7", run(port, "call@3", "add(3,4)"));
            assertEquals(1, two.out(line -> line.contains("node_id_taken")).size(), "said once");
        }
    }

    @Test
    void shouldReplaceANodeAtOnceAndBeReplacedByTheNext() throws IOException {
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram one = node(server.port(), "one", "--replace").connected();
                RunningProgram two = node(server.port(), "two", "--replace").connected()) {
            assertEquals("3", run(server.port(), "call@two", "add(1,2)"));
            // It does not throw out again who has thrown it out.
            one.awaitOut(line -> line.contains(" node_id_taken node=3 name=one "));
            assertEquals("3", run(server.port(), "call@3", "add(1,2)"));
            assertEquals(0, two.out(line -> line.contains("server_away")).size());
        }
    }

    @Test
    void shouldLeaveAServerThatStandsStillWhileItsFunctionsRun() throws IOException {
        try (RunningProgram server = RunningProgram.server(home);
                RunningProgram one = node(server.port(), "one").connected()) {
            server.signal("STOP");
            one.awaitOut(line -> line.contains(" server_away connection=worker ")
                    && line.contains("no answer to a ping within 0.6 s"));
            one.awaitOut(line -> line.contains(" server_away connection=poller "));
            server.signal("CONT");
            one.awaitOut(line -> line.contains(" server_back connection=worker "));
            one.awaitOut(line -> line.contains(" server_back connection=poller "));
            assertEquals("3", run(server.port(), "call@3", "add(1,2)"));
        }
    }
}
