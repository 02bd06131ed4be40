package io.kookoo.client.shell;

import io.kookoo.client.terminal.TerminalText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What others have written, for a terminal, on which it must do nothing but be read. */
final class Printable {
    /** A longer cell does not push the others of its column away. */
    private static final int WIDEST = 40;

    private static final int GAP = 2;

    private Printable() {}

    /** A line of text with its tabs. */
    static String line(String text) {
        return cells(text).collect(Collectors.joining("\t"));
    }

    /** A line of bytes that ends with LF. */
    static String line(byte[] bytes) {
        return line(new String(bytes, 0, bytes.length - 1, StandardCharsets.UTF_8));
    }

    private static Stream<String> cells(String text) {
        return Arrays.stream(text.split("\t", -1)).map(TerminalText::printable);
    }

    /** Lines whose columns, separated by tabs, stand below each other. */
    static List<String> table(List<String> lines) {
        List<List<String>> rows =
                lines.stream().map(line -> cells(line).toList()).toList();
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                int width = TerminalText.columns(row.get(i));
                widths[i] = Math.max(widths[i], width > WIDEST ? 0 : width);
            }
        }
        return rows.stream().map(row -> row(row, widths)).toList();
    }

    private static String row(List<String> cells, int[] widths) {
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String cell = cells.get(i);
            int rest = i + 1 < cells.size() ? Math.max(0, widths[i] - TerminalText.columns(cell)) + GAP : 0;
            row.append(cell).append(" ".repeat(rest));
        }
        return row.toString();
    }
}
