package io.kookoo.client.function;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;

/**
 * The classes and resources of one file of functions/, held in memory: what is loaded keeps working while its file is being written,
 * moved or removed, and there is nothing to close. Looks first in the client, then in its own file, then in the jars of functions/.
 */
final class FolderClassLoader extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    private final Map<String, byte[]> entries;
    private final Collection<FolderClassLoader> jars;
    private final ProtectionDomain domain;

    /**
     * @param entries contents by path, {@code a/b/C.class}
     * @param jars the loaders of all jars of functions/; may contain this one; not changed once a class is asked for
     */
    FolderClassLoader(Path file, Map<String, byte[]> entries, Collection<FolderClassLoader> jars, ClassLoader parent) {
        super(file.getFileName().toString(), parent);
        this.entries = entries;
        this.jars = jars;
        try {
            URL location = file.toUri().toURL();
            this.domain = new ProtectionDomain(new CodeSource(location, (Certificate[]) null), null, this, null);
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("no URL for " + file, e);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String path = name.replace('.', '/') + ".class";
        byte[] bytes = entries.get(path);
        if (bytes != null) {
            return defineClass(name, bytes, 0, bytes.length, domain);
        }
        for (FolderClassLoader jar : jars) {
            if (jar != this && jar.entries.containsKey(path)) {
                return jar.loadClass(name);
            }
        }
        throw new ClassNotFoundException(name);
    }

    @Override
    protected URL findResource(String name) {
        Enumeration<URL> found = findResources(name);
        return found.hasMoreElements() ? found.nextElement() : null;
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        List<URL> found = new ArrayList<>();
        addResource(name, found);
        for (FolderClassLoader jar : jars) {
            if (jar != this) {
                jar.addResource(name, found);
            }
        }
        return Collections.enumeration(found);
    }

    private void addResource(String name, List<URL> found) {
        byte[] bytes = entries.get(name);
        if (bytes != null) {
            try {
                found.add(new URL("functions", "", -1, "/" + getName() + "!/" + name, new MemoryHandler(bytes)));
            } catch (MalformedURLException e) {
                throw new AssertionError("a URL with a handler has no other way to fail", e);
            }
        }
    }

    private static final class MemoryHandler extends URLStreamHandler {
        private final byte[] bytes;

        MemoryHandler(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        protected URLConnection openConnection(URL url) {
            return new URLConnection(url) {
                @Override
                public void connect() throws IOException {
                    connected = true;
                }

                @Override
                public InputStream getInputStream() {
                    return new ByteArrayInputStream(bytes);
                }

                @Override
                public long getContentLengthLong() {
                    return bytes.length;
                }
            };
        }
    }
}
