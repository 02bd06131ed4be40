package io.kookoo.protocol;

/** The handle of a job, {@code H:<host>:<start id>:<n>}: given by the server in JOB_CREATED, opaque to everybody else. */
public final class JobHandle extends WireName {
    /** The most bytes a handle may have. */
    public static final int MAX_BYTES = 63;

    JobHandle(byte[] bytes) {
        super(bytes);
    }

    /** The handle that {@code text} spells in UTF-8; its length is not checked here. */
    public static JobHandle of(String text) {
        return new JobHandle(utf8(text));
    }

    /** The handle of these bytes, which are taken over and not copied; their number is not checked here. */
    public static JobHandle of(byte[] bytes) {
        return new JobHandle(bytes);
    }
}
