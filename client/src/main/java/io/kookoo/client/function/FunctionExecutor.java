package io.kookoo.client.function;

import io.kookoo.HostName;
import io.kookoo.call.BatchLines;
import io.kookoo.call.CallSyntaxException;
import io.kookoo.call.FunctionCall;
import io.kookoo.log.LogEvent;
import io.kookoo.protocol.Data;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs functions by name: finds the method among the libraries, turns the argument text into its parameters and its result into text.
 * The libraries are those built in and those of the folder functions/, which may be absent; see {@link FunctionLibrary} for what a
 * library is, {@link FunctionCall} for the grammar of arguments.
 *
 * <p>Names are found without regard to case and underscores. Two functions of different libraries that are then alike are refused
 * with a message that names both; a built-in one wins.
 *
 * <p>Thread-safe. Functions run in the thread that calls {@link #execute}, any number at once, and never under a lock of this class.
 * A call uses the libraries of the moment it begins, whatever changes meanwhile.
 */
public final class FunctionExecutor implements AutoCloseable {
    /** What stands for whole calls where the name of a function is expected; no library can have a function of this name. */
    public static final String CALL = "call";

    private static final Logger log = LoggerFactory.getLogger(FunctionExecutor.class);
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);
    /** How long after {@link #watch} a call of an unknown function may wait for the folder's first loading. */
    private static final Duration FIRST_LOAD_WAIT = Duration.ofSeconds(10);
    /** For a call that is no job: nobody waits for more than its result. */
    private static final JobContext NO_JOB = new JobContext() {
        @Override
        public void progress(long done, long total) {}

        @Override
        public void data(String text) {}

        @Override
        public void warning(String text) {}

        @Override
        public boolean cancelled() {
            return false;
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public String unique() {
            return "";
        }
    };

    /** Read once, and only where it is needed: it may take a while. */
    private static final class Id {
        static final String TEXT = HostName.withPid(ProcessHandle.current().pid());
    }

    private final List<Library> builtIns;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    /** Open once a watching executor has looked at the folder for the first time, or is closed. */
    private final CountDownLatch firstLoaded = new CountDownLatch(1);
    /** Held while the folder is read and compiled; guards {@link #folder}, {@link #unfinished} and writes of the volatile fields. */
    private final ReentrantLock refreshing = new ReentrantLock();

    private final FunctionFolder folder;
    /** Names of those that are offered; empty for all. */
    private final List<String> allowed;
    /** Whether the last refresh was broken off, or there was none yet: the folder may know what the table does not. */
    private boolean unfinished = true;
    /** Whether the watching thread has been started, and then when. */
    private volatile boolean watching;

    private volatile long watchingSinceNanos;

    private volatile FunctionTable table;
    private volatile List<String> problems = List.of();

    /**
     * Offers the built-in functions. The folder is not looked at before {@link #refresh} or {@link #watch}.
     *
     * @param builtIns such as {@link #builtIns()}
     * @param functionsFolder for sources and jars; need not exist
     */
    public FunctionExecutor(List<? extends FunctionLibrary> builtIns, Path functionsFolder) {
        this(builtIns, functionsFolder, functionsFolder, List.of());
    }

    /**
     * The same with some functions alone. No other can be run here, whoever asks.
     *
     * @param home of the program: a folder below it is used only if neither it nor a folder between them can be written by others
     * @param allowed names of functions, in any case, with or without underscores; empty for all
     */
    public FunctionExecutor(
            List<? extends FunctionLibrary> builtIns, Path functionsFolder, Path home, List<String> allowed) {
        this.builtIns = builtIns.stream().map(Library::builtIn).toList();
        this.folder = new FunctionFolder(functionsFolder, home);
        this.allowed = List.copyOf(allowed);
        this.table = FunctionTable.of(this.builtIns, this.allowed);
        report(table.problems());
    }

    /** New instances of the libraries that every client has. */
    public static List<FunctionLibrary> builtIns() {
        return List.of(new Text(), new Arithmetic(), new Calculation(), new Machine(), new Disk(), new Processes());
    }

    /**
     * Runs a function and returns its result as text, empty for {@code null} and void. Blocks as long as the function does.
     *
     * <p>Whatever the function throws becomes a {@link FunctionFailedException}, a stack overflow and OutOfMemoryError included; only
     * other errors of the virtual machine, and the death of this thread, are thrown on. If the function threw InterruptedException, the thread's interrupt
     * status is set again: the owner of the thread clears it before the next call. A function that calls {@code System.exit} is not held back.
     *
     * <p>While the folder is loaded for the first time after {@link #watch}, a function that is not there may be about to come: the
     * call waits for it, at most until ten seconds after the watching began.
     *
     * @param functionName in any case, with or without underscores
     * @param argumentText an argument list such as {@code 1,2}; blank for none
     * @param job what the function gets where it asks for it
     */
    public String execute(String functionName, String argumentText, JobContext job) throws FunctionFailedException {
        return execute(find(functionName), argumentText, job);
    }

    private static String execute(LibraryFunction function, String argumentText, JobContext job)
            throws FunctionFailedException {
        String name = function.name();
        try {
            List<Object> arguments = function.arguments(argumentText);
            return text(function.choose(arguments).call(arguments, job));
        } catch (FunctionFailedException e) {
            throw e;
        } catch (CallSyntaxException e) {
            throw new FunctionFailedException(
                    name + ": arguments not understood at column " + e.column() + ": " + e.reason(), e);
        } catch (Throwable thrown) {
            throw failure(name, thrown);
        }
    }

    /** Likewise for a call that is no job: what the function says before its result is dropped. */
    public String execute(String functionName, String argumentText) throws FunctionFailedException {
        return execute(functionName, argumentText, NO_JOB);
    }

    /** Runs a whole call, such as {@code add(1,2)}; else as {@link #execute}. */
    public String executeCall(String call, JobContext job) throws FunctionFailedException {
        FunctionCall parsed;
        try {
            parsed = FunctionCall.parse(call);
        } catch (CallSyntaxException e) {
            throw new FunctionFailedException("call not understood at column " + e.column() + ": " + e.reason(), e);
        }
        return execute(parsed.name(), parsed.argumentText(), job);
    }

    /**
     * Runs a function on each line of a batch, as {@link #execute} would, and returns a line of result for each; {@link BatchLines} has the format.
     * A line that fails, whatever it dies of, is a failure of its own. Blocks as long as the lines take.
     *
     * @param functionName without the {@code []}; {@value #CALL} for lines that are whole calls
     * @param lineDone run after each line, in this thread; throws nothing
     * @throws FunctionFailedException if there is no such function, or once the job is cancelled; this thread is left interrupted then
     */
    public byte[] executeBatch(String functionName, Data workload, JobContext job, Runnable lineDone)
            throws FunctionFailedException {
        return new BatchRun(functionName, lineFunction(functionName, job), job, lineDone).run(workload);
    }

    private LineFunction lineFunction(String functionName, JobContext job) throws FunctionFailedException {
        if (functionName.equals(CALL)) {
            return LineFunction.of(line -> executeCall(line, job));
        }
        LibraryFunction function = find(functionName);
        return function.library().instance() instanceof ByteLibrary library
                ? library::runLine
                : LineFunction.of(line -> execute(function, line, job));
    }

    /**
     * Waits, as {@link #execute} does, while the function is not there and may be about to come; blocks. For those who measure what the
     * function takes.
     */
    public void awaitLoaded(String functionName) throws FunctionFailedException {
        if (watching && table.find(functionName) == null) {
            awaitFirstLoad(functionName);
        }
    }

    private LibraryFunction find(String functionName) throws FunctionFailedException {
        LibraryFunction function = table.find(functionName);
        if (function == null && watching) {
            awaitFirstLoad(functionName);
            function = table.find(functionName);
        }
        if (function == null) {
            throw new FunctionFailedException("no such function: " + functionName + ", at the worker " + Id.TEXT
                    + "; `client.jar functions` lists those it has");
        }
        return function;
    }

    private void awaitFirstLoad(String functionName) throws FunctionFailedException {
        long left = FIRST_LOAD_WAIT.toNanos() - (System.nanoTime() - watchingSinceNanos);
        try {
            if (firstLoaded.getCount() > 0 && !firstLoaded.await(left, TimeUnit.NANOSECONDS)) {
                log.debug("{}", LogEvent.of("functions_still_loading").with("wanted", functionName));
            }
        } catch (InterruptedException e) {
            throw failure(functionName, e);
        }
    }

    private static String text(Object result) {
        if (result == null) {
            return "";
        }
        if (result instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (result instanceof List || result instanceof Object[]) {
            return FunctionCall.print(result);
        }
        return String.valueOf(result.toString());
    }

    /** What becomes of anything that a function has thrown, unless no program can go on after it: that is thrown on. */
    static FunctionFailedException failure(String name, Throwable thrown) {
        rethrowIfFatal(thrown);
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return new FunctionFailedException(name + " was interrupted", thrown);
        }
        String type = thrown.getClass().getSimpleName();
        if (thrown instanceof StackOverflowError) {
            return new FunctionFailedException(name + " failed: its calls are nested too deep (" + type + ")", thrown);
        }
        if (thrown instanceof OutOfMemoryError) {
            return new FunctionFailedException(
                    name + " failed: out of memory (" + type + ": " + thrown.getMessage() + ")", thrown);
        }
        String message;
        try {
            message = thrown.getMessage();
        } catch (RuntimeException e) {
            message = null;
        }
        if (type.isEmpty()) {
            type = thrown.getClass().getName();
        }
        return new FunctionFailedException(
                name + " failed: " + (message == null || message.isBlank() ? type : message + " (" + type + ")"),
                thrown);
    }

    /** Throws on what no program can go on after: anything wrong with the virtual machine, and the death of the thread itself. */
    private static void rethrowIfFatal(Throwable thrown) {
        boolean dead = thrown instanceof VirtualMachineError
                && !(thrown instanceof StackOverflowError)
                && !(thrown instanceof OutOfMemoryError);
        // By name, since later versions of Java are to be without the class.
        if (dead || thrown.getClass().getName().equals("java.lang.ThreadDeath")) {
            throw (Error) thrown;
        }
    }

    /** The names to announce, sorted, as the libraries give them. */
    public List<String> names() {
        return table.names();
    }

    /** What can be called, sorted by name and signature: one for each overload. */
    public List<FunctionDescription> functions() {
        return table.descriptions();
    }

    /**
     * What is wrong with the folder and its files now, a line each, such as {@code Words.java:7:16: ';' expected}. Each was logged
     * once as an error when it came up.
     */
    public List<String> problems() {
        return problems;
    }

    /**
     * Has this run after the set of names has changed, in the thread that noticed, without a lock held. What it throws is logged.
     * A listener reads {@link #names} itself; two changes in quick succession may both find the second state.
     */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * Loads what has been added to the folder or changed, and drops what has been removed. A file has changed if its time of
     * modification, size or identity has. Blocks while sources compile; calls in other threads go on.
     */
    public void refresh() {
        boolean namesChanged;
        refreshing.lock();
        try {
            boolean resumed = unfinished;
            unfinished = true;
            if (!folder.refresh() && !resumed) {
                unfinished = false;
                return;
            }
            List<Library> libraries = new ArrayList<>(builtIns);
            libraries.addAll(folder.libraries());
            FunctionTable next = FunctionTable.of(libraries, allowed);
            List<String> wrong = new ArrayList<>(folder.problems());
            wrong.addAll(next.problems());
            next.missing()
                    .forEach(name -> wrong.add("[Client] functions has " + name
                            + ", and there is no such function; take it out, or add one"));
            report(wrong);
            List<String> before = table.names();
            List<String> after = next.names();
            namesChanged = !after.equals(before);
            table = next;
            unfinished = false;
            if (namesChanged) {
                log.info(
                        "{}",
                        LogEvent.of("functions_changed")
                                .with("added", without(after, before))
                                .with("removed", without(before, after)));
            }
        } finally {
            refreshing.unlock();
        }
        if (namesChanged) {
            for (Runnable listener : listeners) {
                try {
                    listener.run();
                } catch (RuntimeException | Error e) {
                    log.error("functions_listener_failed", e);
                }
            }
        }
    }

    private static String without(List<String> names, List<String> others) {
        return names.stream().filter(name -> !others.contains(name)).collect(Collectors.joining(","));
    }

    private void report(List<String> wrong) {
        for (String problem : wrong) {
            if (!problems.contains(problem)) {
                log.error("{}", LogEvent.of("function_refused").with("reason", problem));
            }
        }
        problems = List.copyOf(wrong);
    }

    /**
     * Starts the daemon thread {@code kookoo-functions}, which calls {@link #refresh} at once and then each second until
     * {@link #close}; once. Does not wait for it: a library may take its time to be created, or never be done.
     */
    public void watch() {
        refreshing.lock();
        try {
            if (watching) {
                throw new IllegalStateException("functions/ is being watched already");
            }
            watchingSinceNanos = System.nanoTime();
            watching = true;
            Thread watcher = new Thread(this::watchUntilClosed, "kookoo-functions");
            watcher.setDaemon(true);
            watcher.start();
        } finally {
            refreshing.unlock();
        }
    }

    private void watchUntilClosed() {
        String lastFailure = null;
        try {
            do {
                try {
                    refresh();
                } catch (Throwable e) {
                    // Whatever it is, later changes are to be noticed. Logged once, not each second.
                    if (!e.toString().equals(lastFailure)) {
                        log.error("functions_refresh_failed", e);
                    }
                    lastFailure = e.toString();
                }
                firstLoaded.countDown();
            } while (!closed.await(WATCH_INTERVAL.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            log.debug("functions_watch_interrupted");
        }
    }

    /** Ends the watching; a source that is just being compiled is compiled to its end. Functions can still be called. */
    @Override
    public void close() {
        closed.countDown();
        firstLoaded.countDown();
    }
}
