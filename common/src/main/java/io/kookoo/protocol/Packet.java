package io.kookoo.protocol;

import java.nio.charset.StandardCharsets;

/**
 * One packet of the wire, decoded by {@link PacketReader}: its type, and its body cut into arguments and data as
 * {@link PacketType} says. Immutable; the body is not copied when it is passed on.
 */
public final class Packet implements Message {
    private final PacketType type;
    private final byte[] body;
    /** For each argument the index after its last byte. */
    private final int[] ends;

    private Packet(PacketType type, byte[] body, int[] ends) {
        this.type = type;
        this.body = body;
        this.ends = ends;
    }

    /**
     * Cuts {@code body}, which is taken over, into the arguments of {@code type}. A body on a packet without arguments is
     * ignored, and so is one NUL at the end of a packet without data: some clients send it.
     *
     * @return the packet, or null when arguments are missing
     */
    static Packet decode(PacketType type, byte[] body) {
        int count = type.arguments().size();
        int[] ends = new int[count];
        int from = 0;
        for (int i = 0; i < count; i++) {
            int end = from;
            while (end < body.length && body[end] != 0) {
                end++;
            }
            boolean last = i == count - 1 && !type.hasData();
            if (last && body.length > from) {
                end = body[body.length - 1] == 0 ? body.length - 1 : body.length;
            } else if (end == body.length && !(last && from == body.length)) {
                return null;
            }
            ends[i] = end;
            from = end + 1;
        }
        return new Packet(type, body, ends);
    }

    public PacketType type() {
        return type;
    }

    /** The whole body; not to be changed. */
    byte[] body() {
        return body;
    }

    private int start(int argument) {
        return argument == 0 ? 0 : ends[argument - 1] + 1;
    }

    private byte[] bytes(int argument) {
        int from = start(argument);
        byte[] copy = new byte[ends[argument] - from];
        System.arraycopy(body, from, copy, 0, copy.length);
        return copy;
    }

    /** The number of bytes of an argument, counted from 0. */
    public int length(int argument) {
        return ends[argument] - start(argument);
    }

    public FunctionName function(int argument) {
        return new FunctionName(bytes(argument));
    }

    /** Likewise; where the argument is that name, this very object. @param likely may be null */
    public FunctionName function(int argument, FunctionName likely) {
        return likely != null && likely.isAt(body, start(argument), ends[argument]) ? likely : function(argument);
    }

    public JobHandle handle(int argument) {
        return new JobHandle(bytes(argument));
    }

    public UniqueId unique(int argument) {
        return length(argument) == 0 ? UniqueId.NONE : new UniqueId(bytes(argument));
    }

    /** An argument as text for people. */
    public String text(int argument) {
        return WireName.decode(body, start(argument), ends[argument]);
    }

    /** An argument as a number: its leading digits, as gearmand reads it; 0 where there are none. At most 18 digits count. */
    public long number(int argument) {
        long number = 0;
        int from = start(argument);
        for (int i = from; i < ends[argument] && i < from + 18 && body[i] >= '0' && body[i] <= '9'; i++) {
            number = 10 * number + body[i] - '0';
        }
        return number;
    }

    /** The opaque data behind the arguments; empty where the type has none. Shares the body. */
    public Data data() {
        return type.hasData() ? new Data(body, dataStart(), body.length) : Data.EMPTY;
    }

    private int dataStart() {
        return ends.length == 0 ? 0 : ends[ends.length - 1] + 1;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(type.name());
        for (int i = 0; i < ends.length; i++) {
            // What an option is set to may be a token, which nobody is to see.
            String argument = new String(bytes(i), StandardCharsets.ISO_8859_1);
            text.append(i == 0 ? '(' : ',')
                    .append(type == PacketType.OPTION_REQ ? argument.split("=", 2)[0] : argument);
        }
        return text.append(ends.length == 0 ? "" : ")")
                .append(type.hasData() ? " " + data() : "")
                .toString();
    }
}
