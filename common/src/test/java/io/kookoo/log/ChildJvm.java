package io.kookoo.log;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a main class of the tests in a JVM of its own. */
final class ChildJvm {

    private ChildJvm() {}

    /** The tests' class path stands behind {@code firstOnClassPath}. Standard error is inherited. */
    static Process start(Class<?> main, List<Path> firstOnClassPath, List<String> arguments) throws IOException {
        List<String> classPath = new ArrayList<>();
        firstOnClassPath.forEach(path -> classPath.add(path.toString()));
        classPath.add(System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                String.join(File.pathSeparator, classPath),
                main.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
