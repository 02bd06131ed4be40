package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Certificates of a private CA, made by config/make-certs, and what programs are told of them. */
final class Certificates {
    /** Those of the tests of TLS itself: strangers, expired ones. */
    static final Path OF_TESTS = RunningProgram.ROOT.resolve("common/src/test/resources/io/kookoo/tls");

    private final Path folder;

    private Certificates(Path folder) {
        this.folder = folder;
    }

    /** Makes them in the folder {@code certs} of a home. */
    static Certificates make(Path home, String... clients) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(RunningProgram.ROOT.resolve("config/make-certs").toString(), "certs"));
        command.addAll(List.of(clients));
        try (RunningProgram program = RunningProgram.start(home, environmentOfJdk(), command)) {
            assertEquals(0, program.awaitExit(), () -> program.err().toString());
        }
        return new Certificates(home.resolve("certs"));
    }

    /** With the JDK that runs the tests first on the path. */
    static Map<String, String> environmentOfJdk() {
        Path bin = Path.of(System.getProperty("java.home"), "bin");
        return Map.of("PATH", bin + System.getProperty("path.separator") + System.getenv("PATH"));
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    String password() throws IOException {
        return Files.readString(file("password"));
    }

    /** The environment of a program that trusts the CA, and shows the certificate of that name; "" for none. */
    Map<String, String> of(String name) {
        String password = file("password").toString();
        return name.isEmpty()
                ? Map.of(
                        "KOOKOO_TRUSTSTORE",
                        file("truststore.p12").toString(),
                        "KOOKOO_TRUSTSTORE_PASSWORD_FILE",
                        password)
                : Map.of(
                        "KOOKOO_TRUSTSTORE",
                        file("truststore.p12").toString(),
                        "KOOKOO_TRUSTSTORE_PASSWORD_FILE",
                        password,
                        "KOOKOO_KEYSTORE",
                        file(name + ".p12").toString(),
                        "KOOKOO_KEYSTORE_PASSWORD_FILE",
                        password);
    }
}
