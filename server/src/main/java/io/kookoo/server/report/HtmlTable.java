package io.kookoo.server.report;

import java.util.List;

/** Writes a table of a page, cell by cell; every text is escaped here. */
final class HtmlTable {
    private final StringBuilder out = new StringBuilder("<div class=\"table\"><table class=\"data\"><thead><tr>");
    private boolean inRow;
    private boolean empty = true;

    /** @param heads the heads of the columns; {@code #} before one makes it a column of numbers */
    HtmlTable(String... heads) {
        for (String head : heads) {
            boolean number = head.startsWith("#");
            out.append(number ? "<th class=\"n\" scope=\"col\">" : "<th scope=\"col\">")
                    .append(HtmlReport.text(number ? head.substring(1) : head))
                    .append("</th>");
        }
        out.append("</tr></thead><tbody>\n");
    }

    /** What strangers have said, of any length. */
    HtmlTable text(String text) {
        return cell("x", text);
    }

    HtmlTable number(String text) {
        return cell("n", text);
    }

    HtmlTable failures(long count) {
        return cell(count > 0 ? "n bad" : "n", HtmlReport.number(count));
    }

    HtmlTable cell(String classes, String text) {
        open(classes).append(HtmlReport.text(text)).append("</td>");
        return this;
    }

    HtmlTable list(List<String> lines) {
        StringBuilder cell = open("x");
        if (!lines.isEmpty()) {
            cell.append("<ul>");
            lines.forEach(
                    line -> cell.append("<li>").append(HtmlReport.text(line)).append("</li>"));
            cell.append("</ul>");
        }
        cell.append("</td>");
        return this;
    }

    private StringBuilder open(String classes) {
        if (!inRow) {
            out.append("<tr>");
            inRow = true;
        }
        empty = false;
        return out.append("<td class=\"").append(classes).append("\">");
    }

    void endRow() {
        out.append("</tr>\n");
        inRow = false;
    }

    /** The whole table; in place of one without a row, a word. */
    String end() {
        return empty ? "<p>None.</p>" : out + "</tbody></table></div>";
    }
}
