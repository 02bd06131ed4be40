package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of text for people and tools, with their exact answers. */
final class TextCommandsTest {
    @RegisterExtension
    final RunningServer server = new RunningServer();

    // ---- refused ----

    @ParameterizedTest
    @CsvSource({
        "nonsense, nonsense",
        "a b c, a",
        "statuss, statuss",
        "x\u00e4y, x%C3%A4y",
        "'  ', ''",
        "'', ''",
        "a\tb, a",
        "~!@, %7E%21%40"
    })
    void shouldNameAnUnknownCommandInOneWord(String line, String word) {
        server.connect()
                .sendText(line)
                .expectText("ERR UNKNOWN_COMMAND Unknown+server+command" + word + "\r\n")
                .expectNothingBeforeEcho();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1",
                "POST /submit HTTP/1.1",
                "OPTIONS * HTTP/1.1",
                "HEAD / HTTP/1.0",
                "PUT /x HTTP/1.1",
                "DELETE /x HTTP/1.1",
                "CONNECT a:1 HTTP/1.1",
                "TRACE / HTTP/1.1",
                "PATCH / HTTP/1.1",
                "PRI * HTTP/2.0"
            })
    void shouldCloseWhenTheFirstLineIsOfAWebPage(String line) {
        server.connect().sendText(line + "\r\nHost: x\r\n\r\nversion\nstatus").expectClosed();
        server.log().await("WARN http_refused", "conn=1 ");
    }

    @Test
    void shouldLogTheBeginningAloneOfALongRequestOfAWebPage() {
        server.connect().sendText("GET /" + "x".repeat(10_000)).expectClosed();
        String line = server.log().await("WARN http_refused", "conn=1 ", "GET /xxx");
        assertTrue(line.length() < 400, line);
    }

    @Test
    void shouldLogFewLinesOfManyRequestsOfWebPages() {
        for (int i = 0; i < 200; i++) {
            server.connect().sendText("GET / HTTP/1.1").expectClosed();
        }
        String more = server.log().await("WARN refused_more count=");
        int lines = server.log().with("WARN http_refused").size();
        assertTrue(lines >= 20 && lines < 200, lines + " lines, and " + more);
    }

    // ---- answered ----

    @ParameterizedTest
    @ValueSource(strings = {"version", "VERSION", "Version\r", "  version  ", "version and more"})
    void shouldSayItsVersion(String line) {
        server.connect().sendText(line).expectText("OK " + Version.TEXT + "\n");
    }

    @Test
    void shouldSayItsProcessId() {
        server.connect()
                .sendText("getpid")
                .expectText("OK " + ProcessHandle.current().pid() + "\n");
    }

    @Test
    void shouldListFunctionsWithTheirCounts() {
        WireClient client = server.connect();
        client.sendText("status").expectText(".\n");
        WireClient worker = server.worker("f", "g");
        server.worker("f");
        for (int i = 0; i < 3; i++) {
            client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        }
        client.send(SUBMIT_JOB_LOW_BG, "unserved", "", "").expectHandle();
        worker.send(GRAB_JOB).expectAny(JOB_ASSIGN);
        client.sendText("status").expectText("f\t3\t1\t2\ng\t0\t0\t1\nunserved\t1\t0\t0\n.\n");
    }

    @Test
    void shouldListConnectionsWithTheirFunctions() {
        WireClient client = server.connect().expectNothingBeforeEcho();
        server.worker("g", "f").send(SET_CLIENT_ID, "one").expectNothingBeforeEcho();
        client.sendText("workers").expectText("1 127.0.0.1 - :\n2 127.0.0.1 one : g f\n.\n");
    }

    @Test
    void shouldEscapeWhatWouldBreakAColumn() {
        WireClient client = server.connect().send(SET_CLIENT_ID, "a b\tc\nd\u007f");
        client.send(CAN_DO, "x\ty\nz\r\u0001 w").expectNothingBeforeEcho();
        client.sendText("status").expectText("x%09y%0Az%0D%01 w\t0\t0\t1\n.\n");
        client.sendText("workers").expectText("1 127.0.0.1 a%20b%09c%0Ad%7F : x%09y%0Az%0D%01%20w\n.\n");
    }

    @Test
    void shouldListItsCommandsForHelp() {
        WireClient client = server.connect().sendText("help");
        String line = client.receiveLine();
        int lines = 0;
        while (!line.equals(".")) {
            String verb = line.split("\t")[0];
            assertEquals(2, line.split("\t").length, line);
            if (!verb.equals("quit")) {
                server.connect().sendText(verb).expectNotUnknown();
            }
            lines++;
            line = client.receiveLine();
        }
        assertTrue(lines >= 6, "verbs: " + lines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"quit", "QUIT", "quit\r"})
    void shouldCloseOnQuit(String line) {
        server.connect()
                .sendText("version\n" + line)
                .expectText("OK " + Version.TEXT + "\n")
                .expectClosed();
    }

    @Test
    void shouldSendNoBanner() {
        server.connect().expectNothingBeforeEcho();
    }
}
