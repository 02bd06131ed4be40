package io.kookoo.server.dispatch;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.UniqueId;
import java.util.Objects;

/**
 * A job as it is asked for.
 *
 * @param unique empty for none
 * @param background whether nobody waits for the result
 */
public record Submission(FunctionName function, UniqueId unique, Priority priority, boolean background, Data data) {
    public Submission {
        Objects.requireNonNull(function);
        Objects.requireNonNull(unique);
        Objects.requireNonNull(priority);
        Objects.requireNonNull(data);
    }
}
