package io.kookoo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The name of this machine, as handles and the ids of clients have it. */
public final class HostName {
    /** proc(5): the name that sethostname(2) has set. */
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    private HostName() {}

    /**
     * The name now, never blank; {@code localhost} if nobody knows it. From the kernel where it tells; elsewhere this asks the
     * network, which may block for seconds.
     */
    public static String read() {
        return read(KERNEL);
    }

    /** How a client program that runs here names itself to its server, unless it is told otherwise: host and process. As {@link #read}. */
    public static String withPid(long pid) {
        return read() + "/" + pid;
    }

    static String read(Path kernel) {
        try {
            String name = Files.readString(kernel, StandardCharsets.UTF_8).strip();
            return name.isEmpty() ? fromNetwork() : name;
        } catch (IOException e) {
            // Not Linux, or a sandbox without /proc.
            return fromNetwork();
        }
    }

    private static String fromNetwork() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
