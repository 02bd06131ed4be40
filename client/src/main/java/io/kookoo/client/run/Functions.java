package io.kookoo.client.run;

import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.client.function.FunctionFailedException;
import java.util.Collection;

/** The functions this client can run, as the poller and the worker need them. Thread-safe. */
interface Functions {
    /** The names to announce, as they stand on the wire. */
    Collection<String> names();

    /**
     * Runs a function; blocks as long as it takes.
     *
     * @param argumentText what stands between the brackets of the call
     * @return the result as text
     * @throws FunctionFailedException with a message for the submitter
     */
    String execute(String name, String argumentText) throws FunctionFailedException;

    /** {@code changed} is run whenever {@link #names} has changed, in a thread of theirs. */
    void onChange(Runnable changed);

    static Functions of(FunctionExecutor executor) {
        return new Functions() {
            @Override
            public Collection<String> names() {
                return executor.names();
            }

            @Override
            public String execute(String name, String argumentText) throws FunctionFailedException {
                return executor.execute(name, argumentText);
            }

            @Override
            public void onChange(Runnable changed) {
                executor.onChange(changed);
            }
        };
    }
}
