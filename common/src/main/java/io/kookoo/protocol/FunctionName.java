package io.kookoo.protocol;

/** The name of a function as CAN_DO and SUBMIT_JOB carry it. */
public final class FunctionName extends WireName {
    /** The most bytes the name of a function may have. */
    public static final int MAX_BYTES = 512;

    FunctionName(byte[] bytes) {
        super(bytes);
    }

    /** The name that {@code text} spells in UTF-8; its length is not checked here. */
    public static FunctionName of(String text) {
        return new FunctionName(utf8(text));
    }

    /** The name of these bytes, which are taken over and not copied; their number is not checked here. */
    public static FunctionName of(byte[] bytes) {
        return new FunctionName(bytes);
    }
}
