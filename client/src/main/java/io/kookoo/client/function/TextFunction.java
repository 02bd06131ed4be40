package io.kookoo.client.function;

/** A function as a piece of code. Called from several threads at once. Stable, as {@link FunctionLibrary} is. */
@FunctionalInterface
public interface TextFunction {
    /**
     * Runs for one job, or for one line of a batch; blocks as long as it takes.
     *
     * @param arguments as they are written, whatever they are; {@link io.kookoo.call.FunctionCall#parseArguments} reads an argument list
     * @param job what can be known of the job and said to those who wait for it
     * @return the result; null is empty
     * @throws Exception fails the job, or the line, with its message
     */
    @Function(raw = true)
    String run(String arguments, JobContext job) throws Exception;
}
