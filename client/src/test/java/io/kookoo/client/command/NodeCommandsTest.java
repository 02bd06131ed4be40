package io.kookoo.client.command;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.protocol.PacketType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands about nodes, and calls for chosen ones. */
class NodeCommandsTest extends CommandTest {
    private static final String NODES = """
            1\talpha\t10.0.0.1\tup\tno\t0.213\t0.500\t1.250\t17\t0.1.0
            3\tbox\t10.0.0.3\tlate\tno\t9.000\t-\t-\t0\t0.1.0
            4\tgone\t10.0.0.4\tlost\tno\t42.000\t-\t-\t2\t0.1.0
            5\tcalm\t10.0.0.5\tup\tyes\t0.100\t-\t-\t0\t0.1.0
            .
            """;

    private static byte[] submission(PacketType type, String function, String workload) {
        return req(type, function, "", workload);
    }

    // ---- what goes wrong ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nodes surplus",
                "quiet",
                "resume 1 2",
                "stop",
                "call f --node",
                "call f --node 1 --every-node",
                "call f --node a,b",
                "call f g --every-node",
                "call f --every-node --background",
                "call f --every-node --timeout 0"
            })
    void shouldRefuseWrongUsage(String arguments) throws Exception {
        CommandRun run = run((Object[]) arguments.split(" ")).exits(2);
        assertEquals("", run.out());
    }

    @Test
    void shouldRefuseANodeWithBlanks() throws Exception {
        CommandRun run = run("quiet", "a b").exits(2);
        assertTrue(run.err().startsWith("\"a b\" cannot be named in a line of text"), run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"quiet", "resume", "stop"})
    void shouldSayWhyTheServerRefuses(String command) throws Exception {
        ask(command + " 9", "ERR UNKNOWN_NODE there is no node 9; \"nodes\" lists them\n", command, "9")
                .exits(5)
                .printing(
                        "",
                        "the server refuses \"" + command
                                + " 9\": ERR UNKNOWN_NODE there is no node 9; \"nodes\" lists them\n");
    }

    @Test
    void shouldSayThatAServerHasNoNodes() throws Exception {
        ask("nodes", "ERR UNKNOWN_COMMAND Unknown+server+commandnodes\r\n", "nodes")
                .exits(5)
                .printing("", "the server refuses \"nodes\": ERR UNKNOWN_COMMAND Unknown server commandnodes\n");
        ask("nodes", ".\n", "call", "--every-node", "f")
                .exits(5)
                .printing(
                        "", "127.0.0.1:" + server.port() + " has no nodes, which are clients with an id (--node-id)\n");
        assertEquals(
                "[]\n",
                ask("nodes", ".\n", "call", "--every-node", "f", "--json")
                        .exits(5)
                        .out());
    }

    @Test
    void shouldSayThatANodeIsNotThereAndWhichAre() throws Exception {
        String there = "; there are 1/alpha, 3/box, 5/calm\n";
        ask("nodes", NODES, "call", "--node", "9", "add(1,2)")
                .exits(5)
                .printing("", "add(1,2): 127.0.0.1:" + server.port() + " has no node 9" + there);
        for (String lost : new String[] {"4", "gone"}) {
            ask("nodes", NODES, "call", "--node", lost, "add(1,2)")
                    .exits(5)
                    .printing(
                            "",
                            "add(1,2): node " + lost + ": it is lost: nothing was heard of it for 42.000 s" + there);
        }
        ask("nodes", ".\n", "call", "--node", "box", "f")
                .exits(5)
                .printing("", "f: 127.0.0.1:" + server.port() + " has no node box; no node is there\n");
    }

    @Test
    void shouldNotTakeAnAnswerThatIsNone() throws Exception {
        CommandRun run = ask("nodes", "1\talpha\n.\n", "nodes").exits(4);
        assertTrue(run.err().contains("the answer to the text command nodes is not understood"), run.err());
        run = ask("nodes", "one\talpha\t10.0.0.1\tup\tno\t0.2\t-\t-\t0\t1\n.\n", "call", "--every-node", "f")
                .exits(4);
        assertTrue(run.err().contains("the answer to the text command nodes is not understood"), run.err());
        run = ask("nodes", "one\talpha\t10.0.0.1\tup\tno\t0.2\t-\t-\t0\t1\n.\n", "nodes")
                .exits(4);
        assertTrue(run.err().contains("the answer to the text command nodes is not understood"), run.err());
    }

    // ---- what there is ----

    @Test
    void shouldListTheNodes() throws Exception {
        ask("nodes", NODES, "nodes").exits(0).printing("""
                NODE  NAME   ADDRESS   STATE  QUIET  SILENT_S  P50_MS  P99_MS  CALLS  VERSION
                   1  alpha  10.0.0.1  up     no        0.213   0.500   1.250     17  0.1.0
                   3  box    10.0.0.3  late   no        9.000       -       -      0  0.1.0
                   4  gone   10.0.0.4  lost   no       42.000       -       -      2  0.1.0
                   5  calm   10.0.0.5  up     yes       0.100       -       -      0  0.1.0
                """, "");
        ask("nodes", "2\tb\t::1\tup\tno\t0.000\t-\t0.100\t0\t1 beta\n.\n", "nodes", "--json")
                .exits(0)
                .printing(
                        "[{\"node\": 2, \"name\": \"b\", \"address\": \"::1\", \"state\": \"up\", \"quiet\": \"no\","
                                + " \"silent_s\": 0.000, \"p50_ms\": null, \"p99_ms\": 0.100, \"calls\": 0,"
                                + " \"version\": \"1 beta\"}]\n",
                        "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "quiet | node 3 takes no new jobs from this server until resume",
                "resume | node 3 takes jobs again",
                "stop | node 3 is told to finish what it runs and to end"
            })
    void shouldTellTheServerWhatIsToBeDoneWithANode(String command, String said) throws Exception {
        ask(command + " box", "OK 3\n", command, "box").exits(0).printing(said + "\n", "");
    }

    // ---- calls for one node ----

    @Test
    void shouldHaveCallsRunByOneNode() throws Exception {
        CommandRun run = run("call", "--node", "box", "add(1,2)", "hello_world");
        try (Peer peer = server.accept()) {
            peer.expect("nodes\n").send(NODES);
            peer.expect(
                    req(OPTION_REQ, "exceptions"),
                    submission(SUBMIT_JOB, "call@box", "add(1,2)"),
                    submission(SUBMIT_JOB, "call@box", "hello_world"));
            peer.send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(WORK_COMPLETE, "H:1", "3"))
                    .send(res(WORK_EXCEPTION, "H:2", "it is ill"));
            run.exits(5).printing("3\n", "hello_world: it is ill\n");
        }
    }

    @Test
    void shouldSayThatANodeIsQuietAndWaitForIt() throws Exception {
        CommandRun run = run("call", "--node", "5", "f");
        try (Peer peer = server.accept()) {
            peer.expect("nodes\n").send(NODES);
            peer.expect(req(OPTION_REQ, "exceptions"), submission(SUBMIT_JOB, "call@5", "f"));
            peer.send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "done"));
            run.exits(0).printing("done\n", "node 5 is quiet: it runs this once somebody resumes it\n");
        }
    }

    @Test
    void shouldCallANodeThroughAServerThatKnowsNothingOfNodes() throws Exception {
        CommandRun run = run("call", "--node", "3", "f", "--background");
        try (Peer peer = server.accept()) {
            peer.expect("nodes\n").send("ERR UNKNOWN_COMMAND Unknown+server+commandnodes\r\n");
            peer.expect(req(OPTION_REQ, "exceptions"), submission(SUBMIT_JOB_BG, "call@3", "f"));
            peer.send(res(JOB_CREATED, "H:1"));
            run.exits(0).printing("H:1\n", "");
        }
    }

    // ---- calls for all ----

    @Test
    void shouldPrintALineForEachNodeAndNameThoseThatDidNotAnswer() throws Exception {
        CommandRun run = run("call", "--every-node", "load_average(1)", "--timeout", "0.3");
        try (Peer peer = server.accept()) {
            peer.expect("nodes\n").send("1\ta\t::1\tup\tno\t0\t-\t-\t0\t1\n" + NODES);
            peer.expect(
                    req(OPTION_REQ, "exceptions"),
                    submission(SUBMIT_JOB, "call@1", "load_average(1)"),
                    submission(SUBMIT_JOB, "call@1", "load_average(1)"),
                    submission(SUBMIT_JOB, "call@3", "load_average(1)"));
            peer.send(res(JOB_CREATED, "H:1"), res(JOB_CREATED, "H:2"), res(JOB_CREATED, "H:3"));
            peer.send(res(WORK_COMPLETE, "H:2", "two\nlines\tand \\"), res(WORK_COMPLETE, "H:1", "0.5"));
            peer.expect("cancel job H:3\n").send("OK\r\n");
            run.exits(5).printing("""
                    1/a\t0.5
                    1/alpha\ttwo\\nlines\\tand \\\\
                    """, """
                    3/box: no result within 0.3 s (--timeout)
                    4/gone: it is lost: nothing was heard of it for 42.000 s
                    5/calm: it is quiet, and takes no jobs until resume
                    """);
        }
    }

    @Test
    void shouldExitWithOkWhereAllAnswered() throws Exception {
        CommandRun run = run("call", "--every-node", "f", "--json");
        try (Peer peer = server.accept()) {
            peer.expect("nodes\n").send("7\tbox\t::1\tup\tno\t0\t-\t-\t0\t1\n.\n");
            peer.expect(req(OPTION_REQ, "exceptions"), submission(SUBMIT_JOB, "call@7", "f"));
            peer.send(res(JOB_CREATED, "H:1"), res(WORK_COMPLETE, "H:1", "a\nb"));
            run.exits(0)
                    .printing(
                            "[{\"node\": 7, \"name\": \"box\", \"call\": \"f\", \"handle\": \"H:1\", \"result\":"
                                    + " \"a\\nb\"}]\n",
                            "");
        }
    }

    @Test
    void shouldSayWhichNodeFailed() throws Exception {
        CommandRun run = run("call", "--every-node", "f");
        try (Peer peer = server.accept()) {
            peer.expect("nodes\n").send("7\tbox\t::1\tup\tno\t0\t-\t-\t0\t1\n.\n");
            peer.expect(req(OPTION_REQ, "exceptions"), submission(SUBMIT_JOB, "call@7", "f"));
            peer.send(res(JOB_CREATED, "H:1"), res(WORK_EXCEPTION, "H:1", "no such function"));
            run.exits(5).printing("", "7/box: no such function\n");
        }
    }
}
