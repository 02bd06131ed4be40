package io.kookoo.client.shell;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.function.Consumer;

/** Hands on whole lines, with their ends. Not thread-safe. */
final class LineStream extends OutputStream {
    private final Consumer<byte[]> lines;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    LineStream(Consumer<byte[]> lines) {
        this.lines = lines;
    }

    @Override
    public void write(int b) {
        begun.write(b);
        if (b == '\n') {
            lines.accept(begun.toByteArray());
            begun.reset();
        }
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        int written = from;
        for (int i = from; i < from + length; i++) {
            if (bytes[i] == '\n') {
                begun.write(bytes, written, i - written);
                write('\n');
                written = i + 1;
            }
        }
        begun.write(bytes, written, from + length - written);
    }
}
