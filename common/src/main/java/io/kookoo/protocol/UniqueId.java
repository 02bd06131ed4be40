package io.kookoo.protocol;

/** The unique that a submitter gives a job, to join it to another with the same one; empty where it gave none. */
public final class UniqueId extends WireName {
    /** The most bytes a unique may have. */
    public static final int MAX_BYTES = 64;

    /** No unique: the job is joined to no other. */
    public static final UniqueId NONE = of("");

    UniqueId(byte[] bytes) {
        super(bytes);
    }

    /** The unique that {@code text} spells in UTF-8; its length is not checked here. */
    public static UniqueId of(String text) {
        return new UniqueId(utf8(text));
    }

    /** The unique of these bytes, which are taken over and not copied; their number is not checked here. */
    public static UniqueId of(byte[] bytes) {
        return new UniqueId(bytes);
    }
}
