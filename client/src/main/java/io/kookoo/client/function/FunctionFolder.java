package io.kookoo.client.function;

import io.kookoo.FileRights;
import io.kookoo.client.function.SourceCompiler.RefusedException;
import io.kookoo.log.LogEvent;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.ZipFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The libraries of functions/: {@code .java} sources, compiled, and {@code .jar} files; other files, hidden ones and subfolders are not
 * looked at. Each file has its own class loader. A file that cannot be used is a problem of its own and stops nothing; what it was
 * when it last could be used stays until it can be again or is removed.
 *
 * <p>What is in the folder is run here: so it is used only while others can write neither to it nor to a folder above it, up to the
 * program's home, and likewise each of its files.
 *
 * <p>Sources and jars see the public classes of all jars. So a change of a jar loads everything anew, a change of a source that source.
 *
 * <p>Not thread-safe: owned by {@link FunctionExecutor}, under its lock.
 */
final class FunctionFolder {
    private static final Logger log = LoggerFactory.getLogger(FunctionFolder.class);

    private static final boolean HAS_COMPILER =
            ModuleLayer.boot().findModule("jdk.compiler").isPresent();

    private final Path folder;
    private final Path home;
    private final ClassLoader parent = FunctionFolder.class.getClassLoader();
    private final SortedMap<String, FolderFile> jars = new TreeMap<>();
    private final SortedMap<String, FolderFile> sources = new TreeMap<>();
    private List<FolderClassLoader> jarLoaders = List.of();
    private String listingProblem;

    /** What tells one state of a file from another without reading it. */
    private record Fingerprint(FileTime modified, long bytes, Object fileKey, Optional<Path> openToOthers) {}

    private static final class FolderFile {
        private final Path path;
        private Fingerprint seen;
        /** Of a jar, what it contained when it last could be read; null before. */
        private Map<String, byte[]> contents;

        private List<Library> libraries = List.of();
        /** What is wrong with the file as it is; then {@link #libraries} is what it was before. */
        private List<String> refused = List.of();
        /** What is wrong with parts of {@link #libraries}. */
        private List<String> partly = List.of();

        FolderFile(Path path) {
            this.path = path;
        }

        String name() {
            return path.getFileName().toString();
        }
    }

    /** @param home where the folders end that others must not write; the root where the folder is not below it */
    FunctionFolder(Path folder, Path home) {
        this.folder = folder.toAbsolutePath();
        this.home = home.toAbsolutePath();
    }

    List<Library> libraries() {
        List<Library> libraries = new ArrayList<>();
        jars.values().forEach(jar -> libraries.addAll(jar.libraries));
        sources.values().forEach(source -> libraries.addAll(source.libraries));
        return libraries;
    }

    /** What is wrong now, a line each, beginning with the file. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (listingProblem != null) {
            problems.add(listingProblem);
        }
        for (SortedMap<String, FolderFile> files : List.of(jars, sources)) {
            for (FolderFile file : files.values()) {
                problems.addAll(file.refused);
                problems.addAll(file.partly);
            }
        }
        return problems;
    }

    /** Looks at the folder and loads what has changed; returns whether anything has. Blocks while it compiles. */
    boolean refresh() {
        SortedMap<String, Fingerprint> presentJars = new TreeMap<>();
        SortedMap<String, Fingerprint> presentSources = new TreeMap<>();
        String problem = null;
        try {
            Optional<Path> open = openToOthers();
            if (open.isPresent()) {
                problem = folder + ": not loaded, its functions stay as they were: " + writtenByOthers(open.get());
            } else {
                list(presentJars, presentSources);
            }
        } catch (IOException e) {
            problem = folder + ": cannot be read, its functions stay as they were: " + e;
        }
        if (problem != null) {
            boolean news = !problem.equals(listingProblem);
            listingProblem = problem;
            return news;
        }
        boolean news = listingProblem != null;
        listingProblem = null;

        boolean removedJars = jars.keySet().retainAll(presentJars.keySet());
        List<FolderFile> changedJars = changed(jars, presentJars);
        boolean newContents = removedJars;
        for (FolderFile jar : changedJars) {
            newContents |= read(jar);
        }
        if (newContents) {
            loadJars();
        }
        boolean removedSources = sources.keySet().retainAll(presentSources.keySet());
        List<FolderFile> changedSources = changed(sources, presentSources);
        List<FolderFile> stale = newContents ? List.copyOf(sources.values()) : changedSources;
        stale.forEach(this::loadSource);
        return news || newContents || removedSources || !changedJars.isEmpty() || !stale.isEmpty();
    }

