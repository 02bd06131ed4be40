package io.kookoo.program;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A text command typed at a server, as a person with a terminal does. */
final class TextCommand {
    private TextCommand() {}

    /** The lines of the list that the server answers with; the end is not among them. */
    static List<String> ask(int port, String command) throws IOException {
        return await(port, command, lines -> true);
    }

    /** Asks until the list fits. */
    static List<String> await(int port, String command, Predicate<List<String>> fits) throws IOException {
        long end = System.nanoTime() + RunningProgram.PATIENCE.toNanos();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.setSoTimeout(Math.toIntExact(RunningProgram.PATIENCE.toMillis()));
            while (true) {
                socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
                List<String> lines = new ArrayList<>();
                for (String line = reader.readLine(); !".".equals(line); line = reader.readLine()) {
                    if (line == null) {
                        throw new AssertionError("The server closed the connection after " + lines);
                    }
                    lines.add(line);
                }
                if (fits.test(lines)) {
                    return lines;
                }
                if (System.nanoTime() - end > 0) {
                    throw new AssertionError(command + " still answers " + lines);
                }
            }
        }
    }
}
