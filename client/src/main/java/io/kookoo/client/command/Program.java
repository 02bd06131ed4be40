package io.kookoo.client.command;

import io.kookoo.client.Kookoo;
import io.kookoo.client.function.FunctionExecutor;
import io.kookoo.client.net.CannotConnectException;
import io.kookoo.client.net.ConnectionLimits;
import io.kookoo.client.net.Credentials;
import io.kookoo.client.net.Failover;
import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.client.net.Servers;
import io.kookoo.client.net.Token;
import io.kookoo.settings.Settings;
import io.kookoo.settings.Settings.Client.Balance;
import io.kookoo.settings.SettingsException;
import io.kookoo.tls.Tls;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What the commands have in common: the streams, the settings, and a connection to the server.
 *
 * @param options filled in by the parser before a command runs
 * @param environment as {@link System#getenv()} gives it
 */
record Program(
        Console console,
        CommonOptions options,
        Map<String, String> environment,
        Path currentFolder,
        Path jarFolder,
        ProcessEnd process) {

    /** The settings, with what was given on the command line. */
    Settings settings() {
        return settings(Map.of());
    }

    /** @param more options of one command, by their long names without dashes */
    Settings settings(Map<String, String> more) {
        return settings(more, Map.of());
    }

    /**
     * The same.
     *
     * @param bareNames names of the environment that a command takes besides our own, see {@link Settings}
     */
    Settings settings(Map<String, String> more, Map<String, String> bareNames) {
        Map<String, String> given = options.given();
        given.putAll(more);
        return Settings.load(currentFolder, jarFolder, environment, given, bareNames);
    }

    /** Where the server of these settings listens; of several the first that answers, which is looked for; blocks. */
    static ServerAddress address(Settings settings) throws IOException {
        Servers servers = Servers.of(settings);
        if (servers.isOne()) {
            return servers.first();
        }
        try (ServerConnection connection = connect(settings)) {
            return connection.address();
        }
    }

    static ConnectionLimits limits(Settings settings) {
        return new ConnectionLimits(
                        ConnectionLimits.CONNECT_TIMEOUT,
                        settings.client().pingInterval(),
                        settings.client().pingTimeout(),
                        settings.server().maxPacketBytes(),
                        settings.server().maxLineBytes())
                .with(credentials(settings.security()));
    }

    /** What this client can run, and may. The folder of functions is not looked at yet. */
    static FunctionExecutor executor(Settings settings) {
        return new FunctionExecutor(
                FunctionExecutor.builtIns(),
                settings.client().functionsDir(),
                settings.home(),
                settings.client().functions());
    }

    private static Credentials credentials(Settings.Security security) {
        if (!security.tls()) {
            return new Credentials(Optional.empty(), security.token().map(Token::new));
        }
        try {
            Tls tls = Tls.ofClient(security.keystore(), security.truststore());
            return new Credentials(Optional.of(tls), security.token().map(Token::new));
        } catch (IOException e) {
            throw new SettingsException(e.getMessage());
        }
    }

    /** Likewise, for a client that the server has started: it knows that server by the certificate in the files of both. */
    static ConnectionLimits limitsOfLocal(Settings settings) {
        ConnectionLimits limits = limits(settings);
        Credentials credentials = limits.credentials();
        if (credentials.tls().isEmpty()) {
            return limits;
        }
        try {
            Tls tls = credentials.tls().get().ofLocalClient();
            return limits.with(new Credentials(Optional.of(tls), credentials.token()));
        } catch (IOException e) {
            throw new SettingsException(e.getMessage());
        }
    }

    /**
     * A connection for one command, of several servers to the first that answers; blocks. The thread that watches over it ends with the
     * program.
     */
    static ServerConnection connect(Settings settings) throws IOException {
        return connect(settings, limits(settings));
    }

    /**
     * Likewise, for what a server answers only once its store has done it: until then it reads nothing else, so its silence
     * is borne for the store's timeout.
     */
    static ServerConnection connectToStore(Settings settings) throws IOException {
        return connect(settings, limitsOfStore(settings));
    }

    static ConnectionLimits limitsOfStore(Settings settings) {
        return limits(settings).withSilence(settings.client().storeTimeout());
    }

    /**
     * What a command has functions run with.
     *
     * @param resubmit whether what may have been run is submitted again when its connection is lost
     */
    static Kookoo kookoo(Settings settings, boolean resubmit, Kookoo.Listener listener)
            throws CannotConnectException, InterruptedException {
        return Kookoo.connect(Servers.of(settings), limits(settings), resubmit, listener);
    }

    /** Likewise, for background jobs; as {@link #connectToStore}. */
    static Kookoo kookooOfStore(Settings settings, boolean resubmit, Kookoo.Listener listener)
            throws CannotConnectException, InterruptedException {
        return Kookoo.connect(Servers.of(settings), limitsOfStore(settings), resubmit, listener);
    }

    static ServerConnection connect(Settings settings, ConnectionLimits limits) throws IOException {
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(runnable -> {
            Thread thread = new Thread(runnable, "kookoo-watch");
            thread.setDaemon(true);
            return thread;
        });
        // Whoever asks one question is not sent to and fro between servers.
        Servers inOrder = new Servers(Servers.of(settings).addresses(), Balance.ORDER, Duration.ZERO);
        try (Failover servers = new Failover(inOrder, limits, watch)) {
            return servers.open();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting");
        }
    }
}
