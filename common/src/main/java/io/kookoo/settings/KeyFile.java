package io.kookoo.settings;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * A file of keys and certificates (PKCS12), and where its password is. Nothing of it has been read.
 *
 * @param path the file
 * @param password of the environment, say, and stronger than {@code passwordFile}; never shown
 * @param passwordFile a file whose first line is the password
 */
public record KeyFile(Path path, Optional<String> password, Optional<Path> passwordFile) {
    public KeyFile {
        Objects.requireNonNull(path);
        Objects.requireNonNull(password);
        Objects.requireNonNull(passwordFile);
    }

    /** One whose password the program has already. */
    public static KeyFile of(Path path, String password) {
        return new KeyFile(path, Optional.of(password), Optional.empty());
    }

    /** The file alone. */
    @Override
    public String toString() {
        return path.toString();
    }
}
