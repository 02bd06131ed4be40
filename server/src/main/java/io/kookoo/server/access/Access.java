package io.kookoo.server.access;

import io.kookoo.Secret;
import io.kookoo.server.time.Clock;
import io.kookoo.settings.Role;
import io.kookoo.settings.Settings;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may do what on this server, by what they have shown:
 *
 * <pre>
 *   where a token is configured   nothing until one was shown; then what [Access] says of its name
 *   a certificate                 what [Access] says of its name; with a token as well, both
 *   the server's own certificate  everything, where no token is configured
 *   neither, from this machine    everything
 *   neither, from elsewhere       submit and work
 * </pre>
 *
 * Without a section [Access] whoever has shown something may do everything. Thread-safe; blocks on nothing.
 */
public final class Access {
    /** The name of the server's own local clients, who show a token that only they and the server know. */
    static final String LOCAL_WORKERS = "local-workers";

    private static final Set<Role> OF_STRANGERS = EnumSet.of(Role.SUBMIT, Role.WORK);

    private final Map<String, Secret> tokens;
    private final Map<String, Set<Role>> roles;
    private final Optional<Secret> localToken;
    private final WrongTokens wrongTokens;

    public Access(Settings.Security settings, Clock clock) {
        this.tokens = settings.tokens();
        this.roles = settings.roles();
        this.localToken = settings.requiresToken() ? Optional.of(Secret.random()) : Optional.empty();
        this.wrongTokens = new WrongTokens(clock);
    }

    /** The token for the server's own local clients, which is good for the role work; empty where nobody needs one. */
    public Optional<Secret> localToken() {
        return localToken;
    }

    /**
     * Of a connection that has just come.
     *
     * @param loopback whether it came by the loopback address of this machine
     * @param commonName of the certificate that it has shown and that was verified
     * @param ownPeer whether that is the server's own: whoever has its key is where the server is
     */
    public Standing arriving(String address, boolean loopback, Optional<String> commonName, boolean ownPeer) {
        if (localToken.isPresent()) {
            return Standing.STRANGER;
        }
        if (ownPeer) {
            return Standing.ALL;
        }
        if (commonName.isPresent()) {
            return standing(commonName.get(), rolesOf(commonName.get()));
        }
        return loopback ? Standing.ALL : Standing.of("@" + address, OF_STRANGERS);
    }

    /**
     * Of a connection that has shown a token.
     *
     * @throws NotAdmittedException where it is none of this server's, or the address has to wait before it may show another
     */
    public Standing showing(String token, String address, Optional<String> commonName) throws NotAdmittedException {
        // First, and whoever waits: nobody guesses it, and others at this address must not keep the local clients out.
        if (localToken.isPresent() && localToken.get().matches(token)) {
            return Standing.of(LOCAL_WORKERS, Set.of(Role.WORK));
        }
        String name = nameOf(token, address);
        Set<Role> granted = EnumSet.noneOf(Role.class);
        granted.addAll(rolesOf(name));
        commonName.ifPresent(common -> granted.addAll(rolesOf(common)));
        return standing(commonName.orElse(name), granted);
    }

    /** Where everybody may do everything, nobody asks whose a job is. */
    private Standing standing(String name, Set<Role> granted) {
        return roles.isEmpty() ? Standing.ALL : Standing.of(name, granted);
    }

    private String nameOf(String token, String address) throws NotAdmittedException {
        String name = null;
        // One at a time: several at once could try more than they may before the first is counted.
        synchronized (wrongTokens) {
            Duration wait = wrongTokens.wait(address);
            if (!wait.isZero()) {
                throw new NotAdmittedException("after " + WrongTokens.FREE + " wrong tokens " + address
                        + " has to wait for " + (wait.toSeconds() + 1) + " s before it may show another");
            }
            for (Map.Entry<String, Secret> each : tokens.entrySet()) {
                // All of them, so that the time does not say which.
                if (each.getValue().matches(token)) {
                    name = each.getKey();
                }
            }
            if (name == null) {
                wrongTokens.add(address);
            }
        }
        if (name == null) {
            throw new NotAdmittedException(
                    "this is no token of this server, which has them from its KOOKOO_TOKEN or [Security] token_file");
        }
        return name;
    }

    private Set<Role> rolesOf(String name) {
        if (roles.isEmpty()) {
            return EnumSet.allOf(Role.class);
        }
        Set<Role> named = roles.get(name);
        return named != null ? named : roles.getOrDefault(Settings.Security.EVERYBODY_ELSE, Set.of());
    }
}
