package io.kookoo.fuzz;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The inputs that are kept, those that once broke a rule among them, without a fuzzer: on every JVM, and in the order of their names. */
class CorpusTest {
    /** For one input; a thousandth of it is usual. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @ParameterizedTest
    @EnumSource(Harness.class)
    void shouldKeepItsRulesWithEveryKeptInput(Harness harness) throws IOException {
        List<Path> inputs;
        try (Stream<Path> files = Files.list(harness.corpus())) {
            inputs = files.sorted().toList();
        }
        assertFalse(inputs.isEmpty(), () -> harness.corpus() + " is empty");
        assertAll(inputs.stream()
                .map(file -> () -> assertTimeoutPreemptively(LIMIT, () -> run(harness, file), file::toString)));
    }

    private static void run(Harness harness, Path file) throws IOException {
        try {
            harness.run(Files.readAllBytes(file));
        } catch (RuntimeException | Error e) {
            throw new AssertionError(harness.title() + " with the kept input " + file, e);
        }
    }
}
