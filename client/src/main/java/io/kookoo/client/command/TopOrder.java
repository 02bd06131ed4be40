package io.kookoo.client.command;

import io.kookoo.client.command.TopFrame.FunctionRow;
import java.util.Comparator;
import java.util.function.ToDoubleFunction;

/** In which order {@code top} shows functions. */
enum TopOrder {
    BUSIEST("busiest", most(row -> row.load().queued() + row.load().running())),
    RATE("done per second", most(FunctionRow::rate)),
    MEAN("mean time", most(row -> row.load().meanMillis().doubleValue())),
    FAILED("failed", most(row -> row.load().failed())),
    NAME("name", Comparator.comparing(row -> row.load().name()));

    private final String text;
    private final Comparator<FunctionRow> comparator;

    TopOrder(String text, Comparator<FunctionRow> comparator) {
        this.text = text;
        this.comparator = comparator;
    }

    private static Comparator<FunctionRow> most(ToDoubleFunction<FunctionRow> measure) {
        return Comparator.comparingDouble(measure).reversed();
    }

    /** For people. */
    String text() {
        return text;
    }

    /** Those that are alike by the jobs they have done, and then by name. */
    Comparator<FunctionRow> comparator() {
        return comparator
                .thenComparing(most(FunctionRow::rate))
                .thenComparing(most(row -> row.load().done()))
                .thenComparing(NAME.comparator);
    }

    TopOrder next() {
        return values()[(ordinal() + 1) % values().length];
    }
}
