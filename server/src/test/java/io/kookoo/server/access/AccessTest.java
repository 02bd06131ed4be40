package io.kookoo.server.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.Secret;
import io.kookoo.server.store.SettableClock;
import io.kookoo.settings.Role;
import io.kookoo.settings.Settings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who is let in, by what they show, and how long they have to wait. */
final class AccessTest {
    private static final String HERE = "127.0.0.1";
    private static final String THERE = "10.0.0.5";
    private static final Optional<String> NOBODY = Optional.empty();

    private final SettableClock clock = new SettableClock();

    private Access access(Map<String, String> tokens, Map<String, Set<Role>> roles) {
        Map<String, Secret> secrets = new LinkedHashMap<>();
        tokens.forEach((name, token) -> secrets.put(name, new Secret(token)));
        return new Access(
                new Settings.Security(
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        Settings.Security.ClientAuth.NONE,
                        Duration.ofSeconds(10),
                        true,
                        secrets,
                        roles),
                clock);
    }

    private static void assertMay(Standing standing, String name, Set<Role> roles) {
        assertEquals(name, standing.name());
        assertFalse(standing.isStranger());
        assertEquals(roles.contains(Role.ADMIN), standing.may(Need.ADMIN), "admin");
        assertEquals(roles.contains(Role.SUBMIT), standing.may(Need.SUBMIT), "submit");
        assertEquals(roles.contains(Role.WORK), standing.may(Need.WORK), "work");
        assertEquals(!roles.isEmpty(), standing.may(Need.MEMBER), "any");
        assertTrue(standing.may(Need.NOTHING));
    }

    // ---- a token is wanted ----

    @Test
    void shouldKnowNobodyBeforeTheTokenThisMachineAndCertificatesIncluded() {
        Access access = access(Map.of("token", "secret"), Map.of());
        assertTrue(access.arriving(HERE, true, NOBODY, false).isStranger());
        assertTrue(access.arriving(THERE, false, Optional.of("ops"), false).isStranger());
        assertTrue(access.arriving(HERE, true, Optional.of("server"), true).isStranger());
        assertFalse(Standing.STRANGER.mayHandle(""));
    }

    @Test
    void shouldGiveTheRolesOfTheTokensNameAndOfTheCertificate() throws Exception {
        Access access = access(
                Map.of("ops", "o", "ci", "c", "x", "x"),
                Map.of("ops", Set.of(Role.ADMIN), "ci", Set.of(Role.SUBMIT), "box7", Set.of(Role.WORK)));
        assertMay(access.showing("o", THERE, NOBODY), "ops", Set.of(Role.ADMIN));
        assertMay(access.showing("c", HERE, NOBODY), "ci", Set.of(Role.SUBMIT));
        assertMay(access.showing("c", HERE, Optional.of("box7")), "box7", Set.of(Role.SUBMIT, Role.WORK));
        assertMay(access.showing("x", HERE, NOBODY), "x", Set.of());
    }

    @Test
    void shouldLetTheLocalClientsWorkAndNothingElse() throws Exception {
        Access access = access(Map.of("token", "secret"), Map.of());
        String token = access.localToken().orElseThrow().reveal();
        assertMay(access.showing(token, HERE, NOBODY), "local-workers", Set.of(Role.WORK));
        assertEquals(Optional.empty(), access(Map.of(), Map.of()).localToken());
    }

    @Test
    void shouldNotLetTheLocalClientsWaitForOthersOfTheirAddress() throws Exception {
        Access access = access(Map.of("token", "secret"), Map.of());
        for (int i = 0; i < 10; i++) {
            assertRefused(access, "wrong", HERE);
        }
        assertMay(
                access.showing(access.localToken().orElseThrow().reveal(), HERE, NOBODY),
                "local-workers",
                Set.of(Role.WORK));
    }

    // ---- none is wanted ----

    @Test
    void shouldLetThisMachineDoEverything() {
        assertSame(Standing.ALL, access(Map.of(), Map.of()).arriving(HERE, true, NOBODY, false));
        assertSame(Standing.ALL, access(Map.of(), Map.of("ops", Set.of())).arriving(HERE, true, NOBODY, false));
    }

