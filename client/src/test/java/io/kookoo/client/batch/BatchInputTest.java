package io.kookoo.client.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchInputTest {
    private static final int LONGEST = 1000;

    /** Gives the bytes in pieces of any size, and lies about what is there, as a pipe does. */
    private static InputStream inPieces(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] target, int from, int length) {
                return super.read(target, from, Math.min(length, 1 + random.nextInt(400)));
            }

            @Override
            public synchronized int available() {
                return random.nextInt(3);
            }
        };
    }

    @Test
    void shouldCutTheSameLinesHoweverTheBytesCome() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            List<String> expected = new ArrayList<>();
            int count = random.nextInt(200);
            for (int i = 0; i < count; i++) {
                int length = switch (random.nextInt(10)) {
                    case 0 -> LONGEST - 2 + random.nextInt(5);
                    case 1 -> random.nextInt(5 * LONGEST);
                    default -> random.nextInt(20);
                };
                String line = "x".repeat(length);
                boolean returns = random.nextBoolean();
                boolean last = i == count - 1 && random.nextBoolean() && length > 0;
                text.append(line).append(last ? "" : returns ? "\r\n" : "\n");
                int measured = length + (returns && !last ? 1 : 0);
                expected.add(measured <= LONGEST ? line : "the line has " + measured + " bytes; too long");
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            int chunkBytes = 1 + random.nextInt(LONGEST);
            BatchInput input = new BatchInput(inPieces(bytes, random), LONGEST, "too long", chunkBytes);
            List<String> lines = new ArrayList<>();
            int most = 1 + random.nextInt(50);
            for (Chunk chunk = input.next(most); chunk != null; chunk = input.next(most)) {
                assertTrue(chunk.lines() >= 1 && chunk.lines() <= most);
                if (chunk.unsendable() != null) {
                    lines.add(chunk.unsendable());
                    continue;
                }
                String all = chunk.workload().text();
                assertTrue(chunk.lines() == 1 || all.length() <= chunkBytes, all);
                assertTrue(all.endsWith("\n"));
                List<String> cut = List.of(all.split("\n", -1)).subList(0, chunk.lines());
                assertEquals(all, String.join("\n", cut) + "\n");
                lines.addAll(cut);
            }
            assertEquals(expected, lines, "seed " + seed);
        }
    }

    @Test
    void shouldCutPiecesThatAreTheWhole() throws IOException {
        byte[] bytes = "a\n\nbb\nccc\n\n".getBytes(StandardCharsets.UTF_8);
        for (int most = 1; most <= 6; most++) {
            Chunk chunk = new BatchInput(new ByteArrayInputStream(bytes), 100, "", 100).next(10);
            StringBuilder all = new StringBuilder();
            int lines = 0;
            for (Chunk piece : chunk.cut(most)) {
                all.append(piece.workload().text());
                lines += piece.lines();
            }
            assertEquals("a\n\nbb\nccc\n\n", all.toString());
            assertEquals(5, lines);
        }
    }
}
