package io.kookoo.client.shell;

import io.kookoo.call.FunctionCall;
import io.kookoo.client.Kookoo;
import java.io.PrintStream;

/** Has functions run, as the program does that a shell is part of. */
@FunctionalInterface
public interface Calls {
    /**
     * Submits a call, waits for its end and prints what has become of it; blocks. When the thread is interrupted the call is cancelled.
     *
     * @param background whether to wait for nothing but its handle
     * @param out for the result or the handle
     * @param err for what went wrong, and for remarks
     */
    ShellEnd run(Kookoo kookoo, FunctionCall call, boolean background, PrintStream out, PrintStream err);
}
