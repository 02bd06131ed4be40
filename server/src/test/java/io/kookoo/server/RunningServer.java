package io.kookoo.server;

import io.kookoo.server.time.Clock;
import io.kookoo.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real server on a free port, in a folder of its own with a functions.txt, for the time of one test. Clients that
 * {@link #connect} gave out are closed with it.
 */
public final class RunningServer implements AutoCloseable, BeforeEachCallback, AfterEachCallback {
    private final Map<String, String> options = new HashMap<>();
    private final List<WireClient> clients = new ArrayList<>();
    private final BlockingQueue<Boolean> shutdowns = new LinkedBlockingQueue<>();
    private final List<String> sections = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private String catalog = "hello_world\n";
    private Path folder;
    private LogLines log;
    private Server server;
    private boolean stopped;
    private Clock clock = Clock.SYSTEM;
    private Server.StoreOpening storeOpening = Server::openStore;

    /** A server that is not started yet. */
    public RunningServer() {
        options.put("port", "0");
        // A test that leaves a job running must not wait for it.
        options.put("shutdown-timeout", "0");
    }

    /** Sets an option by its long name, for the start to come. */
    public RunningServer with(String option, String value) {
        options.put(option, value);
        return this;
    }

    /** Sets a variable of the environment, for the start to come. */
    public RunningServer withEnvironment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Where the store is to come from. */
    RunningServer withStore(Server.StoreOpening opening) {
        storeOpening = opening;
        return this;
    }

    /** What tells it the time. */
    RunningServer withClock(Clock given) {
        clock = given;
        return this;
    }

    /** What functions.txt is to hold at the start to come. */
    public RunningServer withCatalog(String text) {
        catalog = text;
        return this;
    }

    public RunningServer start() {
        try {
            folder = Files.createTempDirectory("kookoo-test");
            Files.writeString(folder.resolve("functions.txt"), catalog);
            Files.writeString(
                    Files.createDirectory(folder.resolve("config")).resolve("settings.ini"), String.join("", sections));
            log = new LogLines();
            run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run() {
        try {
            server = Server.bind(settings(Map.of()), clock, folder.resolve("client.jar"), shutdowns::add, storeOpening);
            server.open();
        } catch (Server.StartException e) {
            throw new AssertionError(e);
        }
    }

    /** Stops it in good order and starts another one in the same folder; all connections are gone. */
    public RunningServer restart() {
        // Not before the stop: a worker that goes away is lost, and its job's run counts.
        stop();
        clients.forEach(WireClient::close);
        clients.clear();
        stopped = false;
        run();
        return this;
    }

    /** The settings of this server with others over them. */
    public Settings settings(Map<String, String> others) {
        Map<String, String> all = new HashMap<>(options);
        all.putAll(others);
        return Settings.load(folder, folder, environment, all);
    }

    public WireClient connect() {
        return connect(0);
    }

    /** A connection whose receiving side holds little: see {@link WireClient#WireClient(java.net.InetSocketAddress, int)}. */
    public WireClient connect(int receiveBufferBytes) {
        WireClient client = new WireClient(server.address(), receiveBufferBytes);
        clients.add(client);
        return client;
    }

    /** A connection that can do these functions. */
    public WireClient worker(String... functions) {
        WireClient worker = connect();
        for (String function : functions) {
            worker.send(io.kookoo.protocol.PacketType.CAN_DO, function);
        }
        return worker.expectNothingBeforeEcho();
    }

    public Server server() {
        return server;
    }

    public Path folder() {
        return folder;
    }

    /** What the text command {@code shutdown} asked for: true for graceful. Nobody acts on it here. */
    public BlockingQueue<Boolean> shutdowns() {
        return shutdowns;
    }

    /** Writes a section of settings.ini, for the start to come. */
    public RunningServer withSection(String section, String... lines) {
        sections.add("[" + section + "]\n" + String.join("\n", lines) + "\n");
        return this;
    }

    /** What the server has logged since it started. */
    public LogLines log() {
        return log;
    }

    /** Stops it while the clients that {@link #connect} gave out stay. Blocks; once. */
    public void stop() {
        if (!stopped) {
            stopped = true;
            server.stop();
        }
    }

    @Override
    public void close() {
        clients.forEach(WireClient::close);
        stop();
        log.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        start();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }
}
