package io.kookoo.client.run;

import io.kookoo.client.net.ServerAddress;
import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.JobHandle;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.UniqueId;
import java.util.Objects;

/**
 * A job the server has handed to this client.
 *
 * @param unique as it was submitted; empty for none
 * @param workload the text of the arguments; of a batch the lines
 * @param attempt which run of the job this is, from 1
 * @param server whose job it is
 */
record AssignedJob(
        JobHandle handle, FunctionName function, UniqueId unique, Data workload, int attempt, ServerAddress server) {
    /** So much of a call, a result or an error is logged. */
    static final int LOGGED_CHARACTERS = 200;

    /** With it the name of a function is that of its batches. */
    static final String BATCH = "[]";

    AssignedJob {
        Objects.requireNonNull(handle);
        Objects.requireNonNull(function);
        Objects.requireNonNull(unique);
        Objects.requireNonNull(workload);
        Objects.requireNonNull(server);
    }

    /** The job of a JOB_ASSIGN or JOB_ASSIGN_UNIQ. */
    static AssignedJob of(Packet assignment, int attempt, ServerAddress server) {
        boolean named = assignment.type() == PacketType.JOB_ASSIGN_UNIQ;
        return new AssignedJob(
                assignment.handle(0),
                assignment.function(1),
                named ? assignment.unique(2) : UniqueId.NONE,
                assignment.data(),
                attempt,
                server);
    }

    /** Whether the workload is lines, each for one call of {@link #functionName}. */
    boolean isBatch() {
        return function.text().endsWith(BATCH);
    }

    /** The function that is run, without the mark of a batch. */
    String functionName() {
        String name = function.text();
        return isBatch() ? name.substring(0, name.length() - BATCH.length()) : name;
    }

    /** How many bytes of data one packet about this job can carry, where a packet has at most so many. */
    int mostData(int maxPacketBytes) {
        return maxPacketBytes - handle.length() - 1;
    }

    /** The beginning of a text of this job, its workload or its result, for people: of a batch the first line, and how many there are. */
    String shown(Data text) {
        String beginning = text.text(LOGGED_CHARACTERS);
        if (!isBatch()) {
            return beginning;
        }
        int lines = lines(text);
        return beginning.lines().findFirst().orElse("") + (lines > 1 ? " ... " + lines + " lines" : "");
    }

    private static int lines(Data text) {
        byte[] bytes = text.toBytes();
        int lines = bytes.length > 0 && bytes[bytes.length - 1] != '\n' ? 1 : 0;
        for (byte b : bytes) {
            lines += b == '\n' ? 1 : 0;
        }
        return lines;
    }

    /** The beginning of the call, {@code add(1,2)}, for people. */
    @Override
    public String toString() {
        if (workload.isEmpty()) {
            return function.toString();
        }
        boolean cut = !isBatch() && workload.length() > LOGGED_CHARACTERS;
        return function + "(" + shown(workload) + (cut ? "..." : ")");
    }
}
