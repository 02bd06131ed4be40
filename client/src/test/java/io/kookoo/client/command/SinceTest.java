package io.kookoo.client.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneId;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SinceTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final ZoneId ZONE = ZoneId.of("Europe/Vienna");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "7",
                "7 d",
                "-1h",
                "1.5h",
                "1w",
                "2026-13-01",
                "2026-11-22T10:00",
                "22.11.2026",
                "+999999999-12-31",
                "+1000000000-12-31T00:00:00Z"
            })
    void shouldTakeNothingElse(String text) {
        assertEquals(OptionalLong.empty(), Since.epochMillis(text, NOW, ZONE));
    }

    @ParameterizedTest
    @CsvSource({
        "90s, 2026-11-22T11:58:30Z",
        "15m, 2026-11-22T11:45:00Z",
        "2h, 2026-11-22T10:00:00Z",
        "7d, 2026-11-15T12:00:00Z",
        "0s, 2026-11-22T12:00:00Z",
        "999999999d, 1970-01-01T00:00:00Z",
        "2026-11-22, 2026-11-21T23:00:00Z",
        "2026-07-01, 2026-06-30T22:00:00Z",
        "2026-11-22T02:27:53.123Z, 2026-11-22T02:27:53.123Z",
        "2026-11-22T02:27:53+01:00, 2026-11-22T01:27:53Z",
        "1969-01-01, 1970-01-01T00:00:00Z"
    })
    void shouldReadAgesDatesAndMoments(String text, Instant moment) {
        assertEquals(OptionalLong.of(moment.toEpochMilli()), Since.epochMillis(text, NOW, ZONE));
    }
}
