package io.kookoo.client.shell;

import io.kookoo.client.Pushed;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.SynchronousQueue;

/**
 * A script, or another program: no prompt, no colours, and what the server says as it says it. The input is read by the thread
 * {@code kookoo-input}, a daemon, since a pipe cannot be waited for and interrupted.
 */
public final class PipedDialogue implements Dialogue {
    /**
     * @param text null at the end, and where the line is none
     * @param failure why it is none; null where it is
     */
    private record Line(String text, LineException failure, boolean last) {}

    private final PrintStream out;
    private final boolean outIsTerminal;
    private final PrintStream err;
    private final boolean errIsTerminal;
    private final SynchronousQueue<Line> read = new SynchronousQueue<>();
    private final Thread input;
    /** Of the line that was read last, from 1. Confined to the thread that reads lines. */
    private int number;

    private boolean ended;

    /**
     * @param in text in UTF-8
     * @param outIsTerminal whether control characters must be escaped in what goes to {@code out}, and likewise for {@code err}
     */
    public PipedDialogue(
            InputStream in, PrintStream out, boolean outIsTerminal, PrintStream err, boolean errIsTerminal) {
        this.out = out;
        this.outIsTerminal = outIsTerminal;
        this.err = err;
        this.errIsTerminal = errIsTerminal;
        this.input = new Thread(() -> readAll(new BufferedInputStream(in)), "kookoo-input");
        input.setDaemon(true);
        input.start();
    }

    private void readAll(InputStream in) {
        try {
            Line line = null;
            while (line == null || !line.last()) {
                line = line(in);
                read.put(line);
            }
        } catch (InterruptedException e) {
            // Nobody wants more.
        }
    }

    private static Line line(InputStream in) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            int next = in.read();
            if (next < 0) {
                return new Line(null, null, true);
            }
            while (next >= 0 && next != '\n') {
                bytes.write(next);
                next = in.read();
            }
            return new Line(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes.toByteArray()))
                            .toString(),
                    null,
                    false);
        } catch (CharacterCodingException e) {
            return new Line(null, new LineException("this is no text in UTF-8", e), false);
        } catch (IOException e) {
            return new Line(null, new LineException("the input cannot be read: " + e.getMessage(), e), true);
        }
    }

    @Override
    public String readLine() throws LineException, InterruptedException {
        if (ended) {
            return null;
        }
        Line line = read.take();
        number++;
        ended = line.last();
        if (line.failure() != null) {
            throw line.failure();
        }
        return line.text();
    }

    @Override
    public PrintStream out() {
        return lines(out, outIsTerminal);
    }

    @Override
    public PrintStream err() {
        return lines(err, errIsTerminal);
    }

    /** A result and a message that comes meanwhile do not get into each other's lines. */
    private static PrintStream lines(PrintStream to, boolean terminal) {
        OutputStream whole = new LineStream(terminal ? line -> to.println(Printable.line(line)) : to::writeBytes);
        return new PrintStream(whole, true, StandardCharsets.UTF_8);
    }

    private static void print(PrintStream to, boolean terminal, String line) {
        to.println(terminal ? Printable.line(line) : line);
    }

    @Override
    public void answer(List<String> heading, List<String> lines) {
        lines.forEach(line -> print(out, outIsTerminal, line));
    }

    @Override
    public void problem(String text) {
        print(err, errIsTerminal, "line " + number + ": " + text);
    }

    @Override
    public void note(String text) {
        print(err, errIsTerminal, text);
    }

    @Override
    public void message(Pushed pushed) {
        print(out, outIsTerminal, pushed.line());
    }

    @Override
    public boolean isScript() {
        return true;
    }

    @Override
    public void close() {
        input.interrupt();
    }
}
