package io.kookoo.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import io.kookoo.protocol.PacketType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One connection to a server, byte by byte: sends what it is told and expects exact answers, each within ten seconds. Texts
 * stand for bytes one to one (ISO 8859-1). Confined to one thread at a time.
 */
public final class WireClient implements AutoCloseable {
    private static final int DEADLINE_MILLIS = 10_000;
    private static final int REQUEST = 0x00524551;
    private static final int RESPONSE = 0x00524553;

    private final Socket socket;
    private int echoes;

    /** A packet from the server; its parts are what NULs separate, data included. */
    public record Received(PacketType type, String body) {
        /** The part at an index from 0; data that holds NULs counts as several. */
        public String part(int index) {
            return body.split("\0", -1)[index];
        }

        @Override
        public String toString() {
            return type + "[" + body.replace("\0", "|") + "]";
        }
    }

    public WireClient(InetSocketAddress address) {
        this(address, 0);
    }

    /** @param receiveBufferBytes how little the kernel takes in while nobody reads; 0 leaves it alone */
    public WireClient(InetSocketAddress address, int receiveBufferBytes) {
        try {
            socket = new Socket();
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.connect(address, DEADLINE_MILLIS);
            socket.setSoTimeout(DEADLINE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Over a connection that somebody has made, such as one of TLS. */
    WireClient(Socket connected) {
        try {
            socket = connected;
            socket.setSoTimeout(DEADLINE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request: its arguments and data, separated by NUL. */
    public static byte[] packet(PacketType type, String... parts) {
        return packet(REQUEST, type.code(), String.join("\0", parts).getBytes(StandardCharsets.ISO_8859_1));
    }

    public static byte[] packet(int magic, int type, byte[] body) {
        return ByteBuffer.allocate(12 + body.length)
                .putInt(magic)
                .putInt(type)
                .putInt(body.length)
                .put(body)
                .array();
    }

    /** Some packets, one behind the other. */
    public static byte[] together(byte[]... packets) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(packets).forEach(all::writeBytes);
        return all.toByteArray();
    }

    public WireClient send(PacketType type, String... parts) {
        return sendBytes(packet(type, parts));
    }

    public WireClient sendText(String line) {
        return sendBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    public WireClient sendBytes(byte... bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next packet, whatever it is. */
    public Received receive() {
        ByteBuffer header = ByteBuffer.wrap(read(12));
        assertEquals(RESPONSE, header.getInt(), "magic");
        PacketType type = PacketType.ofCode(header.getInt());
        return new Received(type, new String(read(header.getInt()), StandardCharsets.ISO_8859_1));
    }

    /** The next packet must be this one, byte for byte. */
    public WireClient expect(PacketType type, String... parts) {
        assertEquals(
                new Received(type, String.join("\0", parts)).toString(),
                receive().toString());
        return this;
    }

    /** The next packet must be of this type. */
    public Received expectAny(PacketType type) {
        Received received = receive();
        assertEquals(type, received.type(), received::toString);
        return received;
    }

    /** JOB_CREATED must be next; its handle. */
    public String expectHandle() {
        return expectAny(PacketType.JOB_CREATED).part(0);
    }

    /** The next bytes must be this text, ends of lines included. */
    public WireClient expectText(String text) {
        assertEquals(text, new String(read(text.getBytes(StandardCharsets.UTF_8).length), StandardCharsets.UTF_8));
        return this;
    }

    /** The next line must not be the answer to an unknown command. */
    public void expectNotUnknown() {
        assertFalse(receiveLine().startsWith("ERR UNKNOWN_COMMAND"));
    }

    /** The next packet must be no refusal for want of a role. */
    public void expectNotDenied() {
        Received received = receive();
        assertFalse(received.body().startsWith("PERMISSION_DENIED"), received::toString);
    }

    /** The next line, without its LF. */
    public String receiveLine() {
        StringBuilder line = new StringBuilder();
        for (byte b = read(1)[0]; b != '\n'; b = read(1)[0]) {
            line.append((char) (b & 0xff));
        }
        return line.toString();
    }

    /** The next line of text that begins so; those before it are passed over. */
    public String awaitLine(String beginning) {
        String line = receiveLine();
        while (!line.startsWith(beginning)) {
            line = receiveLine();
        }
        return line;
    }

    /** Nothing may be waiting: what was caused before this call has come already, or never comes. */
    public WireClient expectNothingBeforeEcho() {
        String mark = "echo " + ++echoes;
        return send(PacketType.ECHO_REQ, mark).expect(PacketType.ECHO_RES, mark);
    }

    /** The server must have closed, with not a byte more. */
    public void expectClosed() {
        try {
            assertEquals(-1, socket.getInputStream().read(), "a byte where the end was expected");
        } catch (SocketTimeoutException e) {
            fail("The server has not closed the connection");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The server must have closed or reset; what it sent before is passed over. */
    public void expectGone() {
        try {
            byte[] dropped = new byte[64 * 1024];
            while (socket.getInputStream().read(dropped) >= 0) {}
        } catch (SocketTimeoutException e) {
            fail("The server has not closed the connection");
        } catch (IOException e) {
            // Reset, which is an end, too.
        }
    }

    /** Reads so many bytes, all of them. */
    public byte[] read(int length) {
        try {
            byte[] bytes = new byte[length];
            int read = 0;
            while (read < length) {
                int n = socket.getInputStream().read(bytes, read, length - read);
                if (n < 0) {
                    fail("Closed by the server after: " + new String(bytes, 0, read, StandardCharsets.ISO_8859_1));
                }
                read += n;
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says that nothing more will be sent; answers can still come. */
    public WireClient endOutput() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Resets instead of closing, as a peer does that crashed with unread input. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
