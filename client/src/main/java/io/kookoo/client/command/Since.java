package io.kookoo.client.command;

import io.kookoo.settings.TimeSpan;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalLong;

/** A moment of the past as people name one. */
final class Since {
    /** What {@link #epochMillis} takes, for people. */
    static final String EXPECTED = "a moment (2026-11-22T02:27:53Z), a date (2026-11-22) or an age (90s, 15m, 2h, 7d)";

    private Since() {}

    /**
     * Milliseconds since 1970, at least 0; empty where the text is none of {@link #EXPECTED}.
     *
     * @param now from which ages count back
     * @param zone where dates begin at midnight
     */
    static OptionalLong epochMillis(String text, Instant now, ZoneId zone) {
        Optional<Duration> age = TimeSpan.parse(text);
        try {
            Instant moment;
            if (age.isPresent()) {
                moment = now.minus(age.get());
            } else if (text.indexOf('T') < 0) {
                moment = LocalDate.parse(text).atStartOfDay(zone).toInstant();
            } else {
                moment = Instant.parse(text);
            }
            return OptionalLong.of(Math.max(0, moment.toEpochMilli()));
        } catch (DateTimeException | ArithmeticException e) {
            return OptionalLong.empty();
        }
    }
}
