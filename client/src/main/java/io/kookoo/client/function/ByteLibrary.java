package io.kookoo.client.function;

import java.io.ByteArrayOutputStream;

/**
 * A built-in library of one function, which can run a batch's lines without making texts of them: the function, called with the text of the
 * line, and {@link #runLine} have the same results and failures.
 */
abstract class ByteLibrary implements FunctionLibrary {
    /** As {@link LineFunction#run}. */
    abstract void runLine(byte[] bytes, int from, int to, ByteArrayOutputStream results) throws FunctionFailedException;
}
