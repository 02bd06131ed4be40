package io.kookoo.client.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FunctionFolderTest {
    private static final String HEAD = "import io.kookoo.client.function.*;\n";

    @TempDir
    Path home;

    private Path functions;
    private FunctionExecutor executor;

    @BeforeEach
    void startWithoutAFolder() {
        functions = home.resolve("functions");
        executor = new FunctionExecutor(FunctionExecutor.builtIns(), functions);
    }

    /** Puts a file into the folder as most editors do, and looks at the folder. */
    private void put(String name, String text) throws IOException {
        Files.createDirectories(functions);
        Files.writeString(functions.resolve(name), text);
        executor.refresh();
    }

    private static String library(String name, String methods) {
        return HEAD + "public class " + name + " implements FunctionLibrary {\n" + methods + "\n}\n";
    }

    private void assertProblems(String... beginnings) {
        List<String> problems = executor.problems();
        assertEquals(beginnings.length, problems.size(), problems::toString);
        for (int i = 0; i < beginnings.length; i++) {
            assertTrue(problems.get(i).startsWith(beginnings[i]), problems.get(i));
        }
    }

    private boolean offers(String name) {
        return executor.names().contains(name);
    }

    /** A jar of classes that are compiled here, from sources by class name. */
    private void putJar(String name, Map<String, String> sources, Map<String, String> resources) throws Exception {
        Path jar = home.resolve(name);
        writeJar(jar, sources, resources);
        Files.createDirectories(functions);
        Files.copy(jar, functions.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        executor.refresh();
    }

    private void writeJar(Path jar, Map<String, String> sources, Map<String, String> resources) throws Exception {
        Map<String, byte[]> entries = new TreeMap<>();
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = home.resolve(source.getKey() + ".java");
            Files.writeString(file, source.getValue());
            entries.putAll(SourceCompiler.compile(file, List.of()));
        }
        resources.forEach((path, text) -> entries.put(path, text.getBytes(StandardCharsets.UTF_8)));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(new JarEntry(entry.getKey()));
                out.write(entry.getValue());
                out.closeEntry();
            }
        }
    }

    private static void permit(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    // Errors

    @Test
    void shouldLoadNothingFromAFolderThatOthersCanWrite() throws Exception {
        permit(Files.createDirectories(functions), "rwxrwxrwx");
        put("Good.java", library("Good", "public String good() { return \"good\"; }"));
        assertFalse(offers("good"));
        assertEquals(
                List.of(functions + ": not loaded, its functions stay as they were: somebody else can write to "
                        + functions
                        + ", and so could have this client run what they like; it must be your own (chown), and: chmod go-w "
                        + functions),
                executor.problems());
        permit(functions, "rwxr-xr-x");
        executor.refresh();
        assertProblems();
        assertEquals("good", executor.execute("good", ""));
    }

    @Test
    void shouldLoadNothingBelowAFolderThatOthersCanWrite() throws Exception {
        Path between = Files.createDirectory(home.resolve("between"));
        functions = between.resolve("functions");
        executor = new FunctionExecutor(List.of(), functions, home, List.of());
        permit(between, "rwxr-xrwx");
        put("Good.java", library("Good", "public String good() { return \"good\"; }"));
        assertFalse(offers("good"));
        assertProblems(functions + ": not loaded, its functions stay as they were: somebody else can write to "
                + between + ", ");
    }

    @Test
    void shouldKeepWhatWasLoadedWhenOthersCanWriteTheFolderLater() throws Exception {
        put("V.java", library("V", "public int version() { return 1; }"));
        permit(functions, "rwxrwxrwx");
        put("V.java", library("V", "public int version() { return 2; }"));
        put("W.java", library("W", "public int other() { return 2; }"));
        assertEquals("1", executor.execute("version", ""));
        assertFalse(offers("other"));
    }

    @Test
    void shouldLoadNoFileThatIsALinkIntoAFolderThatOthersCanWrite() throws Exception {
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
        permit(elsewhere, "rwxrwxrwx");
        Path linked = Files.writeString(elsewhere.resolve("Linked.java"), library("Linked", "public void linked() {}"));
        permit(linked, "rw-r--r--");
        put("Good.java", library("Good", "public String good() { return \"good\"; }"));
        Files.createSymbolicLink(functions.resolve("Linked.java"), linked);
        executor.refresh();
        assertProblems("Linked.java: not loaded: somebody else can write to " + elsewhere.toRealPath() + ", ");
        assertTrue(offers("good"));
        assertFalse(offers("linked"));
    }

    @Test
    void shouldLoadNoFileThatOthersCanWrite() throws Exception {
        put("Good.java", library("Good", "public String good() { return \"good\"; }"));
        Path open = Files.writeString(functions.resolve("Open.java"), library("Open", "public void open() {}"));
        permit(open, "rw-r--rw-");
        putJar("open.jar", Map.of("Jarred", library("Jarred", "public void jarred() {}")), Map.of());
        permit(functions.resolve("open.jar"), "rw-r--rw-");
        executor.refresh();
        // The jar was loaded before, and stays.
        assertProblems(
                "open.jar: not loaded: somebody else can write to " + functions.resolve("open.jar") + ", and so could ",
                "Open.java: not loaded: somebody else can write to " + open + ", and so could ");
        assertTrue(offers("good"));
        assertTrue(offers("jarred"));
        assertFalse(offers("open"));
        permit(open, "rw-r--r--");
        permit(functions.resolve("open.jar"), "rw-r--r--");
        executor.refresh();
        assertProblems();
        assertTrue(offers("open"));
    }

    @Test
    void shouldReportFileLineColumnAndMessageAndGoOn() throws Exception {
        put(
                "Broken.java",
                library("Broken", "  public int twice(int n) { return n * two; }\n  public int x() { return \"\"; }"));
        put("Good.java", library("Good", "public String good() { return \"good\"; }"));
        assertProblems(
                "Broken.java:3:40: cannot find symbol; symbol:   variable two",
                "Broken.java:4:27: incompatible types: java.lang.String cannot be converted to int");
        assertEquals("good", executor.execute("good", ""));
        assertFalse(offers("twice"));
    }

    @Test
    void shouldKeepTheLastGoodVersionUntilTheSourceCompilesAgainOrIsRemoved() throws Exception {
        put("V.java", library("V", "public int version() { return 1; }"));
        assertEquals("1", executor.execute("version", ""));

        put("V.java", library("V", "public int version() { return 2; "));
        assertProblems("V.java:4:", "V.java: not loaded; its functions stay as they were before");
        assertEquals("1", executor.execute("version", ""));

        put("V.java", "");
        assertProblems(
                "V.java: has no public class that implements io.kookoo.client.function.FunctionLibrary",
                "V.java: not loaded; its functions stay as they were before");
        assertEquals("1", executor.execute("version", ""));

        put("V.java", library("V", "public int version() { return 30; }"));
        assertProblems();
        assertEquals("30", executor.execute("version", ""));

        put("V.java", "broken again");
        Files.delete(functions.resolve("V.java"));
        executor.refresh();
        assertProblems();
        assertFalse(offers("version"));
    }

    @Test
    void shouldReportAnUnchangedBrokenSourceOnceOnly() throws Exception {
        put("Broken.java", "class {");
        List<String> before = executor.problems();
        AtomicInteger changes = new AtomicInteger();
        executor.onChange(changes::incrementAndGet);
        executor.refresh();
        executor.refresh();
        assertEquals(before, executor.problems());
        assertEquals(0, changes.get());
    }

    @Test
    void shouldReportALibraryThatCannotBeCreated() throws Exception {
        put("A.java", HEAD + "class A implements FunctionLibrary { public int a() { return 1; } }");
        put("B.java", library("B", "private B() {} public int b() { return 1; }"));
        put(
                "C.java",
                library(
                        "C",
                        "public C() { throw new IllegalStateException(\"no database\"); } public int c() { return 1; }"));
        put("D.java", library("D", "static final int N = Integer.parseInt(\"x\"); public int d() { return N; }"));
        put("E.java", library("E", "public E() { this(); } public E(int n) { this(); } public int e() { return 1; }"));
        put(
                "F.java",
                library(
                        "F",
                        "public F() { overflow(); } int overflow() { return overflow() + 1; } public int f() { return 1; }"));
        String needs = ": a library must be public, with a public constructor without parameters";
        assertProblems(
                "A.java: A" + needs,
                "B.java: B" + needs,
                "C.java: C: could not be created: java.lang.IllegalStateException: no database",
                "D.java: D: could not be created: java.lang.NumberFormatException",
                "E.java:3:",
                "F.java: F: could not be created: java.lang.StackOverflowError");
        assertEquals(new FunctionExecutor(FunctionExecutor.builtIns(), home).names(), executor.names());
    }

    @Test
    void shouldLetBuiltInFunctionsWinAndRefuseBothOfTwoFiles() throws Exception {
        put(
                "A.java",
                library(
                        "A",
                        "public String Pow2(int n) { return \"mine\"; } public int same_name() { return 1; } public int a() { return 1; }"));
        assertProblems(
                "A.java: not offered: Pow2 of A in A.java has the name of pow_2 of io.kookoo.client.function.Arithmetic in the client");
        assertEquals("49", executor.execute("Pow2", "7"));
        assertEquals("1", executor.execute("samename", ""));

        put("B.java", library("B", "public int sameName() { return 2; } public int b() { return 2; }"));
        assertProblems(
                "A.java: not offered: Pow2 of A",
                "A.java: not offered: same_name of A in A.java has the name of sameName of B in B.java",
                "B.java: not offered: sameName of B in B.java has the name of same_name of A in A.java");
        assertThrows(FunctionFailedException.class, () -> executor.execute("same_name", ""));
        assertEquals("1", executor.execute("a", ""));
        assertEquals("2", executor.execute("b", ""));

        Files.delete(functions.resolve("A.java"));
        executor.refresh();
        assertEquals("2", executor.execute("same_name", ""));
    }

    @Test
    void shouldReportAHalfWrittenJarAndKeepTheLastGoodOne() throws Exception {
        putJar("v.jar", Map.of("V", library("V", "public int version() { return 1; }")), Map.of());
        assertEquals("1", executor.execute("version", ""));
        writeJar(
                home.resolve("new.jar"),
                Map.of("V", library("V", "public int version() { return 2; } public int more() { return 3; }")),
                Map.of("padding.txt", "x".repeat(1000)));
        byte[] whole = Files.readAllBytes(home.resolve("new.jar"));
        try (OutputStream out = Files.newOutputStream(functions.resolve("v.jar"))) {
            out.write(whole, 0, whole.length / 2);
            out.flush();
            executor.refresh();
            assertProblems("v.jar: cannot be read as a jar: java.util.zip.ZipException: ");
            assertTrue(executor.problems().get(0).endsWith("; its functions stay as they were before"));
            assertEquals("1", executor.execute("version", ""));
            out.write(whole, whole.length / 2, whole.length - whole.length / 2);
        }
        executor.refresh();
        assertProblems();
        assertEquals("2", executor.execute("version", ""));
        assertEquals("3", executor.execute("more", ""));
    }

    @Test
    void shouldReportWhatAJarLacksAndGoOn() throws Exception {
        Path lib = home.resolve("gone.jar");
        writeJar(lib, Map.of("Gone", "public class Gone {}"), Map.of());
        Path needy = home.resolve("Needy.java");
        Files.writeString(
                needy,
                library("Needy", "public int needy() { return 1; }") + "class Child extends Gone {}\n"
                        + "class Other { }\n");
        Files.createDirectories(functions);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(functions.resolve("needy.jar")))) {
            for (Map.Entry<String, byte[]> entry :
                    SourceCompiler.compile(needy, List.of(lib)).entrySet()) {
                out.putNextEntry(new JarEntry(entry.getKey()));
                out.write(entry.getValue());
            }
        }
        executor.refresh();
        assertProblems("needy.jar: 1 classes cannot be loaded and were not searched for functions, the first: Child"
                + " (java.lang.NoClassDefFoundError: Gone)");
        assertEquals("1", executor.execute("needy", ""));
    }

    @Test
    void shouldTakeAFileInPlaceOfTheFolderForAProblem() throws IOException {
        Files.writeString(functions, "");
        executor.refresh();
        assertProblems(functions
                + ": cannot be read, its functions stay as they were: java.io.IOException: it is not a folder");
        Files.delete(functions);
        executor.refresh();
        assertProblems();
    }

    // What works

    @Test
    void shouldRunTheExampleOfTheReadme() throws Exception {
        Files.createDirectories(functions);
        try (InputStream example = getClass().getResourceAsStream("/functions/Words.java")) {
            Files.copy(example, functions.resolve("Words.java"));
        }
        executor.refresh();
        assertProblems();
        assertEquals("6", executor.execute("count_words", "to be or not to be"));
        assertEquals("60000000000000000000001", executor.execute("sum", "[60000000000000000000000, 1]"));
        assertTrue(executor.functions()
                .contains(new FunctionDescription(
                        "count_words", "count_words(String text)", "how many words a text has")));
        assertEquals(
                "sum: argument 1 is \"x\", expected List<BigInteger>",
                assertThrows(FunctionFailedException.class, () -> executor.execute("sum", "x"))
                        .getMessage());
    }

    @Test
    void shouldLoadWhatIsThereAtTheFirstLookAndOnlyThat() throws Exception {
        put("Start.java", "package a.b;\n" + library("Start", "public static int started() { return 1; }"));
        put("notes.txt", "no source");
        put(".Hidden.java", library("Hidden", "public int hidden() { return 1; }"));
        Files.createDirectories(functions.resolve("Folder.java"));
        FunctionExecutor second = new FunctionExecutor(List.of(), functions);
        assertEquals(List.of(), second.names());
        second.refresh();
        assertEquals(List.of("started"), second.names());
        assertEquals(List.of(), second.problems());
        assertEquals("1", second.execute("started", ""));
    }

    @Test
    void shouldTellListenersWhenNamesChange() throws Exception {
        AtomicInteger changes = new AtomicInteger();
        executor.onChange(() -> {
            throw new IllegalStateException("a listener that fails");
        });
        executor.onChange(changes::incrementAndGet);
        put("A.java", library("A", "public int a() { return 1; }"));
        assertEquals(1, changes.get());
        put("A.java", library("A", "public int a() { return 222; }"));
        assertEquals(1, changes.get());
        assertEquals("222", executor.execute("a", ""));
        put("A.java", library("A", "public int a() { return 1; } public int b() { return 2; }"));
        assertEquals(2, changes.get());
        Files.delete(functions.resolve("A.java"));
        Files.delete(functions);
        executor.refresh();
        assertEquals(3, changes.get());
        assertFalse(offers("a"));
    }

    @Test
    void shouldNoticeAChangeByItself() throws Exception {
        CountDownLatch changed = new CountDownLatch(1);
        executor.onChange(changed::countDown);
        try (FunctionExecutor watched = executor) {
            watched.watch();
            assertThrows(IllegalStateException.class, watched::watch);
            Files.createDirectories(functions);
            Files.writeString(functions.resolve("A.java"), library("A", "public int a() { return 1; }"));
            assertTrue(changed.await(60, TimeUnit.SECONDS), "noticed within a minute");
            assertEquals("1", watched.execute("a", ""));
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("kookoo-functions")) {
                thread.join(TimeUnit.SECONDS.toMillis(60));
                assertFalse(thread.isAlive(), "the watching thread ends after close");
            }
        }
    }

    @Test
    void shouldLoadTheOtherFilesWhateverOneThrows() throws Exception {
        Files.createDirectories(functions);
        Files.writeString(
                functions.resolve("A.java"),
                library("A", "static { if (true) throw new AssertionError(1); } public int a() { return 1; }"));
        Files.writeString(
                functions.resolve("B.java"),
                library("B", "public B() { throw new InternalError(); } public int b() { return 1; }"));
        put("C.java", library("C", "public int c() { return 3; }"));
        assertProblems(
                "A.java: A: could not be created: java.lang.AssertionError: 1",
                "B.java: B: could not be created: java.lang.InternalError");
        assertEquals("3", executor.execute("c", ""));
    }

    @Test
    void shouldNoticeChangesAfterAListenerHasThrownAnError() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(2);
        executor.onChange(() -> {
            first.countDown();
            second.countDown();
            throw new InternalError("ill");
        });
        Files.createDirectories(functions);
        Files.writeString(functions.resolve("A.java"), library("A", "public int a() { return 1; }"));
        try (FunctionExecutor watched = executor) {
            watched.watch();
            assertTrue(first.await(60, TimeUnit.SECONDS), "noticed within a minute");
            Files.delete(functions.resolve("A.java"));
            assertTrue(second.await(60, TimeUnit.SECONDS), "noticed within a minute");
        }
    }

    @Test
    void shouldLetACallWaitForTheFirstLookAtTheFolder() throws Exception {
        Files.createDirectories(functions);
        Files.writeString(functions.resolve("A.java"), library("A", "public int a() { return 1; }"));
        try (FunctionExecutor watched = executor) {
            watched.watch();
            assertEquals("1", watched.execute("a", ""));
        }
    }

    @Test
    void shouldFinishARunningCallWithTheCodeItBeganWith() throws Exception {
        String slow =
                "public static final java.util.concurrent.CountDownLatch BEGUN = new java.util.concurrent.CountDownLatch(1);"
                        + " public void await() throws InterruptedException { BEGUN.await(); }"
                        + " public String slow() throws InterruptedException {"
                        + " BEGUN.countDown(); synchronized (System.out) { } return new Late().text(); }";
        put("Slow.java", library("Slow", slow) + "class Late { String text() { return \"old\"; } }\n");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<String> result;
            synchronized (System.out) {
                result = thread.submit(() -> executor.execute("slow", ""));
                executor.execute("await", "");
                Files.delete(functions.resolve("Slow.java"));
            }
            executor.refresh();
            assertEquals("old", result.get(60, TimeUnit.SECONDS));
            assertFalse(offers("slow"));
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void shouldLetSourcesAndJarsUseTheClassesOfJars() throws Exception {
        putJar("lib.jar", Map.of("Lib", "public class Lib { public static int n() { return 1; } }"), Map.of());
        assertProblems();
        put("User.java", library("User", "public int lib() { return Lib.n(); }"));
        assertProblems();
        assertEquals("1", executor.execute("lib", ""));

        // A new version of the jar reaches the source, which has not changed.
        putJar("lib.jar", Map.of("Lib", "public class Lib { public static int n() { return 22; } }"), Map.of("a", "b"));
        assertEquals("22", executor.execute("lib", ""));

        // Without the jar the source no longer compiles; what was loaded of both goes on.
        Files.delete(functions.resolve("lib.jar"));
        executor.refresh();
        assertProblems("User.java:3:27: cannot find symbol", "User.java: not loaded; its functions stay");
        assertEquals("22", executor.execute("lib", ""));
    }

    @Test
    void shouldFindResourcesAndNestedLibrariesInAJar() throws Exception {
        String source = HEAD
                + "public abstract class Outer implements FunctionLibrary {\n"
                + "  public static class Inner extends Outer {\n"
                + "    public String resource() throws java.io.IOException {\n"
                + "      try (var in = Outer.class.getResourceAsStream(\"/data/a.txt\")) { return new String(in.readAllBytes()); }\n"
                + "    }\n"
                + "    public String service() {\n"
                + "      return java.util.ServiceLoader.load(Runnable.class).iterator().next().getClass().getName();\n"
                + "    }\n"
                + "    public String place() { return Outer.class.getProtectionDomain().getCodeSource().getLocation().toString(); }\n"
                + "  }\n"
                + "  public static class Service implements Runnable { public void run() {} }\n"
                + "}\n";
        putJar(
                "outer.jar",
                Map.of("Outer", source),
                Map.of("data/a.txt", "the text", "META-INF/services/java.lang.Runnable", "Outer$Service\n"));
        assertProblems();
        assertEquals("the text", executor.execute("resource", ""));
        assertEquals("Outer$Service", executor.execute("service", ""));
        assertEquals(functions.resolve("outer.jar").toUri().toURL().toString(), executor.execute("place", ""));
    }

    @Test
    void shouldCreateALibraryOnce() throws Exception {
        put("Count.java", library("Count", "private int n; public synchronized int next() { return ++n; }"));
        assertEquals("1", executor.execute("next", ""));
        put("Other.java", library("Other", "public int other() { return 0; }"));
        executor.refresh();
        assertEquals("2", executor.execute("next", ""));
    }
}
