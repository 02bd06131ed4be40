package io.kookoo.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DataTest {
    @Test
    void shouldRefuseBoundsOutsideItsArray() {
        assertThrows(IndexOutOfBoundsException.class, () -> new Data(new byte[3], 1, 4));
        assertThrows(IndexOutOfBoundsException.class, () -> new Data(new byte[3], 2, 1));
    }

    @Test
    void shouldBeComparedByContent() {
        Data part = new Data(new byte[] {'x', 'a', 'b', 'y'}, 1, 3);
        assertEquals(Data.of("ab"), part);
        assertEquals(Data.of("ab").hashCode(), part.hashCode());
        assertNotEquals(Data.of("abc"), part);
        assertArrayEquals(new byte[] {'a', 'b'}, part.toBytes());
    }

    @ParameterizedTest
    @CsvSource({"abcdef, 3, abc", "abc, 3, abc", "abc, 10, abc", "'', 5, ''", "\u00e4\u00f6\u00fc, 2, \u00e4\u00f6"})
    void shouldGiveTheBeginningOfItsText(String text, int length, String beginning) {
        assertEquals(beginning, Data.of(text).text(length));
    }

    @Test
    void shouldNotCutACharacterInTwo() {
        // The bound of bytes, four for each character, falls into the middle of a later one.
        assertEquals(
                "\u20ac".repeat(5),
                Data.of("\u20ac".repeat(5) + "x".repeat(100)).text(5));
        String wide = "\u20ac".repeat(1000);
        for (int length = 1; length < 50; length++) {
            assertEquals(wide.substring(0, length), Data.of(wide).text(length));
        }
    }

    @Test
    void shouldNotHalveAPairOfSurrogates() {
        String face = "\ud83d\ude00";
        assertEquals("a" + face, Data.of("a" + face + face).text(4));
        assertEquals("a" + face, Data.beginning("a" + face, 3));
        assertEquals("a", Data.beginning("a" + face, 2));
        assertEquals("", Data.beginning(face, 1));
        assertEquals("", Data.beginning(face, 0));
    }

    /** Bytes that each continue a character of UTF-8, which none has begun. */
    @Test
    void shouldGiveTheBeginningOfBytesThatAreNoText() {
        byte[] bytes = new byte[1000];
        Arrays.fill(bytes, (byte) 0xa5);
        Data data = new Data(bytes, 0, bytes.length);
        assertEquals("\u00a5".repeat(5), data.text(5));
        assertEquals(10, data.copy(10).length());
    }

    @Test
    void shouldFindNamesOfDifferentKindsDifferent() {
        assertNotEquals(FunctionName.of("x"), UniqueId.of("x"));
        assertEquals(FunctionName.of("x"), FunctionName.of("x"));
        assertEquals(
                "a%09b%0A%7F\u00e4 c", FunctionName.of("a\tb\n\u007f\u00e4 c").toString());
    }
}
