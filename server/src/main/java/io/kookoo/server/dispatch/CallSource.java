package io.kookoo.server.dispatch;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import java.util.Optional;

/** Where the calls for pollers come from: the catalog. Called under the dispatcher's lock: memory only, thread-safe. */
public interface CallSource {
    /** A call drawn at random, or empty where there is none. */
    Optional<CatalogCall> draw();

    /** Whether {@link #draw()} would find a call. */
    boolean isEmpty();

    /**
     * A call of the catalog.
     *
     * @param text the call as it stands in its line
     * @param function the function's name
     * @param arguments the argument list as text: the workload
     */
    record CatalogCall(String text, FunctionName function, Data arguments) {}
}
