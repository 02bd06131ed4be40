package io.kookoo.server.command;

/** How a token is shown: the option {@code token=...} of a packet, or the command {@code auth ...}. */
final class TokenOption {
    /** What is answered to the option: the token itself goes nowhere. */
    static final String NAME = "token";

    private static final String BEGINNING = NAME + "=";
    private static final String VERB = "auth";

    private TokenOption() {}

    static boolean is(String option) {
        return option.regionMatches(true, 0, BEGINNING, 0, BEGINNING.length());
    }

    static String token(String option) {
        return option.substring(BEGINNING.length());
    }

    static boolean isCommand(String verb) {
        return verb.equalsIgnoreCase(VERB);
    }
}
