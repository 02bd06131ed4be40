package io.kookoo.client.function;

import io.kookoo.call.BatchLines;
import io.kookoo.protocol.Data;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** What a batch does with each of its lines. */
interface LineFunction {
    /**
     * Runs the line in the bytes {@code from} to {@code to} (exclusive), and appends its result as {@link BatchLines} wants it: escaped, with its
     * LF. Where it throws, it may have appended a part.
     */
    void run(byte[] bytes, int from, int to, ByteArrayOutputStream results) throws FunctionFailedException;

    /** A function of texts. */
    interface OfText {
        String run(String line) throws FunctionFailedException;
    }

    /** The same on bytes: for every function but the few that can do better. */
    static LineFunction of(OfText function) {
        return (bytes, from, to, results) -> {
            byte[] result = function.run(new Data(bytes, from, to).text()).getBytes(StandardCharsets.UTF_8);
            BatchLines.appendResult(result, 0, result.length, results);
        };
    }
}
