package io.kookoo.client.command;

import io.kookoo.client.net.ServerConnection;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The lists a server has, as the text command {@code show} names them, with their columns ({@code docs/protocol.md}). */
enum ServerList {
    clients("client", "id", "address", "since", "idle_s", "functions", "running"),
    running("handle", "function", "worker", "attempt", "age_s", "progress"),
    queued("handle", "unique", "priority", "age_s"),
    functions("function", "queued", "running", "done", "failed", "retried", "mean_ms", "p99_ms"),
    settings("section", "key", "value", "from"),
    load("connections", "queued", "running");

    private static final List<String> LISTS = List.of("functions", "running");
    private static final List<String> TEXTS = List.of("id", "unique", "value", "function", "key", "section");

    private final String[] columns;

    ServerList(String... columns) {
        this.columns = columns;
    }

    /** A line of the list: numbers are {@link BigDecimal}, what a client has several of is a list of names, and all else text. */
    record Row(ServerList list, List<Object> cells) {
        String text(String column) {
            return cell(column).toString();
        }

        /** @throws IOException where it is none */
        BigDecimal number(String column) throws IOException {
            if (cell(column) instanceof BigDecimal number) {
                return number;
            }
            throw new IOException("the answer to show " + list + " has \"" + cell(column) + "\" for " + column
                    + ", expected a number");
        }

        List<?> names(String column) {
            return (List<?>) cell(column);
        }

        private Object cell(String column) {
            return cells.get(Arrays.asList(list.columns).indexOf(column));
        }
    }

    List<String> columns() {
        return List.of(columns);
    }

    /** Without rows. */
    Table table() {
        return new Table(columns);
    }

    /** Asks for the whole list; as {@link TextLists#ask}. */
    List<Row> ask(ServerConnection connection) throws IOException {
        return ask(connection, "");
    }

    /** @param arguments what stands behind the name of the list, with a blank before it, or nothing */
    List<Row> ask(ServerConnection connection, String arguments) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : TextLists.ask(connection, "show " + this + arguments)) {
            rows.add(row(line));
        }
        return rows;
    }

    private Row row(String line) throws IOException {
        String[] texts = line.split("\t", -1);
        if (texts.length != columns.length) {
            throw new IOException("the answer to show " + this + " has " + texts.length + " columns, expected "
                    + columns.length + ": \"" + line + "\"");
        }
        List<Object> cells = new ArrayList<>(texts.length);
        for (int i = 0; i < texts.length; i++) {
            cells.add(cell(columns[i], texts[i]));
        }
        return new Row(this, cells);
    }

    private Object cell(String column, String text) {
        if (this == clients && LISTS.contains(column)) {
            return text.equals("-") ? List.of() : List.of(text.split(","));
        }
        boolean number = !TEXTS.contains(column) && text.matches("[0-9]{1,18}(\\.[0-9]{1,9})?");
        return number ? new BigDecimal(text) : text;
    }
}
