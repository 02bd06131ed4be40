package io.kookoo.client.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.terminal.impl.PosixSysTerminal;
import org.jline.terminal.impl.exec.ExecPty;
import org.jline.terminal.spi.SystemStream;
import org.jline.utils.ClosedException;
import org.jline.utils.NonBlockingReader;
import org.junit.jupiter.api.Test;

/** How a terminal is set and set back that cannot tell whether there is a key, as where other programs set it; top itself is tried in a real one. */
class ScreenTest {
    private final Device device = new Device();

    @Test
    void shouldNotLetTheThreadThatReadsSetTheTerminal() throws Exception {
        Screen screen = Screen.open(device.terminal(), key -> {}, () -> {});
        assertTrue(device.read.await(10, TimeUnit.SECONDS));
        assertEquals(Set.of(Thread.currentThread()), device.setters);
        assertEquals(List.of(false, false, true), device.localFlags());
        screen.close();
        assertEquals(device.before.toString(), device.now.toString());
        assertEquals(Set.of(Thread.currentThread()), device.setters);
    }

    @Test
    void shouldLetNobodySetTheTerminalAfterItWasSetBack() throws Exception {
        Terminal terminal = device.terminal();
        terminal.enterRawMode();
        NonBlockingReader reader = terminal.reader();
        // Reads that were asked for in time and come late.
        device.whenSetBack = () -> assertThrows(ClosedException.class, () -> {
            while (device.read.getCount() > 0) {
                reader.read(10);
            }
        });
        SystemTerminal.giveBack(terminal);
        assertEquals(device.before.toString(), device.now.toString());
    }

    /** What the library sets by other programs and reads; here nobody does and no key comes. */
    private static final class Device extends ExecPty {
        final Attributes before = new Attributes();
        final Set<Thread> setters = ConcurrentHashMap.newKeySet();
        final CountDownLatch read = new CountDownLatch(1);
        volatile Attributes now;
        volatile Runnable whenSetBack = () -> {};

        Device() {
            super(null, SystemStream.Output, "device");
            before.setLocalFlags(EnumSet.of(LocalFlag.ICANON, LocalFlag.ECHO, LocalFlag.ISIG), true);
            before.setControlChar(ControlChar.VMIN, 1);
            before.setControlChar(ControlChar.VTIME, 0);
            now = before;
        }

        Terminal terminal() throws IOException {
            return new PosixSysTerminal("device", "xterm", this, StandardCharsets.UTF_8, false, SignalHandler.SIG_DFL);
        }

        List<Boolean> localFlags() {
            return List.of(
                    now.getLocalFlag(LocalFlag.ICANON),
                    now.getLocalFlag(LocalFlag.ECHO),
                    now.getLocalFlag(LocalFlag.ISIG));
        }

        @Override
        public Attributes getAttr() {
            return new Attributes(now);
        }

        @Override
        protected void doSetAttr(Attributes attributes) {
            setters.add(Thread.currentThread());
            now = new Attributes(attributes);
            if (attributes.toString().equals(before.toString())) {
                whenSetBack.run();
            }
        }

        @Override
        protected InputStream doGetSlaveInput() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    read.countDown();
                    try {
                        // For a key.
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return -1;
                }
            };
        }

        @Override
        public OutputStream getSlaveOutput() {
            return new ByteArrayOutputStream();
        }

        @Override
        public Size getSize() {
            return Size.of(80, 24);
        }
    }
}
