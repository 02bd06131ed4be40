package io.kookoo.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a report in a real browser: its charts are drawn, and nothing is wrong with it. */
@Tag("peers")
class ReportPageTest {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 3000;
    private static final int GOOD = 0x1f6feb;
    private static final int GOOD_IN_THE_DARK = 0x58a6ff;
    private static final int BAD = 0xd1242f;
    private static final int PAPER = 0xffffff;
    private static final int DARK = 0x14171c;

    @TempDir
    static Path folder;

    private static Path page;

    @BeforeAll
    static void writeAReport() throws IOException {
        Path home = RunningProgram.shippedHome(folder.resolve("home"));
        try (RunningProgram server = RunningProgram.server(home, "--workers", "1")) {
            RunningProgram.command(
                    home, server.port(), "call", "add(1,2)", "divide(1,0)", "sleep(0.3)", "sleep(0.2)", "divide(1,0)");
            RunningProgram report = RunningProgram.command(home, server.port(), "report");
            assertEquals(0, report.awaitExit(), () -> report.err() + " " + server.out());
            page = Path.of(report.out().get(0));
        }
    }

    /** What Chromium prints; fails where its console has anything from the page. */
    private static String chromium(Path shown, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--force-device-scale-factor=1",
                "--window-size=" + WIDTH + "," + HEIGHT,
                "--enable-logging=stderr",
                "--user-data-dir=" + Files.createTempDirectory(folder, "chromium")));
        command.addAll(List.of(options));
        command.add(shown.toUri().toString());
        Path err = Files.createTempFile(folder, "chromium", ".err");
        Process process =
                new ProcessBuilder(command).redirectError(err.toFile()).start();
        try {
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(RunningProgram.PATIENCE.toMillis(), TimeUnit.MILLISECONDS), command::toString);
            String said = Files.readString(err);
            assertEquals(0, process.exitValue(), said);
            assertEquals(
                    List.of(),
                    said.lines().filter(line -> line.contains("CONSOLE")).toList());
            return out;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static BufferedImage screenshot(String... options) throws IOException {
        Path file = Files.createTempFile(folder, "page", ".png");
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--screenshot=" + file);
        chromium(page, all.toArray(String[]::new));
        return ImageIO.read(file.toFile());
    }

    private static long pixels(BufferedImage image, int colour) {
        long count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                count += (image.getRGB(x, y) & 0xffffff) == colour ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void shouldDrawItsChartsWithoutAnErrorInTheConsole() throws IOException {
        String dom = chromium(page, "--dump-dom");
        assertEquals(2, dom.split("<canvas", -1).length - 1, dom);
        for (String chart : List.of("calls", "times")) {
            assertTrue(dom.matches("(?s).*<div class=\"chart\" id=\"" + chart + "\"><div [^>]*class=\"uplot.*"), dom);
        }
    }

    @Test
    void shouldBeLightOrDarkAsTheReaderLikesIt() throws IOException {
        BufferedImage light = screenshot();
        assertEquals(PAPER, light.getRGB(2, 2) & 0xffffff);
        assertTrue(pixels(light, GOOD) > 200, () -> pixels(light, GOOD) + " pixels of calls");
        assertTrue(pixels(light, BAD) > 200, () -> pixels(light, BAD) + " pixels of failures");
        BufferedImage dark = screenshot("--blink-settings=preferredColorScheme=0");
        assertEquals(DARK, dark.getRGB(2, 2) & 0xffffff);
        assertTrue(pixels(dark, GOOD_IN_THE_DARK) > 200, () -> pixels(dark, GOOD_IN_THE_DARK) + " pixels of calls");
        assertEquals(0, pixels(dark, GOOD));
    }

    /** Chromium without scripts prints nothing, so it is the page that has none. */
    @Test
    void shouldHaveItsTablesWithoutScripts() throws IOException {
        Path bare = folder.resolve("bare.html");
        Files.writeString(bare, Files.readString(page).replaceAll("(?s)<script.*?</script>", ""));
        String dom = chromium(bare, "--dump-dom");
        assertFalse(dom.contains("<canvas"), dom);
        assertTrue(
                dom.matches(
                        "(?s).*<summary>Both charts as a table</summary>.*<td class=\"t\">20\\d\\d-[^<]*</td><td class=\"n\">[1-9].*"),
                dom);
        for (String text : List.of(">add<", ">divide<", ">local workers<", "division by zero", ">sleep(0.3)<")) {
            assertTrue(dom.contains(text), () -> text + " in " + dom);
        }
    }

    @Test
    void shouldBePrintable() throws IOException {
        Path file = folder.resolve("page.pdf");
        chromium(page, "--print-to-pdf=" + file);
        byte[] pdf = Files.readAllBytes(file);
        assertEquals("%PDF-", new String(pdf, 0, 5, StandardCharsets.US_ASCII));
        assertTrue(pdf.length > 10_000, () -> pdf.length + " bytes");
    }
}
