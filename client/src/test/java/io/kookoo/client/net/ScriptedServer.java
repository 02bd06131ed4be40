package io.kookoo.client.net;

import static io.kookoo.protocol.PacketType.ECHO_REQ;
import static io.kookoo.protocol.PacketType.ECHO_RES;
import static io.kookoo.protocol.PacketType.GET_STATUS;
import static io.kookoo.protocol.PacketType.STATUS_RES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.protocol.PacketType;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A server that says what a test tells it to, byte for byte. Whatever it waits for has to come within ten seconds. */
public final class ScriptedServer implements AutoCloseable {
    /** What a client asks to hear whether a server is there and talks with it. */
    public static final byte[] PROBE = joined(req(GET_STATUS, "kookoo-probe"), req(ECHO_REQ, "kookoo-probe"));
    /** A server is and does. */
    public static final byte[] ALIVE =
            joined(res(STATUS_RES, "kookoo-probe", "0", "0", "0", "0"), res(ECHO_RES, "kookoo-probe"));

    private static final int DEADLINE_MILLIS = 10_000;

    private final ServerSocket listening;

    public ScriptedServer() {
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            listening.setSoTimeout(DEADLINE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listening.getLocalPort();
    }

    public ServerAddress address() {
        return new ServerAddress("127.0.0.1", port());
    }

    /** A port of this machine where nobody listens. */
    public static int unusedPort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Peer accept() throws IOException {
        Socket socket = listening.accept();
        socket.setSoTimeout(DEADLINE_MILLIS);
        socket.setTcpNoDelay(true);
        return new Peer(socket);
    }

    /** Whether somebody has connected whom nobody has accepted. */
    public boolean isWaitedFor() throws IOException {
        listening.setSoTimeout(1);
        try {
            listening.accept().close();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            listening.setSoTimeout(DEADLINE_MILLIS);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    /** A packet to the server, its arguments and data separated by NUL. */
    public static byte[] req(PacketType type, String... parts) {
        return packet("\0REQ", type, parts);
    }

    /** A packet from the server. */
    public static byte[] res(PacketType type, String... parts) {
        return packet("\0RES", type, parts);
    }

    private static byte[] packet(String magic, PacketType type, String... parts) {
        byte[] body = String.join("\0", parts).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(12 + body.length)
                .put(magic.getBytes(StandardCharsets.US_ASCII))
                .putInt(type.code())
                .putInt(body.length)
                .put(body)
                .array();
    }

    private static byte[] joined(byte[]... packets) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] packet : packets) {
            all.writeBytes(packet);
        }
        return all.toByteArray();
    }

    /** The server's end of one connection. */
    public static final class Peer implements AutoCloseable {
        private final Socket socket;

        private Peer(Socket socket) {
            this.socket = socket;
        }

        /** The next bytes are these packets, exactly. */
        public Peer expect(byte[]... packets) throws IOException {
            byte[] expected = joined(packets);
            byte[] actual = socket.getInputStream().readNBytes(expected.length);
            assertEquals(readable(expected), readable(actual));
            return this;
        }

        public Peer expect(String text) throws IOException {
            return expect(text.getBytes(StandardCharsets.UTF_8));
        }

        /** Whether some of the client's bytes are there. */
        boolean hasSpoken() throws IOException {
            return socket.getInputStream().available() > 0;
        }

        /** The type of the next packet, which is skipped. */
        public PacketType nextType() throws IOException {
            return PacketType.valueOf(next().split(" ", 2)[0]);
        }

        /** The next packet, whatever it is: its type, a blank, and its arguments and data, separated by {@code |}. */
        public String next() throws IOException {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.readInt();
            PacketType type = PacketType.ofCode(in.readInt());
            return type + " " + new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8).replace('\0', '|');
        }

        /** The next packet that is not a ping of a connection that is kept alive; such pings are answered. */
        public String nextButPings() throws IOException {
            String next = next();
            while (next.startsWith("ECHO_REQ kookoo-ping")) {
                answerPing(next);
                next = next();
            }
            return next;
        }

        /** Answers the ping that {@link #next} has returned. */
        public void answerPing(String ping) throws IOException {
            assertTrue(ping.matches("ECHO_REQ kookoo-ping( rtt_us=\\d+)?"), ping);
            send(res(PacketType.ECHO_RES, ping.substring("ECHO_REQ ".length())));
        }

        /** Skips the next packet, and returns how long its body was. */
        public long skipPacket() throws IOException {
            return skip(packetLength());
        }

        /** How long the body of the next packet is, which comes next. */
        public long packetLength() throws IOException {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.readLong();
            return in.readInt();
        }

        /** The next bytes, so many. */
        public String text(long bytes) throws IOException {
            return new String(socket.getInputStream().readNBytes(Math.toIntExact(bytes)), StandardCharsets.UTF_8);
        }

        /** The next line of text, or null where the client ends the connection instead. */
        public String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            try {
                for (int next = socket.getInputStream().read();
                        next != '\n';
                        next = socket.getInputStream().read()) {
                    if (next < 0) {
                        assertEquals("", readable(line.toByteArray()));
                        return null;
                    }
                    line.write(next);
                }
            } catch (SocketException e) {
                assertEquals("Connection reset", e.getMessage());
                return null;
            }
            return readable(line.toByteArray());
        }

        /** Skips so many bytes, and returns how many. */
        public long skip(long bytes) throws IOException {
            socket.getInputStream().skipNBytes(bytes);
            return bytes;
        }

        /** Nothing more comes, and the client ends the connection. */
        public void expectEnd() throws IOException {
            try {
                assertEquals("", readable(socket.getInputStream().readAllBytes()));
            } catch (SocketException e) {
                // A reset is an end as well.
                assertEquals("Connection reset", e.getMessage());
            }
        }

        public Peer send(byte[]... packets) throws IOException {
            socket.getOutputStream().write(joined(packets));
            return this;
        }

        public Peer send(String text) throws IOException {
            return send(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }

        /** Ends the connection in good order, after what was sent. */
        public void hangUp() throws IOException {
            socket.close();
        }

        /** Ends the connection with RST, as a machine does that has lost its memory. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Bytes as an assertion can show them: headers as [TYPE length]. */
        private static String readable(byte[] bytes) {
            StringBuilder text = new StringBuilder();
            int i = 0;
            while (i < bytes.length) {
                if (bytes[i] == 0 && i + 12 <= bytes.length && bytes[i + 1] == 'R') {
                    ByteBuffer header = ByteBuffer.wrap(bytes, i, 12);
                    String magic = new String(bytes, i, 4, StandardCharsets.ISO_8859_1).substring(1);
                    int code = header.getInt(i + 4);
                    text.append("\n[").append(magic).append(' ').append(PacketType.ofCode(code));
                    text.append(' ').append(header.getInt(i + 8)).append(']');
                    i += 12;
                } else {
                    text.append(bytes[i] == 0 ? "\\0" : String.valueOf((char) (bytes[i] & 0xff)));
                    i++;
                }
            }
            return text.toString();
        }
    }
}
