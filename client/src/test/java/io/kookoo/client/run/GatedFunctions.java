package io.kookoo.client.run;

import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.client.function.FunctionFailedException;
import io.kookoo.client.function.FunctionLibrary;
import io.kookoo.client.function.JobContext;
import io.kookoo.protocol.Data;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The client's own functions and some more. {@code gated} runs until its argument is {@link #open}ed, and gives that back;
 * {@code stubborn} does the same whoever interrupts it; {@code which} tells what it knows of its job; {@code report} says a lot.
 */
final class GatedFunctions implements Functions {
    private final FunctionExecutor executor;
    private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> entered = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> interrupted = new ConcurrentHashMap<>();
    private final Map<String, JobContext> contexts = new ConcurrentHashMap<>();
    private volatile List<String> names;
    private volatile Runnable listener = () -> {};

    GatedFunctions(String... names) {
        this.names = List.of(names);
        List<FunctionLibrary> libraries = new ArrayList<>(FunctionExecutor.builtIns());
        libraries.add(new Gates());
        executor = new FunctionExecutor(libraries, Path.of("absent"));
    }

    private final class Gates implements FunctionLibrary {
        public String gated(String argument, JobContext job) throws InterruptedException {
            enter(argument, job);
            try {
                if (!latch(gates, argument).await(10, TimeUnit.SECONDS)) {
                    throw new AssertionError("not opened within ten seconds");
                }
            } catch (InterruptedException e) {
                latch(interrupted, argument).countDown();
                throw e;
            }
            return argument;
        }

        public String stubborn(String argument, JobContext job) {
            enter(argument, job);
            while (true) {
                try {
                    if (!latch(gates, argument).await(10, TimeUnit.SECONDS)) {
                        throw new AssertionError("not opened within ten seconds");
                    }
                    return argument;
                } catch (InterruptedException e) {
                    latch(interrupted, argument).countDown();
                }
            }
        }

        public String which(JobContext job) {
            return job.attempt() + " of " + job.unique();
        }

        public String report(int progresses, JobContext job) {
            for (int i = 1; i <= progresses; i++) {
                job.progress(i, progresses);
            }
            job.data("a part");
            job.warning("take care");
            return "said";
        }

        public void say_much(int bytes, JobContext job) {
            job.data("x".repeat(bytes));
        }

        private void enter(String argument, JobContext job) {
            contexts.put(argument, job);
            latch(entered, argument).countDown();
        }
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

    void awaitInterrupted(String argument) {
        await(latch(interrupted, argument));
    }

    /** What the function that was entered with this argument got. */
    JobContext context(String argument) {
        awaitEntered(argument);
        return contexts.get(argument);
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
    public String execute(String name, String argumentText, JobContext job) throws FunctionFailedException {
        return Functions.of(executor).execute(name, argumentText, job);
    }

    @Override
    public byte[] executeBatch(String name, Data workload, JobContext job, Runnable lineDone)
            throws FunctionFailedException {
        return executor.executeBatch(name, workload, job, lineDone);
    }

    @Override
    public void awaitLoaded(String name) throws FunctionFailedException {
        executor.awaitLoaded(name);
    }

    @Override
    public void onChange(Runnable changed) {
        listener = changed;
    }
}
