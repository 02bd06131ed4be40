package io.kookoo.server;

import io.kookoo.log.LogEvent;
import io.kookoo.settings.Settings;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rule of where to listen: only on this machine, unless the server knows who comes, or somebody has said that it need not. */
final class Exposure {
    private static final Logger LOG = LoggerFactory.getLogger(Exposure.class);

    private Exposure() {}

    /**
     * Looks whether a server with these settings may listen there.
     *
     * @param address of the settings; one that is not resolved cannot be bound, which others will say
     * @throws Server.StartException when it may not; the message says what to do
     */
    static void check(Settings settings, InetSocketAddress address) throws Server.StartException {
        Settings.Security security = settings.security();
        if (address.isUnresolved()
                || address.getAddress().isLoopbackAddress()
                || security.requiresCertificate()
                || security.requiresToken()) {
            return;
        }
        if (!security.open()) {
            throw new Server.StartException(
                    ExitCode.SETTINGS,
                    "[Server] ip = " + settings.server().ip()
                            + ": others could reach this server, run functions and have them run,"
                            + " and it would not know who they are. Choose one: --ip 127.0.0.1, for this machine alone; TLS with"
                            + " [Security] keystore, truststore and client_auth = need; a token, in the environment"
                            + " KOOKOO_TOKEN or in [Security] token_file; or [Security] open = yes (--open) if everybody who"
                            + " reaches it may do all of that. docs/security.md says more",
                    null);
        }
        LOG.warn(LogEvent.of("open")
                .with("ip", settings.server().ip())
                .with("effect", "everybody who can reach it may run functions and have them run")
                .with("because", "[Security] open = yes")
                .toString());
    }
}
