package io.kookoo.client.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.settings.Settings;
import io.kookoo.settings.Settings.Client.Balance;
import io.kookoo.settings.SettingsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServersTest {
    private static final ServerAddress A = new ServerAddress("a", 1);

    @TempDir
    Path home;

    private Servers servers(Map<String, String> environment) {
        return Servers.of(Settings.load(home, home, environment, Map.of()));
    }

    @Test
    void shouldTakeTheListOfTheSettings() {
        Servers servers =
                servers(Map.of("KOOKOO_SERVERS", "a:1,[::1]", "KOOKOO_BALANCE", "least", "KOOKOO_FAILBACK_AFTER", "2"));
        assertEquals(
                new Servers(List.of(A, new ServerAddress("::1", 5555)), Balance.LEAST, Duration.ofSeconds(2)), servers);
        assertEquals(A, servers.first());
        assertFalse(servers.isOne());
        assertEquals("a:1,[::1]:5555", servers.toString());
    }

    @Test
    void shouldTakeTheOneServerWithoutAList() {
        Servers servers = servers(Map.of("KOOKOO_IP", "box", "KOOKOO_PORT", "7"));
        assertEquals(List.of(new ServerAddress("box", 7)), servers.addresses());
        assertTrue(servers.isOne());
        assertEquals("box:7", servers.toString());
    }

    @Test
    void shouldRefuseAPortThatNobodyKnows() {
        SettingsException refusal = assertThrows(SettingsException.class, () -> servers(Map.of("KOOKOO_PORT", "0")));
        assertTrue(refusal.getMessage().contains("give it to the client with --port"), refusal.getMessage());
    }

    @Test
    void shouldRefuseWhatIsNoListOfServers() {
        assertThrows(IllegalArgumentException.class, () -> new Servers(List.of(), Balance.ORDER, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> new Servers(List.of(A, A), Balance.ORDER, Duration.ZERO));
        assertThrows(
                IllegalArgumentException.class, () -> new Servers(List.of(A), Balance.ORDER, Duration.ofNanos(-1)));
    }
}
