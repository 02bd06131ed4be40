package io.kookoo;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Objects;

/**
 * A token that nobody is to see: it prints as {@value #MASK}, and is compared in a time that says nothing of it. Immutable.
 */
public final class Secret {
    /** What stands for it wherever people look. */
    public static final String MASK = "***";

    private static final int RANDOM_BYTES = 32;

    private final String text;

    /** @param text as it is sent; not empty */
    public Secret(String text) {
        this.text = Objects.requireNonNull(text);
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a token has at least one character");
        }
    }

    /** One that nobody can guess. */
    public static Secret random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** The token itself: for whoever sends it, and for nobody else. */
    public String reveal() {
        return text;
    }

    /** Whether it is this one. Takes as long whatever the two have in common. */
    public boolean matches(String other) {
        return MessageDigest.isEqual(digest(text), digest(other));
    }

    /** Of one length for all, so that not even the length is told by the time. */
    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** {@value #MASK}. */
    @Override
    public String toString() {
        return MASK;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && matches(secret.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
