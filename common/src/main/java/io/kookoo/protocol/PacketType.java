package io.kookoo.protocol;

import java.util.List;

/**
 * The one command table of the Gearman protocol: the code of every packet, who sends it, its arguments and whether opaque
 * data follows them. Decoding, the check of arity, names in the log and counters all derive from it.
 *
 * <p>Arguments are separated by NUL; where data follows, every argument is terminated by NUL and the data may hold NULs.
 * Source: file PROTOCOL of gearmand, sections "Binary Packet", "Client Requests", "Worker Requests", "Responses"; and
 * {@code docs/protocol.md} for what differs.
 */
public enum PacketType {
    CAN_DO(1, Sender.PEER, false, "function"),
    CANT_DO(2, Sender.PEER, false, "function"),
    RESET_ABILITIES(3, Sender.PEER, false),
    PRE_SLEEP(4, Sender.PEER, false),
    UNUSED(5, Sender.NOBODY, false),
    NOOP(6, Sender.SERVER, false),
    SUBMIT_JOB(7, Sender.PEER, true, "function", "unique"),
    JOB_CREATED(8, Sender.SERVER, false, "handle"),
    GRAB_JOB(9, Sender.PEER, false),
    NO_JOB(10, Sender.SERVER, false),
    JOB_ASSIGN(11, Sender.SERVER, true, "handle", "function"),
    WORK_STATUS(12, Sender.BOTH, false, "handle", "numerator", "denominator"),
    WORK_COMPLETE(13, Sender.BOTH, true, "handle"),
    WORK_FAIL(14, Sender.BOTH, false, "handle"),
    GET_STATUS(15, Sender.PEER, false, "handle"),
    ECHO_REQ(16, Sender.PEER, true),
    ECHO_RES(17, Sender.SERVER, true),
    SUBMIT_JOB_BG(18, Sender.PEER, true, "function", "unique"),
    ERROR(19, Sender.SERVER, false, "code", "text"),
    STATUS_RES(20, Sender.SERVER, false, "handle", "known", "running", "numerator", "denominator"),
    SUBMIT_JOB_HIGH(21, Sender.PEER, true, "function", "unique"),
    SET_CLIENT_ID(22, Sender.PEER, false, "id"),
    CAN_DO_TIMEOUT(23, Sender.PEER, false, "function", "milliseconds"),
    ALL_YOURS(24, Sender.NOBODY, false),
    WORK_EXCEPTION(25, Sender.BOTH, true, "handle"),
    OPTION_REQ(26, Sender.PEER, false, "option"),
    OPTION_RES(27, Sender.SERVER, false, "option"),
    WORK_DATA(28, Sender.BOTH, true, "handle"),
    WORK_WARNING(29, Sender.BOTH, true, "handle"),
    GRAB_JOB_UNIQ(30, Sender.PEER, false),
    JOB_ASSIGN_UNIQ(31, Sender.SERVER, true, "handle", "function", "unique"),
    SUBMIT_JOB_HIGH_BG(32, Sender.PEER, true, "function", "unique"),
    SUBMIT_JOB_LOW(33, Sender.PEER, true, "function", "unique"),
    SUBMIT_JOB_LOW_BG(34, Sender.PEER, true, "function", "unique"),
    SUBMIT_JOB_SCHED(35, Sender.NOBODY, false),
    SUBMIT_JOB_EPOCH(36, Sender.PEER, true, "function", "unique", "epoch"),
    SUBMIT_REDUCE_JOB(37, Sender.PEER, true, "function", "unique", "reducer", "unused"),
    SUBMIT_REDUCE_JOB_BACKGROUND(38, Sender.PEER, true, "function", "unique", "reducer", "unused"),
    GRAB_JOB_ALL(39, Sender.PEER, false),
    JOB_ASSIGN_ALL(40, Sender.SERVER, true, "handle", "function", "unique", "reducer"),
    GET_STATUS_UNIQUE(41, Sender.PEER, false, "unique"),
    STATUS_RES_UNIQUE(42, Sender.SERVER, false, "unique", "known", "running", "numerator", "denominator", "waiting");

    /** Who may put a packet of a type on the wire. */
    private enum Sender {
        /** A client or worker, to the server. */
        PEER,
        SERVER,
        BOTH,
        /** Reserved by the protocol and sent by no one. */
        NOBODY
    }

    private static final PacketType[] BY_CODE = byCode();

    private final int code;
    private final Sender sender;
    private final boolean data;
    private final List<String> arguments;

    PacketType(int code, Sender sender, boolean data, String... arguments) {
        this.code = code;
        this.sender = sender;
        this.data = data;
        this.arguments = List.of(arguments);
    }

    /** The number on the wire, 1 to 42. */
    public int code() {
        return code;
    }

    /** Whether opaque data follows the arguments; each argument then ends with a NUL. */
    public boolean hasData() {
        return data;
    }

    /** The names of the arguments in the order of the wire, without the data; never null. */
    public List<String> arguments() {
        return arguments;
    }

    /** Whether a client or worker may send this to the server. */
    public boolean isRequest() {
        return sender == Sender.PEER || sender == Sender.BOTH;
    }

    /** Whether the server may send this to a client or worker. */
    public boolean isResponse() {
        return sender == Sender.SERVER || sender == Sender.BOTH;
    }

    /** The type with that number on the wire, or null where the protocol has none: 0, negative, 43 and above. */
    public static PacketType ofCode(int code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    private static PacketType[] byCode() {
        PacketType[] types = new PacketType[values().length + 1];
        for (PacketType type : values()) {
            types[type.code] = type;
        }
        return types;
    }
}
