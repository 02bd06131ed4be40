package io.kookoo.program;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between clients and a server and forwards, until it is told to do otherwise with the connections that there are, and, where that is
 * said, with those that come: to lose, end, cut or delay what passes.
 */
final class TcpProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 8192;

    /** What happens to a connection that is not forwarded as it is. */
    enum Fault {
        /** Both ends are told that the connection has ended. */
        DROP,
        /** The same with RST, as when a process is killed that had bytes to read. */
        RESET,
        /** So many bytes more pass in either direction, then it is as with {@link #DROP}: in the middle of a packet, mostly. */
        CUT,
        /** The server is told that the connection has ended; the client is not, and nothing passes. */
        HALF_OPEN,
        /** The client is told, and the server is not. */
        HALF_CLOSED,
        /** No byte passes, no end is told. */
        BLACK_HOLE,
        /** All that passes, passes later. */
        DELAY
    }

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int serverPort;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    /** Of connections that come; null for none. */
    private volatile Trouble ofNew;

    /** @param amount bytes of {@link Fault#CUT}, milliseconds of {@link Fault#DELAY} */
    private record Trouble(Fault fault, int amount, CountDownLatch healed) {}

    TcpProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** How many connections came, the swallowed ones included. */
    int connections() {
        return connections.get();
    }

    /** From now on the connections there are lead nowhere, while both of their ends stay open; new ones are forwarded. */
    void swallow() {
        inject(Fault.BLACK_HOLE, 0, false);
    }

    /**
     * From now on the connections there are have this fault.
     *
     * @param amount bytes of {@link Fault#CUT}, milliseconds of {@link Fault#DELAY}
     * @param lasting whether those that come have it as well, until it is healed
     */
    void inject(Fault fault, int amount, boolean lasting) {
        Trouble trouble = new Trouble(fault, amount, new CountDownLatch(1));
        if (lasting) {
            ofNew = trouble;
        }
        links.forEach(link -> link.suffer(trouble));
    }

    /** New connections are forwarded again, and so are those that were only delayed. The others stay as they are. */
    void heal() {
        ofNew = null;
        links.forEach(Link::heal);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Trouble trouble = ofNew;
                links.removeIf(Link::isOver);
                Link link;
                try {
                    link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), serverPort));
                } catch (IOException e) {
                    // There is no server: whoever has come is sent away.
                    client.setSoLinger(true, 0);
                    client.close();
                    continue;
                }
                links.add(link);
                connections.incrementAndGet();
                start(() -> link.pump(link.client, link.server));
                start(() -> link.pump(link.server, link.client));
                if (trouble != null) {
                    link.suffer(trouble);
                }
            }
        } catch (IOException e) {
            // Closed.
            close();
        }
    }

    private static void start(Runnable body) {
        Thread thread = new Thread(body, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        close(listening);
        links.forEach(Link::close);
    }

    private static void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // It is closed already.
        }
        close(socket);
    }

    private static final class Link {
        private final Socket client;
        private final Socket server;
        private volatile Trouble trouble;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void suffer(Trouble given) {
            trouble = given;
            switch (given.fault()) {
                case DROP -> close();
                case RESET -> reset();
                case HALF_OPEN -> TcpProxy.close(server);
                case HALF_CLOSED -> TcpProxy.close(client);
                case CUT, BLACK_HOLE, DELAY -> {
                    // It shows when something passes.
                }
            }
        }

        void heal() {
            Trouble present = trouble;
            if (present != null && present.fault() == Fault.DELAY) {
                trouble = null;
                present.healed().countDown();
            }
        }

        private void pump(Socket from, Socket to) {
            byte[] bytes = new byte[BUFFER_BYTES];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                int sinceCut = 0;
                for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                    Trouble present = trouble;
                    if (present == null) {
                        out.write(bytes, 0, count);
                        continue;
                    }
                    switch (present.fault()) {
                        case DELAY -> {
                            present.healed().await(present.amount(), TimeUnit.MILLISECONDS);
                            out.write(bytes, 0, count);
                        }
                        case CUT -> {
                            int passing = Math.min(count, Math.max(0, present.amount() - sinceCut));
                            out.write(bytes, 0, passing);
                            sinceCut += passing;
                            if (sinceCut >= present.amount()) {
                                close();
                                return;
                            }
                        }
                        default -> {
                            // Nothing passes.
                        }
                    }
                }
                ended();
            } catch (IOException e) {
                ended();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** One end has gone: the other is told, unless that is the fault. */
        private void ended() {
            Trouble present = trouble;
            if (present == null
                    || present.fault() != Fault.BLACK_HOLE
                            && present.fault() != Fault.HALF_OPEN
                            && present.fault() != Fault.HALF_CLOSED) {
                close();
            }
        }

        private boolean isOver() {
            return client.isClosed() && server.isClosed();
        }

        private void close() {
            TcpProxy.close(client);
            TcpProxy.close(server);
        }

        private void reset() {
            TcpProxy.reset(client);
            TcpProxy.reset(server);
        }
    }
}
