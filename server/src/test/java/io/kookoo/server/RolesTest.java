package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.PacketType;
import io.kookoo.server.access.Need;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what, request by request. The lists here are written by hand: they must agree with the table. */
final class RolesTest {
    private static final Set<PacketType> SUBMITS = EnumSet.of(
            SUBMIT_JOB,
            SUBMIT_JOB_BG,
            SUBMIT_JOB_HIGH,
            SUBMIT_JOB_HIGH_BG,
            SUBMIT_JOB_LOW,
            SUBMIT_JOB_LOW_BG,
            SUBMIT_JOB_EPOCH,
            SUBMIT_REDUCE_JOB,
            SUBMIT_REDUCE_JOB_BACKGROUND);
    private static final Set<PacketType> WORKS = EnumSet.of(
            CAN_DO,
            CAN_DO_TIMEOUT,
            CANT_DO,
            RESET_ABILITIES,
            PRE_SLEEP,
            GRAB_JOB,
            GRAB_JOB_UNIQ,
            GRAB_JOB_ALL,
            WORK_STATUS,
            WORK_COMPLETE,
            WORK_FAIL,
            WORK_EXCEPTION,
            WORK_DATA,
            WORK_WARNING);
    private static final Set<PacketType> ANY =
            EnumSet.of(ECHO_REQ, SET_CLIENT_ID, OPTION_REQ, GET_STATUS, GET_STATUS_UNIQUE);
    private static final Set<String> ADMINS =
            Set.of("shutdown", "drop", "maxqueue", "purge", "retry", "backup", "report", "quiet", "resume", "stop");

    @TempDir
    private Path folder;

    private RunningServer server;