    @Test
    void shouldLetOtherMachinesSubmitAndWork() {
        Access access = access(Map.of(), Map.of());
        Standing standing = access.arriving(THERE, false, NOBODY, false);
        assertMay(standing, "@" + THERE, Set.of(Role.SUBMIT, Role.WORK));
        assertTrue(standing.mayHandle("@" + THERE));
        assertFalse(standing.mayHandle("@10.0.0.6"));
        assertFalse(standing.mayHandle(""), "jobs of this machine are nobody's");
    }

    @Test
    void shouldGiveTheRolesOfTheCertificateAlsoOnThisMachine() {
        Access access = access(Map.of(), Map.of("box7", Set.of(Role.WORK), "*", Set.of(Role.SUBMIT)));
        assertMay(access.arriving(HERE, true, Optional.of("box7"), false), "box7", Set.of(Role.WORK));
        assertMay(access.arriving(THERE, false, Optional.of("stranger"), false), "stranger", Set.of(Role.SUBMIT));
        assertSame(Standing.ALL, access(Map.of(), Map.of()).arriving(THERE, false, Optional.of("box7"), false));
        assertSame(Standing.ALL, access.arriving(HERE, true, Optional.of("server"), true));
    }

    // ---- waiting ----

    private static String assertRefused(Access access, String token, String address) {
        return assertThrows(NotAdmittedException.class, () -> access.showing(token, address, NOBODY))
                .getMessage();
    }

    @Test
    void shouldLetAnAddressWaitForAMinuteAfterFiveWrongTokens() throws Exception {
        Access access = access(Map.of("token", "secret"), Map.of());
        for (int i = 0; i < 5; i++) {
            assertTrue(assertRefused(access, "wrong", THERE).startsWith("this is no token of this server"));
        }
        assertEquals(
                "after 5 wrong tokens 10.0.0.5 has to wait for 61 s before it may show another",
                assertRefused(access, "secret", THERE));
        assertSame(Standing.ALL, access.showing("secret", "10.0.0.6", NOBODY));
        clock.advance(Duration.ofMillis(59_999));
        assertRefused(access, "secret", THERE);
        clock.advance(Duration.ofMillis(1));
        assertSame(Standing.ALL, access.showing("secret", THERE, NOBODY));
        for (int i = 0; i < 5; i++) {
            assertTrue(assertRefused(access, "wrong", THERE).startsWith("this is no token"), "it may try five again");
        }
        assertTrue(assertRefused(access, "secret", THERE).startsWith("after 5 wrong tokens"));
    }

    @Test
    void shouldForgetWrongTokensAfterSomeTimeAndNotForARightOne() throws Exception {
        Access access = access(Map.of("token", "secret"), Map.of());
        for (int i = 0; i < 4; i++) {
            assertRefused(access, "wrong", THERE);
        }
        access.showing("secret", THERE, NOBODY);
        clock.advance(Duration.ofMinutes(10));
        assertRefused(access, "wrong", THERE);
        assertTrue(assertRefused(access, "secret", THERE).startsWith("after 5 wrong tokens"));

        for (int i = 0; i < 4; i++) {
            assertRefused(access, "wrong", "10.0.0.7");
        }
        clock.advance(Duration.ofMinutes(10).plusMillis(1));
        assertRefused(access, "wrong", "10.0.0.7");
        access.showing("secret", "10.0.0.7", NOBODY);
    }

    @Test
    void shouldTakeANetworkOfIpVersion6ForOneAddress() {
        Access access = access(Map.of("token", "secret"), Map.of());
        for (int i = 1; i <= 5; i++) {
            assertRefused(access, "wrong", "2001:db8:0:7::" + i);
        }
        assertTrue(assertRefused(access, "secret", "2001:db8:0:7:ffff::1").startsWith("after 5 wrong tokens"));
        assertTrue(assertRefused(access, "wrong", "2001:db8:0:8::1").startsWith("this is no token"));
    }

    @Test
    void shouldRememberABoundedNumberOfAddresses() {
        WrongTokens wrong = new WrongTokens(clock);
        for (int i = 0; i < WrongTokens.MAX_ADDRESSES + 5000; i++) {
            wrong.add("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
        }
        assertEquals(WrongTokens.MAX_ADDRESSES, wrong.size());
    }
}
