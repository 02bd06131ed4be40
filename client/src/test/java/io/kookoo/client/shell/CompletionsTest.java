package io.kookoo.client.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.client.ConnectionLostException;
import io.kookoo.client.Kookoo;
import io.kookoo.client.net.ScriptedServer;
import io.kookoo.client.net.ScriptedServer.Peer;
import io.kookoo.client.terminal.Prompt.Completion;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CompletionsTest {
    private final ScriptedServer server = new ScriptedServer();
    private final Completions completions = new Completions();
    private Kookoo kookoo;
    private Peer peer;

    @BeforeEach
    void connect() throws IOException {
        kookoo = Kookoo.connect("127.0.0.1", server.port());
        peer = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        kookoo.close();
        peer.close();
        server.close();
    }

    private void refresh(String status, String channels) throws Exception {
        refresh(status, channels, ".\n");
    }

    private void refresh(String status, String channels, String nodes) throws Exception {
        CompletableFuture<Void> refreshed = completions.refresh(kookoo);
        peer.expect("status\nchannels\nnodes\n").send(status + channels + nodes);
        refreshed.get(10, TimeUnit.SECONDS);
    }

    private List<String> texts(String before, String begun) {
        return completions.of(before, begun).stream().map(Completion::text).toList();
    }

    @Test
    void shouldKeepWhatItKnowsWhenTheServerIsGone() throws Exception {
        refresh("add\t0\t0\t1\n.\n", ".\n");
        CompletableFuture<Void> refreshed = completions.refresh(kookoo);
        server.close();
        peer.hangUp();
        ExecutionException failure = assertThrows(ExecutionException.class, () -> refreshed.get(10, TimeUnit.SECONDS));
        assertInstanceOf(ConnectionLostException.class, failure.getCause());
        assertTrue(completions.isFunction("add"));
    }

    @Test
    void shouldDoWithoutChannelsWhereAServerHasNone() throws Exception {
        refresh("add\t0\t0\t1\n.\n", "ERR UNKNOWN_COMMAND Unknown+server+commandchannels\r\n");
        assertEquals(List.of(), texts("subscribe ", ""));
        assertTrue(completions.isFunction("add"));
    }

    @Test
    void shouldDoWithoutNodesWhereAServerHasNone() throws Exception {
        refresh("add\t0\t0\t1\n.\n", "news\t2\n.\n", "ERR UNKNOWN_COMMAND Unknown+server+commandnodes\r\n");
        assertEquals(List.of(), texts("quiet ", ""));
        assertEquals(List.of("news"), texts("subscribe ", ""));
    }

    @Test
    void shouldCompleteNodesByTheirIdsAndNames() throws Exception {
        refresh("add\t0\t0\t1\n.\n", ".\n", "1\talpha\t::1\tup\n12\tbox\t::1\tlost\n.\n");
        assertEquals(List.of("1", "12", "alpha", "box"), texts("Quiet ", ""));
        assertEquals(List.of("1", "12"), texts("resume ", "1"));
        assertEquals(List.of("box"), texts("stop ", "b"));
        assertEquals(List.of(), texts("stop box ", ""));
    }

    @Test
    void shouldOfferNothingThatCannotBeTypedOrCalled() throws Exception {
        refresh(
                "a%1B[2J\t0\t0\t1\na b\t0\t0\t1\nadd[]\t0\t0\t1\nawaited\t1\t0\t0\nadd\t0\t0\t1\n.\n",
                "a\u009b\t1\n.\n");
        assertEquals(List.of("auth", "add("), texts("", "a"));
        assertFalse(completions.isFunction("awaited"));
        assertEquals(List.of(), texts("subscribe ", ""));
    }

    @Test
    void shouldCompleteWhatALineBeginsWith() throws Exception {
        refresh("subtract\t0\t0\t1\nsleep\t0\t1\t1\n.\n", ".\n");
        assertEquals(List.of("subscribe", "subtract("), texts("", "sub"));
        assertEquals(List.of(new Completion("sleep(", false)), completions.of("  ", "sle"));
        assertEquals(List.of(new Completion("exit", true)), completions.of("", "ex"));
        assertEquals(List.of(), texts("", "sleep(1"));
    }

    @Test
    void shouldCompleteWhatFollowsACommand() throws Exception {
        refresh("add\t0\t0\t1\n.\n", "main_channel\t0\nnews\t2\n.\n");
        assertEquals(List.of("main_channel", "news"), texts("subscribe ", ""));
        assertEquals(List.of("news"), texts("PUBLISH  ", "n"));
        assertEquals(List.of(), texts("publish news ", ""));
        assertEquals(List.of("functions"), texts("show ", "f"));
        assertEquals(List.of("add"), texts("show queued ", ""));
        assertEquals(List.of("add"), texts("retry function ", "a"));
        assertEquals(List.of("add"), texts("maxqueue ", "a"));
        assertEquals(List.of(), texts("version ", ""));
    }
}
