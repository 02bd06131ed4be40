package io.kookoo.client.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopCommandTest {
    private static final String TRY = "\nTry: java -jar client.jar top --help\n";

    @TempDir
    private Path home;

    private final ScriptedServer server = new ScriptedServer();

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private CommandRun once() {
        return new CommandRun(home).start("top", "--once", "--interval", "0.01", "--port", server.port());
    }

    private static Peer look(Peer peer, String functions, String clients) throws IOException {
        return peer.expect("version\n")
                .send("OK 9.9\n")
                .expect("show load\n")
                .send("7\t1\t2\n.\n")
                .expect("show functions\n")
                .send(functions + ".\n")
                .expect("show clients\n")
                .send(clients + ".\n");
    }

    @Test
    void shouldPrintOneFrameOfTwoLooks() throws Exception {
        CommandRun run = once();
        try (Peer peer = server.accept()) {
            look(peer, "add\t1\t2\t3\t4\t5\t6.000\t7.000\n", "");
            look(
                    peer,
                    "add\t1\t2\t3\t4\t5\t6.000\t7.000\n",
                    "1\tposter\t::1\t2026-11-22T02:27:53Z\t0.500\t-\t-\n"
                            + "2\tw/1\t::1\t2026-11-22T02:27:53Z\t1.500\tadd,add[]\tH:a:1\n");
            run.exits(0);
        }
        assertEquals("", run.err());
        List<String> lines = run.out().lines().toList();
        assertTrue(
                lines.get(0)
                        .matches("\\d\\d:\\d\\d:\\d\\d  127.0.0.1:" + server.port()
                                + "  Kookoo 9.9  connections 7  queued 1  running 2  done/s 0.0"),
                lines.get(0));
        assertEquals(
                List.of(
                        "",
                        "FUNCTION  QUEUED  RUNNING  PER_S  DONE  FAILED  RETRIED  MEAN_MS  P99_MS",
                        "add            1        2    0.0     3       4        5    6.000   7.000",
                        "",
                        "WORKER  ADDRESS  RUNNING  FUNCTIONS  IDLE_S",
                        "w/1     ::1            1          2     1.5"),
                lines.subList(1, lines.size()));
    }

    @Test
    void shouldLetNoControlCharacterOfTheServerThrough() throws Exception {
        CommandRun run = once();
        String functions = "a\u001b[2Jb\u009b\t1\t2\t3\t4\t5\t6.000\t7.000\n";
        String clients = "1\t\u001b]0;title\u0007\t\u001b[H\t\u001b\t0.1\tadd\t-\n";
        try (Peer peer = server.accept()) {
            look(peer, functions, clients);
            look(peer, functions, clients);
            run.exits(0);
        }
        assertTrue(run.out().chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)), run.out());
        assertTrue(run.out().contains("a\\u001b[2Jb\\u009b "), run.out());
    }

    @Test
    void shouldSayThatTheServerHasNoSuchLists() throws Exception {
        CommandRun run = once();
        try (Peer peer = server.accept()) {
            peer.expect("version\n").send("OK 1.1.21\n");
            peer.expect("show load\n").send("ERR UNKNOWN_SHOW_ARGUMENTS\r\n");
            run.exits(5);
        }
        run.printing(
                "",
                "the server at 127.0.0.1:" + server.port() + " is not Kookoo (its version: 1.1.21): it does"
                        + " not know \"show load\", which top asks for; `client.jar status` may do\n");
    }

    @Test
    void shouldNameTheColumnThatIsNoNumber() throws Exception {
        CommandRun run = once();
        try (Peer peer = server.accept()) {
            peer.expect("version\n").send("OK 9.9\n");
            peer.expect("show load\n").send("7\t1\t2\n.\n");
            peer.expect("show functions\n").send("add\tmany\t2\t3\t4\t5\t6.000\t7.000\n.\n");
            run.exits(4);
        }
        assertTrue(
                run.err().contains("the answer to show functions has \"many\" for queued, expected a number"),
                run.err());
    }

    @Test
    void shouldNotConnectWithoutATerminalToShowItOn() throws Exception {
        new CommandRun(home)
                .start("top", "--port", server.port())
                .exits(2)
                .printing(
                        "",
                        "top cannot show a screen: standard output is no terminal; --once prints one as text" + TRY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "3601", "soon", "NaN"})
    void shouldRefuseAnIntervalThatIsNone(String interval) throws Exception {
        new CommandRun(home)
                .start("top", "--once", "--interval", interval)
                .exits(2)
                .printing(
                        "",
                        "--interval " + interval + ": expected seconds, more than 0 and at most 3600, decimals allowed"
                                + TRY);
    }

    @Test
    void shouldEndWithFourWhereNobodyListens() throws Exception {
        int port = ScriptedServer.unusedPort();
        new CommandRun(home)
                .start("top", "--once", "--port", port)
                .exits(4)
                .printing(
                        "",
                        "cannot connect to 127.0.0.1:" + port
                                + ": Connection refused; is the server running? (java -jar server.jar)\n");
    }
}
