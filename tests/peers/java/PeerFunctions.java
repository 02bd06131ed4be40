import io.kookoo.client.function.FunctionLibrary;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** The functions of the foreign workers, as far as a library can have them, for a worker of our own. */
public class PeerFunctions implements FunctionLibrary {
    public String same(String text) {
        return text;
    }

    public String large(int letters) {
        return "x".repeat(letters);
    }

    public String exception(String text) {
        throw new IllegalStateException("it broke: " + text);
    }

    /** Ends when whoever listens on this port of the machine closes the connection. */
    public int hold(int port) throws IOException {
        try (Socket gate = new Socket(InetAddress.getLoopbackAddress(), port)) {
            gate.getInputStream().read();
            return port;
        }
    }
}
