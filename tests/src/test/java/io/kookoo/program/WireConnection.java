package io.kookoo.program;

import io.kookoo.protocol.Magic;
import io.kookoo.protocol.Message;
import io.kookoo.protocol.Packet;
import io.kookoo.protocol.PacketReader;
import io.kookoo.protocol.PacketType;
import io.kookoo.protocol.PacketWriter;
import io.kookoo.protocol.TextLine;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * A connection to a server of this machine, packet by packet and line by line. What is written waits for {@link #flush}; reading
 * blocks, for a minute at most where a test waits. Confined to one thread at a time. Whatever ends it is an {@link IOException}.
 */
final class WireConnection implements AutoCloseable {
    private static final int MAX_BYTES = 64 * 1024 * 1024;

    private final Socket socket;
    private final PacketReader reader;
    private final PacketWriter writer = new PacketWriter(Magic.REQUEST);

    private WireConnection(int port, int patienceMillis) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(patienceMillis);
        reader = new PacketReader(socket.getInputStream(), Magic.RESPONSE, MAX_BYTES, MAX_BYTES);
    }

    /** One that waits for an answer as long as tests do. */
    static WireConnection open(int port) throws IOException {
        return new WireConnection(port, Math.toIntExact(RunningProgram.PATIENCE.toMillis()));
    }

    /** One that waits for ever, as workers do. */
    static WireConnection ofWorker(int port) throws IOException {
        return new WireConnection(port, 0);
    }

    /** @param parts its arguments, then its data */
    WireConnection packet(PacketType type, String... parts) {
        writer.packet(type, parts);
        return this;
    }

    WireConnection line(String text) {
        writer.text(text + "\n");
        return this;
    }

    void flush() throws IOException {
        int size = writer.size();
        socket.getOutputStream().write(writer.take(null), 0, size);
    }

    /** The next packet; an ERROR is one, too. */
    Packet readPacket() throws IOException {
        if (read() instanceof Packet packet) {
            return packet;
        }
        throw new IOException("A line came where a packet was expected");
    }

    String readLine() throws IOException {
        if (read() instanceof TextLine line) {
            return line.text();
        }
        throw new IOException("A packet came where a line was expected");
    }

    /** Asks for one line. */
    String ask(String line) throws IOException {
        line(line).flush();
        return readLine();
    }

    /** Asks for a list; its end is not among its lines. */
    List<String> askForList(String line) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String next = ask(line); !next.equals("."); next = readLine()) {
            lines.add(next);
        }
        return lines;
    }

    private Message read() throws IOException {
        Message message = reader.read();
        if (message == null) {
            throw new EOFException("The server closed the connection");
        }
        return message;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
