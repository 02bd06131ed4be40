package io.kookoo.client.net;

import io.kookoo.settings.Settings;
import io.kookoo.settings.Settings.Client.Balance;
import io.kookoo.settings.SettingsException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The servers of a client, and which of them is used where one is enough.
 *
 * @param addresses at least one, each once, in the order in which they are preferred
 * @param balance how one of them is chosen
 * @param failbackAfter how long a better server has to have answered without a break before it is used again, at least 0
 */
public record Servers(List<ServerAddress> addresses, Balance balance, Duration failbackAfter) {
    public Servers {
        addresses = List.copyOf(addresses);
        Objects.requireNonNull(balance);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("a client has at least one server");
        }
        if (new LinkedHashSet<>(addresses).size() < addresses.size()) {
            throw new IllegalArgumentException("a server is named twice: " + addresses);
        }
        if (failbackAfter.isNegative()) {
            throw new IllegalArgumentException("the time until a failback is " + failbackAfter + ", less than 0");
        }
    }

    /** One server alone. */
    public static Servers of(ServerAddress address) {
        return new Servers(List.of(address), Balance.ORDER, Duration.ZERO);
    }

    /**
     * The servers of these settings: those of {@code [Client] servers}, else the one of {@code [Server] ip} and {@code port}.
     *
     * @throws SettingsException where the port is 0, so that nobody can know it
     */
    public static Servers of(Settings settings) {
        Settings.Client client = settings.client();
        if (!client.servers().isEmpty()) {
            return new Servers(
                    client.servers().stream()
                            .map(server -> new ServerAddress(server.getHostString(), server.getPort()))
                            .toList(),
                    client.balance(),
                    client.failbackAfter());
        }
        if (settings.server().port() == 0) {
            throw new SettingsException(
                    "[Server] port = 0: the server takes a free port and logs it (listening on ...);"
                            + " give it to the client with --port");
        }
        return of(new ServerAddress(settings.server().ip(), settings.server().port()));
    }

    /** The one that is preferred. */
    public ServerAddress first() {
        return addresses.get(0);
    }

    public boolean isOne() {
        return addresses.size() == 1;
    }

    /** {@code host:port}, separated by commas. */
    @Override
    public String toString() {
        return addresses.stream().map(ServerAddress::toString).collect(Collectors.joining(","));
    }
}
