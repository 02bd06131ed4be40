package io.kookoo.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Jazzer looks for inputs that break a rule, each harness in a JVM of its own, for {@code fuzz.seconds}: it begins with the kept inputs and
 * goes on with what reaches code that no input has reached before. {@code fuzz.harness} names the only one that is run.
 */
@Tag("fuzz")
class FuzzTest {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 10);
    private static final String ONLY = System.getProperty("fuzz.harness", "");

    /** Of one input; longer ones find little more, and each takes its time. */
    private static final int MAX_INPUT_BYTES = 4096;

    /** No input may take longer: an expression of 4 KB, or a conversation, takes milliseconds. */
    private static final int INPUT_SECONDS = 20;

    /** To start a JVM, to begin with the corpus, and to stop. */
    private static final int MORE_SECONDS = 120;

    /** Fewer would mean that the classes are not watched, or that the fuzzer stands still; a machine may be busy with other things. */
    private static final int LEAST_COVERED = 100;

    private static final int LEAST_RUNS = 2;

    /** The last line of the fuzzer's own: runs, and edges of the code that they have reached. */
    private static final Pattern DONE = Pattern.compile("#(\\d+)\\s+DONE\\s+cov: (\\d+)");

    /** What they look for is no harm here: a settings file is what a person names, and the server is on loopback. */
    private static final String NO_HARM = String.join(
            ":",
            "com.code_intelligence.jazzer.sanitizers.FilePathTraversal",
            "com.code_intelligence.jazzer.sanitizers.ServerSideRequestForgery");

    /** Before, the better compiler of the JVM takes more time than it saves. */
    private static final int LONG_SECONDS = 60;

    /** Each takes one processor. */
    private static final int AT_A_TIME = 2;

    private static final Map<Harness, Future<Integer>> RUNS = new EnumMap<>(Harness.class);
    private static final ExecutorService RUNNERS = Executors.newFixedThreadPool(AT_A_TIME);

    @BeforeAll
    static void start() {
        for (Harness harness : Harness.values()) {
            if (ONLY.isEmpty() || ONLY.equals(harness.title())) {
                RUNS.put(harness, RUNNERS.submit(() -> run(harness)));
            }
        }
        assertFalse(
                RUNS.isEmpty(),
                () -> "there is no harness " + ONLY + ", but "
                        + Arrays.stream(Harness.values()).map(Harness::title).toList());
    }

    @AfterAll
    static void stop() {
        RUNNERS.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource(Harness.class)
    void shouldFindNoInputThatBreaksARule(Harness harness) throws Exception {
        assumeTrue(RUNS.containsKey(harness), "another harness was asked for");
        int code = RUNS.get(harness).get();
        Path log = log(harness);
        String said = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertEquals(0, code, () -> "an input breaks a rule, or the fuzzer failed (" + log + "):\n" + end(said));
        Matcher done = DONE.matcher(said);
        assertTrue(done.find(), () -> "the fuzzer did not end in good order: " + end(said));
        assertTrue(Integer.parseInt(done.group(1)) >= LEAST_RUNS, done.group());
        assertTrue(Integer.parseInt(done.group(2)) >= LEAST_COVERED, done.group());
    }

    /** Where its findings go, what it has kept, and what it says. */
    private static Path folder(Harness harness) {
        return Path.of("target", "fuzz", harness.title()).toAbsolutePath();
    }

    private static Path log(Harness harness) {
        return folder(harness).resolve("log.txt");
    }

    /** Runs a fuzzer to its end; its exit code. */
    private static int run(Harness harness) throws IOException, InterruptedException {
        Path kept = Files.createDirectories(folder(harness).resolve("found"));
        Process process = new ProcessBuilder(command(harness, kept))
                .redirectErrorStream(true)
                .redirectOutput(log(harness).toFile())
                .start();
        try {
            assertTrue(process.waitFor(SECONDS + MORE_SECONDS, TimeUnit.SECONDS), () -> harness + " does not end");
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> command(Harness harness, Path kept) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=" + (SECONDS < LONG_SECONDS ? 1 : 4),
                "-ea",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+EnableDynamicAgentLoading",
                "-Djdk.attach.allowAttachSelf=true",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + harness.target().getName(),
                "--instrumentation_includes=io.kookoo.**:org.ini4j.**",
                "--custom_hook_includes=io.kookoo.**:org.ini4j.**",
                "--disabled_hooks=" + NO_HARM,
                "--reproducer_path=" + folder(harness),
                kept.toString(),
                harness.corpus().toString(),
                "-artifact_prefix=" + folder(harness) + File.separator,
                "-max_total_time=" + SECONDS,
                "-max_len=" + MAX_INPUT_BYTES,
                "-timeout=" + INPUT_SECONDS,
                "-rss_limit_mb=0");
    }

    private static String end(String said) {
        List<String> lines = said.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }
}
