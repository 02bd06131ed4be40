package io.kookoo.client.command;

import static io.kookoo.client.net.ScriptedServer.req;
import static io.kookoo.client.net.ScriptedServer.res;
import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shell that reads from a pipe. */
class ShellCommandTest {
    /** What a shell asks before it calls something unknown. */
    private static final String NAMES = "status\nchannels\nnodes\n";

    private static final String THE_NAMES =
            "add\t0\t0\t1\nhello_world\t0\t0\t1\nidle\t0\t0\t0\n.\nmain_channel\n.\n.\n";
    private static final String TIME = "2026-11-25T06:00:00.000Z";

    @TempDir
    private Path home;

    private final ScriptedServer server = new ScriptedServer();
    private final PipedOutputStream typing = new PipedOutputStream();

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /** A shell for these lines. */
    private CommandRun shell(String... lines) {
        return shell(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    private CommandRun shell(byte[] input) {
        return new CommandRun(home)
                .input(new ByteArrayInputStream(input))
                .start("shell", "127.0.0.1", server.port(), "--wait-worker", "60");
    }

    /** A shell for what {@link #type} gives it. */
    private CommandRun openShell() throws IOException {
        return new CommandRun(home)
                .input(new PipedInputStream(typing))
                .start("shell", "--ip", "127.0.0.1", "--port", server.port());
    }

    private void type(String line) throws IOException {
        typing.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        typing.flush();
    }

    private static void answerCall(Peer peer, String function, String workload, byte[]... answer) throws IOException {
        peer.expect(req(OPTION_REQ, "exceptions"), req(SUBMIT_JOB, function, "", workload))
                .send(res(OPTION_RES, "exceptions"), res(JOB_CREATED, "H:1"))
                .send(answer);
    }

    // What goes wrong

    @Test
    void shouldNameWhatIsNeitherACallNorACommandAndWhatMayHaveBeenMeant() throws Exception {
        CommandRun run = shell("pubish news hi (there)", "helloworld", "idle", "qqqqqqqq", "exit now");
        try (Peer peer = server.accept()) {
            for (int i = 0; i < 4; i++) {
                peer.expect(NAMES).send(THE_NAMES);
            }
            run.exits(2).printing("", """
                            line 1: "pubish" is no command and no function that a worker offers; did you mean "publish"?
                            line 2: "helloworld" is no command and no function that a worker offers; did you mean "hello_world"?
                            line 3: "idle" is no command and no function that a worker offers; help lists the commands, status the functions
                            line 4: "qqqqqqqq" is no command and no function that a worker offers; help lists the commands, status the functions
                            line 5: exit stands alone on its line
                            """);
            peer.expectEnd();
        }
    }

    @Test
    void shouldNameTheColumnOfACallThatIsNotUnderstoodAndGoOn() throws Exception {
        CommandRun run = shell("", "# a remark", "add(1,2", "version");
        try (Peer peer = server.accept()) {
            peer.expect("version\n").send("OK 1\n");
            run.exits(2).printing("OK 1\n", "line 3: the call add(1,2 is not understood: column 8: ')' is missing\n");
        }
    }

    @Test
    void shouldRefuseALineThatIsNoText() throws Exception {
        CommandRun run = shell(new byte[] {'a', (byte) 0xff, '\n', 'q', 'u', 'i', 't', '\n', 'x'});
        try (Peer peer = server.accept()) {
            run.exits(2).printing("", "line 1: this is no text in UTF-8\n");
            peer.expectEnd();
        }
    }

    @Test
    void shouldNotSendACommandThatIsTooLong() throws Exception {
        CommandRun run = shell("publish news " + "x".repeat(65536 - 12), "version");
        try (Peer peer = server.accept()) {
            peer.expect("version\n").send("OK 1\n");
            run.exits(2)
                    .printing(
                            "OK 1\n",
                            "line 1: a command has at most 65536 bytes ([Server] max_line), this one has 65537\n");
        }
    }

    @Test
    void shouldSayWhatTheServerRefusesAndGoOn() throws Exception {
        CommandRun run = shell("tell a+b hi", "show nonsense", "version");
        try (Peer peer = server.accept()) {
            peer.expect("tell a+b hi\n").send("ERR UNKNOWN_CLIENT no connection is called a+b\n");
            peer.expect("show nonsense\n").send("ERR UNKNOWN_SHOW_ARGUMENTS what+is+it\r\n");
            peer.expect("version\n").send("OK 1\n");
            run.exits(5).printing("OK 1\n", """
                            line 1: ERR UNKNOWN_CLIENT no connection is called a+b
                            line 2: ERR UNKNOWN_SHOW_ARGUMENTS what is it
                            """);
        }
    }

    @Test
    void shouldEndWhenThereIsNoServerAnyMore() throws Exception {
        CommandRun run = shell("version", "version", "version");
        try (Peer peer = server.accept()) {
            server.close();
            peer.expect("version\n").hangUp();
        }
        run.exits(4);
        assertEquals("", run.out());
        String lost = "the connection to 127.0.0.1:" + server.port() + " is lost: the server closed the connection";
        // The connection itself says it at any time.
        assertTrue(run.err().contains("line 1: " + lost + "; cannot connect to "), run.err());
        assertTrue(run.err().contains("line 2: cannot connect to 127.0.0.1:" + server.port()), run.err());
        assertEquals(-1, run.err().indexOf("line 3"), run.err());
    }

    // Calls

    @Test
    void shouldRunCallsInTheirOrderAndEndWithFiveWhenOneFails() throws Exception {
        CommandRun run = shell("add(1,2)", "  pow_2(7,9) ", "hello_world", "sleep(9) &", "unknown(\"x");
        try (Peer peer = server.accept()) {
            answerCall(peer, "add", "1,2", res(WORK_DATA, "H:1", "3"), res(WORK_COMPLETE, "H:1", "\n4"));
            peer.expect(req(SUBMIT_JOB, "pow_2", "", "7,9"))
                    .send(res(JOB_CREATED, "H:2"), res(WORK_EXCEPTION, "H:2", "takes 1 argument"));
            peer.expect(NAMES).send(THE_NAMES);
            peer.expect(req(SUBMIT_JOB, "hello_world", "", ""))
                    .send(res(JOB_CREATED, "H:3"), res(WORK_COMPLETE, "H:3", "Hello"));
            peer.expect(req(SUBMIT_JOB_BG, "sleep", "", "9")).send(res(JOB_CREATED, "H:4"));
            run.exits(5).printing("3\n4\nHello\nH:4\n", """
                            pow_2(7,9): takes 1 argument
                            line 5: the call unknown("x is not understood: column 9: the text in quotes does not end
                            """);
        }
    }

    @Test
    void shouldCallAFunctionThatHasTheNameOfACommand() throws Exception {
        CommandRun run = shell("status()");
        try (Peer peer = server.accept()) {
            answerCall(peer, "status", "", res(WORK_COMPLETE, "H:1", "fine"));
            run.exits(0).printing("fine\n", "");
        }
    }

    @Test
    void shouldSayThatTheResultIsNotKnownWhenTheConnectionIsLostMeanwhile() throws Exception {
        CommandRun run = shell("add(1,2)", "version");
        try (Peer peer = server.accept()) {
            answerCall(peer, "add", "1,2");
            peer.hangUp();
        }
        try (Peer peer = server.accept()) {
            peer.expect("version\n").send("OK 1\n");
            run.exits(4);
            assertEquals("OK 1\n", run.out());
            assertTrue(run.err().contains("add(1,2): the result is not known: the connection to "), run.err());
            assertTrue(run.err().contains("connected again to 127.0.0.1:" + server.port() + "\n"), run.err());
        }
    }

    @Test
    void shouldCancelTheCallAndEndWhenInterrupted() throws Exception {
        CommandRun run = shell("sleep(60)", "version");
        try (Peer peer = server.accept()) {
            answerCall(peer, "sleep", "60");
            Thread signal = new Thread(run::signal);
            signal.start();
            peer.expect("cancel job H:1\n").send("OK\r\n");
            run.exits(130).printing("", "sleep(60): cancelled\n");
            signal.join(10_000);
            assertEquals(List.of(130), run.halts());
        }
    }

    @Test
    void shouldEndAtOnceWhenInterruptedBetweenLines() throws Exception {
        CommandRun run = openShell();
        type("version");
        try (Peer peer = server.accept()) {
            peer.expect("version\n").send("OK 1\n");
            run.awaitOut("OK 1\n");
            run.signal();
            run.exits(130);
            assertEquals(List.of(130), run.halts());
        }
    }

    // Commands and messages

    @Test
    void shouldPrintAnswersAsTheServerGivesThem() throws Exception {
        CommandRun run = shell("GETPID", "status", "jobs limit 1", "help", "exit", "version");
        try (Peer peer = server.accept()) {
            peer.expect("GETPID\n").send("OK 7\n");
            peer.expect("status\n").send("OK\t1\t0\t1\nadd\t0\t0\t1\n.\n");
            peer.expect("jobs limit 1\n").send(".\n");
            peer.expect("help\n").send("version\tthe version\n.\n");
            run.exits(0);
            assertEquals("", run.err());
            assertTrue(
                    run.out().startsWith("OK 7\nOK\t1\t0\t1\nadd\t0\t0\t1\nadd(1,2)\thas a function run"), run.out());
            assertTrue(run.out().endsWith("\nand what the server knows:\nversion\tthe version\n"), run.out());
            peer.expectEnd();
        }
    }

    @Test
    void shouldPrintMessagesApartFromAnswers() throws Exception {
        CommandRun run = openShell();
        type("subscribe news");
        try (Peer peer = server.accept()) {
            peer.expect("subscribe news\n").send("message news ann " + TIME + " before\nOK\n");
            run.awaitOut("message news ann " + TIME + " before\nOK\n");
            type("status");
            // The second line looks like a message, and is in the middle of a list.
            peer.expect("status\n")
                    .send("tell ann " + TIME + " {\"a\":  1}\nadd\t0\t0\t1\nmessage a b " + TIME + "\t0\t0\t1\n.\n");
            run.awaitOut("message news ann " + TIME + " before\nOK\ntell ann " + TIME
                    + " {\"a\":  1}\nadd\t0\t0\t1\nmessage a b " + TIME + "\t0\t0\t1\n");
            peer.send("dropped news more than 9 bytes wait to be read; subscribe again\n");
            run.awaitOut("message news ann " + TIME + " before\nOK\ntell ann " + TIME
                    + " {\"a\":  1}\nadd\t0\t0\t1\nmessage a b " + TIME
                    + "\t0\t0\t1\ndropped news more than 9 bytes wait to be read; subscribe again\n");
            typing.close();
            run.exits(0);
        }
    }

    @Test
    void shouldPassATextOnUnchanged() throws Exception {
        CommandRun run = shell("publish news  {\"a\" :\t\"\\u0041 (x)\"}  ");
        try (Peer peer = server.accept()) {
            peer.expect("publish news  {\"a\" :\t\"\\u0041 (x)\"}  \n").send("OK 1\n");
            run.exits(0).printing("OK 1\n", "");
        }
    }

    @Test
    void shouldTakeItsNameAndSubscriptionsAgainOnTheNextConnection() throws Exception {
        CommandRun run = openShell();
        type("name bob");
        type("subscribe news --last 3");
        type("subscribe gone");
        type("subscribe left");
        type("unsubscribe left");
        try (Peer peer = server.accept()) {
            peer.expect("name bob\n").send("OK bob\n");
            peer.expect("subscribe news --last 3\n").send("OK\n");
            peer.expect("subscribe gone\n").send("OK\n");
            peer.expect("subscribe left\n").send("OK\n");
            peer.expect("unsubscribe left\n").send("OK\n");
            run.awaitOut("OK bob\nOK\nOK\nOK\nOK\n");
            peer.hangUp();
        }
        run.awaitEndOfErr("; the next line connects again\n");
        type("version");
        try (Peer peer = server.accept()) {
            peer.expect("name bob\n").send("ERR NAME_TAKEN bob+is+taken\r\n");
            peer.expect("subscribe news\n").send("OK\n");
            peer.expect("subscribe gone\n").send("ERR UNKNOWN_CHANNEL there+is+no+gone\r\n");
            peer.expect("version\n").send("OK 1\n");
            run.awaitOut("OK bob\nOK\nOK\nOK\nOK\nOK 1\n");
            peer.hangUp();
        }
        run.awaitEndOfErr("; the next line connects again\n");
        type("version");
        try (Peer peer = server.accept()) {
            // What was refused is not asked for again, but the name.
            peer.expect("name bob\n").send("OK bob\n");
            peer.expect("subscribe news\n").send("OK\n");
            peer.expect("version\n").send("OK 1\n");
            typing.close();
            run.exits(0);
            assertTrue(run.err().contains("the server refuses \"name bob\": ERR NAME_TAKEN bob is taken\n"), run.err());
            assertTrue(run.err().contains("the server refuses \"subscribe gone\": ERR UNKNOWN_CHANNEL"), run.err());
        }
    }

    /** A shell of a server that is pinged every tenth of a second, and given up after 0.3 s. */
    private CommandRun impatientShell(String... lines) {
        return new CommandRun(home)
                .input(new ByteArrayInputStream(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)))
                .environment("KOOKOO_PING_INTERVAL", "0.1")
                .environment("KOOKOO_PING_TIMEOUT", "0.3")
                .start("shell", "127.0.0.1", server.port(), "--wait-worker", "60");
    }

    @Test
    void shouldLeaveAServerThatHangsWithinThePingTimeout() throws Exception {
        CommandRun run = impatientShell("add(1,2)");
        try (Peer peer = server.accept()) {
            answerCall(peer, "add", "1,2");
            run.exits(4);
            assertTrue(run.err().contains(" is lost: the server has been silent for 0.3 s"), run.err());
        }
    }

    @Test
    void shouldBearTheSilenceOfAServerWhoseStoreWrites() throws Exception {
        CommandRun run = impatientShell("add(1,2) &", "retry H:1");
        try (Peer peer = server.accept()) {
            peer.expect(req(OPTION_REQ, "exceptions"), req(SUBMIT_JOB_BG, "add", "", "1,2"));
            expectPings(peer, 6);
            peer.send(res(OPTION_RES, "exceptions"), res(JOB_CREATED, "H:1"));
            peer.expect("retry H:1\n");
            expectPings(peer, 6);
            peer.send("OK H:1\n".getBytes(StandardCharsets.UTF_8));
            run.exits(0).printing("H:1\nOK H:1\n", "");
        }
    }

    private static void expectPings(Peer peer, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            peer.expect(req(ECHO_REQ, "kookoo-ping"));
        }
    }
}
