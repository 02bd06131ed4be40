package io.kookoo.server.access;

import io.kookoo.protocol.PacketType;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a request needs: the one table of packets, options and text commands. {@code docs/security.md} is made from it. */
public enum Need {
    /** Nothing, not even a token. */
    NOTHING("nothing"),
    /** Any role. */
    MEMBER("any role"),
    /** {@link io.kookoo.settings.Role#SUBMIT}. */
    SUBMIT("the role submit"),
    /** {@link io.kookoo.settings.Role#WORK}. */
    WORK("the role work"),
    /** For one's own jobs submit, for those of others admin: whose it is shows when the job is looked up. */
    OWN("the role submit for one's own jobs, and admin for those of others"),
    /** Any role, and for the channels to which the server writes admin. */
    CHANNEL("any role, and admin for a channel of the server itself"),
    /** {@link io.kookoo.settings.Role#ADMIN}. */
    ADMIN("the role admin");

    private static final Map<String, Need> VERBS = verbs();

    private static final Map<String, Need> OPTIONS =
            Map.of("catalog", WORK, "cancel", WORK, "attempt", WORK, "control", WORK, "node", WORK);

    private final String words;

    Need(String words) {
        this.words = words;
    }

    /** How people are told: it ends the sentence "this needs ...". */
    public String words() {
        return words;
    }

    /** Of a packet; those that no peer may send are answered so by whoever hears them. */
    public static Need of(PacketType type) {
        return switch (type) {
            case ECHO_REQ -> NOTHING;
            case SET_CLIENT_ID, OPTION_REQ, GET_STATUS, GET_STATUS_UNIQUE -> MEMBER;
            case SUBMIT_JOB,
                    SUBMIT_JOB_BG,
                    SUBMIT_JOB_HIGH,
                    SUBMIT_JOB_HIGH_BG,
                    SUBMIT_JOB_LOW,
                    SUBMIT_JOB_LOW_BG,
                    SUBMIT_JOB_EPOCH,
                    SUBMIT_JOB_SCHED,
                    SUBMIT_REDUCE_JOB,
                    SUBMIT_REDUCE_JOB_BACKGROUND -> SUBMIT;
            case CAN_DO,
                    CAN_DO_TIMEOUT,
                    CANT_DO,
                    RESET_ABILITIES,
                    PRE_SLEEP,
                    GRAB_JOB,
                    GRAB_JOB_UNIQ,
                    GRAB_JOB_ALL,
                    ALL_YOURS,
                    WORK_STATUS,
                    WORK_COMPLETE,
                    WORK_FAIL,
                    WORK_EXCEPTION,
                    WORK_DATA,
                    WORK_WARNING -> WORK;
            case UNUSED,
                    NOOP,
                    JOB_CREATED,
                    NO_JOB,
                    JOB_ASSIGN,
                    ECHO_RES,
                    ERROR,
                    STATUS_RES,
                    OPTION_RES,
                    JOB_ASSIGN_UNIQ,
                    JOB_ASSIGN_ALL,
                    STATUS_RES_UNIQUE -> ADMIN;
        };
    }

    /** Of an option, as OPTION_REQ names it. */
    public static Need ofOption(String option) {
        String name = option.split("[=;]", 2)[0].toLowerCase(Locale.ROOT);
        return OPTIONS.getOrDefault(name, MEMBER);
    }

    /** Of a text command; empty where there is none of that verb. */
    public static Optional<Need> ofVerb(String verb) {
        return Optional.ofNullable(VERBS.get(verb.toLowerCase(Locale.ROOT)));
    }

    /** All text commands, in the order of the alphabet. */
    public static Map<String, Need> ofVerbs() {
        return VERBS;
    }

    private static Map<String, Need> verbs() {
        Map<String, Need> verbs = new TreeMap<>();
        put(verbs, NOTHING, "version", "help", "auth", "quit", "exit");
        put(verbs, MEMBER, "getpid", "verbose", "status", "prioritystatus", "workers", "show", "clients", "nodes");
        put(verbs, MEMBER, "name", "channels", "listchannels", "create", "createchannel", "unsubscribe");
        put(verbs, MEMBER, "publish", "publish_message", "tell");
        put(verbs, CHANNEL, "subscribe", "history");
        put(verbs, OWN, "cancel", "result", "jobs");
        put(verbs, ADMIN, "shutdown", "drop", "maxqueue", "purge", "retry", "backup", "report");
        put(verbs, ADMIN, "quiet", "resume", "stop");
        return java.util.Collections.unmodifiableMap(verbs);
    }

    private static void put(Map<String, Need> verbs, Need need, String... names) {
        for (String name : names) {
            verbs.put(name, need);
        }
    }
}
