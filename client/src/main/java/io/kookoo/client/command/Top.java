package io.kookoo.client.command;

import io.kookoo.client.net.ServerAddress;
import io.kookoo.client.terminal.NoScreenException;
import io.kookoo.client.terminal.Screen;
import io.kookoo.client.terminal.ScreenLine;
import io.kookoo.client.terminal.ScreenSize;
import io.kookoo.settings.TimeSpan;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * A server on a full screen. All of it is confined to the thread in {@link #show}; the others, which look at the server and at the
 * keyboard, leave there what is to be done.
 */
final class Top {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
    /** More is not kept while the terminal takes nothing: whoever looks again sees the latest. */
    private static final int MAX_EVENTS = 64;

    private final ServerAddress address;
    private final Duration interval;
    private final BlockingQueue<Runnable> events = new ArrayBlockingQueue<>(MAX_EVENTS);
    private TopOrder order = TopOrder.BUSIEST;
    private ServerSample now;
    private ServerSample before;
    private LocalTime lookedAt = LocalTime.now();
    /** Why there is no server; null while there is one. */
    private String away;

    private boolean ended;

    /** @param first what was seen before */
    Top(ServerAddress address, Duration interval, ServerSample first) {
        this.address = address;
        this.interval = interval;
        this.now = first;
    }

    /** Shows what the watch sees until a person quits; blocks. */
    void show(ServerWatch watch) throws NoScreenException, InterruptedException {
        try (Screen screen = Screen.open(key -> events.offer(() -> press(key)), () -> events.offer(() -> {}))) {
            watch.repeat(interval, look -> events.offer(() -> see(look)));
            while (!ended) {
                screen.show(lines(screen.size()));
                for (Runnable event = events.take(); event != null; event = events.poll()) {
                    event.run();
                }
            }
        }
    }

    private void press(int key) {
        switch (key) {
            case 'q', 'Q', Screen.END -> ended = true;
            case 's', 'S' -> order = order.next();
            default -> {
                // No other key does anything.
            }
        }
    }

    private void see(ServerWatch.Look look) {
        away = look.reason();
        if (look.sample() != null) {
            before = now;
            now = look.sample();
            lookedAt = LocalTime.now();
        }
    }

    private List<ScreenLine> lines(ScreenSize size) {
        String note = away == null
                ? "q quits, s sorts; sorted by: " + order.text()
                : "SERVER AWAY since " + TIME.format(lookedAt) + ": " + away + "; tried again each "
                        + TimeSpan.seconds(interval);
        return frame(address, lookedAt, note, now, before, order).lines(size);
    }

    /** @param before null where there was none */
    static TopFrame frame(
            ServerAddress address, LocalTime at, String note, ServerSample now, ServerSample before, TopOrder order) {
        return new TopFrame(TIME.format(at) + "  " + address + "  Kookoo " + now.version(), note, now, before, order);
    }
}
