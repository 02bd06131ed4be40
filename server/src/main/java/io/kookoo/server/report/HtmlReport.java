package io.kookoo.server.report;

import io.kookoo.Json;
import io.kookoo.Version;
import io.kookoo.log.ControlCharacters;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A {@link Report} as one page that needs nothing else: tables that are there without scripts, and charts by a library which is in the page.
 * What strangers have said is text in it and nothing more: it is escaped, and the page allows no script but its own two, by their hashes,
 * and loads nothing.
 */
final class HtmlReport {
    private static final String LIBRARY = "/META-INF/resources/webjars/uplot/";
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z.]+)}}");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME_OF_DAY =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private HtmlReport() {}

    /** Blocks while it reads its resources. @param server {@code address:port} */
    static String of(Report report, String server) throws IOException {
        String folder = LIBRARY + resource("uplot.txt").strip();
        String library = resource(folder + "/dist/uPlot.iife.min.js").strip();
        String charts = resource("charts.js").strip();
        Map<String, String> parts = new HashMap<>();
        parts.put("library.css", resource(folder + "/dist/uPlot.min.css").strip());
        parts.put("library.licence", resource(folder + "/LICENSE").strip());
        parts.put("library.js", library);
        parts.put("charts.js", charts);
        parts.put("hashes", hash(library) + " " + hash(charts));
        parts.put("version", text(Version.TEXT));
        parts.put("title", text("Session of " + server));
        parts.put(
                "span",
                text(time(report.from()) + " to " + time(report.to()) + " UTC, "
                        + span(Duration.between(report.from(), report.to()))));
        parts.put("reason", text("It ended because " + report.reason().words + "."));
        parts.put("totals", totals(report));
        parts.put("width", text("Each bar is " + span(report.pointWidth()) + "."));
        parts.put("points", points(report.points()));
        parts.put("clients", clients(report));
        parts.put("functions", functions(report.functions()));
        parts.put("distribution", distribution(report.functions()));
        parts.put("slowest", calls(report.slowest()));
        parts.put("errors", calls(report.errors()));
        parts.put("series", harmless(Json.object(JsonReport.series(report))));
        // In one pass: what is put in is not looked through again.
        return PLACE.matcher(resource("report.html"))
                .replaceAll(place -> Matcher.quoteReplacement(parts.get(place.group(1))));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the jar lacks " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String hash(String script) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    // ---- parts ----

    private static String totals(Report report) {
        Report.Totals totals = report.totals();
        double seconds =
                Math.max(0.001, Duration.between(report.from(), report.to()).toNanos() / 1e9);
        StringBuilder out = new StringBuilder();
        total(out, "Calls", number(totals.calls()), false);
        total(out, "Failures", number(totals.failures()), totals.failures() > 0);
        total(out, "Submitted", number(totals.submitted()), false);
        total(out, "Retries", number(totals.retries()), false);
        total(out, "Calls a second", String.format(Locale.ROOT, "%,.1f", totals.calls() / seconds), false);
        total(out, "Mean time", duration(totals.times(), totals.times().mean()), false);
        total(out, "p50", duration(totals.times(), totals.times().p50()), false);
        total(out, "p99", duration(totals.times(), totals.times().p99()), false);
        total(out, "Bytes", bytes(totals.bytes()), false);
        total(out, "Connections", number(totals.clients()), false);
        return out.toString();
    }

    private static void total(StringBuilder out, String name, String value, boolean bad) {
        out.append("<div><dt>")
                .append(text(name))
                .append(bad ? "</dt><dd class=\"bad\">" : "</dt><dd>")
                .append(text(value))
                .append("</dd></div>");
    }

    /** What both charts show, but for moments without a call. */
    private static String points(List<Report.Point> points) {
        HtmlTable table = new HtmlTable("From", "#Calls", "#Failures", "#p50", "#p99", "#Longest");
        for (Report.Point point : points) {
            if (point.calls() > 0) {
                table.cell("t", MILLIS.format(point.at()))
                        .number(number(point.calls()))
                        .failures(point.failures())
                        .number(duration(point.p50()))
                        .number(duration(point.p99()))
                        .number(duration(point.longest()))
                        .endRow();
            }
        }
        return table.end();
    }

    private static String clients(Report report) {
        HtmlTable table = new HtmlTable(
                "Client",
                "Address",
                "Role",
                "#Connections",
                "From",
                "To",
                "#Calls",
                "#Failures",
                "#Bytes",
                "#Mean",
                "#p50",
                "#p99",
                "#Longest pause");
        DateTimeFormatter time = isOneDay(report) ? TIME_OF_DAY : TIME;
        for (Report.Client client : report.clients()) {
            table.text(client.name())
                    .cell("t", client.address())
                    .cell("t", client.role().word)
                    .number(number(client.connections()))
                    .cell("t", time.format(client.from()))
                    .cell("t", time.format(client.to()))
                    .number(number(client.calls()))
                    .failures(client.failures())
                    .number(bytes(client.bytes()))
                    .number(duration(client.times(), client.times().mean()))
                    .number(duration(client.times(), client.times().p50()))
                    .number(duration(client.times(), client.times().p99()))
                    .number(duration(client.longestPause()))
                    .endRow();
        }
        return table.end();
    }

    private static boolean isOneDay(Report report) {
        Stream<Instant> moments =
                Stream.concat(Stream.of(report.to()), report.clients().stream().map(Report.Client::from));
        return moments.map(moment -> moment.truncatedTo(ChronoUnit.DAYS))
                        .distinct()
                        .count()
                == 1;
    }

    private static String functions(List<Report.Function> functions) {
        HtmlTable table = new HtmlTable(
                "Function",
                "#Calls",
                "#Failures",
                "#Retries",
                "#Mean",
                "#p50",
                "#p90",
                "#p99",
                "#Longest",
                "Failed with");
        for (Report.Function function : functions) {
            Report.Times times = function.times();
            table.text(function.name())
                    .number(number(function.calls()))
                    .failures(function.failures())
                    .number(number(function.retries()))
                    .number(duration(times, times.mean()))
                    .number(duration(times, times.p50()))
                    .number(duration(times, times.p90()))
                    .number(duration(times, times.p99()))
                    .number(duration(times, times.longest()))
                    .list(function.reasons().stream()
                            .map(reason -> number(reason.count()) + " × " + reason.text())
                            .toList())
                    .endRow();
        }
        return table.end();
    }

    private static String distribution(List<Report.Function> functions) {
        String[] heads = new String[Tally.LIMITS.size() + 2];
        heads[0] = "Function";
        for (int i = 0; i < Tally.LIMITS.size(); i++) {
            heads[i + 1] = "#≤ " + limit(i);
        }
        heads[heads.length - 1] = "#> " + limit(Tally.LIMITS.size() - 1);
        HtmlTable table = new HtmlTable(heads);
        for (Report.Function function : functions) {
            table.text(function.name());
            function.times().counts().forEach(count -> table.number(count == 0 ? "" : number(count)));
            table.endRow();
        }
        return table.end();
    }

    private static String limit(int index) {
        Duration limit = Tally.LIMITS.get(index);
        return limit.toMillis() < 1000 ? limit.toMillis() + " ms" : limit.toSeconds() + " s";
    }

    private static String calls(List<Report.Call> calls) {
        HtmlTable table = new HtmlTable("Ended", "Call", "Handle", "Worker", "Outcome", "#Took", "Said");
        for (Report.Call call : calls) {
            table.cell("t", MILLIS.format(call.ended()))
                    .cell("x code", call.text())
                    .cell("t code", call.handle())
                    .text(call.worker())
                    .cell("t", call.outcome())
                    .number(call.took() == null ? "" : duration(call.took()))
                    .cell("x code", call.said())
                    .endRow();
        }
        return table.end();
    }

    // ---- words ----

    /** What a browser shows as this text, whatever it holds; control characters are written as in the log. */
    static String text(String text) {
        String visible = ControlCharacters.escaped(text);
        StringBuilder out = new StringBuilder(visible.length() + 16);
        for (int i = 0; i < visible.length(); i++) {
            char c = visible.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    /** JSON that ends no element and begins none: of these characters all are within texts. */
    static String harmless(String json) {
        return json.replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }

    private static String time(Instant instant) {
        return TIME.format(instant);
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String bytes(long bytes) {
        String units = "KMGTPE";
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1024) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %sB", value, units.charAt(unit));
    }

    private static String duration(Report.Times times, Duration duration) {
        return times.count() == 0 ? "" : duration(duration);
    }

    /** With three digits or so. */
    private static String duration(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        if (millis < 10) {
            return String.format(Locale.ROOT, millis < 1 ? "%.3f ms" : "%.2f ms", millis);
        }
        return millis < 1000 ? String.format(Locale.ROOT, "%.0f ms", millis) : span(duration);
    }

    /** {@code 1.5 s}, {@code 2 min 5 s}, {@code 1 d 2 h}. */
    private static String span(Duration duration) {
        if (duration.compareTo(Duration.ofMinutes(1)) < 0) {
            String seconds = String.format(Locale.ROOT, "%.3f", duration.toNanos() / 1e9);
            return seconds.replaceAll("0+$", "").replaceAll("\\.$", "") + " s";
        }
        String[] units = {"d", "h", "min", "s"};
        long[] parts = {
            duration.toDays(), duration.toHoursPart(), duration.toMinutesPart(), duration.toSecondsPart(),
        };
        int first = 0;
        while (parts[first] == 0) {
            first++;
        }
        String second =
                first + 1 < parts.length && parts[first + 1] > 0 ? " " + parts[first + 1] + " " + units[first + 1] : "";
        return parts[first] + " " + units[first] + second;
    }
}
