package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes, and a server that is a process. */
class SilentNodeTest {
    private static final String PING = "kookoo-ping";
    private static final int PING_MILLIS = 500;
    /** More than three times its ping, and another: whoever is silent for so long is given up. */
    private static final int STANDSTILL_MILLIS = 2500;

    @TempDir
    private Path folder;

    private static WireConnection node(int port) throws IOException {
        WireConnection node = WireConnection.open(port);
        node.packet(PacketType.OPTION_REQ, "node=1;name=box;pid=1;ping=" + PING_MILLIS + ";version=1")
                .flush();
        assertEquals(PacketType.OPTION_RES, node.readPacket().type());
        return node;
    }

    private static void expectEcho(WireConnection node) throws IOException {
        Packet echo = node.readPacket();
        assertEquals(PacketType.ECHO_RES + " " + PING, echo.type() + " " + echo.data());
    }

    private static void expectToStandStill(RunningProgram server) throws InterruptedException {
        assertFalse(server.process().waitFor(STANDSTILL_MILLIS, TimeUnit.MILLISECONDS));
    }

    private static void expectNobodyLost(RunningProgram server, WireConnection node) throws IOException {
        assertEquals("up", node.askForList("nodes").get(0).split("\t")[3]);
        assertEquals(List.of(), server.out(line -> line.contains("node_silent") || line.contains("node_lost")));
    }

    @Test
    void shouldHearWhatANodeSaidWhileTheServerStoodStill() throws Exception {
        try (RunningProgram server = RunningProgram.server(RunningProgram.shippedHome(folder));
                WireConnection node = node(server.port())) {
            server.signal("STOP");
            node.packet(PacketType.ECHO_REQ, PING).flush();
            expectToStandStill(server);
            server.signal("CONT");
            expectEcho(node);
            expectNobodyLost(server, node);
        }
    }

    @Test
    void shouldWaitForANodeThatStoodStillWithTheServer() throws Exception {
        try (RunningProgram server = RunningProgram.server(RunningProgram.shippedHome(folder));
                WireConnection node = node(server.port())) {
            server.signal("STOP");
            expectToStandStill(server);
            server.signal("CONT");
            // It is behind its time as much as the server is.
            node.packet(PacketType.ECHO_REQ, PING).flush();
            expectEcho(node);
            expectNobodyLost(server, node);
        }
    }

    @Test
    void shouldGiveUpANodeThatIsSilentWhileTheServerIsNot() throws Exception {
        try (RunningProgram server = RunningProgram.server(RunningProgram.shippedHome(folder));
                WireConnection node = node(server.port())) {
            server.awaitOut(line -> line.contains("node_silent id=1 name=box ") && line.contains("nothing came for "));
            server.awaitOut(line -> line.contains("node_lost id=1 name=box "));
            assertThrows(IOException.class, node::readPacket);
        }
    }
}
