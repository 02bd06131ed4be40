package io.kookoo.client.command;

import io.kookoo.client.command.ServerSample.FunctionLoad;
import io.kookoo.client.command.ServerSample.WorkerLoad;
import io.kookoo.client.terminal.ScreenLine;
import io.kookoo.client.terminal.ScreenSize;
import io.kookoo.client.terminal.TerminalText;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * What {@code top} shows: a line about the server, one for what there is to say, its functions, and its workers. A long name loses its
 * end, so that there is room for what is known of it.
 *
 * @param head what the server is, and when it was looked at
 * @param note in the second line; may be empty
 * @param before an earlier sample, from which rates are counted; null where there is none
 */
record TopFrame(String head, String note, ServerSample now, ServerSample before, TopOrder order) {
    /** The first two lines, and the blank one between the tables. */
    private static final int OTHER_ROWS = 3;

    /** A name may take a third of a line, and so many columns. */
    private static final int MIN_NAME_COLUMNS = 12;

    private static final int DECIMALS = 1;

    /**
     * A function.
     *
     * @param perSecond jobs done since the sample before; empty where it is not known
     */
    record FunctionRow(FunctionLoad load, OptionalDouble perSecond) {
        /** For sums and orders, in which what is not known counts nothing. */
        double rate() {
            return perSecond.orElse(0);
        }
    }

    /** The lines, no more and no longer than the size allows. */
    List<ScreenLine> lines(ScreenSize size) {
        List<FunctionRow> functions = functions();
        List<WorkerLoad> workers = now.workers().stream()
                .sorted(Comparator.comparing(WorkerLoad::running)
                        .reversed()
                        .thenComparing(WorkerLoad::id)
                        .thenComparing(WorkerLoad::address))
                .toList();
        int rows = Math.max(0, size.rows() - OTHER_ROWS);
        int functionRows = functions.size() + 1;
        int workerRows = workers.size() + 1;
        // Each has half of the screen, and what the other leaves.
        int forFunctions = Math.min(functionRows, Math.max(rows - workerRows, rows - rows / 2));
        int forWorkers = Math.min(workerRows, rows - forFunctions);

        int nameColumns = Math.max(MIN_NAME_COLUMNS, size.columns() / 3);
        List<ScreenLine> lines = new ArrayList<>();
        lines.add(new ScreenLine(headLine(functions), true));
        lines.add(new ScreenLine(note, false));
        Table functionTable =
                new Table("function", "queued", "running", "per_s", "done", "failed", "retried", "mean_ms", "p99_ms");
        addTable(
                lines,
                functionTable,
                row -> add(functionTable, row, nameColumns),
                functions,
                forFunctions,
                "functions");
        lines.add(new ScreenLine("", false));
        Table workerTable = new Table("worker", "address", "running", "functions", "idle_s");
        addTable(lines, workerTable, worker -> add(workerTable, worker, nameColumns), workers, forWorkers, "workers");
        return lines.stream()
                .limit(size.rows())
                .map(line -> new ScreenLine(
                        TerminalText.cut(TerminalText.printable(line.text()), size.columns()), line.heading()))
                .toList();
    }

    private List<FunctionRow> functions() {
        Map<String, Long> doneBefore = new HashMap<>();
        if (before != null) {
            before.functions().forEach(load -> doneBefore.put(load.name(), load.done()));
        }
        return now.functions().stream()
                .map(load -> new FunctionRow(load, perSecond(load.done() - doneBefore.getOrDefault(load.name(), 0L))))
                .sorted(order.comparator())
                .toList();
    }

    /** @param jobs that were done between the samples; less than 0 where the server has begun to count anew */
    private OptionalDouble perSecond(long jobs) {
        if (before == null || jobs < 0 || now.atNanos() <= before.atNanos()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(jobs * 1e9 / (now.atNanos() - before.atNanos()));
    }

    private String headLine(List<FunctionRow> functions) {
        boolean known = before != null
                && functions.stream().allMatch(row -> row.perSecond().isPresent());
        double rate = functions.stream().mapToDouble(FunctionRow::rate).sum();
        return head + "  connections " + now.connections() + "  queued " + now.queued() + "  running " + now.running()
                + "  done/s " + (known ? decimal(rate) : "-");
    }

    private static void add(Table table, FunctionRow row, int nameColumns) {
        FunctionLoad load = row.load();
        table.add(
                name(load.name(), nameColumns),
                load.queued(),
                load.running(),
                row.perSecond().isPresent() ? decimal(row.rate()) : null,
                load.done(),
                load.failed(),
                load.retried(),
                load.meanMillis(),
                load.p99Millis());
    }

    private static void add(Table table, WorkerLoad worker, int nameColumns) {
        table.add(
                name(worker.id(), nameColumns),
                worker.address(),
                worker.running(),
                worker.functions(),
                worker.idleSeconds().setScale(DECIMALS, RoundingMode.HALF_UP));
    }

    private static String name(String text, int columns) {
        return TerminalText.cut(TerminalText.printable(text), columns);
    }

    private static BigDecimal decimal(double number) {
        return BigDecimal.valueOf(number).setScale(DECIMALS, RoundingMode.HALF_UP);
    }

    /** Adds so many lines: the header, rows, and where these are not all, in the last how many more there are. */
    private static <R> void addTable(
            List<ScreenLine> lines, Table table, Consumer<R> add, List<R> rows, int count, String name) {
        boolean all = rows.size() + 1 <= count;
        List<R> shown = all ? rows : rows.subList(0, Math.max(0, count - 2));
        shown.forEach(add);
        List<String> texts = table.lines();
        if (count > 1 || all) {
            lines.add(new ScreenLine(texts.get(0), true));
            texts.subList(1, texts.size()).forEach(text -> lines.add(new ScreenLine(text, false)));
        }
        if (!all && count > 0) {
            lines.add(new ScreenLine("... " + (rows.size() - shown.size()) + " more " + name, false));
        }
    }
}
