package io.kookoo.server.access;

import io.kookoo.protocol.PacketType;
import io.kookoo.settings.Role;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** What one connection may do, and in whose name. Immutable. */
public final class Standing {
    /** Of one that may do everything and needs no name for it. */
    public static final Standing ALL = new Standing("", EnumSet.allOf(Role.class), true);

    /** Of one that has to show a token before anything else. */
    public static final Standing STRANGER = new Standing("", Set.of(), false);

    private final String name;
    private final Set<Role> roles;
    private final boolean known;
    private final boolean all;
    /** Those that it may send, so that a packet costs a look into it. */
    private final Set<PacketType> packets = EnumSet.noneOf(PacketType.class);

    private Standing(String name, Set<Role> roles, boolean known) {
        this.name = Objects.requireNonNull(name);
        this.roles = Set.copyOf(roles);
        this.known = known;
        this.all = this.roles.containsAll(EnumSet.allOf(Role.class));
        for (PacketType type : PacketType.values()) {
            if (may(Need.of(type))) {
                packets.add(type);
            }
        }
    }

    /** @param name of its certificate or token, or {@code @} and its address */
    static Standing of(String name, Set<Role> roles) {
        return new Standing(name, roles, true);
    }

    /**
     * In whose name it asks: jobs submitted in a name are one's own for all connections that have it. Empty for one that may do everything
     * and has no name, and for a stranger.
     */
    public String name() {
        return name;
    }

    /** Whether it still has to show a token. */
    public boolean isStranger() {
        return !known;
    }

    /** Whether it may do everything. */
    public boolean mayAll() {
        return all;
    }

    /** Whether the server and the jobs of others are its business. */
    public boolean isAdmin() {
        return roles.contains(Role.ADMIN);
    }

    /** Whether it may see and end a job that was submitted in that name. */
    public boolean mayHandle(String owner) {
        return isAdmin() || !name.isEmpty() && name.equals(owner);
    }

    /** Whether it may send such a packet. */
    public boolean may(PacketType type) {
        return packets.contains(type);
    }

    /** Whether it may ask for what needs that, be it at first glance: {@link Need#OWN} and {@link Need#CHANNEL} say what is looked at later. */
    public boolean may(Need need) {
        return switch (need) {
            case NOTHING -> true;
            case MEMBER, CHANNEL -> !roles.isEmpty();
            case SUBMIT -> roles.contains(Role.SUBMIT);
            case WORK -> roles.contains(Role.WORK);
            case OWN -> roles.contains(Role.SUBMIT) || isAdmin();
            case ADMIN -> isAdmin();
        };
    }
}
