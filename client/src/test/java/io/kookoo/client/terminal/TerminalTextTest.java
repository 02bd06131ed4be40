package io.kookoo.client.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTextTest {
    @ParameterizedTest
    @CsvSource({
        "'', 0",
        "add, 3",
        "Wörter, 6",
        // Wide ones, one of them of two chars.
        "函数, 4",
        "☕, 2",
        "a😀b, 4",
        // A letter and a combining accent.
        "e\u0301, 1"
    })
    void shouldCountTheColumnsOfATerminal(String text, int columns) {
        assertEquals(columns, TerminalText.columns(text));
    }

    @Test
    void shouldCutBeforeTheCharacterThatDoesNotFit() {
        String text = "a函😀e\u0301z";
        assertEquals("", TerminalText.cut(text, 0));
        assertEquals("a", TerminalText.cut(text, 1));
        assertEquals("a", TerminalText.cut(text, 2));
        assertEquals("a函", TerminalText.cut(text, 4));
        assertEquals("a函😀", TerminalText.cut(text, 5));
        assertEquals("a函😀e\u0301", TerminalText.cut(text, 6));
        assertEquals(text, TerminalText.cut(text, 7));
        assertEquals(text, TerminalText.cut(text, Integer.MAX_VALUE));
    }

    @Test
    void shouldLeaveNothingThatATerminalObeys() {
        String text = "\u001b[2J\u0007\r\n\t\u007f\u009b31m\u202ename";
        String printable = TerminalText.printable(text);
        assertEquals("\\u001b[2J\\u0007\\r\\n\\t\\u007f\\u009b31m\\u202ename", printable);
        assertTrue(printable.chars().noneMatch(Character::isISOControl));
        assertEquals("Wörter 函数", TerminalText.printable("Wörter 函数"));
    }
}
