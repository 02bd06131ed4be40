package io.kookoo.server.store.sqlite;

import io.kookoo.protocol.Priority;
import io.kookoo.server.store.JobKind;
import io.kookoo.server.store.JobState;
import java.sql.SQLException;
import java.util.List;

/**
 * The numbers that stand for kinds, states and priorities in the file: the place in these lists. Part of the format: a new
 * one goes to the end, and none is taken away.
 */
final class Codes {
    static final List<JobKind> KINDS = List.of(JobKind.BACKGROUND, JobKind.CATALOG, JobKind.FOREGROUND);
    static final List<Priority> PRIORITIES = List.of(Priority.HIGH, Priority.NORMAL, Priority.LOW);
    static final List<JobState> STATES = List.of(
            JobState.DELAYED,
            JobState.QUEUED,
            JobState.RUNNING,
            JobState.DONE,
            JobState.FAILED,
            JobState.DEAD,
            JobState.CANCELLED);

    /** As {@link Schema} writes it where SQLite must know. */
    static final int DEAD = STATES.indexOf(JobState.DEAD);

    private Codes() {}

    /** What a code of the file means; a file that was tampered with may hold any number. */
    static <T> T meaning(List<T> list, long code, String column) throws SQLException {
        if (code < 0 || code >= list.size()) {
            throw new SQLException("column " + column + " holds " + code + "; expected 0 to " + (list.size() - 1));
        }
        return list.get((int) code);
    }
}
