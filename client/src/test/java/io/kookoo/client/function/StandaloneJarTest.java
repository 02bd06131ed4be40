package io.kookoo.client.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** functions/ as users have it: one jar with everything, started from another folder, on a full Java and on lesser ones. */
class StandaloneJarTest {
    @TempDir
    Path home;

    /** The program in the jar: prints the problems, then the result of count_words. */
    public static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws FunctionFailedException {
            FunctionExecutor executor = new FunctionExecutor(FunctionExecutor.builtIns(), Path.of(arguments[0]));
            executor.refresh();
            executor.problems().forEach(System.out::println);
            System.out.println(executor.execute("add", "1,2"));
            if (executor.problems().isEmpty()) {
                System.out.println(executor.execute("count_words", "a b c"));
            }
        }
    }

    @Test
    void shouldCompileFunctionsAgainstASelfContainedJar() throws Exception {
        assertEquals("3\n3\n", run());
    }

    @Test
    void shouldSayThatAJavaWithoutACompilerHasNone() throws Exception {
        for (String modules : List.of("java.compiler,java.management", "java.management")) {
            String output = run("--limit-modules", modules + ",java.naming,java.xml");
            assertTrue(output.startsWith("Words.java: this Java ("), output);
            assertTrue(
                    output.endsWith(
                            ") has no compiler; run the client with a JDK, or put a compiled .jar into the folder\n3\n"),
                    output);
        }
    }

    private String run(String... javaOptions) throws Exception {
        Path jar = home.resolve("all in one.jar");
        if (!Files.exists(jar)) {
            writeJar(jar);
            Files.createDirectories(home.resolve("functions"));
            try (InputStream example = getClass().getResourceAsStream("/functions/Words.java")) {
                Files.copy(example, home.resolve("functions").resolve("Words.java"));
            }
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(javaOptions));
        command.addAll(List.of("-jar", "../all in one.jar", "../functions"));
        Path output = home.resolve("output");
        Files.createDirectories(home.resolve("elsewhere"));
        Process process = new ProcessBuilder(command)
                .directory(home.resolve("elsewhere").toFile())
                .redirectOutput(output.toFile())
                .redirectError(home.resolve("errors").toFile())
                .start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "the process ends");
        } finally {
            process.destroyForcibly();
        }
        String errors = Files.readString(home.resolve("errors"));
        assertEquals(0, process.exitValue(), errors);
        return Files.readAllLines(output).stream()
                .filter(line -> !line.contains(" -- "))
                .map(line -> line + "\n")
                .reduce("", String::concat);
    }

    /** What the build's shading does: every class of the class path in one jar. */
    private static void writeJar(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Main.class.getName());
        Set<String> written = new HashSet<>();
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            for (String entry : classPath.split(File.pathSeparator)) {
                if (Files.isDirectory(Path.of(entry))) {
                    copyFolder(Path.of(entry), out, written);
                } else if (entry.contains("slf4j") || entry.contains("logback") || entry.contains("kookoo")) {
                    copyJar(Path.of(entry), out, written);
                }
            }
        }
    }

    private static void copyFolder(Path folder, JarOutputStream out, Set<String> written) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                write(
                        folder.relativize(file).toString().replace(File.separatorChar, '/'),
                        Files.readAllBytes(file),
                        out,
                        written);
            }
        }
    }

    private static void copyJar(Path path, JarOutputStream out, Set<String> written) throws IOException {
        try (JarFile jar = new JarFile(path.toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (!entry.isDirectory()) {
                    write(entry.getName(), jar.getInputStream(entry).readAllBytes(), out, written);
                }
            }
        }
    }

    private static void write(String name, byte[] bytes, JarOutputStream out, Set<String> written) throws IOException {
        if (!name.startsWith("META-INF/MANIFEST") && !name.endsWith("module-info.class") && written.add(name)) {
            out.putNextEntry(new JarEntry(name));
            out.write(bytes);
            out.closeEntry();
        }
    }
}
