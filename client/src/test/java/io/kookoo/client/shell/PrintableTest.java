package io.kookoo.client.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void shouldLeaveNothingThatDoesSomethingToATerminal() {
        assertEquals("a\\u001b[2J\tb\\r\\u009bc", Printable.line("a\u001b[2J\tb\r\u009bc"));
        assertEquals(
                "gr\u00fc\u00dfe \\u0007", Printable.line("gr\u00fc\u00dfe \u0007\n".getBytes(StandardCharsets.UTF_8)));
        assertEquals("\ufffd", Printable.line(new byte[] {(byte) 0xff, '\n'}));
    }

    @Test
    void shouldPutColumnsBelowEachOther() {
        assertEquals(
                List.of("a       1   x", "\u4e2d      22  y", "\\u001b  ", ""),
                Printable.table(List.of("a\t1\tx", "\u4e2d\t22\ty", "\u001b\t", "")));
        String longest = "x".repeat(41);
        // A long cell does not push all the others away.
        assertEquals(List.of(longest + "  1", "a  2"), Printable.table(List.of(longest + "\t1", "a\t2")));
        assertEquals(List.of(), Printable.table(List.of()));
    }
}
