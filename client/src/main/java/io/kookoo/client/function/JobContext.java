package io.kookoo.client.function;

/**
 * What a function can know of the job it runs for, and say to those who wait for it. A function gets it as a parameter of this type, wherever it
 * stands among the others; callers do not see that parameter. Stable, as {@link FunctionLibrary} is.
 *
 * <p>Belongs to one run of one job. Any thread of the function may use it until the function returns; what is said afterwards is
 * dropped. What is said blocks only while the server takes no bytes, and is lost without an error where the connection is.
 */
public interface JobContext {
    /**
     * How far the job is: WORK_STATUS, for those who wait and for everybody who asks for its status.
     *
     * @param done in the units of {@code total}; 0 or more
     * @param total 0 where it is not known
     */
    void progress(long done, long total);

    /** A part of the result, for those who wait: WORK_DATA. Parts of a run that is repeated are repeated as well. */
    void data(String text);

    /** Something that those who wait should know, and no failure: WORK_WARNING. */
    void warning(String text);

    /** Whether somebody has cancelled the job: nobody wants its result any more. The function's thread is interrupted as well, once. */
    boolean cancelled();

    /** Which run of the job this is, from 1: above that the runs before were lost, ran out of time, or failed and are repeated. */
    int attempt();

    /** The unique that the job was submitted with; empty for none. */
    String unique();
}
