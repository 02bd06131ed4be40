package io.kookoo.client.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What the streams of this process are: whether a person looks at what is printed, and whether there is an input. */
final class Terminal {
    private Terminal() {}

    /**
     * Whether a stream of this process is a terminal.
     *
     * @param descriptor 0 for standard input, 1 for standard output, 2 for standard error
     */
    static boolean is(int descriptor) {
        Path path = Path.of("/proc/self/fd/" + descriptor);
        if (System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux") && Files.exists(path)) {
            try {
                String target = Files.readSymbolicLink(path).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            } catch (IOException | UnsupportedOperationException e) {
                return false;
            }
        }
        return consoleIsTerminal();
    }

    /**
     * Standard input. Where the process was started without one ({@code <&-}) its number belongs to some file that Java has opened for
     * itself: then all reading fails instead.
     */
    static InputStream input() {
        Path path = Path.of("/proc/self/fd/0");
        try {
            if (Files.readSymbolicLink(path)
                    .startsWith(Path.of(System.getProperty("java.home")).toRealPath())) {
                return new ClosedInput();
            }
        } catch (IOException | UnsupportedOperationException e) {
            // Not Linux, or a sandbox without /proc: nobody can tell.
            return System.in;
        }
        return System.in;
    }

    private static final class ClosedInput extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("standard input is closed");
        }

        @Override
        public int available() throws IOException {
            return read();
        }
    }

    /**
     * What Java itself knows: whether both standard input and output are a terminal. Up to Java 21 there is a console only then; from 22
     * on there is always one, which knows.
     */
    private static boolean consoleIsTerminal() {
        java.io.Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
