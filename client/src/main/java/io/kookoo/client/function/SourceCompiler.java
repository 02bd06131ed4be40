package io.kookoo.client.function;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * Compiles one source of functions/ in memory, for the Java that runs the client, against the client's own class path. Only for a Java
 * that has a compiler: elsewhere this class cannot even be loaded.
 */
final class SourceCompiler {
    private static final int MAX_ERRORS = 20;

    private SourceCompiler() {}

    /**
     * The classes of a source by path, {@code a/b/C.class}; blocks while it compiles, about a second the first time.
     *
     * @param jars what it may use beside the client's classes
     * @throws RefusedException if it does not compile, with a line for each error
     */
    static Map<String, byte[]> compile(Path source, List<Path> jars) throws RefusedException {
        try {
            return compile(ToolProvider.getSystemJavaCompiler(), source, jars);
        } catch (IOException | RuntimeException | Error e) {
            throw new RefusedException(List.of(source.getFileName() + ": could not be compiled: " + e));
        }
    }

    private static Map<String, byte[]> compile(JavaCompiler compiler, Path source, List<Path> jars)
            throws IOException, RefusedException {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        List<String> options = List.of("-parameters", "-g", "-nowarn", "-proc:none", "-Xmaxerrs", "" + MAX_ERRORS);
        try (StandardJavaFileManager files =
                        compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8);
                Output output = new Output(files)) {
            Set<Path> classPath = ownClassPath();
            classPath.addAll(jars);
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath);
            // Each source stands alone: nothing is compiled because it happens to lie on the class path.
            files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
            boolean compiled = compiler.getTask(
                            new StringWriter(), output, diagnostics, options, null, files.getJavaFileObjects(source))
                    .call();
            if (!compiled) {
                throw new RefusedException(errors(source, diagnostics));
            }
            return output.classes();
        }
    }

    private static List<String> errors(Path source, DiagnosticCollector<JavaFileObject> diagnostics) {
        String file = source.getFileName().toString();
        List<String> errors = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics.getDiagnostics()) {
            if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
                String place = diagnostic.getLineNumber() == Diagnostic.NOPOS
                        ? ""
                        : ":" + diagnostic.getLineNumber() + ":" + diagnostic.getColumnNumber();
                String message = diagnostic.getMessage(Locale.ROOT).strip().replaceAll("\\s*\\R\\s*", "; ");
                errors.add(file + place + ": " + message);
            }
        }
        return errors.isEmpty() ? List.of(file + ": the compiler failed without saying why") : errors;
    }

    /** Where the client's own classes are: also right for a self-contained jar, and for one that was loaded by another program. */
    private static Set<Path> ownClassPath() {
        Set<Path> paths = new LinkedHashSet<>();
        for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
            if (!entry.isEmpty() && Files.exists(Path.of(entry))) {
                paths.add(Path.of(entry));
            }
        }
        CodeSource own = FunctionLibrary.class.getProtectionDomain().getCodeSource();
        try {
            if (own != null && "file".equals(own.getLocation().getProtocol())) {
                paths.add(Path.of(own.getLocation().toURI()));
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the client's own place is no file: " + own, e);
        }
        return paths;
    }

    /** Why a file of functions/ is not loaded: lines for people, each beginning with the file's name. */
    static final class RefusedException extends Exception {
        private final List<String> problems;

        RefusedException(List<String> problems) {
            super(String.join("\n", problems));
            this.problems = List.copyOf(problems);
        }

        List<String> problems() {
            return problems;
        }
    }

    /** Keeps what the compiler writes. */
    private static final class Output extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

        Output(StandardJavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            String path = className.replace('.', '/') + kind.extension;
            return new SimpleJavaFileObject(URI.create("memory:///" + path), kind) {
                @Override
                public OutputStream openOutputStream() {
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    written.put(path, bytes);
                    return bytes;
                }
            };
        }

        Map<String, byte[]> classes() {
            Map<String, byte[]> classes = new HashMap<>();
            written.forEach((path, bytes) -> classes.put(path, bytes.toByteArray()));
            return classes;
        }
    }
}
