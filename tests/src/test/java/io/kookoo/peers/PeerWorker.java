package io.kookoo.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kookoo.program.RunningProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A worker with the functions of {@code tests/peers/README.md}, one job at a time, in another language or our own. */
interface PeerWorker extends AutoCloseable {
    /** Starts one for the server of a port. */
    interface Start {
        /** @param home that of the server, with the functions of our own worker */
        PeerWorker at(Path home, int port) throws IOException;
    }

    static Start foreign(PeerProgram.Language language) {
        return (home, port) -> new Foreign(PeerProgram.start(language, "worker", port));
    }

    static Start ours() {
        return Ours::new;
    }

    /** A workload that is this text. */
    String text(String text);

    /** With what function {@code exception} ends for this text. */
    String exception(String text);

    /** A workload with which function {@code hold} waits for {@link #release}. */
    String gate();

    /** Lets a job of function {@code hold} end, one that runs or the next. */
    void release() throws IOException;

    @Override
    void close();

    final class Foreign implements PeerWorker {
        private final PeerProgram program;

        private Foreign(PeerProgram program) {
            this.program = program;
            try {
                assertEquals(List.of("ready"), program.hear());
            } catch (AssertionError e) {
                program.close();
                throw e;
            }
        }

        @Override
        public String text(String text) {
            return text;
        }

        @Override
        public String exception(String workload) {
            return "it broke: " + workload;
        }

        @Override
        public String gate() {
            return "12345";
        }

        @Override
        public void release() throws IOException {
            program.say("release");
        }

        @Override
        public void close() {
            program.close();
        }
    }

    final class Ours implements PeerWorker {
        private final ServerSocket gate = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final RunningProgram client;

        private Ours(Path home, int port) throws IOException {
            gate.setSoTimeout((int) RunningProgram.PATIENCE.toMillis());
            Files.createDirectories(home.resolve("functions"));
            Files.copy(
                    PeerProgram.FOLDER.resolve("java/PeerFunctions.java"),
                    home.resolve("functions/PeerFunctions.java"));
            client = RunningProgram.client(home, port, "--threads", "1", "--interval", "3600");
        }

        @Override
        public String text(String text) {
            return '"' + text + '"';
        }

        @Override
        public String exception(String workload) {
            return "exception failed: it broke: " + workload + " (IllegalStateException)";
        }

        @Override
        public String gate() {
            return Integer.toString(gate.getLocalPort());
        }

        @Override
        public void release() throws IOException {
            gate.accept().close();
        }

        @Override
        public void close() {
            client.close();
            try {
                gate.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
