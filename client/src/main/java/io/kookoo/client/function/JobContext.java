package io.kookoo.client.function;

/**
 * What a function can know of the job it runs for, and say to those who wait for it. A function gets it as a parameter of this type, wherever it
 * stands among the others; callers do not see that parameter. Stable, as {@link FunctionLibrary} is.
 *
 * <p>Belongs to one run of one job. Any thread of the function may use it until the function returns; what is said afterwards is
 * dropped. What is said blocks only while the server takes no bytes, and is lost without an error where the connection is. In a batch
 * each line's function has the context of the whole job; there progress and data are dropped, since they could not be told from those
 * of other lines.
 */
public interface JobContext {
    /**
     * How far the job is: WORK_STATUS, for those who wait and for everybody who asks for its status. May be called as often as it suits the
     * function: ten times a second at most the latest is sent, and the last one in any case before the job ends.
     *
     * @param done in the units of {@code total}; 0 or more
     * @param total 0 where it is not known
     * @throws IllegalArgumentException for a number below 0
     */
    void progress(long done, long total);

    /**
     * A part of the result, for those who wait: WORK_DATA, each sent as it comes. Parts of a run that is repeated are repeated as well.
     *
     * @throws IllegalArgumentException if it does not fit into a packet ({@code [Server] max_packet})
     */
    void data(String text);

    /** Something that those who wait should know, and no failure: WORK_WARNING; otherwise as {@link #data}. */
    void warning(String text);

    /**
     * Whether nobody wants the result any more: somebody has cancelled the job, or it has run past its time limit. The function's thread
     * is interrupted as well, once.
     */
    boolean cancelled();

    /**
     * Which run of the job this is, from 1: above that the runs before were lost, ran out of time, or failed and
     * are repeated. Always 1 with a server that does not tell its workers, such as gearmand.
     */
    int attempt();

    /** The unique that the job was submitted with; empty for none. */
    String unique();
}
