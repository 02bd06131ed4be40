package io.kookoo.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EscapedTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"\\", "a\\", "\\a", "\\N", "\\x", "\\x4", "\\x4g", "\\xg4", "\\x-1", "\\\\\\"})
    void shouldRefuseWhatIsNoEscape(String column) {
        assertThrows(IllegalArgumentException.class, () -> EscapedText.decode(column));
    }

    @Test
    void shouldNameTheBadEscapeAndItsPlace() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> EscapedText.decode("ab\\\\\\q and more"));
        assertEquals("\"\\q a\" at character 5 is no escape; expected \\\\, \\t, \\n, \\r or \\xNN", e.getMessage());
    }

    @Test
    void shouldLeaveTextAsItIs() {
        String text = "3 \" ' % é € 😀 \u00a0";
        assertEquals(text, EscapedText.encode(Data.of(text)));
        assertEquals("", EscapedText.encode(Data.EMPTY));
        assertArrayEquals(new byte[0], EscapedText.decode(""));
    }

    @Test
    void shouldEscapeWhatWouldEndALineOrAColumn() {
        assertEquals("a\\tb\\nc\\rd\\\\n", EscapedText.encode(Data.of("a\tb\nc\rd\\n")));
    }

    @Test
    void shouldEscapeControlCharactersByteByByte() {
        assertEquals("\\x00\\x1B[1m\\x7F\\xC2\\x85é", EscapedText.encode(Data.of("\0\u001b[1m\u007f\u0085é")));
    }

    @Test
    void shouldEscapeEveryByteAboveAsciiOfWhatIsNotUtf8() {
        byte[] latin = "é\u0085\t".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals("\\xE9\\x85\\t", EscapedText.encode(new Data(latin, 0, latin.length)));
        byte[] mixed = {(byte) 0xc3, (byte) 0xa9, 'a', (byte) 0xff};
        assertEquals("\\xC3\\xA9a\\xFF", EscapedText.encode(new Data(mixed, 0, mixed.length)));
    }

    @Test
    void shouldGiveRandomBytesBack() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = random.nextBoolean() ? randomBytes(random) : WireName.utf8(randomText(random));
            String column = EscapedText.encode(new Data(bytes, 0, bytes.length));
            assertTrue(column.chars().noneMatch(Character::isISOControl), () -> "seed " + seed + ": " + column);
            // As it goes over the wire.
            String received = new String(column.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            assertArrayEquals(bytes, EscapedText.decode(received), () -> "seed " + seed + ": " + column);
        }
    }

    @Test
    void shouldCutRandomBytesBetweenCharacters() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = WireName.utf8(randomText(random));
            int length = random.nextInt(40);
            String whole = EscapedText.encode(new Data(bytes, 0, bytes.length));
            String cut = EscapedText.encode(new Data(bytes, 0, bytes.length), length);
            String message = "seed " + seed + ", " + length + " of " + whole + ": " + cut;
            assertTrue(whole.startsWith(cut), message);
            assertTrue(cut.length() <= length && cut.length() > Math.min(length, whole.length()) - 8, message);
            String beginning = new String(EscapedText.decode(cut), StandardCharsets.UTF_8);
            assertTrue(new String(bytes, StandardCharsets.UTF_8).startsWith(beginning), message);
        }
    }

    private static byte[] randomBytes(Random random) {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Characters of one to four bytes, control characters and backslashes among them. */
    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(30);
        for (int i = 0; i < length; i++) {
            switch (random.nextInt(5)) {
                case 0 -> text.append('\\');
                case 1 -> text.append((char) random.nextInt(0xa0));
                case 2 -> text.appendCodePoint(0x10000 + random.nextInt(0x1000));
                case 3 -> text.append((char) (0x800 + random.nextInt(0x1000)));
                default -> text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.toString();
    }
}
