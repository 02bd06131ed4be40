package io.kookoo.server.store.sqlite;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.UniqueId;
import io.kookoo.protocol.WireName;
import io.kookoo.server.store.JobRecord;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;

/**
 * Records to rows and back. Names and payloads are bytes: TEXT where they are UTF-8 without NUL, so that people can read
 * them, and BLOB otherwise. Both are read as the bytes they are.
 */
final class Rows {
    static final int RUN_SHIFT = JobRecord.RUN_SHIFT;
    static final long NUMBER_MASK = (1L << RUN_SHIFT) - 1;

    /** What both tables begin with, in the order of {@link #bind}. */
    private static final String SHARED =
            "number, kind, function, unique_id, priority, state, created, due, attempts, failures,"
                    + " losses, started, ended, worker, reducer, call, reason, owner";

    /** Of a job; the last column of each is read by {@link #read}. */
    static final String JOB = SHARED + ", data";

    static final String OUTCOME = SHARED + ", result";

    /** One parameter for each of {@link #JOB} or {@link #OUTCOME}. */
    static final String PARAMETERS = "?" + ", ?".repeat(18);

    /** As {@link #read} expects: data and result are two columns. */
    static final String READ_JOB = "SELECT " + SHARED + ", data, NULL FROM job";

    static final String READ_OUTCOME = "SELECT " + SHARED + ", NULL, result FROM outcome";

    private Rows() {}

    /** Binds all columns of {@link #JOB} or {@link #OUTCOME}. */
    static void bind(PreparedStatement statement, JobRecord job, Data last) throws SQLException {
        statement.setLong(1, job.number());
        statement.setInt(2, Codes.KINDS.indexOf(job.kind()));
        bind(statement, 3, job.function());
        bind(statement, 4, job.unique());
        statement.setInt(5, Codes.PRIORITIES.indexOf(job.priority()));
        statement.setInt(6, Codes.STATES.indexOf(job.state()));
        statement.setLong(7, job.created());
        statement.setLong(8, job.due());
        statement.setInt(9, job.attempts());
        statement.setInt(10, job.failures());
        statement.setInt(11, job.losses());
        statement.setLong(12, job.started());
        statement.setLong(13, job.ended());
        statement.setString(14, job.worker());
        bind(statement, 15, job.reducer());
        statement.setString(16, job.call());
        statement.setString(17, job.reason());
        statement.setString(18, job.owner());
        bind(statement, 19, last == null ? null : last.toBytes());
    }

    static void bind(PreparedStatement statement, int column, WireName name) throws SQLException {
        bind(statement, column, name == null ? null : name.toBytes());
    }

    private static void bind(PreparedStatement statement, int column, byte[] bytes) throws SQLException {
        String text = bytes == null ? null : text(bytes);
        if (text == null) {
            statement.setBytes(column, bytes);
        } else {
            statement.setString(column, text);
        }
    }

    /** The text that is these very bytes in UTF-8 and has no NUL, at which tools would cut it off; null where there is none. */
    private static String text(byte[] bytes) {
        boolean ascii = true;
        for (byte b : bytes) {
            if (b == 0) {
                return null;
            }
            ascii &= b > 0;
        }
        if (ascii) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /**
     * The job of the present row.
     *
     * @param prefixes of the handles of each run, by its id
     * @param names where one object for each name of a function is kept, since millions of jobs share a few names
     */
    static JobRecord read(ResultSet row, Map<Long, String> prefixes, Map<FunctionName, FunctionName> names)
            throws SQLException {
        long number = row.getLong(1);
        String prefix = prefixes.get(number >> RUN_SHIFT);
        if (prefix == null) {
            throw new SQLException("job " + number + " belongs to no run of the table run");
        }
        FunctionName function = FunctionName.of(bytes(row, 3));
        FunctionName known = names.putIfAbsent(function, function);
        byte[] unique = bytes(row, 4);
        byte[] reducer = bytes(row, 15);
        return new JobRecord(
                number,
                JobHandle.of(prefix + (number & NUMBER_MASK)),
                Codes.meaning(Codes.KINDS, row.getLong(2), "kind"),
                known == null ? function : known,
                unique.length == 0 ? UniqueId.NONE : UniqueId.of(unique),
                Codes.meaning(Codes.PRIORITIES, row.getLong(5), "priority"),
                data(bytes(row, 19)),
                row.getString(16),
                reducer == null ? null : FunctionName.of(reducer),
                row.getString(18),
                Codes.meaning(Codes.STATES, row.getLong(6), "state"),
                row.getLong(7),
                row.getLong(8),
                row.getInt(9),
                row.getInt(10),
                row.getInt(11),
                row.getString(14),
                row.getLong(12),
                row.getLong(13),
                data(bytes(row, 20)),
                row.getString(17));
    }

    private static byte[] bytes(ResultSet row, int column) throws SQLException {
        return row.getBytes(column);
    }

    private static Data data(byte[] bytes) {
        return bytes == null ? null : bytes.length == 0 ? Data.EMPTY : new Data(bytes, 0, bytes.length);
    }
}
