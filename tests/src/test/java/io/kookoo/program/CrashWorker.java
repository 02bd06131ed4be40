package io.kookoo.program;

import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * A worker as a program of its own, to be killed: {@code CrashWorker PORT FILE}. It runs one job at a time and comes back when the
 * server has gone and is there again. Before it answers a job it has written to its file, in one write which no kill can undo,
 * that it ran; and again when it has heard something that the server says only after it has read that answer. It ends with its
 * standard input.
 *
 * <pre>
 *   ran      server's process id, handle, function, workload, moment
 *   settled  server's process id, handle, moment
 *   refused  server's process id, handle, moment
 * </pre>
 */
final class CrashWorker {
    /** What becomes of the jobs of a function. */
    enum Function {
        /** Succeeds. */
        WORK,
        /** Fails, with an exception. */
        FAIL,
        /** Fails; the server has {@code retries = 1} for it. */
        RETRIED;

        static final int RETRIES = 1;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Function of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    private static final long PAUSE_NANOS = 10_000_000;

    private final int port;
    private final FileChannel file;
    private String server;
    /** The job that was answered last, as long as nothing has proved that the server has read that; null for none. */
    private String unsettled;

    private CrashWorker(int port, FileChannel file) {
        this.port = port;
        this.file = file;
    }

    static List<String> command(int port, Path file) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                CrashWorker.class.getName(),
                Integer.toString(port),
                file.toString());
    }

    /** A workload that takes so long; the beginning makes it different from all others. */
    static String workload(String beginning, int millis) {
        return beginning + ":" + millis;
    }

    public static void main(String[] args) throws IOException {
        FileChannel file = FileChannel.open(Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Thread worker = new Thread(new CrashWorker(Integer.parseInt(args[0]), file)::work, "worker");
        worker.setDaemon(true);
        worker.start();
        // Its end is that of the test.
        while (System.in.read() >= 0) {}
    }

    private void work() {
        while (true) {
            try (WireConnection connection = WireConnection.ofWorker(port)) {
                unsettled = null;
                server = connection.ask("getpid").substring("OK ".length());
                for (Function function : Function.values()) {
                    connection.packet(PacketType.CAN_DO, function.word());
                }
                connection.packet(PacketType.GRAB_JOB).flush();
                while (true) {
                    serve(connection, connection.readPacket());
                }
            } catch (IOException e) {
                // The server was killed, and will be there again.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void serve(WireConnection connection, Packet packet) throws IOException {
        if (packet.type() == PacketType.ERROR) {
            // Of a job that was cancelled while it ran. The answer to the GRAB is still to come.
            append("refused", unsettled);
            return;
        }
        if (unsettled != null && packet.type() != PacketType.NOOP) {
            append("settled", unsettled);
            unsettled = null;
        }
        switch (packet.type()) {
            case NO_JOB -> connection.packet(PacketType.PRE_SLEEP).flush();
            case NOOP -> connection.packet(PacketType.GRAB_JOB).flush();
            case JOB_ASSIGN -> run(connection, packet);
            default -> throw new IllegalStateException(packet.toString());
        }
    }

    private void run(WireConnection connection, Packet packet) throws IOException {
        String handle = packet.text(0);
        Function function = Function.of(packet.text(1));
        String workload = packet.data().text();
        append("ran", handle, function.word(), workload);
        LockSupport.parkNanos(Long.parseLong(workload.substring(workload.indexOf(':') + 1)) * 1_000_000);
        switch (function) {
            case WORK -> connection.packet(PacketType.WORK_COMPLETE, handle, workload);
            case FAIL -> connection.packet(PacketType.WORK_EXCEPTION, handle, "as it was told");
            case RETRIED -> connection.packet(PacketType.WORK_FAIL, handle);
        }
        unsettled = handle;
        connection.packet(PacketType.GRAB_JOB).flush();
    }

    private void append(String what, String... columns) throws IOException {
        String line = what + " " + server + " " + String.join(" ", columns) + " " + JobHistory.now() + "\n";
        file.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
    }
}
