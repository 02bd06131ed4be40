package io.kookoo.server.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kookoo.server.LogLines;
import io.kookoo.server.dispatch.CallSource.CatalogCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of functions: what is read of it, how it is drawn from, and what becomes of it when it changes. */
final class FunctionCatalogTest {
    @TempDir
    Path folder;

    private final LogLines log = new LogLines();
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("functions.txt");
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    private FunctionCatalog open(String text) throws IOException {
        Files.writeString(file, text);
        return FunctionCatalog.open(file, OptionalLong.of(42));
    }

    private static List<String> draw(FunctionCatalog catalog, int count) {
        return Stream.generate(() -> catalog.draw().orElseThrow().text())
                .limit(count)
                .toList();
    }

    // ---- refused ----

    @Test
    void shouldSayWhatToDoWhenTheFileIsMissing() {
        IOException e = assertThrows(IOException.class, () -> FunctionCatalog.open(file, OptionalLong.empty()));
        assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
        assertTrue(e.getMessage().contains("does not exist"), e.getMessage());
        assertTrue(e.getMessage().contains("--functions"), e.getMessage());
    }

    @Test
    void shouldSayThatAFolderIsNoFile() throws IOException {
        Files.createDirectory(file);
        IOException e = assertThrows(IOException.class, () -> FunctionCatalog.open(file, OptionalLong.empty()));
        assertTrue(e.getMessage().contains("cannot be read"), e.getMessage());
    }

    @Test
    void shouldReportMalformedLinesWithNumberColumnAndReasonAndGoOn() throws IOException {
        FunctionCatalog catalog = open("add(1,2)\n# fine\nadd(1,\n\n  multiply(2, 3\nhello_world\n");
        assertEquals(2, log.with("WARN malformed_call").size());
        String third = log.await("malformed_call", "line=3 ");
        assertTrue(third.matches(".*file=\\S+ line=3 column=7 reason=\\S.*"), third);
        String fifth = log.await("malformed_call", "line=5 ");
        assertTrue(fifth.matches(".* line=5 column=16 reason=\\S.*"), fifth);
        log.await("INFO catalog_loaded", "calls=2");
        assertTrue(draw(catalog, 50).stream().allMatch(List.of("add(1,2)", "hello_world")::contains));
    }

    @Test
    void shouldReportALineThatIsNotUtf8() throws IOException {
        Files.write(file, new byte[] {'a', '\n', 'b', (byte) 0xff, '\n', 'c', '\n'});
        FunctionCatalog.open(file, OptionalLong.empty());
        log.await("malformed_call", "line=2 ", "column=1 ", "not UTF-8");
        log.await("catalog_loaded", "calls=2");
    }

    @Test
    void shouldNotFloodTheLogWithMalformedLines() throws IOException {
        open("ok\n" + "bad(\n".repeat(1000));
        assertEquals(20, log.with("malformed_call ").size());
        log.await("more_malformed_calls", "count=980");
    }

    // ---- read ----

    @Test
    void shouldPassOverCommentsBlankLinesAndEndsOfOtherSystems() throws IOException {
        FunctionCatalog catalog = open("\uFEFF# comment\r\n\r\n   \t\r\n  # indented\r\n  hello_world  \r\n");
        CatalogCall call = catalog.draw().orElseThrow();
        assertEquals("hello_world", call.text());
        assertEquals("hello_world", call.function().text());
        assertEquals("", call.arguments().text());
        assertEquals(0, log.with("malformed_call").size());
    }

    @Test
    void shouldReadALastLineWithoutEnd() throws IOException {
        CatalogCall call = open("add(1,2)").draw().orElseThrow();
        assertEquals("add", call.function().text());
        assertEquals("1,2", call.arguments().text());
    }

    // ---- drawn ----

    @Test
    void shouldDrawTheSameCallsFromTheSameSeed() throws IOException {
        String text = "a\nb\nc\nd\ne\n";
        List<String> first = draw(open(text), 100);
        assertEquals(first, draw(FunctionCatalog.open(file, OptionalLong.of(42)), 100));
        assertTrue(!first.equals(draw(FunctionCatalog.open(file, OptionalLong.of(43)), 100)));
    }

    @Test
    void shouldDrawUniformlyOverTheLinesDuplicatesIncluded() throws IOException {
        FunctionCatalog catalog = open("a\nb\nb\nc\n");
        Map<String, Integer> counts = new HashMap<>();
        for (String call : draw(catalog, 40_000)) {
            counts.merge(call, 1, Integer::sum);
        }
        // Five standard deviations; the seed is fixed.
        assertEquals(10_000, counts.get("a"), 433);
        assertEquals(20_000, counts.get("b"), 500);
        assertEquals(10_000, counts.get("c"), 433);
    }

    // ---- changed ----

    @Test
    void shouldTakeALineThatWasAdded() throws IOException {
        FunctionCatalog catalog = open("a\n");
        Files.writeString(file, "a\nb\n");
        catalog.refresh();
        assertTrue(draw(catalog, 100).contains("b"));
        log.await("catalog_loaded", "calls=2");
    }

    @Test
    void shouldTakeAFileThatWasReplaced() throws IOException {
        FunctionCatalog catalog = open("a\n");
        Path other = folder.resolve("other");
        Files.writeString(other, "b\n");
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
        Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        catalog.refresh();
        assertEquals(List.of("b"), draw(catalog, 1));
    }

    @Test
    void shouldLoadAnUnchangedFileOnce() throws IOException {
        FunctionCatalog catalog = open("a\n");
        catalog.refresh();
        catalog.refresh();
        assertEquals(1, log.with("catalog_loaded").size());
    }

    @Test
    void shouldKeepTheLastGoodCatalogWhenTheFileBecomesEmptyAndSaySoOnce() throws IOException {
        FunctionCatalog catalog = open("a\n");
        Files.writeString(file, "# nothing left\n");
        for (int i = 0; i < 5; i++) {
            catalog.refresh();
            assertEquals(List.of("a"), draw(catalog, 1));
        }
        assertEquals(1, log.with("ERROR catalog_kept", "calls=1", "no call").size());
        Files.writeString(file, "b\n");
        catalog.refresh();
        assertEquals(List.of("b"), draw(catalog, 1));
    }

    @Test
    void shouldKeepTheLastGoodCatalogWhenTheFileVanishesAndSaySoOnce() throws IOException {
        FunctionCatalog catalog = open("a\n");
        Files.delete(file);
        for (int i = 0; i < 5; i++) {
            catalog.refresh();
            assertEquals(List.of("a"), draw(catalog, 1));
        }
        assertEquals(1, log.with("ERROR catalog_kept", "does not exist").size());
        Files.writeString(file, "a\n");
        catalog.refresh();
        assertEquals(2, log.with("catalog_loaded").size());
    }

    @Test
    void shouldKeepTheLastGoodCatalogWhenTheFileBecomesUnreadableAndSaySoOnce() throws IOException {
        FunctionCatalog catalog = open("a\n");
        Files.delete(file);
        Files.createDirectory(file);
        for (int i = 0; i < 5; i++) {
            catalog.refresh();
            assertEquals(List.of("a"), draw(catalog, 1));
        }
        assertEquals(1, log.with("ERROR catalog_kept").size());
    }

    @Test
    void shouldSayAgainWhenAnotherChangeIsBadToo() throws IOException {
        FunctionCatalog catalog = open("a\n");
        Files.delete(file);
        catalog.refresh();
        catalog.refresh();
        Files.writeString(file, "");
        catalog.refresh();
        catalog.refresh();
        catalog.refresh();
        assertEquals(2, log.with("ERROR catalog_kept").size());
    }
}