    @BeforeEach
    void startServer() throws IOException {
        Path tokens = folder.resolve("tokens");
        Files.writeString(
                tokens,
                "boss t-boss\nops t-ops\nasker t-asker\nother t-other\nrunner t-runner\nguest t-guest\nlimited t-limited\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        server = new RunningServer()
                .withSection("Security", "token_file = " + tokens)
                .withSection(
                        "Access",
                        "boss = admin, submit, work",
                        "ops = admin",
                        "asker = submit",
                        "other = submit",
                        "runner = work",
                        "limited =")
                .start();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private WireClient as(String name) {
        return server.connect().send(OPTION_REQ, "token=t-" + name).expect(OPTION_RES, "token");
    }

    private static void expectDenied(WireClient client, String beginning) {
        WireClient.Received answer = client.receive();
        assertEquals(ERROR, answer.type());
        assertEquals("PERMISSION_DENIED", answer.part(0));
        assertTrue(answer.part(1).startsWith(beginning), answer.part(1));
    }

    private static String denied(WireClient client, String line) {
        String answer = client.sendText(line).receiveLine();
        assertTrue(answer.startsWith("ERR PERMISSION_DENIED " + line.split(" ")[0] + " needs "), answer);
        return answer;
    }

    // ---- packets ----

    @Test
    void shouldKnowWhatEachPacketOfAPeerNeeds() {
        Set<PacketType> all = EnumSet.copyOf(SUBMITS);
        all.addAll(WORKS);
        all.addAll(ANY);
        for (PacketType type : PacketType.values()) {
            assertEquals(type.isRequest(), all.contains(type), type + " is missing here");
        }
    }

    @ParameterizedTest
    @EnumSource(PacketType.class)
    void shouldRefuseEachPacketToThoseWithoutItsRole(PacketType type) {
        if (SUBMITS.contains(type)) {
            for (String name : List.of("ops", "runner", "guest", "limited")) {
                WireClient client = as(name).send(type, "f", "u", "0", "0", "data");
                expectDenied(client, type + " needs the role submit, which " + name + " has not; ");
            }
            server.log().await("WARN permission_denied", "name=runner what=" + type);
            // Nothing has happened, not even a function come into being.
            as("ops").sendText("status").expectText(".\n");
            WireClient asker = as("asker").send(type, "f", "u", "0", "0", "data");
            assertEquals(JOB_CREATED, asker.receive().type());
        } else if (WORKS.contains(type)) {
            for (String name : List.of("ops", "asker", "guest", "limited")) {
                WireClient client = as(name).send(type, "f", "1", "1");
                expectDenied(client, type + " needs the role work, which " + name + " has not; ");
            }
            as("ops").sendText("status").expectText(".\n");
            WireClient runner = as("runner").send(type, "f", "1", "1").send(ECHO_REQ, "end");
            for (WireClient.Received answer = runner.receive(); answer.type() != ECHO_RES; ) {
                assertFalse(answer.body().startsWith("PERMISSION_DENIED"), answer::toString);
                answer = runner.receive();
            }
        } else if (type == ECHO_REQ) {
            as("guest").send(type, "x").expect(ECHO_RES, "x");
        } else if (ANY.contains(type)) {
            expectDenied(as("guest").send(type, "exceptions"), type + " needs any role, which guest has not; ");
            as("runner").send(type, "exceptions").send(ECHO_REQ, "x").expectNotDenied();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"catalog", "cancel", "attempt", "CATALOG"})
    void shouldLetOnlyWorkersHaveTheOptionsOfWorkers(String option) {
        expectDenied(as("asker").send(OPTION_REQ, option), "OPTION_REQ needs the role work, which asker has not; ");
        as("runner").send(OPTION_REQ, option).expect(OPTION_RES, option);
    }

    @Test
    void shouldKeepTheOrderOfAnswersAmongRefusals() {
        WireClient client = as("asker");
        client.sendBytes(WireClient.together(
                WireClient.packet(SUBMIT_JOB_BG, "f", "", "1"),
                WireClient.packet(GRAB_JOB),
                WireClient.packet(SUBMIT_JOB_BG, "f", "", "2"),
                WireClient.packet(ECHO_REQ, "end")));
        client.expectHandle();
        expectDenied(client, "GRAB_JOB needs ");
        client.expectHandle();
        client.expect(ECHO_RES, "end");
    }

    // ---- text ----

    @Test
    void shouldKnowWhatEachTextCommandNeeds() {
        Set<String> verbs = new TreeSet<>();
        WireClient client = as("boss").sendText("help");
        for (String line = client.receiveLine(); !line.equals("."); line = client.receiveLine()) {
            verbs.add(line.split("[ \t]")[0]);
        }
        Set<String> missing = new TreeSet<>(verbs);
        missing.removeAll(Need.ofVerbs().keySet());
        assertEquals(Set.of(), missing, "commands of help that nobody but an administrator could use");
    }

    @Test
    void shouldRefuseTheCommandsOfAdministratorsToAllOthers() {
        for (String verb : ADMINS) {
            assertEquals(Need.ADMIN, Need.ofVerb(verb).orElseThrow(), verb);
            for (String name : List.of("asker", "runner", "guest")) {
                assertTrue(
                        denied(as(name), verb + " function f").contains(" needs the role admin, which " + name), name);
            }
        }
        server.log()
                .await(
                        "WARN permission_denied",
                        "name=guest what=" + ADMINS.iterator().next());
        assertTrue(server.shutdowns().isEmpty());
        Need.ofVerbs().forEach((verb, need) -> assertEquals(ADMINS.contains(verb), need == Need.ADMIN, verb));
    }

    @Test
    void shouldRefuseEverythingToThoseWithoutARole() {
        WireClient guest = as("guest");
        Need.ofVerbs().forEach((verb, need) -> {
            if (need != Need.NOTHING) {
                denied(guest, verb + " x");
            }
        });
        assertTrue(guest.sendText("version").receiveLine().startsWith("OK "));
    }

    @Test
    void shouldLetAdministratorsDoWhatTheyAreThereFor() {
        WireClient ops = as("ops");
        ops.sendText("maxqueue f 5").expectText("OK\r\n");
        ops.sendText("drop function f").expectText("OK\r\n");
        ops.sendText("purge").expectText("OK 0\r\n");
        ops.sendText("retry function f").expectText("OK 0\r\n");
        ops.sendText("subscribe results").expectText("OK results\n");
        ops.sendText("backup " + folder.resolve("copy.db").toString().replace(" ", "%20"))
                .expectText("OK\r\n");
        ops.sendText("shutdown graceful").expectText("OK\r\n");
        assertEquals(Boolean.TRUE, server.shutdowns().poll());
    }

    @Test
    void shouldAnswerUnknownCommandsAsEver() {
        as("runner")
                .sendText("nonsense x")
                .expectText("ERR UNKNOWN_COMMAND Unknown+server+commandnonsense\r\n")
                .sendText("status")
                .expectText(".\n");
    }

    // ---- jobs of others ----

    @Test
    void shouldShowTheResultOfAJobToItsOwnerAndAdministratorsAlone() {
        String handle = as("asker").send(SUBMIT_JOB_BG, "f", "u", "data").expectHandle();
        assertRefusedToOthers(handle);
        WireClient runner = as("runner").send(CAN_DO, "f").send(GRAB_JOB);
        runner.expect(JOB_ASSIGN, handle, "f", "data").send(WORK_COMPLETE, handle, "secret");
        runner.expectNothingBeforeEcho();
        assertRefusedToOthers(handle);
        for (String name : List.of("asker", "ops", "boss")) {
            assertTrue(as(name).sendText("result " + handle).receiveLine().endsWith("\tsecret\r"), name);
            WireClient client = as(name).sendText("jobs");
            assertTrue(client.receiveLine().startsWith(handle + "\t"), name);
            client.expectText(".\n");
        }
    }

    private void assertRefusedToOthers(String handle) {
        denied(as("other"), "result " + handle);
        denied(as("other"), "result " + handle + " wait");
        denied(as("runner"), "result " + handle);
        as("other").sendText("jobs").expectText(".\n");
        denied(as("runner"), "jobs");
    }

    @Test
    void shouldRememberTheOwnerOfAJobAcrossARestart() {
        String handle = as("asker").send(SUBMIT_JOB_BG, "f", "u", "data").expectHandle();
        server.restart();
        denied(as("other"), "result " + handle);
        denied(as("other"), "cancel job " + handle);
        assertTrue(as("asker").sendText("result " + handle).receiveLine().startsWith("OK queued\t"));
        as("asker").sendText("cancel job " + handle).expectText("OK\r\n");
        denied(as("other"), "result " + handle);
        assertTrue(as("asker").sendText("result " + handle).receiveLine().startsWith("OK cancelled\t"));
    }

    @Test
    void shouldLetOwnersAndAdministratorsAloneCancelAJob() {
        WireClient asker = as("asker");
        String first = asker.send(SUBMIT_JOB_BG, "f", "one", "data").expectHandle();
        String second = asker.send(SUBMIT_JOB_BG, "f", "two", "data").expectHandle();
        for (String name : List.of("other", "runner", "guest")) {
            denied(as(name), "cancel job " + first);
            denied(as(name), "cancel unique f one");
        }
        as("ops").sendText("status").expectText("f\t2\t0\t0\n.\n");
        as("asker").sendText("cancel job " + first).expectText("OK\r\n");
        as("ops").sendText("cancel unique f two").expectText("OK\r\n");
        as("other").sendText("cancel job " + second).expectText("ERR UNKNOWN_JOB\r\n");
        as("ops").sendText("status").expectText("f\t0\t0\t0\n.\n");
    }

    /** Who knows it could join the job, and so get its result. */
    @Test
    void shouldShowTheUniqueOfAJobToItsOwnerAndAdministratorsAlone() {
        String handle = as("asker").send(SUBMIT_JOB_BG, "f", "one", "data").expectHandle();
        for (String name : List.of("other", "runner")) {
            as(name).sendText("show unique jobs").expectText(".\n");
            for (String line : List.of("show queued", "show queued f")) {
                String shown = as(name).sendText(line).receiveLine();
                assertTrue(shown.startsWith(handle + "\t-\tnormal\t"), shown);
            }
        }
        for (String name : List.of("asker", "ops")) {
            as(name).sendText("show unique jobs").expectText("one\n.\n");
            String shown = as(name).sendText("show queued").receiveLine();
            assertTrue(shown.startsWith(handle + "\tone\tnormal\t"), shown);
        }
    }

    @Test
    void shouldShowTheResultsOfAForegroundJobToItsClient() {
        WireClient asker = as("asker");
        String handle = asker.send(SUBMIT_JOB, "f", "", "data").expectHandle();
        as("runner")
                .send(CAN_DO, "f")
                .send(GRAB_JOB)
                .expect(JOB_ASSIGN, handle, "f", "data")
                .send(WORK_COMPLETE, handle, "result");
        asker.expect(WORK_COMPLETE, handle, "result");
    }

    @ParameterizedTest
    @ValueSource(strings = {"results", "jobs", "clients"})
    void shouldShowTheServersOwnChannelsToAdministratorsAlone(String channel) {
        WireClient asker = as("asker");
        assertTrue(denied(asker, "subscribe " + channel).contains(" and admin for a channel of the server itself"));
        denied(asker, "history " + channel);
        denied(as("runner"), "subscribe " + channel + " --last 5");
        asker.sendText("subscribe main_channel").expectText("OK main_channel\n");
        asker.sendText("history main_channel").expectText(".\n");
        as("ops").sendText("subscribe " + channel).expectText("OK " + channel + "\n");
        as("ops").sendText("history " + channel).awaitLine(".");
    }

    @Test
    void shouldLetEverybodyElseHaveTheRolesOfTheStar() {
        try (RunningServer starred = new RunningServer()
                .withEnvironment("KOOKOO_TOKEN", "t-any")
                .withSection("Access", "* = work")
                .start()) {
            WireClient client =
                    starred.connect().send(OPTION_REQ, "token=t-any").expect(OPTION_RES, "token");
            expectDenied(client.send(SUBMIT_JOB, "f", "", ""), "SUBMIT_JOB needs the role submit, which token has not");
            client.send(CAN_DO, "f").expectNothingBeforeEcho();
        }
    }
}