    /** The folder by which others could put files into this one; empty for none, also where it is not there. */
    private Optional<Path> openToOthers() throws IOException {
        try {
            return FileRights.openToOthers(folder, home);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private void list(SortedMap<String, Fingerprint> presentJars, SortedMap<String, Fingerprint> presentSources)
            throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "[!.]*.{java,jar}")) {
            for (Path file : files) {
                try {
                    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                    if (attributes.isRegularFile()) {
                        String name = file.getFileName().toString();
                        (name.endsWith(".jar") ? presentJars : presentSources)
                                .put(
                                        name,
                                        new Fingerprint(
                                                attributes.lastModifiedTime(),
                                                attributes.size(),
                                                attributes.fileKey(),
                                                FileRights.openToOthers(file, home)));
                    }
                } catch (NoSuchFileException e) {
                    log.debug("{}", LogEvent.of("function_file_vanished").with("file", file));
                }
            }
        } catch (NoSuchFileException e) {
            log.trace("{}", LogEvent.of("functions_absent").with("folder", folder));
        } catch (NotDirectoryException e) {
            throw new IOException("it is not a folder", e);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private List<FolderFile> changed(SortedMap<String, FolderFile> known, SortedMap<String, Fingerprint> present) {
        List<FolderFile> changed = new ArrayList<>();
        present.forEach((name, fingerprint) -> {
            FolderFile file = known.computeIfAbsent(name, n -> new FolderFile(folder.resolve(n)));
            if (!fingerprint.equals(file.seen)) {
                // Taken before the file is read: what is written meanwhile is a further change.
                file.seen = fingerprint;
                changed.add(file);
            }
        });
        return changed;
    }

    /** Reads a jar whole; returns whether its contents are new. */
    private static boolean read(FolderFile file) {
        if (refusedAsOpen(file)) {
            return false;
        }
        Map<String, byte[]> contents = new HashMap<>();
        try (JarFile jar = new JarFile(file.path.toFile(), false, ZipFile.OPEN_READ, Runtime.version())) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.versionedStream()::iterator) {
                if (!entry.isDirectory()) {
                    contents.put(entry.getName(), jar.getInputStream(entry).readAllBytes());
                }
            }
        } catch (IOException | RuntimeException e) {
            file.refused = List.of(file.name() + ": cannot be read as a jar: " + e + staying(file));
            return false;
        }
        file.contents = contents;
        file.refused = List.of();
        return true;
    }

    private void loadJars() {
        List<FolderClassLoader> loaders = new ArrayList<>();
        for (FolderFile jar : jars.values()) {
            if (jar.contents != null) {
                loaders.add(new FolderClassLoader(jar.path, jar.contents, loaders, parent));
            }
        }
        jarLoaders = loaders;
        for (FolderClassLoader loader : loaders) {
            FolderFile jar = jars.get(loader.getName());
            List<String> problems = new ArrayList<>();
            jar.libraries = create(jar, loader, jar.contents, problems);
            jar.partly = problems;
            logLoaded(jar);
        }
    }

    /** Whether others can write to the file, which is a problem of it then. */
    private static boolean refusedAsOpen(FolderFile file) {
        if (file.seen.openToOthers().isEmpty()) {
            return false;
        }
        file.refused = List.of(file.name() + ": not loaded: "
                + writtenByOthers(file.seen.openToOthers().get()) + staying(file));
        return true;
    }

    private static String writtenByOthers(Path path) {
        return "somebody else can write to " + path
                + ", and so could have this client run what they like; it must be your own (chown), and: chmod go-w "
                + path;
    }

    private void loadSource(FolderFile source) {
        if (refusedAsOpen(source)) {
            return;
        }
        List<Path> readable = jars.values().stream()
                .filter(jar -> jar.contents != null && jar.refused.isEmpty())
                .map(jar -> jar.path)
                .toList();
        List<String> problems = new ArrayList<>();
        try {
            if (!HAS_COMPILER) {
                throw new RefusedException(List.of(source.name() + ": this Java (" + System.getProperty("java.home")
                        + ") has no compiler; run the client with a JDK, or put a compiled .jar into the folder"));
            }
            Map<String, byte[]> classes = SourceCompiler.compile(source.path, readable);
            FolderClassLoader loader = new FolderClassLoader(source.path, classes, jarLoaders, parent);
            List<Library> libraries = create(source, loader, classes, problems);
            if (libraries.isEmpty()) {
                if (problems.isEmpty()) {
                    problems.add(
                            source.name() + ": has no public class that implements " + FunctionLibrary.class.getName());
                }
                throw new RefusedException(problems);
            }
            source.libraries = libraries;
            source.partly = problems;
            source.refused = List.of();
            logLoaded(source);
        } catch (RefusedException e) {
            List<String> refused = new ArrayList<>(e.problems());
            if (!source.libraries.isEmpty()) {
                refused.add(source.name() + ": not loaded" + staying(source));
            }
            source.refused = refused;
        }
    }

    private static String staying(FolderFile file) {
        return file.libraries.isEmpty() ? "" : "; its functions stay as they were before";
    }

    private static void logLoaded(FolderFile file) {
        String libraries = file.libraries.stream().map(Library::className).collect(Collectors.joining(","));
        log.info(
                "{}",
                LogEvent.of("function_file_loaded").with("file", file.name()).with("libraries", libraries));
    }

    /** Creates the libraries among these classes; what cannot be is added to the problems. */
    private static List<Library> create(
            FolderFile file, ClassLoader loader, Map<String, byte[]> contents, List<String> problems) {
        List<Library> libraries = new ArrayList<>();
        List<String> unusable = new ArrayList<>();
        for (String entry : contents.keySet().stream().sorted().toList()) {
            if (!entry.endsWith(".class") || entry.endsWith("-info.class") || entry.startsWith("META-INF/")) {
                continue;
            }
            String className =
                    entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
            try {
                Class<?> type = Class.forName(className, false, loader);
                if (FunctionLibrary.class.isAssignableFrom(type)
                        && !type.isInterface()
                        && !Modifier.isAbstract(type.getModifiers())
                        && !type.isAnonymousClass()) {
                    libraries.add(Library.of(create(type), file.name()));
                }
            } catch (RefusedException e) {
                problems.add(file.name() + ": " + e.getMessage());
            } catch (ClassNotFoundException | LinkageError | SecurityException e) {
                unusable.add(className + " (" + e + ")");
            }
        }
        if (!unusable.isEmpty()) {
            problems.add(file.name() + ": " + unusable.size() + " classes cannot be loaded and were not searched for"
                    + " functions, the first: " + unusable.get(0));
        }
        return libraries;
    }

    private static FunctionLibrary create(Class<?> type) throws RefusedException {
        String needs = type.getName() + ": a library must be public, with a public constructor without parameters";
        if (!Modifier.isPublic(type.getModifiers())) {
            throw new RefusedException(List.of(needs));
        }
        try {
            return (FunctionLibrary) type.getConstructor().newInstance();
        } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
            throw new RefusedException(List.of(needs));
        } catch (InvocationTargetException e) {
            throw notCreated(type, e.getCause());
        } catch (ExceptionInInitializerError e) {
            throw notCreated(type, e.getCause());
        } catch (RuntimeException | Error e) {
            // Whatever a static initializer throws, the files beside this one are to be loaded.
            throw notCreated(type, e);
        }
    }

    private static RefusedException notCreated(Class<?> type, Throwable thrown) {
        return new RefusedException(List.of(type.getName() + ": could not be created: " + thrown));
    }
}
