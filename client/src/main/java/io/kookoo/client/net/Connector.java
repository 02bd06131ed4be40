package io.kookoo.client.net;

import io.kookoo.tls.Tls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;

/**
 * Opens connections to one server and watches over their writing until they are closed. Thread-safe. The thread that
 * watches belongs to the caller.
 */
public final class Connector implements ConnectionSource {
    /** Where the system has them: a peer that vanished is noticed within a minute also while nobody asks it anything. */
    private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE = Map.of(
            ExtendedSocketOptions.TCP_KEEPIDLE, 15,
            ExtendedSocketOptions.TCP_KEEPINTERVAL, 5,
            ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

    private final ServerAddress address;
    private final ConnectionLimits limits;
    private final ScheduledExecutorService watch;
    private final Set<ServerConnection> open = ConcurrentHashMap.newKeySet();

    public Connector(ServerAddress address, ConnectionLimits limits, ScheduledExecutorService watch) {
        this.address = address;
        this.limits = limits;
        this.watch = watch;
        long period = limits.pingInterval().toMillis();
        watch.scheduleWithFixedDelay(
                new RepeatedTask("check_writing", () -> open.forEach(ServerConnection::checkWriting)),
                period,
                period,
                TimeUnit.MILLISECONDS);
    }

    public ServerAddress address() {
        return address;
    }

    /**
     * A new connection; blocks until it is there, at most for the connect timeout, and as long again to agree on TLS. The name of the server
     * is resolved anew every time. A server that has just refused the token of this client is not connected to.
     */
    @Override
    public ServerConnection open() throws CannotConnectException {
        Optional<TokenException> refusal = limits.credentials().token().flatMap(token -> token.refusalOf(address));
        if (refusal.isPresent()) {
            throw new CannotConnectException(address, refusal.get().getMessage(), refusal.get());
        }
        Socket socket = new Socket();
        try {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            for (Map.Entry<SocketOption<Integer>, Integer> option : KEEP_ALIVE.entrySet()) {
                if (socket.supportedOptions().contains(option.getKey())) {
                    socket.setOption(option.getKey(), option.getValue());
                }
            }
            InetSocketAddress resolved = new InetSocketAddress(address.host(), address.port());
            if (resolved.isUnresolved()) {
                throw new UnknownHostException("the name " + address.host() + " is not known");
            }
            socket.connect(resolved, Math.toIntExact(limits.connectTimeout().toMillis()));
            Optional<Tls> tls = limits.credentials().tls();
            Socket spoken = tls.isEmpty() ? socket : TlsSocket.over(socket, tls.get(), address, limits, watch);
            ServerConnection connection = new ServerConnection(address, limits, spoken, watch, open::remove);
            open.add(connection);
            return connection;
        } catch (IOException e) {
            close(socket, e);
            throw new CannotConnectException(address, reason(e), e);
        } catch (RuntimeException | Error e) {
            // Such as a watch that has ended.
            close(socket, e);
            throw e;
        }
    }

    @Override
    public String place() {
        return address.toString();
    }

    private String reason(IOException e) {
        if (e instanceof SocketTimeoutException) {
            return "no answer within " + limits.connectTimeout().toMillis() / 1000.0 + " s";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void close(Socket socket, Throwable reason) {
        try {
            socket.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
