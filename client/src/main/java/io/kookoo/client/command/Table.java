package io.kookoo.client.command;

import io.kookoo.Json;
import io.kookoo.client.net.ServerConnection;
import io.kookoo.client.terminal.TerminalText;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An answer of rows and columns: for people aligned under a header, for programs a JSON array of objects. A cell is a
 * number, text, a list of text, or null where there is nothing, which people see as {@code -}.
 */
final class Table {
    /** Columns of {@link #of}; what people have named may look like a number as well. */
    private static final Set<String> NUMBERS =
            Set.of("client", "seconds", "subscribers", "node", "silent_s", "p50_ms", "p99_ms", "calls");

    private final List<String> columns;
    private final List<List<Object>> rows = new ArrayList<>();

    Table(String... columns) {
        this.columns = List.of(columns);
    }

    /** What the server's list has, whose columns are separated by tabs; asks as {@link TextLists#ask}. */
    static Table of(ServerConnection connection, String command, String... columns) throws IOException {
        Table table = new Table(columns);
        for (String line : TextLists.ask(connection, command)) {
            String[] cells = line.split("\t", -1);
            if (cells.length != columns.length) {
                throw TextLists.notUnderstood(command, line);
            }
            Object[] row = new Object[cells.length];
            try {
                for (int i = 0; i < row.length; i++) {
                    row[i] = NUMBERS.contains(columns[i]) ? number(cells[i]) : cells[i];
                }
            } catch (NumberFormatException e) {
                throw TextLists.notUnderstood(command, line);
            }
            table.add(row);
        }
        return table;
    }

    /** Null where there is none. */
    private static BigDecimal number(String cell) {
        return cell.equals("-") ? null : new BigDecimal(cell);
    }

    void add(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for the columns " + columns);
        }
        rows.add(Arrays.asList(cells.clone()));
    }

    /** The {@link #lines}, each with its end. */
    String text() {
        return lines().stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    /** The header and the rows, a line each: numbers to the right, text to the left, its control characters escaped. */
    List<String> lines() {
        int[] widths = columns.stream().mapToInt(String::length).toArray();
        for (List<Object> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], TerminalText.columns(cell(row.get(i))));
            }
        }
        boolean[] numbers = new boolean[widths.length];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            numbers[i] = rows.stream().anyMatch(row -> row.get(column) instanceof Number);
        }
        List<Object> header = new ArrayList<>();
        columns.forEach(column -> header.add(column.toUpperCase(Locale.ROOT)));
        List<String> lines = new ArrayList<>();
        lines.add(line(header, widths, numbers));
        rows.forEach(row -> lines.add(line(row, widths, numbers)));
        return lines;
    }

    private static String line(List<Object> cells, int[] widths, boolean[] numbers) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cell(cells.get(i));
            String blanks = " ".repeat(widths[i] - TerminalText.columns(cell));
            line.append(i == 0 ? "" : "  ").append(numbers[i] ? blanks + cell : cell + blanks);
        }
        return line.toString().stripTrailing();
    }

    private static String cell(Object value) {
        if (value == null) {
            return "-";
        }
        return TerminalText.printable(
                value instanceof List<?> list
                        ? list.stream().map(Object::toString).collect(Collectors.joining(" "))
                        : value.toString());
    }

    /** The rows as a JSON array, a line each. */
    String json() {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (List<Object> row : rows) {
            Map<String, Object> object = new LinkedHashMap<>();
            for (int i = 0; i < columns.size(); i++) {
                object.put(columns.get(i), row.get(i));
            }
            objects.add(object);
        }
        return Json.array(objects);
    }
}
