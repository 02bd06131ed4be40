package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code client.jar} nodes, quiet, resume, stop and call --node, against a server with nodes that do what a test says. */
class NodeCommandsProgramTest {
    @TempDir
    Path folder;

    private Path home;
    private RunningProgram server;
    private WireConnection alpha;
    private WireConnection box;

    @BeforeEach
    void startServerWithTwoNodes() throws IOException {
        home = RunningProgram.shippedHome(folder.resolve("home"));
        server = RunningProgram.server(home);
        alpha = node(1, "alpha");
        box = node(2, "box");
    }

    @AfterEach
    void stop() throws IOException {
        alpha.close();
        box.close();
        server.close();
    }

    private WireConnection node(int id, String name) throws IOException {
        WireConnection node = WireConnection.open(server.port());
        node.packet(PacketType.OPTION_REQ, "node=" + id + ";name=" + name + ";pid=7;ping=60000;version=1")
                .packet(PacketType.OPTION_REQ, "control")
                .packet(PacketType.CAN_DO, "call@" + id)
                .packet(PacketType.CAN_DO, "call@" + name)
                .packet(PacketType.PRE_SLEEP)
                .flush();
        assertEquals(PacketType.OPTION_RES, node.readPacket().type());
        assertEquals(PacketType.OPTION_RES, node.readPacket().type());
        return node;
    }

    private static void expect(WireConnection node, PacketType type) throws IOException {
        assertEquals(type, node.readPacket().type());
    }

    /** A node is woken, and runs one job. */
    private static void runs(WireConnection node, String function, String workload, String result) throws IOException {
        expect(node, PacketType.NOOP);
        node.packet(PacketType.GRAB_JOB).flush();
        Packet job = node.readPacket();
        assertEquals(PacketType.JOB_ASSIGN, job.type());
        assertEquals(function + " " + workload, job.function(1) + " " + job.data());
        node.packet(PacketType.WORK_COMPLETE, job.handle(0).text(), result)
                .packet(PacketType.PRE_SLEEP)
                .flush();
    }

    private RunningProgram start(String command, String... arguments) throws IOException {
        return RunningProgram.startCommand(home, server.port(), command, arguments);
    }

    private static void assertEnds(RunningProgram program, int code, List<String> out, List<String> err) {
        assertEquals(code, program.awaitExit(), () -> program.err().toString());
        assertEquals(out, program.out());
        assertEquals(err, program.err());
    }

    @Test
    void shouldHaveACallRunByOneNodeOrByEach() throws IOException {
        RunningProgram one = start("call", "--node", "box", "disk_usage(/)");
        runs(box, "call@box", "disk_usage(/)", "40 %");
        assertEnds(one, 0, List.of("40 %"), List.of());

        RunningProgram all = start("call", "--every-node", "load_average");
        runs(box, "call@2", "load_average", "0.5");
        runs(alpha, "call@1", "load_average", "1.5");
        assertEnds(all, 0, List.of("1/alpha\t1.5", "2/box\t0.5"), List.of());

        RunningProgram none = start("call", "--node", "3", "load_average");
        assertEnds(
                none,
                5,
                List.of(),
                List.of("load_average: 127.0.0.1:" + server.port() + " has no node 3; there are 1/alpha, 2/box"));
    }

    @Test
    void shouldNameTheNodesThatDoNotAnswer() throws IOException {
        box.close();
        server.awaitOut(line -> line.contains(" node_lost id=2 "));
        RunningProgram all = start("call", "--every-node", "load_average", "--timeout", "1");
        // It is given the job, and says nothing.
        expect(alpha, PacketType.NOOP);
        assertEquals(5, all.awaitExit());
        assertEquals(List.of(), all.out());
        assertEquals("1/alpha: no result within 1 s (--timeout)", all.err().get(0));
        assertTrue(all.err().get(1).startsWith("2/box: it is lost: nothing was heard of it for "), all.err()::toString);
        assertEquals(2, all.err().size());
    }

    @Test
    void shouldQuietResumeAndStopANode() throws IOException {
        assertEnds(
                start("quiet", "box"), 0, List.of("node 2 takes no new jobs from this server until resume"), List.of());
        RunningProgram nodes = start("nodes");
        assertEquals(0, nodes.awaitExit());
        assertTrue(
                nodes.out().get(0).startsWith("NODE  NAME   ADDRESS    STATE  QUIET  SILENT_S"), nodes.out()::toString);
        assertTrue(nodes.out().get(1).startsWith("   1  alpha  127.0.0.1  up     no "), nodes.out()::toString);
        assertTrue(nodes.out().get(2).startsWith("   2  box    127.0.0.1  up     yes "), nodes.out()::toString);

        RunningProgram waits = start("call", "--node", "2", "f");
        waits.awaitErr("node 2 is quiet: it runs this once somebody resumes it"::equals);
        assertEnds(start("resume", "2"), 0, List.of("node 2 takes jobs again"), List.of());
        runs(box, "call@2", "f", "done");
        assertEquals(0, waits.awaitExit());
        assertEquals(List.of("done"), waits.out());

        assertEnds(start("stop", "box"), 0, List.of("node 2 is told to finish what it runs and to end"), List.of());
        Packet stop = box.readPacket();
        assertEquals("OPTION_RES stop", stop.type() + " " + stop.text(0));
    }
}
