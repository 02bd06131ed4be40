package io.kookoo.client.run;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import java.util.Objects;

/**
 * How a job ended, to be posted to the server.
 *
 * @param failed whether {@code data} is the reason of a failure instead of a result
 * @param data text in UTF-8
 */
record Outcome(AssignedJob job, boolean failed, Data data) {
    Outcome {
        Objects.requireNonNull(job);
        Objects.requireNonNull(data);
    }

    /** WORK_COMPLETE, or WORK_EXCEPTION, which ends the job as well: clients without the option see WORK_FAIL. */
    void post(PacketWriter writer) {
        writer.packet(failed ? PacketType.WORK_EXCEPTION : PacketType.WORK_COMPLETE, data, job.handle());
    }
}
