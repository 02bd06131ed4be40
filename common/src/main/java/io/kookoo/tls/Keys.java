package io.kookoo.tls;

import io.kookoo.FileRights;
import io.kookoo.settings.KeyFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What the files of keys and certificates held when they were read.
 *
 * @param stamp what {@link #stamp} said of the files before
 * @param own the certificate that is shown; null where there is none
 */
record Keys(String stamp, SSLContext context, X509Certificate own) {
    /** For so long a session may be taken up again without the certificates being shown. */
    private static final int SESSION_SECONDS = 600;

    /**
     * Reads them.
     *
     * @param ownPeer whether the other side may show the certificate of this one as its own
     * @throws IOException whose message names the file and says what to do
     */
    static Keys read(Optional<KeyFile> keystore, Optional<KeyFile> truststore, OwnPeer ownPeer) throws IOException {
        String stamp = stamp(keystore, truststore);
        X509Certificate own = null;
        KeyManager[] keyManagers = {};
        try {
            if (keystore.isPresent()) {
                char[] password = password(keystore.get());
                KeyStore store = load(keystore.get(), password, "keystore");
                own = certificate(keystore.get(), store);
                KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(store, password);
                keyManagers = factory.getKeyManagers();
            }
            X509ExtendedTrustManager trust = trust(truststore);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers, new TrustManager[] {ownPeer.over(trust, own)}, null);
            context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
            return new Keys(stamp, context, own);
        } catch (UnrecoverableKeyException e) {
            throw new IOException(
                    "the key in keystore " + keystore.orElseThrow()
                            + " has another password than the file; give it the same",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "TLS cannot be set up with keystore "
                            + keystore.map(KeyFile::toString).orElse("(none)") + " and truststore "
                            + truststore.map(KeyFile::toString).orElse("(none)") + ": " + e.getMessage(),
                    e);
        }
    }

    /** Changes with the files; those that cannot be read have stamps, too. */
    static String stamp(Optional<KeyFile> keystore, Optional<KeyFile> truststore) {
        StringBuilder stamp = new StringBuilder();
        List<Path> files = new ArrayList<>();
        for (Optional<KeyFile> keyFile : List.of(keystore, truststore)) {
            keyFile.map(KeyFile::path).ifPresent(files::add);
            keyFile.flatMap(KeyFile::passwordFile).ifPresent(files::add);
        }
        for (Path file : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                stamp.append(attributes.lastModifiedTime().toMillis())
                        .append(' ')
                        .append(attributes.size())
                        .append(' ')
                        .append(attributes.fileKey())
                        .append('\n');
            } catch (IOException e) {
                stamp.append(e.getClass().getSimpleName()).append('\n');
            }
        }
        return stamp.toString();
    }

    private static char[] password(KeyFile file) throws IOException {
        if (file.password().isPresent()) {
            return file.password().get().toCharArray();
        }
        if (file.passwordFile().isEmpty()) {
            return null;
        }
        Path passwordFile = file.passwordFile().get();
        boolean open;
        String text;
        try {
            open = FileRights.othersMayRead(passwordFile);
            text = Files.readString(passwordFile, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IOException("the password file " + passwordFile + " cannot be read: " + why(e), e);
        }
        if (open) {
            throw new IOException("the password file " + passwordFile
                    + " can be read by others than its owner; let nobody else read it: chmod 600 " + passwordFile);
        }
        return text.lines().findFirst().orElse("").toCharArray();
    }

    private static KeyStore load(KeyFile file, char[] password, String what)
            throws IOException, GeneralSecurityException {
        if (password == null) {
            throw new IOException("no password is given for the " + what + " " + file + "; set KOOKOO_"
                    + what.toUpperCase(Locale.ROOT) + "_PASSWORD or [Security] " + what + "_password_file");
        }
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file.path());
        } catch (IOException e) {
            throw new IOException("the " + what + " " + file + " cannot be read: " + why(e), e);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new ByteArrayInputStream(bytes)) {
            store.load(in, password);
        } catch (IOException e) {
            throw new IOException(
                    "the " + what + " " + file
                            + (e.getCause() instanceof UnrecoverableKeyException
                                    ? " does not open with the password that is given for it"
                                    : " is no PKCS12 file, or a damaged one: " + e),
                    e);
        }
        return store;
    }

    private static X509Certificate certificate(KeyFile file, KeyStore store)
            throws IOException, GeneralSecurityException {
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate certificate) {
                return certificate;
            }
        }
        throw new IOException("the keystore " + file + " holds no private key with a certificate");
    }

    private static X509ExtendedTrustManager trust(Optional<KeyFile> truststore)
            throws IOException, GeneralSecurityException {
        KeyStore store = null;
        if (truststore.isPresent()) {
            store = load(truststore.get(), password(truststore.get()), "truststore");
            boolean empty = true;
            for (String alias : Collections.list(store.aliases())) {
                empty &= !store.isCertificateEntry(alias);
            }
            if (empty) {
                throw new IOException("the truststore " + truststore.get()
                        + " holds no certificate that may be trusted; keytool -importcert puts one there");
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager trust) {
                return trust;
            }
        }
        throw new GeneralSecurityException("this Java cannot verify X.509 certificates");
    }

    private static String why(IOException e) {
        return e instanceof NoSuchFileException ? "there is no such file" : e.toString();
    }

    /** Whether the certificate that is shown has run out. */
    boolean isExpired() {
        return own != null && own.getNotAfter().before(new Date());
    }
}
