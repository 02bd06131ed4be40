package io.kookoo.client.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An answer of rows and columns: for people aligned under a header, for programs a JSON array of objects. A cell is a
 * number, text, a list of text, or null where there is nothing, which people see as {@code -}.
 */
final class Table {
    private final List<String> columns;
    private final List<List<Object>> rows = new ArrayList<>();

    Table(String... columns) {
        this.columns = List.of(columns);
    }

    void add(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for the columns " + columns);
        }
        rows.add(Arrays.asList(cells.clone()));
    }

    /** The header and the rows, a line each: numbers to the right, text to the left. */
    String text() {
        int[] widths = columns.stream().mapToInt(String::length).toArray();
        for (List<Object> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], cell(row.get(i)).length());
            }
        }
        StringBuilder text = new StringBuilder();
        List<Object> header = new ArrayList<>();
        columns.forEach(column -> header.add(column.toUpperCase(Locale.ROOT)));
        line(text, header, widths);
        rows.forEach(row -> line(text, row, widths));
        return text.toString();
    }

    private void line(StringBuilder text, List<Object> cells, int[] widths) {
        int begin = text.length();
        for (int i = 0; i < widths.length; i++) {
            String cell = cell(cells.get(i));
            String blanks = " ".repeat(widths[i] - cell.length());
            boolean number = !rows.isEmpty() && rows.get(0).get(i) instanceof Number;
            text.append(i == 0 ? "" : "  ").append(number ? blanks + cell : cell + blanks);
        }
        int end = text.length();
        while (end > begin && text.charAt(end - 1) == ' ') {
            end--;
        }
        text.setLength(end);
        text.append('\n');
    }

    private static String cell(Object value) {
        if (value == null) {
            return "-";
        }
        return value instanceof List<?> list
                ? list.stream().map(Object::toString).collect(Collectors.joining(" "))
                : value.toString();
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
