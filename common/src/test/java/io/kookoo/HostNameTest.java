package io.kookoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostNameTest {
    @TempDir
    private Path folder;

    @Test
    void shouldHaveANameWhereTheKernelTellsNone() throws IOException {
        assertFalse(HostName.read(folder.resolve("absent")).isBlank());
        assertFalse(HostName.read(folder).isBlank());
        assertFalse(
                HostName.read(Files.writeString(folder.resolve("blank"), " \n")).isBlank());
        assertFalse(HostName.read(Files.write(folder.resolve("no text"), new byte[] {(byte) 0xff}))
                .isBlank());
    }

    @Test
    void shouldTakeTheNameThatTheKernelTells() throws IOException {
        assertEquals("box-1", HostName.read(Files.writeString(folder.resolve("hostname"), "box-1\n")));
        assertFalse(HostName.read().isBlank());
    }
}
