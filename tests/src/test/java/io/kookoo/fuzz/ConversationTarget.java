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
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.LoggerFactory;

/**
 * All that one peer says to a server, packets and lines of text, and then no more. The server answers in whole packets and whole lines, forgets
 * the peer, goes on serving another, and logs no error.
 */
public final class ConversationTarget {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int NO_LIMIT = 1 << 30;

    /** What inputs leave behind, functions and jobs, makes lists longer: after so many the server is another. */
    private static final int INPUTS_OF_A_SERVER = 200;

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

    private static Server server;
    private static Neighbour neighbour;
    private static int inputs;

    private ConversationTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            if (server == null || inputs++ % INPUTS_OF_A_SERVER == 0) {
                renew();
            }
            checkAnswers(answers(input));
            neighbour.awaitToBeAlone();
            WATCH.check();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void renew() throws IOException {
        if (server != null) {
            neighbour.close();
            server.stop();
        }
        try {
            Settings settings = Settings.load(FOLDER, FOLDER, Map.of(), OPTIONS);
            server = Server.start(settings, Clock.SYSTEM, FOLDER.resolve("client.jar"), graceful -> {});
        } catch (Server.StartException e) {
            throw new AssertionError(e);
        }
        neighbour = new Neighbour();
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

    private static Socket connected() throws IOException {
        Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** What the server says until it has closed. */
    private static byte[] answers(byte[] input) throws IOException {
        try (Socket socket = connected()) {
            try {
                socket.getOutputStream().write(input);
                socket.shutdownOutput();
            } catch (SocketException e) {
                // It has closed before it was told everything; what it has said is still there.
            }
            return socket.getInputStream().readAllBytes();
        }
    }

    private static void checkAnswers(byte[] answers) throws IOException {
        PacketReader reader = new PacketReader(new ByteArrayInputStream(answers), Magic.RESPONSE, NO_LIMIT, NO_LIMIT);
        for (Message message = reader.read(); message != null; message = reader.read()) {
            if (message instanceof TextLine line) {
                assertTrue(
                        isPassedOn(line.text()) || line.text().chars().allMatch(c -> c >= ' ' || c == '\t'),
                        () -> "a control character in " + line.text());
            } else {
                assertTrue(message instanceof Packet, message::toString);
            }
        }
    }

    /** A text from one peer to another, in which the server changes nothing. */
    private static boolean isPassedOn(String line) {
        return line.startsWith("message ") || line.startsWith("tell ");
    }

    /** Another peer of the server, which stays. */
    private static final class Neighbour {
        private final Socket socket = connected();
        private final PacketReader reader;

        Neighbour() throws IOException {
            reader = new PacketReader(socket.getInputStream(), Magic.RESPONSE, NO_LIMIT, NO_LIMIT);
        }

        /** Until the server knows no other connection than this one. */
        void awaitToBeAlone() throws IOException {
            long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
            String load = load();
            while (!load.startsWith("1\t")) {
                assertFalse(System.nanoTime() - end > 0, "a connection that has ended is still there: " + load);
                Thread.onSpinWait();
                load = load();
            }
        }

        private String load() throws IOException {
            socket.getOutputStream().write("show load\n".getBytes(StandardCharsets.US_ASCII));
            String load = ((TextLine) reader.read()).text();
            assertEquals(".", ((TextLine) reader.read()).text());
            return load;
        }

        void close() throws IOException {
            socket.close();
        }
    }

    /** Remembers the first error in the log of the server; all its lines are made. */
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
