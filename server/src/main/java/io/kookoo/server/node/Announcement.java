package io.kookoo.server.node;

import io.kookoo.NodeName;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a node says of itself at the beginning of each of its connections: the option
 * {@code node=<id>;name=<name>;pid=<pid>;ping=<milliseconds>;version=<text>[;replace=1]}.
 *
 * @param id 1 to 2147483647; of all nodes of a server only one lives that has it
 * @param name as {@link NodeName} has it; others may have it as well
 * @param pid of its process
 * @param ping how often it sends something on each connection
 * @param version of its program, for people
 * @param replace whether it takes the place of another node that has the id
 */
record Announcement(int id, String name, long pid, Duration ping, String version, boolean replace) {
    /** What the option begins with. */
    static final String PREFIX = "node=";

    /** Far more than any node has to say. */
    private static final int MAX_CHARS = 1000;

    private static final long MAX_PID = 999_999_999_999_999_999L;
    private static final int MAX_PING_MILLIS = 3_600_000;
    private static final List<String> NEEDED = List.of("node", "name", "pid", "ping", "version");
    private static final Pattern VERSION = Pattern.compile("[ -:<-~]{1,64}");

    /**
     * Parts that are not known are passed over: a later node may say more.
     *
     * @throws IllegalArgumentException where it is malformed; the message is for people
     */
    static Announcement parse(String option) {
        if (option.length() > MAX_CHARS) {
            throw new IllegalArgumentException("the option node has at most " + MAX_CHARS + " characters, this one has "
                    + option.length() + "; it is node=ID;name=NAME;pid=PID;ping=MILLISECONDS;version=TEXT");
        }
        Map<String, String> parts = new HashMap<>();
        for (String part : option.split(";", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1 || parts.put(part.substring(0, equals), part.substring(equals + 1)) != null) {
                throw new IllegalArgumentException(
                        "the part \"" + part + "\" of the option node is no KEY=VALUE, or its key stands there twice");
            }
        }
        for (String key : NEEDED) {
            if (!parts.containsKey(key)) {
                throw new IllegalArgumentException("the option node has no " + key
                        + "; it is node=ID;name=NAME;pid=PID;ping=MILLISECONDS;version=TEXT");
            }
        }
        String replace = parts.getOrDefault("replace", "0");
        check(replace.matches("[01]"), "replace", replace, "1, or 0 as if it was not there");
        String name = parts.get("name");
        check(NodeName.isName(name), "name", name, NodeName.RULE);
        String version = parts.get("version");
        check(VERSION.matcher(version).matches(), "version", version, "1 to 64 printable characters of ASCII");
        return new Announcement(
                (int) number("node", parts.get("node"), Integer.MAX_VALUE),
                name,
                number("pid", parts.get("pid"), MAX_PID),
                Duration.ofMillis(number("ping", parts.get("ping"), MAX_PING_MILLIS)),
                version,
                replace.equals("1"));
    }

    private static long number(String key, String text, long most) {
        long number = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
        check(number >= 1 && number <= most, key, text, "a whole number from 1 to " + most);
        return number;
    }

    private static void check(boolean fits, String key, String value, String expected) {
        if (!fits) {
            throw new IllegalArgumentException("the option node has " + key + "=" + value + "; expected " + expected);
        }
    }

    /** How long nothing may come on a connection before it is given up. */
    Duration patience() {
        return ping.multipliedBy(3);
    }

    /** From which silence on it is late. */
    Duration lateness() {
        return ping.multipliedBy(3).dividedBy(2);
    }
}
