package io.kookoo.server;

import static io.kookoo.protocol.PacketType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kookoo.protocol.PacketType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SUBMIT_REDUCE_JOB and its background kin: a job that carries the name of a reducer to its worker. */
final class ReduceTest {
    @RegisterExtension
    final RunningServer server = new RunningServer();

    @ParameterizedTest
    @EnumSource(
            value = PacketType.class,
            names = {"SUBMIT_REDUCE_JOB", "SUBMIT_REDUCE_JOB_BACKGROUND"})
    void shouldRefuseThreeArguments(PacketType type) {
        // libgearman always sends the fourth, which means nothing.
        server.connect()
                .send(type, "f", "u", "reducer", "data")
                .expect(
                        ERROR,
                        "INVALID_ARGUMENTS",
                        type + " takes function, unique, reducer, unused and data, separated by NUL; some are missing")
                .expectNothingBeforeEcho();
    }

    @Test
    void shouldRefuseAReducerOfMoreThan512Bytes() {
        server.connect()
                .send(SUBMIT_REDUCE_JOB, "f", "u", "r".repeat(513), "0", "data")
                .expect(ERROR, "ARGUMENT_TOO_LARGE", "A function name has 1 to 512 bytes, this one has 513");
    }

    @ParameterizedTest
    @EnumSource(
            value = PacketType.class,
            names = {"SUBMIT_REDUCE_JOB", "SUBMIT_REDUCE_JOB_BACKGROUND"})
    void shouldAnswerEachGrabInItsOwnForm(PacketType type) {
        WireClient client = server.connect();
        WireClient worker = server.worker("f");
        String[] handles = new String[3];
        for (int i = 0; i < 3; i++) {
            handles[i] =
                    client.send(type, "f", "u" + i, "reducer", "0", "da\0ta").expectHandle();
        }
        worker.send(GRAB_JOB).expect(JOB_ASSIGN, handles[0], "f", "da\0ta");
        worker.send(GRAB_JOB_UNIQ).expect(JOB_ASSIGN_UNIQ, handles[1], "f", "u1", "da\0ta");
        worker.send(GRAB_JOB_ALL).expect(JOB_ASSIGN_ALL, handles[2], "f", "u2", "reducer", "da\0ta");
    }

    @Test
    void shouldBeAnOrdinaryJobWithoutAReducer() {
        String handle = server.connect()
                .send(SUBMIT_REDUCE_JOB_BACKGROUND, "f", "u", "", "", "data")
                .expectHandle();
        server.worker("f").send(GRAB_JOB_ALL).expect(JOB_ASSIGN_UNIQ, handle, "f", "u", "data");
    }

    @Test
    void shouldTellTheForegroundClientTheResult() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_REDUCE_JOB, "f", "", "r", "", "").expectHandle();
        WireClient worker = server.worker("f");
        worker.send(GRAB_JOB_ALL).expect(JOB_ASSIGN_ALL, handle, "f", "", "r", "");
        worker.send(WORK_COMPLETE, handle, "done");
        client.expect(WORK_COMPLETE, handle, "done");
    }

    @Test
    void shouldKeepABackgroundJobWhenItsClientGoes() {
        WireClient client = server.connect();
        String handle =
                client.send(SUBMIT_REDUCE_JOB_BACKGROUND, "f", "", "r", "", "").expectHandle();
        client.close();
        server.log().await("disconnected conn=1 ");
        server.worker("f").send(GRAB_JOB_ALL).expect(JOB_ASSIGN_ALL, handle, "f", "", "r", "");
    }

    @Test
    void shouldJoinByUnique() {
        WireClient client = server.connect();
        String handle =
                client.send(SUBMIT_REDUCE_JOB, "f", "u", "r", "", "first").expectHandle();
        assertEquals(handle, client.send(SUBMIT_JOB, "f", "u", "second").expectHandle());
        server.worker("f").send(GRAB_JOB_ALL).expect(JOB_ASSIGN_ALL, handle, "f", "u", "r", "first");
    }

    @Test
    void shouldKeepItsReducerWhenItComesBack() {
        WireClient client = server.connect();
        String handle = client.send(SUBMIT_REDUCE_JOB, "f", "", "r", "", "").expectHandle();
        WireClient lost = server.worker("f");
        lost.send(GRAB_JOB_ALL).expect(JOB_ASSIGN_ALL, handle, "f", "", "r", "").close();
        server.log().await("worker_lost", "jobs=1");
        server.worker("f").send(GRAB_JOB_ALL).expect(JOB_ASSIGN_ALL, handle, "f", "", "r", "");
    }
}
