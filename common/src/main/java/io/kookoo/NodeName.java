package io.kookoo;

import java.util.regex.Pattern;

/** What a node may be called: 1 to 64 letters, digits, '.', '_' and '-', not digits alone, so that it is never taken for an id. */
public final class NodeName {
    /** The rule, for people. */
    public static final String RULE = "1 to 64 letters, digits, '.', '_' and '-', not digits alone";

    private static final int MAX_LENGTH = 64;
    private static final Pattern NAME = Pattern.compile("(?!\\d*$)[A-Za-z0-9._-]{1," + MAX_LENGTH + "}");

    private NodeName() {}

    /** Whether it may be one. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** For a node that is called as its machine is: what a name may not hold is {@code -}, and digits alone get a word before them. */
    public static String ofHost(String host) {
        String name = host.replaceAll("[^A-Za-z0-9._-]", "-");
        name = name.substring(0, Math.min(MAX_LENGTH, name.length()));
        // Digits alone are cut to fit behind the word.
        return isName(name) ? name : "host-" + name.substring(0, Math.min(MAX_LENGTH - 5, name.length()));
    }
}
