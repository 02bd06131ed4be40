package io.kookoo.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogEventTest {

    @Test
    void shouldRefuseNamesThatASearchCouldMistake() {
        assertThrows(AssertionError.class, () -> LogEvent.of("Handed out"));
        assertThrows(AssertionError.class, () -> LogEvent.of("handed_out").with("a=b", 1));
        assertThrows(AssertionError.class, () -> LogEvent.of("handed_out").with("", 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~ | \"\"",
                "~two words~ | \"two words\"",
                "pow_2(7) | pow_2(7)",
                "a=b | \"a=b\"",
                "say\"hi\" | \"say\\\"hi\\\"\"",
                "C:\\new | C:\\new",
                "~C:\\new folder~ | \"C:\\\\new folder\"",
                "Gr\u00fc\u00dfe\u263a | Gr\u00fc\u00dfe\u263a",
            })
    void shouldQuoteWhatNeedsIt(String value, String written) {
        assertEquals(
                "event key=" + written, LogEvent.of("event").with("key", value).toString());
    }

    @Test
    void shouldEscapeControlCharacters() {
        assertEquals(
                "event key=\"\\n\\r\\t\\u0000\\u001b[2J\\u0085\\u2028\\u202e\"",
                LogEvent.of("event")
                        .with("key", "\n\r\t\0\u001b[2J\u0085\u2028\u202e")
                        .toString());
    }

    @Test
    void shouldQuoteBlanksThatAreNotAscii() {
        assertEquals(
                "event key=\"a\u00a0b\"",
                LogEvent.of("event").with("key", "a\u00a0b").toString());
    }

    @Test
    void shouldWriteNumbersAndNull() {
        assertEquals(
                "call_ended handle=H:box:1:42 millis=-5 slots=3 result=null",
                LogEvent.of("call_ended")
                        .with("handle", "H:box:1:42")
                        .with("millis", -5L)
                        .with("slots", 3)
                        .with("result", null)
                        .toString());
    }
}
