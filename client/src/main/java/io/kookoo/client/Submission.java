package io.kookoo.client;

import io.kookoo.protocol.Data;
import io.kookoo.protocol.FunctionName;
import io.kookoo.protocol.Priority;
import io.kookoo.protocol.UniqueId;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What is asked for with a job: a function, its workload, and how. Immutable: each method that sets something returns another
 * submission. May be submitted any number of times.
 *
 * <pre>{@code
 * Submission.of("resize", "\"holiday.png\", 640")
 *         .unique("holiday.png")
 *         .priority(Priority.HIGH)
 *         .onProgress((done, total) -> System.out.println(done + " of " + total))
 * }</pre>
 *
 * <p>Listeners are run by the reading thread of the connection, in the order in which the worker spoke: they must not block; what
 * they throw is logged, and does nothing to the job. A job that joined another through its unique hears what is said from then on.
 */
public final class Submission {
    /** How far a job is, in the units of its worker; {@code total} is 0 where it is not known. */
    @FunctionalInterface
    public interface ProgressListener {
        void progress(long done, long total);
    }

    private static final int MAX_NAME_BYTES = FunctionName.MAX_BYTES;

    private final FunctionName function;
    private final Data workload;
    private final UniqueId unique;
    private final Priority priority;
    private final ProgressListener progress;
    private final Consumer<Data> data;
    private final Consumer<String> warning;

    private Submission(
            FunctionName function,
            Data workload,
            UniqueId unique,
            Priority priority,
            ProgressListener progress,
            Consumer<Data> data,
            Consumer<String> warning) {
        this.function = function;
        this.workload = workload;
        this.unique = unique;
        this.priority = priority;
        this.progress = progress;
        this.data = data;
        this.warning = warning;
    }

    /**
     * Of normal priority, without a unique or listeners.
     *
     * @param function 1 to 512 bytes in UTF-8
     * @param arguments the argument list of a function of Kookoo, such as {@code 1,2}; any text where another worker takes it
     * @throws IllegalArgumentException for a name that is too long, empty, or has a NUL
     */
    public static Submission of(String function, String arguments) {
        return of(FunctionName.of(function), Data.of(arguments));
    }

    /** The same with a workload of bytes, which are not copied: nobody may change them any more. */
    public static Submission of(String function, byte[] workload) {
        return of(FunctionName.of(function), new Data(workload, 0, workload.length));
    }

    /** The same with what stands on the wire. */
    public static Submission of(FunctionName function, Data workload) {
        Objects.requireNonNull(workload);
        if (function.isEmpty()
                || function.length() > MAX_NAME_BYTES
                || function.text().indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the name of a function has 1 to " + MAX_NAME_BYTES
                    + " bytes and no NUL; this one has " + function.length() + ": \"" + function + "\"");
        }
        return new Submission(function, workload, UniqueId.NONE, Priority.NORMAL, null, null, null);
    }

    /**
     * Joins another job of the function that has this unique and has not ended, instead of being run as well.
     *
     * @param text up to 64 bytes in UTF-8; empty joins none; {@code -} stands for the workload itself
     */
    public Submission unique(String text) {
        UniqueId given = UniqueId.of(text);
        if (given.length() > UniqueId.MAX_BYTES || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a unique has at most " + UniqueId.MAX_BYTES
                    + " bytes and no NUL; this one has " + given.length() + ": \"" + given + "\"");
        }
        return new Submission(function, workload, given, priority, progress, data, warning);
    }

    /** Before which others it is run, of those that wait at the server. */
    public Submission priority(Priority given) {
        return new Submission(function, workload, unique, Objects.requireNonNull(given), progress, data, warning);
    }

    /** Hears of each WORK_STATUS. */
    public Submission onProgress(ProgressListener listener) {
        return new Submission(function, workload, unique, priority, listener, data, warning);
    }

    /**
     * Gets each part of the result that is sent ahead of its end (WORK_DATA). Such parts then do not stand in the result; without this
     * the result is all of them and the end, joined. Nothing says where another run begins: when a worker is lost and the job
     * runs again, the parts that its first run had sent come again, and stand twice in a joined result.
     */
    public Submission onData(Consumer<Data> listener) {
        return new Submission(function, workload, unique, priority, progress, listener, warning);
    }

    /** Hears of each WORK_WARNING. */
    public Submission onWarning(Consumer<String> listener) {
        return new Submission(function, workload, unique, priority, progress, data, listener);
    }

    FunctionName function() {
        return function;
    }

    Data workload() {
        return workload;
    }

    UniqueId unique() {
        return unique;
    }

    Priority priority() {
        return priority;
    }

    /** Null where nobody listens, as with those below. */
    ProgressListener progress() {
        return progress;
    }

    Consumer<Data> data() {
        return data;
    }

    Consumer<String> warning() {
        return warning;
    }

    @Override
    public String toString() {
        return function + "(" + workload + ")";
    }
}
