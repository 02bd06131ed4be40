package io.kookoo.client.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void shouldPutNumbersToTheRightAlsoWhereTheFirstIsMissing() {
        Table table = new Table("name", "per_s", "ids");
        table.add("a", null, List.of("x", "y"));
        table.add("bc", 12.5, List.of());
        assertEquals("NAME  PER_S  IDS\na         -  x y\nbc     12.5\n", table.text());
    }

    @Test
    void shouldAlignWideNamesAsATerminalShowsThem() {
        Table table = new Table("name", "n");
        table.add("函数", 1);
        table.add("abcdef", 22);
        assertEquals(List.of("NAME     N", "函数     1", "abcdef  22"), table.lines());
    }

    @Test
    void shouldEscapeControlCharactersForPeopleAndKeepThemForPrograms() {
        Table table = new Table("name", "ids");
        table.add("a\u001b[2J", List.of("\u009b"));
        assertEquals("NAME        IDS\na\\u001b[2J  \\u009b\n", table.text());
        assertEquals("[{\"name\": \"a\\u001b[2J\", \"ids\": [\"\u009b\"]}]\n", table.json());
    }
}
