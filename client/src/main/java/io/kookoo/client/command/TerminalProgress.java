package io.kookoo.client.command;

import java.io.PrintStream;
import java.text.DecimalFormat;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar with rate and time left on one line of a terminal, drawn again five times a second by a thread of its own. */
final class TerminalProgress implements Progress {
    private static final int UPDATE_MILLIS = 200;
    /** Narrower than most terminals: a line that wraps could not be drawn over. */
    private static final int COLUMNS = 79;

    private static final String ERASE_LINE = "\r\033[K";

    private final PrintStream terminal;
    private final String unit;
    private final long unitSize;
    /** Null before there is anything to show. */
    private ProgressBar bar;

    /**
     * @param unit what is counted, such as {@code " MB"}
     * @param unitSize how many steps are one of it
     */
    TerminalProgress(PrintStream terminal, String unit, long unitSize) {
        this.terminal = terminal;
        this.unit = unit;
        this.unitSize = unitSize;
    }

    @Override
    public void show(long done, long total, String more) {
        if (bar == null) {
            bar = bar();
        }
        bar.maxHint(total == 0 ? -1 : total);
        bar.stepTo(done);
        bar.setExtraMessage(" " + more);
    }

    private ProgressBar bar() {
        return new ProgressBarBuilder()
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .setInitialMax(-1)
                .setUnit(unit, unitSize)
                .showSpeed(new DecimalFormat("#,##0.0"))
                .setMaxRenderedLength(COLUMNS)
                .setConsumer(new ConsoleProgressBarConsumer(terminal, COLUMNS))
                .build();
    }

    @Override
    public void clear() {
        if (bar != null) {
            terminal.print(ERASE_LINE);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
