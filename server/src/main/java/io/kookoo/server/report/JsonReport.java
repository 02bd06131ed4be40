package io.kookoo.server.report;

import io.kookoo.Json;
import io.kookoo.Version;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A {@link Report} as JSON. Times are instants in UTC; {@code _ms} are milliseconds, {@code _s} seconds. Documented in docs/operations.md. */
final class JsonReport {
    private JsonReport() {}

    /** One object, with a line feed at its end. @param server {@code address:port} */
    static String of(Report report, String server) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("server", server);
        all.put("version", Version.TEXT);
        all.put("reason", report.reason().words);
        all.put("from", instant(report.from()));
        all.put("to", instant(report.to()));
        all.put("seconds", seconds(Duration.between(report.from(), report.to())));
        all.put("totals", totals(report.totals()));
        all.put("clients", list(report.clients(), JsonReport::client));
        all.put("functions", list(report.functions(), JsonReport::function));
        all.put("series", series(report));
        all.put("slowest", list(report.slowest(), JsonReport::call));
        all.put("errors", list(report.errors(), JsonReport::call));
        return Json.object(all) + "\n";
    }

    /** The calls over time alone: {@code width_s}, {@code points}. */
    static Map<String, Object> series(Report report) {
        Map<String, Object> series = new LinkedHashMap<>();
        series.put("width_s", seconds(report.pointWidth()));
        series.put("points", list(report.points(), JsonReport::point));
        return series;
    }

    private static <T> List<Map<String, Object>> list(List<T> items, Function<T, Map<String, Object>> object) {
        List<Map<String, Object>> objects = new ArrayList<>();
        items.forEach(item -> objects.add(object.apply(item)));
        return objects;
    }

    private static Map<String, Object> totals(Report.Totals totals) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("clients", totals.clients());
        object.put("submitted", totals.submitted());
        object.put("calls", totals.calls());
        object.put("failures", totals.failures());
        object.put("retries", totals.retries());
        object.put("bytes", totals.bytes());
        putTimes(object, totals.times());
        return object;
    }

    private static Map<String, Object> client(Report.Client client) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", client.name());
        object.put("address", client.address());
        object.put("role", client.role().word);
        object.put("connections", client.connections());
        object.put("from", instant(client.from()));
        object.put("to", instant(client.to()));
        object.put("calls", client.calls());
        object.put("failures", client.failures());
        object.put("bytes", client.bytes());
        putTimes(object, client.times());
        object.put("longest_pause_ms", millis(client.longestPause()));
        return object;
    }

    private static Map<String, Object> function(Report.Function function) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", function.name());
        object.put("calls", function.calls());
        object.put("failures", function.failures());
        object.put("reasons", list(function.reasons(), reason -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("reason", reason.text());
            one.put("calls", reason.count());
            return one;
        }));
        object.put("retries", function.retries());
        putTimes(object, function.times());
        List<Map<String, Object>> distribution = new ArrayList<>();
        for (int i = 0; i < function.times().counts().size(); i++) {
            Map<String, Object> part = new LinkedHashMap<>();
            part.put("up_to_ms", i < Tally.LIMITS.size() ? Tally.LIMITS.get(i).toMillis() : null);
            part.put("calls", function.times().counts().get(i));
            distribution.add(part);
        }
        object.put("distribution", distribution);
        return object;
    }

    private static void putTimes(Map<String, Object> object, Report.Times times) {
        boolean none = times.count() == 0;
        object.put("mean_ms", none ? null : millis(times.mean()));
        object.put("p50_ms", none ? null : millis(times.p50()));
        object.put("p90_ms", none ? null : millis(times.p90()));
        object.put("p99_ms", none ? null : millis(times.p99()));
        object.put("longest_ms", none ? null : millis(times.longest()));
    }

    private static Map<String, Object> point(Report.Point point) {
        boolean none = point.longest().isZero();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("at", instant(point.at()));
        object.put("calls", point.calls());
        object.put("failures", point.failures());
        object.put("p50_ms", none ? null : millis(point.p50()));
        object.put("p99_ms", none ? null : millis(point.p99()));
        object.put("longest_ms", none ? null : millis(point.longest()));
        return object;
    }

    private static Map<String, Object> call(Report.Call call) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("ended", instant(call.ended()));
        object.put("handle", call.handle());
        object.put("call", call.text());
        object.put("worker", call.worker());
        object.put("ms", call.took() == null ? null : millis(call.took()));
        object.put("outcome", call.outcome());
        object.put("said", call.said());
        return object;
    }

    private static Instant instant(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS);
    }

    private static BigDecimal seconds(Duration duration) {
        return new BigDecimal(
                BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString());
    }

    /** To a microsecond. */
    private static BigDecimal millis(Duration duration) {
        return BigDecimal.valueOf(duration.toNanos() / 1_000, 3);
    }
}
