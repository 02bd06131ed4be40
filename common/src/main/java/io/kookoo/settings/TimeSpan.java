package io.kookoo.settings;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people write one that may be long, {@code 90s}, {@code 15m}, {@code 2h} or {@code 7d}, and as they read a short one. */
public final class TimeSpan {
    private static final Pattern PATTERN = Pattern.compile("(\\d{1,9})([smhd])");

    private TimeSpan() {}

    /** What {@code text} says: a whole number with s, m, h or d behind it, a day being 24 hours; empty if it is none. */
    public static Optional<Duration> parse(String text) {
        Matcher match = PATTERN.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(match.group(1));
        return Optional.of(
                switch (match.group(2)) {
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
    }

    /** In seconds, for people: {@code 5 s}, {@code 0.2 s}. */
    public static String seconds(Duration duration) {
        long millis = duration.toMillis();
        return (millis % 1000 == 0 ? Long.toString(millis / 1000) : Double.toString(millis / 1000.0)) + " s";
    }
}
