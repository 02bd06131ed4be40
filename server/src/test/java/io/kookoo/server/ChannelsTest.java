package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, channels and messages between connections, in lines of text. */
final class ChannelsTest {
    @RegisterExtension
    final RunningServer server = new RunningServer().with("channel-history", "3");

    /** The line of a message, whose time is not known beforehand. */
    private static void expectPushed(WireClient client, String before, String text) {
        String line = client.receiveLine();
        String[] words = line.substring(before.length()).split(" ", 3);
        assertEquals(before + " " + words[1] + " " + text, line);
        Instant.parse(words[1]);
    }

    private WireClient subscriber(String channel) {
        return server.connect().sendText("subscribe " + channel).expectText("OK " + channel + "\n");
    }

    // ---- refused ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name a b | the command is: name [NAME], a name without blanks",
                "channels all | the command is: channels",
                "listchannels all | the command is: channels",
                "clients all | the command is: clients",
                "createchannel | the command is: create CHANNEL, a name without blanks",
                "create news now | the command is: create CHANNEL, a name without blanks",
                "subscribe | the command is: subscribe CHANNEL [--last N], N a whole number",
                "subscribe main_channel --first 3 | the command is: subscribe CHANNEL [--last N], N a whole number",
                "subscribe main_channel --last | the command is: subscribe CHANNEL [--last N], N a whole number",
                "subscribe main_channel --last -1 | the command is: subscribe CHANNEL [--last N], N a whole number",
                "unsubscribe | the command is: unsubscribe CHANNEL",
                "publish | the command is: publish CHANNEL TEXT, a text that is not blank",
                "publish main_channel | the command is: publish CHANNEL TEXT, a text that is not blank",
                "publish_message main_channel | the command is: publish CHANNEL TEXT, a text that is not blank",
                "tell bob | the command is: tell NAME TEXT, a text that is not blank",
                "history | the command is: history CHANNEL [N], N a whole number",
                "history main_channel many | the command is: history CHANNEL [N], N a whole number",
            })
    void shouldSayWhatACommandTakes(String line, String message) {
        server.connect()
                .sendText(line)
                .expectText("ERR INVALID_ARGUMENTS " + message + "\n")
                .expectNothingBeforeEcho();
    }

    @ParameterizedTest
    @ValueSource(strings = {"subscribe news", "unsubscribe news", "publish news x", "history news"})
    void shouldNameAChannelThatIsNotThere(String line) {
        server.connect()
                .sendText(line)
                .expectText(
                        "ERR UNKNOWN_CHANNEL there is no channel news; \"channels\" lists them, \"create\" makes one\n")
                .expectNothingBeforeEcho();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "\u00e4", "conn-3", "Conn-3", "server", "SERVER", "-", "name\u0007"})
    void shouldRefuseNamesThatAreNone(String name) {
        String line = server.connect().sendText("name " + name).receiveLine();
        assertTrue(line.startsWith("ERR INVALID_NAME "), line);
        assertTrue(line.chars().noneMatch(c -> c < ' '), line);
    }

    @Test
    void shouldRefuseANameThatIsTooLong() {
        String longest = "n".repeat(64);
        server.connect().sendText("name " + longest).expectText("OK " + longest + "\n");
        assertTrue(
                server.connect().sendText("name " + longest + "n").receiveLine().startsWith("ERR INVALID_NAME "));
    }

    @Test
    void shouldKeepTheWordFunctionForGearman() {
        WireClient client = server.connect();
        assertTrue(client.sendText("createchannel function").receiveLine().startsWith("ERR INVALID_NAME "));
        client.sendText("create function")
                .expectText("ERR INVALID_ARGUMENTS An+incomplete+set+of+arguments+was+sent+to+this+command+create\r\n")
                .sendText("create function f")
                .expectText("OK\r\n")
                .sendText("create")
                .expectText("ERR INVALID_ARGUMENTS An+incomplete+set+of+arguments+was+sent+to+this+command+create\r\n");
    }

    @Test
    void shouldGiveANameOnce() {
        WireClient bob = server.connect().sendText("name bob").expectText("OK bob\n");
        WireClient other = server.connect()
                .sendText("name bob")
                .expectText("ERR NAME_TAKEN connection 1 is called bob; take another name\n")
                .sendText("name")
                .expectText("OK -\n");
        bob.sendText("name bob").expectText("OK bob\n").sendText("name robert").expectText("OK robert\n");
        other.sendText("name bob").expectText("OK bob\n").sendText("name").expectText("OK bob\n");
    }

    @Test
    void shouldFreeANameWhenItsConnectionEnds() {
        WireClient bob = server.connect().sendText("name bob").expectText("OK bob\n");
        WireClient other = subscriber("clients");
        bob.close();
        assertTrue(other.receiveLine().contains(" left conn=1 "));
        other.sendText("name bob").expectText("OK bob\n");
    }

    @Test
    void shouldRefuseToMakeAChannelTwice() {
        server.connect()
                .sendText("create main_channel")
                .expectText("ERR CHANNEL_EXISTS there is a channel main_channel already; subscribe to it\n")
                .sendText("create results")
                .expectText("ERR CHANNEL_EXISTS there is a channel results already; subscribe to it\n");
    }

    @Test
    void shouldRefuseToUnsubscribeFromWhatWasNotSubscribedTo() {
        server.connect()
                .sendText("unsubscribe main_channel")
                .expectText("ERR NOT_SUBSCRIBED this connection has not subscribed to main_channel\n");
    }

    @Test
    void shouldRefuseToTellWhoIsNotThere() {
        server.connect()
                .sendText("tell bob hello")
                .expectText(
                        "ERR UNKNOWN_CLIENT no connection is called bob; \"clients\" lists them with their names\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"results", "jobs", "clients"})
    void shouldKeepItsOwnChannelsForItself(String channel) {
        server.connect()
                .sendText("publish " + channel + " done handle=H:forged:1")
                .expectText("ERR SYSTEM_CHANNEL " + channel + " is a channel that the server alone writes to\n");
    }

    @Test
    void shouldBoundTheNumberOfChannelsAndSubscriptions() {
        WireClient client = server.connect();
        // Four are there from the start.
        for (int i = 4; i < 1000; i++) {
            client.sendText("create c" + i).expectText("OK c" + i + "\n");
        }
        client.sendText("create one_more")
                .expectText("ERR TOO_MANY_CHANNELS there are 1000 channels, the most there may be\n");
        for (int i = 4; i < 104; i++) {
            client.sendText("subscribe c" + i).expectText("OK c" + i + "\n");
        }
        client.sendText("subscribe main_channel")
                .expectText("ERR TOO_MANY_SUBSCRIPTIONS this connection has 100 subscriptions, the most it may have;"
                        + " unsubscribe from one, or open another connection\n")
                // One it has already is none more.
                .sendText("subscribe c4")
                .expectText("OK c4\n")
                .sendText("unsubscribe c4")
                .expectText("OK c4\n")
                .sendText("subscribe main_channel")
                .expectText("OK main_channel\n");
    }

    @Test
    void shouldRefuseATextThatIsTooLong() {
        WireClient bob = subscriber("main_channel").sendText("name bob").expectText("OK bob\n");
        // Of two bytes each, as the next one.
        String longest = "\u00e4".repeat(30_720);
        String refused = "ERR TEXT_TOO_LONG the text has 61441 bytes, a message has at most 61440\n";
        server.connect()
                .sendText("publish main_channel " + longest + "x")
                .expectText(refused)
                .sendText("tell bob " + longest + "x")
                .expectText(refused)
                .sendText("publish main_channel " + longest)
                .expectText("OK 1\n")
                .sendText("tell bob " + longest)
                .expectText("OK bob\n");
        String received = "\u00c3\u00a4".repeat(30_720);
        expectPushed(bob, "message main_channel conn-2", received);
        expectPushed(bob, "tell conn-2", received);
    }

    @Test
    void shouldDropASubscriberThatDoesNotReadAndTellIt() {
        WireClient deaf =
                server.connect(4096).sendText("subscribe main_channel").expectText("OK main_channel\n");
        WireClient other = subscriber("main_channel");
        WireClient publisher = server.connect();
        String text = "x".repeat(60_000);
        int sent = 0;
        for (String answer = "OK 2"; answer.equals("OK 2"); sent++) {
            assertTrue(sent < 1000, "it is never dropped");
            answer = publisher.sendText("publish main_channel " + text).receiveLine();
            expectPushed(other, "message main_channel conn-3", text);
        }
        server.log().await("WARN subscriber_dropped", "conn=1 channel=main_channel");
        for (int i = 1; i < sent; i++) {
            expectPushed(deaf, "message main_channel conn-3", text);
        }
        deaf.expectText("dropped main_channel more than 1048576 bytes wait to be read; subscribe again\n")
                .expectNothingBeforeEcho();
        deaf.sendText("subscribe main_channel").expectText("OK main_channel\n");
        publisher.sendText("publish main_channel again").expectText("OK 2\n");
        expectPushed(deaf, "message main_channel conn-3", "again");
    }

    // ---- answered ----

    @Test
    void shouldListItsChannelsWithTheirSubscribers() {
        WireClient client = server.connect()
                .sendText("createchannel news")
                .expectText("OK news\n")
                .sendText("channels")
                .expectText("main_channel\t0\nresults\t0\njobs\t0\nclients\t0\nnews\t0\n.\n");
        client.sendText("subscribe news").expectText("OK news\n");
        client.sendText("LISTCHANNELS").expectText("main_channel\t0\nresults\t0\njobs\t0\nclients\t0\nnews\t1\n.\n");
    }

    @Test
    void shouldListConnectionsWithTheirNamesAndChannels() {
        WireClient bob = server.connect().sendText("name bob").expectText("OK bob\n");
        bob.sendText("subscribe results").expectText("OK results\n");
        bob.sendText("subscribe main_channel").expectText("OK main_channel\n");
        WireClient client = server.connect().sendText("clients");
        assertTrue(client.receiveLine()
                .matches("1\tbob\t127\\.0\\.0\\.1:\\d+\t20\\S+Z\t\\d+\\.\\d{3}\tresults,main_channel"));
        assertTrue(client.receiveLine().matches("2\t-\t127\\.0\\.0\\.1:\\d+\t20\\S+Z\t\\d+\\.\\d{3}\t-"));
        client.expectText(".\n");
    }

    @Test
    void shouldSendAMessageToAllSubscribersAndNobodyElse() {
        WireClient one = subscriber("main_channel");
        WireClient two = subscriber("main_channel");
        WireClient none = server.connect();
        WireClient bob = server.connect()
                .sendText("name bob")
                .expectText("OK bob\n")
                .sendText("publish main_channel  two  words\t{\"a\": [1, \"\u00e4\\n\"]} ")
                .expectText("OK 2\n");
        // But for the one blank behind the channel it is as it was sent.
        String text = " two  words\t{\"a\": [1, \"\u00c3\u00a4\\n\"]} ";
        expectPushed(one, "message main_channel bob", text);
        expectPushed(two, "message main_channel bob", text);
        none.expectNothingBeforeEcho();
        bob.expectNothingBeforeEcho();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "\"\u2028\"", "\u0085", "\u0000", "\u001b[2J"})
    void shouldPassOnWhateverALineHolds(String text) {
        WireClient bob = subscriber("main_channel").sendText("name bob").expectText("OK bob\n");
        server.connect()
                .sendText("publish main_channel " + text)
                .expectText("OK 1\n")
                .sendText("tell bob " + text)
                .expectText("OK bob\n");
        String received = new String(text.getBytes(UTF_8), ISO_8859_1);
        expectPushed(bob, "message main_channel conn-2", received);
        expectPushed(bob, "tell conn-2", received);
    }

    @Test
    void shouldReachASubscriberThatPublishesItself() {
        WireClient client = subscriber("main_channel").sendText("publish_message main_channel x");
        expectPushed(client, "message main_channel conn-1", "x");
        client.expectText("OK 1\n");
        client.sendText("unsubscribe main_channel").expectText("OK main_channel\n");
        client.sendText("publish main_channel y").expectText("OK 0\n").expectNothingBeforeEcho();
    }

    @Test
    void shouldSendAMessageOnceHoweverOftenSomebodySubscribed() {
        WireClient client =
                subscriber("main_channel").sendText("subscribe main_channel").expectText("OK main_channel\n");
        server.connect().sendText("publish main_channel x").expectText("OK 1\n");
        expectPushed(client, "message main_channel conn-2", "x");
        client.expectNothingBeforeEcho();
    }

    @Test
    void shouldTellOneConnection() {
        WireClient bob = server.connect().sendText("name bob").expectText("OK bob\n");
        server.connect().sendText("tell bob hello  there").expectText("OK bob\n");
        expectPushed(bob, "tell conn-2", "hello  there");
        bob.expectNothingBeforeEcho();
    }

    @Test
    void shouldKeepTheLastMessages() {
        WireClient publisher = server.connect();
        for (int i = 1; i <= 5; i++) {
            publisher.sendText("publish main_channel m" + i).expectText("OK 0\n");
        }
        publisher.sendText("history main_channel");
        for (int i = 3; i <= 5; i++) {
            expectPushed(publisher, "message main_channel conn-1", "m" + i);
        }
        publisher.expectText(".\n").sendText("history main_channel 1");
        expectPushed(publisher, "message main_channel conn-1", "m5");
        publisher.expectText(".\n").sendText("history main_channel 0").expectText(".\n");
        WireClient late =
                server.connect().sendText("subscribe main_channel --last 2").expectText("OK main_channel\n");
        expectPushed(late, "message main_channel conn-1", "m4");
        expectPushed(late, "message main_channel conn-1", "m5");
        late.expectNothingBeforeEcho();
    }

    @Test
    void shouldGiveEachChannelAnEqualPartOfTheBytesThatAreKept() {
        WireClient client = server.connect();
        String text = "x".repeat(60_000);
        for (int i = 1; i <= 3; i++) {
            client.sendText("publish main_channel " + i + text).expectText("OK 0\n");
        }
        assertEquals(3, historyLength(client));
        // Four are there from the start. 64 MiB for 400 are 164 KiB each, and 65 KiB for 1000.
        for (int i = 4; i < 400; i++) {
            client.sendText("create c" + i).expectText("OK c" + i + "\n");
        }
        assertEquals(2, historyLength(client));
        for (int i = 400; i < 1000; i++) {
            client.sendText("create c" + i).expectText("OK c" + i + "\n");
        }
        assertEquals(1, historyLength(client));
        String longest = "y".repeat(61_440);
        client.sendText("publish main_channel " + longest).expectText("OK 0\n").sendText("history main_channel");
        expectPushed(client, "message main_channel conn-1", longest);
        client.expectText(".\n");
    }

    private static int historyLength(WireClient client) {
        client.sendText("history main_channel");
        int lines = 0;
        while (!client.receiveLine().equals(".")) {
            lines++;
        }
        return lines;
    }

    @Test
    void shouldKeepAndSendWhatASmallOutboxTakes() {
        try (RunningServer small = new RunningServer()
                .with("max-packet", "64K")
                .with("outbox-limit", "128K")
                .start()) {
            WireClient publisher = small.connect();
            WireClient deaf =
                    small.connect(4096).sendText("subscribe main_channel").expectText("OK main_channel\n");
            String text = "x".repeat(30_000);
            int sent = 10;
            for (String answer = "OK 1"; answer.equals("OK 1"); sent++) {
                assertTrue(sent < 1000, "it is never dropped");
                answer = publisher
                        .sendText("publish main_channel " + sent + text)
                        .receiveLine();
            }
            for (int i = 10; i < sent - 1; i++) {
                expectPushed(deaf, "message main_channel conn-1", i + text);
            }
            deaf.expectText("dropped main_channel more than 131072 bytes wait to be read; subscribe again\n");
            // Half of the outbox are kept.
            WireClient late = small.connect().sendText("subscribe main_channel --last 100");
            late.expectText("OK main_channel\n");
            expectPushed(late, "message main_channel conn-1", sent - 2 + text);
            expectPushed(late, "message main_channel conn-1", sent - 1 + text);
            publisher.sendText("publish main_channel next").expectText("OK 1\n");
            expectPushed(late, "message main_channel conn-1", "next");
        }
    }

    @Test
    void shouldReachAThousandSubscribersInOneOrder() throws Exception {
        int subscribers = 1000;
        int publishers = 4;
        int messages = 25;
        List<WireClient> all = new ArrayList<>();
        for (int i = 0; i < subscribers; i++) {
            all.add(subscriber("main_channel"));
        }
        ExecutorService threads = Executors.newFixedThreadPool(publishers);
        try {
            List<Future<Void>> published = new ArrayList<>();
            for (int p = 0; p < publishers; p++) {
                WireClient publisher = server.connect();
                String name = "p" + p;
                Callable<Void> publish = () -> {
                    for (int m = 0; m < messages; m++) {
                        publisher
                                .sendText("publish main_channel " + name + " " + m)
                                .expectText("OK 1000\n");
                    }
                    return null;
                };
                published.add(threads.submit(publish));
            }
            for (Future<Void> one : published) {
                one.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        List<String> first = null;
        for (WireClient subscriber : all) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < publishers * messages; i++) {
                lines.add(subscriber.receiveLine());
            }
            first = first == null ? lines : first;
            assertEquals(first, lines);
        }
        for (int p = 0; p < publishers; p++) {
            String ofPublisher = " p" + p + " ";
            List<String> numbers = first.stream()
                    .filter(line -> line.contains(ofPublisher))
                    .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                    .toList();
            assertEquals(
                    java.util.stream.IntStream.range(0, messages)
                            .mapToObj(Integer::toString)
                            .toList(),
                    numbers);
        }
    }

    // ---- what the server says itself ----

    /** What a message of a system channel says. */
    private static String event(WireClient client, String channel) {
        String[] words = client.receiveLine().split(" ", 5);
        assertEquals(List.of("message", channel, "server"), List.of(words[0], words[1], words[2]));
        return words[4];
    }

    @Test
    void shouldPublishEveryFinishedCall() {
        WireClient watcher = subscriber("results");
        WireClient worker = server.worker("add").send(SET_CLIENT_ID, "w");
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB, "add", "", "1, 2").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "add", "1, 2").send(WORK_COMPLETE, handle, "3");
        assertEquals("done handle=" + handle + " client=2/w call=\"add(1, 2)\" result=3", event(watcher, "results"));
        handle = client.expect(WORK_COMPLETE, handle, "3")
                .send(SUBMIT_JOB, "add", "", "x")
                .expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "add", "x").send(WORK_EXCEPTION, handle, "no\nnumber");
        assertEquals(
                "exception handle=" + handle + " client=2/w call=add(x) error=\"no\\nnumber\"",
                event(watcher, "results"));
        handle = client.expect(WORK_FAIL, handle)
                .send(SUBMIT_JOB, "add", "", "y")
                .expectHandle();
        client.sendText("cancel job " + handle).expect(WORK_FAIL, handle).expectText("OK\r\n");
        assertEquals("cancelled handle=" + handle + " client=- call=add(y) error=cancelled", event(watcher, "results"));
    }

    @Test
    void shouldPublishWhatBecomesOfJobs() {
        WireClient watcher = subscriber("jobs");
        WireClient worker = server.worker("f").send(SET_CLIENT_ID, "w");
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_JOB_HIGH_BG, "f", "", "").expectHandle();
        assertEquals("queued handle=" + handle + " function=f priority=high", event(watcher, "jobs"));
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        assertEquals("started handle=" + handle + " function=f client=2/w attempt=1", event(watcher, "jobs"));
        worker.reset();
        assertTrue(event(watcher, "jobs").startsWith("retried handle=" + handle + " function=f attempt=1 reason="));
        assertEquals("queued handle=" + handle + " function=f priority=high", event(watcher, "jobs"));
        WireClient second = server.worker("f");
        second.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "").send(WORK_FAIL, handle);
        assertEquals("started handle=" + handle + " function=f client=4/- attempt=2", event(watcher, "jobs"));
        assertEquals("dead handle=" + handle + " function=f reason=failed", event(watcher, "jobs"));
    }

    @Test
    void shouldPublishWhoComesAndGoes() {
        WireClient watcher = subscriber("clients");
        WireClient worker = server.worker("f");
        assertEquals("came conn=2 client=- address=127.0.0.1", event(watcher, "clients"));
        worker.send(SET_CLIENT_ID, "w w");
        assertEquals("named conn=2 client=\"w w\" address=127.0.0.1", event(watcher, "clients"));
        WireClient client = server.connect();
        assertEquals("came conn=3 client=- address=127.0.0.1", event(watcher, "clients"));
        String handle = client.send(SUBMIT_JOB, "f", "", "").expectHandle();
        client.close();
        assertTrue(event(watcher, "clients").startsWith("left conn=3 client=- address=127.0.0.1 reason="));
        WireClient other = server.connect();
        assertEquals("came conn=4 client=- address=127.0.0.1", event(watcher, "clients"));
        handle = other.send(SUBMIT_JOB, "f", "", "").expectHandle();
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handle, "f", "");
        worker.reset();
        assertTrue(event(watcher, "clients").startsWith("lost conn=2 client=\"w w\" address=127.0.0.1 jobs=1 reason="));
    }

    @Test
    void shouldSayHowMuchOfALoadItLeavesOut() {
        WireClient watcher = subscriber("jobs");
        WireClient client = server.connect();
        int jobs = 5000;
        for (int i = 0; i < jobs; i++) {
            client.send(SUBMIT_JOB_BG, "f", "", "");
        }
        for (int i = 0; i < jobs; i++) {
            client.expectHandle();
        }
        // The last line, when nothing more happens, says how many were not shown.
        long seen = 0;
        long skipped = 0;
        while (seen + skipped < jobs) {
            String line = event(watcher, "jobs");
            if (line.startsWith("skipped count=")) {
                skipped += Long.parseLong(line.substring("skipped count=".length()));
            } else {
                seen++;
            }
        }
        assertTrue(skipped > 0, "all were shown");
        assertEquals(jobs, seen + skipped);
    }
}
