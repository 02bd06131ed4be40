package io.kookoo.server.report;

import io.kookoo.log.LogEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of the reports: {@code report-20261125T101500Z-5555.html} and the same as {@code .json}, named by the moment at which the span
 * ended. A file is there as a whole or not at all. Only the newest reports are kept; whatever else is in the folder is left alone. For one
 * thread; blocks.
 */
final class ReportFolder {
    private static final Logger LOG = LoggerFactory.getLogger(ReportFolder.class);

    private static final String HTML = ".html";
    private static final String JSON = ".json";
    private static final String UNFINISHED = ".new";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    /** The name without its end. The number of a second one in the same second comes last, so that names stand in the order of time. */
    private static final Pattern NAME =
            Pattern.compile("(report-\\d{8}T\\d{6}Z-\\d{1,5}(?:-\\d{1,9})?)\\.(?:html|json)");

    private final Path folder;
    private final int keep;
    private final Supplier<InetSocketAddress> address;
    /** The last report's, without its number in that second. */
    private String lastName;

    private int number;

    ReportFolder(Path folder, int keep, Supplier<InetSocketAddress> address) {
        this.folder = folder;
        this.keep = keep;
        this.address = address;
    }

    /** Writes both files, deletes the oldest ones, and returns the page. */
    Path write(Report report) throws IOException {
        Files.createDirectories(folder);
        int port = address.get().getPort();
        String host = address.get().getAddress().getHostAddress();
        String server = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        String json = JsonReport.of(report, server);
        String html = HtmlReport.of(report, server);
        String name = freeName("report-" + TIME.format(report.to()) + "-" + port);
        write(name + JSON, json);
        try {
            write(name + HTML, html);
        } catch (IOException e) {
            Files.deleteIfExists(folder.resolve(name + JSON));
            throw e;
        }
        deleteOld(name);
        return folder.resolve(name + HTML);
    }

    /** Not one that was used before, even where that is deleted: the later of two has the higher number. */
    private String freeName(String name) {
        number = name.equals(lastName) ? number + 1 : 1;
        lastName = name;
        while (exists(numbered(name))) {
            number++;
        }
        return numbered(name);
    }

    private String numbered(String name) {
        return number == 1 ? name : name + "-" + number;
    }

    private boolean exists(String name) {
        return Files.exists(folder.resolve(name + HTML)) || Files.exists(folder.resolve(name + JSON));
    }

    private void write(String name, String text) throws IOException {
        Path unfinished = folder.resolve(name.substring(0, name.lastIndexOf('.')) + UNFINISHED);
        try {
            // Half a character, where a text was cut, becomes a question mark; Files.writeString would write nothing.
            Files.write(unfinished, text.getBytes(StandardCharsets.UTF_8));
            Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            try {
                Files.deleteIfExists(unfinished);
            } catch (IOException leftOver) {
                e.addSuppressed(leftOver);
            }
            throw e;
        }
    }

    /**
     * A report that cannot be deleted spoils none that is written.
     *
     * @param written stays, also where the clock was set back and others have names of later
     */
    private void deleteOld(String written) {
        try {
            TreeSet<String> names = new TreeSet<>(ReportFolder::compare);
            try (Stream<Path> files = Files.list(folder)) {
                files.map(file -> NAME.matcher(file.getFileName().toString()))
                        .filter(Matcher::matches)
                        .forEach(match -> names.add(match.group(1)));
            }
            names.remove(written);
            while (names.size() >= keep) {
                String oldest = names.pollFirst();
                for (String end : List.of(HTML, JSON)) {
                    Files.deleteIfExists(folder.resolve(oldest + end));
                }
            }
        } catch (IOException e) {
            LOG.warn(LogEvent.of("reports_left")
                    .with("folder", folder)
                    .with("reason", e)
                    .toString());
        }
    }

    /** By time, then by number: {@code -10} comes after {@code -2}. */
    private static int compare(String one, String other) {
        int byLength = Integer.compare(one.length(), other.length());
        int byTime = one.substring(0, "report-".length() + 16).compareTo(other.substring(0, "report-".length() + 16));
        return byTime != 0 ? byTime : byLength != 0 ? byLength : one.compareTo(other);
    }
}
