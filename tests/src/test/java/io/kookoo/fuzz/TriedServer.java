package io.kookoo.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.kookoo.protocol.Magic;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketReader;
import io.kookoo.protocol.TextLine;
import io.kookoo.server.Server;
import io.kookoo.server.time.Clock;
import io.kookoo.settings.Settings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.LoggerFactory;

/** A server that inputs are tried on, and a neighbour of those who send them: another connection, which stays. For one thread. */
final class TriedServer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int NO_LIMIT = 1 << 30;

    /** What follows an answer that is whole is read as itself. */
    private static final String END_MARK = "end of the answers\n";

    /** Small limits, which inputs exceed; no store, and all lines of the log are made. */
    private static final Map<String, String> OPTIONS = Map.of(
            "port", "0",
            "store", "none",
            "shutdown-timeout", "0",
            "max-packet", "1K",
            "max-line", "256",
            "channel-history", "5",
            "report-when", "shutdown",
            "report-keep", "1",
            "job-lines", "1000000");

    private static final Watch WATCH = new Watch();
    private static final Path FOLDER = folder();

    private final Server server;
    private final Socket neighbour;
    private final PacketReader neighbourReader;

    /** @param environment with variables of {@code KOOKOO_...} */
    TriedServer(Map<String, String> environment) {
        try {
            Settings settings = Settings.load(FOLDER, FOLDER, environment, new HashMap<>(OPTIONS));
            server = Server.start(settings, Clock.SYSTEM, FOLDER.resolve("client.jar"), graceful -> {});
            neighbour = connected();
            neighbourReader = new PacketReader(neighbour.getInputStream(), Magic.RESPONSE, NO_LIMIT, NO_LIMIT);
        } catch (Server.StartException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("kookoo-fuzz");
            Files.writeString(folder.resolve("functions.txt"), "hello_world\nadd(1, 2)\n");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder.toFile())));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(File file) {
        File[] inside = file.listFiles();
        if (inside != null) {
            for (File each : inside) {
                delete(each);
            }
        }
        file.delete();
    }

    private Socket connected() throws IOException {
        Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /**
     * Sends an input on a connection of its own, and that there is no more; reads what the server says until it has closed, which is whole packets
     * and whole lines; and waits until the server knows that connection no more, and has logged no error.
     */
    byte[] answers(byte[] input) {
        byte[] answers;
        try (Socket socket = connected()) {
            try {
                socket.getOutputStream().write(input);
                socket.shutdownOutput();
            } catch (SocketException e) {
                // It has closed before it was told everything; what it has said is still there.
            }
            answers = socket.getInputStream().readAllBytes();
            checkForm(answers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitNeighbourAlone();
        WATCH.check();
        return answers;
    }

    private static void checkForm(byte[] answers) throws IOException {
        ByteArrayOutputStream marked = new ByteArrayOutputStream();
        marked.write(answers);
        marked.write(END_MARK.getBytes(StandardCharsets.US_ASCII));
        PacketReader reader =
                new PacketReader(new ByteArrayInputStream(marked.toByteArray()), Magic.RESPONSE, NO_LIMIT, NO_LIMIT);
        Message last = null;
        for (Message message = reader.read(); message != null; message = reader.read()) {
            last = message;
            if (message instanceof TextLine line) {
                assertTrue(
                        isPassedOn(line.text()) || line.text().chars().allMatch(c -> c >= ' ' || c == '\t'),
                        () -> "a control character in " + line.text());
            } else {
                assertTrue(message instanceof Packet, message::toString);
            }
        }
        assertEquals(new TextLine(END_MARK.strip()), last, "the last answer is not whole");
    }

    /** A text from one peer to another, in which the server changes nothing. */
    private static boolean isPassedOn(String line) {
        return line.startsWith("message ") || line.startsWith("tell ");
    }

    private void awaitNeighbourAlone() {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        List<String> load = ask("show load");
        while (!load.get(0).startsWith("1\t")) {
            assertFalse(System.nanoTime() - end > 0, "a connection that has ended is still there: " + load);
            Thread.onSpinWait();
            load = ask("show load");
        }
    }

    /** What the neighbour is answered to a command whose answer is a list: its lines. */
    List<String> ask(String command) {
        List<String> lines = new ArrayList<>();
        for (String line = tell(command); !line.equals("."); line = line()) {
            lines.add(line);
        }
        return lines;
    }

    /** The first line that the neighbour is answered. */
    String tell(String command) {
        try {
            neighbour.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            return line();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line() {
        try {
            return ((TextLine) neighbourReader.read()).text();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            neighbour.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.stop();
    }

    /** Remembers the first error in the log. */
    private static final class Watch extends AppenderBase<ILoggingEvent> {
        private final AtomicReference<String> found = new AtomicReference<>();

        Watch() {
            Logger logger = (Logger) LoggerFactory.getLogger("io.kookoo");
            logger.setLevel(Level.DEBUG);
            start();
            logger.addAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
                found.compareAndSet(
                        null,
                        event.getFormattedMessage() + "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
        }

        void check() {
            assertNull(found.getAndSet(null), "in the log of the server");
        }
    }
}
