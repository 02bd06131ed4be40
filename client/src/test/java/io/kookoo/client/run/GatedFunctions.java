package io.kookoo.client.run;

import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.client.function.FunctionFailedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The client's own functions and one more, {@code gated}: it runs until its argument is {@link #open}ed, and gives that back.
 */
final class GatedFunctions implements Functions {
    private final FunctionExecutor executor = new FunctionExecutor(FunctionExecutor.builtIns(), Path.of("absent"));
    private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> entered = new ConcurrentHashMap<>();
    private volatile List<String> names;
    private volatile Runnable listener = () -> {};

    GatedFunctions(String... names) {
        this.names = List.of(names);
    }

    private static CountDownLatch latch(Map<String, CountDownLatch> latches, String argument) {
        return latches.computeIfAbsent(argument, unknown -> new CountDownLatch(1));
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(10, TimeUnit.SECONDS)) {
                throw new AssertionError("not within ten seconds");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void open(String argument) {
        latch(gates, argument).countDown();
    }

    void awaitEntered(String argument) {
        await(latch(entered, argument));
    }

    /** Other names from now on. */
    void become(String... others) {
        names = List.of(others);
        listener.run();
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public String execute(String name, String argumentText) throws FunctionFailedException {
        if (!name.startsWith("gated")) {
            return executor.execute(name, argumentText);
        }
        latch(entered, argumentText).countDown();
        await(latch(gates, argumentText));
        return argumentText;
    }

    @Override
    public void onChange(Runnable changed) {
        listener = changed;
    }
}
