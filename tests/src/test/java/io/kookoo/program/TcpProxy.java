package io.kookoo.program;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands between clients and a server, and can turn into a black hole what is connected: no byte passes, no end is told. */
final class TcpProxy implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int serverPort;
    private final List<Link> links = new CopyOnWriteArrayList<>();

    TcpProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** How many connections came, the swallowed ones included. */
    int connections() {
        return links.size();
    }

    /** From now on the connections there are lead nowhere, while both of their ends stay open; new ones are forwarded. */
    void swallow() {
        links.forEach(link -> link.swallowing = true);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Link link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), serverPort));
                links.add(link);
                start(() -> link.pump(link.client, link.server));
                start(() -> link.pump(link.server, link.client));
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

    private static final class Link {
        private final Socket client;
        private final Socket server;
        private volatile boolean swallowing;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        private void pump(Socket from, Socket to) {
            byte[] bytes = new byte[8192];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                    if (!swallowing) {
                        out.write(bytes, 0, count);
                    }
                }
                if (!swallowing) {
                    close();
                }
            } catch (IOException e) {
                if (!swallowing) {
                    close();
                }
            }
        }

        private void close() {
            TcpProxy.close(client);
            TcpProxy.close(server);
        }
    }
}
