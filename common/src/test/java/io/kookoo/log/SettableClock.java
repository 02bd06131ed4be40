package io.kookoo.log;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

/** Stands still until it is moved. */
final class SettableClock extends Clock {

    private final ZoneId zone;
    private volatile Instant now;

    SettableClock(String local, ZoneId zone) {
        this.zone = zone;
        this.now = LocalDateTime.parse(local).atZone(zone).toInstant();
    }

    void set(Instant instant) {
        now = instant;
    }

    void advance(Duration duration) {
        now = now.plus(duration);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
        throw new UnsupportedOperationException();
    }
}
