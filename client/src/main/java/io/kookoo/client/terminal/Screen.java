package io.kookoo.client.terminal;

import java.io.IOError;
import java.io.IOException;
import java.util.List;
import java.util.function.IntConsumer;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;
import org.jline.utils.Signals;

/**
 * The whole terminal of this process, on which lines are shown in the place of what was there, and which is as it was before once the
 * screen is closed. Keys come as they are pressed and are not echoed; the key for an interrupt still sends one. Only what differs from the
 * lines before is written.
 *
 * <p>One thread opens, shows and closes; the thread {@code kookoo-keys}, a daemon, waits for keys. At most one is open at a time.
 */
public final class Screen implements AutoCloseable {
    /** What the keyboard sends at the end of input: the terminal is gone. */
    public static final int END = -1;

    private static final String RESIZED = "WINCH";
    private static final long READ_MILLIS = 60_000;
    /** Of a terminal that does not know its size. */
    private static final Size USUAL = Size.of(80, 24);

    private final Terminal terminal;
    private final Display display;
    private final IntConsumer onKey;
    private final Runnable onResize;
    private final Thread keys = new Thread(this::readKeys, "kookoo-keys");
    private Object previousHandler;
    private volatile boolean resized = true;
    private volatile boolean closed;

    private Screen(Terminal terminal, IntConsumer onKey, Runnable onResize) {
        this.terminal = terminal;
        this.onKey = onKey;
        this.onResize = onResize;
        this.display = new Display(terminal, true);
    }

    /**
     * Takes the terminal of standard input and output over.
     *
     * @param onKey is given each character that is typed, and {@link #END} at last; run by a thread of the screen, must not block
     * @param onResize run when the terminal has another size: lines should be shown again; likewise
     * @throws NoScreenException where there is no terminal, or one that cannot do it
     */
    public static Screen open(IntConsumer onKey, Runnable onResize) throws NoScreenException {
        // An interrupt stays the affair of the process.
        return open(SystemTerminal.open(false), onKey, onResize);
    }

    /** Takes this terminal over, which it owns from then on. */
    static Screen open(Terminal terminal, IntConsumer onKey, Runnable onResize) throws NoScreenException {
        Screen screen = new Screen(terminal, onKey, onResize);
        try {
            if (terminal.getStringCapability(Capability.cursor_address) == null) {
                throw new NoScreenException(
                        "a terminal of the type " + terminal.getType() + " (TERM) cannot move its cursor");
            }
            screen.begin();
            return screen;
        } catch (IOError e) {
            screen.close();
            throw new NoScreenException(
                    "the terminal cannot be set: " + e.getCause().getMessage());
        } catch (NoScreenException | RuntimeException | Error e) {
            screen.close();
            throw e;
        }
    }

    private void begin() {
        terminal.enterRawMode();
        Attributes attributes = terminal.getAttributes();
        // The key for an interrupt interrupts, also while this process does not look at keys.
        attributes.setLocalFlag(LocalFlag.ISIG, true);
        // Where it cannot ask whether there is a key, the library would set these itself, in the thread that reads, at
        // any time: also when the terminal is just being set back.
        attributes.setControlChar(ControlChar.VMIN, 0);
        attributes.setControlChar(ControlChar.VTIME, 1);
        terminal.setAttributes(attributes);
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        terminal.flush();
        display.clear();
        previousHandler = Signals.register(RESIZED, () -> {
            resized = true;
            onResize.run();
        });
        keys.setDaemon(true);
        keys.start();
    }

    private void readKeys() {
        NonBlockingReader reader = terminal.reader();
        try {
            while (!closed) {
                // Without a limit it could not be interrupted, and the terminal not be closed before the next key.
                int key = reader.read(READ_MILLIS);
                if (key == NonBlockingReader.EOF) {
                    break;
                }
                if (key >= 0) {
                    onKey.accept(key);
                }
            }
        } catch (IOException | IOError e) {
            // Closed, or gone: either way there are no more keys.
        }
        if (!closed) {
            onKey.accept(END);
        }
    }

    /** How much it shows now. */
    public ScreenSize size() {
        if (resized) {
            resized = false;
            Size size = terminal.getSize();
            display.resize(size.getColumns() > 0 && size.getRows() > 0 ? size : USUAL);
            display.clear();
        }
        return new ScreenSize(display.getColumns(), display.getRows());
    }

    /**
     * Shows these lines, from the top on, and nothing else.
     *
     * @param lines no more and no longer than {@link #size} said
     */
    public void show(List<ScreenLine> lines) {
        display.update(lines.stream().map(Screen::styled).toList(), 0);
    }

    private static AttributedString styled(ScreenLine line) {
        return line.heading()
                ? new AttributedString(line.text(), AttributedStyle.BOLD)
                : new AttributedString(line.text());
    }

    /** Gives the terminal back as it was. */
    @Override
    public void close() {
        closed = true;
        keys.interrupt();
        // Where the terminal is set by other programs, an interrupted thread would not wait for them.
        boolean interrupted = Thread.interrupted();
        try {
            Signals.unregister(RESIZED, previousHandler);
            terminal.puts(Capability.cursor_normal);
            terminal.puts(Capability.exit_ca_mode);
            terminal.flush();
            SystemTerminal.giveBack(terminal);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
