package io.kookoo.client.function;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskTest {
    @TempDir
    Path folder;

    private final FunctionExecutor executor = new FunctionExecutor(FunctionExecutor.builtIns(), Path.of("absent"));
    private final RecordedJob job = new RecordedJob();

    private String write(String more) throws FunctionFailedException {
        return executor.execute("write_file", "\"" + folder + "\"," + more, job);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void shouldWriteInChunksAndRollOverToTheNextFile() throws Exception {
        String result = write("25,10");
        List<Path> files = files();
        assertEquals(2, files.size());
        for (Path file : files) {
            assertEquals(25, Files.size(file));
            assertTrue(result.contains(file.toString()), result);
        }
        assertTrue(result.startsWith("2 files of 25 bytes in "), result);
        assertEquals(
                List.of(
                        "progress 10/50",
                        "progress 20/50",
                        "progress 25/50",
                        "progress 35/50",
                        "progress 45/50",
                        "progress 50/50"),
                job.said("progress"));
        assertEquals(2, job.said("data " + folder).size());
    }

    @Test
    void shouldRefuseAFolderWithoutAName() {
        for (String dir : List.of("''", "' '")) {
            FunctionFailedException e = assertThrows(
                    FunctionFailedException.class, () -> executor.execute("write_file", dir + ",25,10", job));
            assertTrue(e.getMessage().contains("dir is empty; expected the path of a folder"), e.getMessage());
        }
    }

    @Test
    void shouldWriteAsManyFilesAsItIsToldAndLeaveAllOthersAlone() throws Exception {
        write("100,100,3");
        List<Path> before = files();
        Files.writeString(before.get(0), "mine");
        write("100,7,4");
        assertEquals(7, files().size());
        assertEquals("mine", Files.readString(before.get(0)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0,1          | file_size must be from 1 to 922337203685477, not 0",
                "-5,1         | file_size must be from 1 to 922337203685477, not -5",
                "10,0         | chunk_size must be from 1 to 10, not 0",
                "10,11        | chunk_size must be from 1 to 10, not 11",
                "1000000000,100000000 | chunk_size must be from 1 to 67108864, not 100000000",
                "10,10,0      | files must be from 1 to 10000, not 0",
                "10,10,10001  | files must be from 1 to 10000, not 10001",
                "922337203685477,1 | the files would have ",
                "10           | write_file takes 3 or 4 arguments, got 2",
            })
    void shouldRefuseNonsenseAndWriteNothing(String arguments, String reason) throws IOException {
        String message = assertThrows(FunctionFailedException.class, () -> write(arguments))
                .getMessage();
        assertTrue(message.contains(reason), message);
        assertEquals(List.of(), files());
    }

    @Test
    void shouldRefuseWhatIsNoFolder() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        for (Path wrong : List.of(file, folder.resolve("absent"))) {
            String message = assertThrows(
                            FunctionFailedException.class,
                            () -> executor.execute("write_file", "\"" + wrong + "\",1,1", job))
                    .getMessage();
            assertTrue(message.contains(wrong.toString()), message);
        }
    }

    @Test
    void shouldStopWhenItIsInterruptedAndKeepTheFullFilesAlone() throws Exception {
        Thread self = Thread.currentThread();
        job.onProgress(() -> {
            if (job.said("progress").size() == 5) {
                self.interrupt();
            }
        });
        FunctionFailedException failure = assertThrows(FunctionFailedException.class, () -> write("30,10,1000"));
        assertTrue(Thread.interrupted());
        assertEquals("write_file was interrupted", failure.getMessage());
        assertEquals(
                List.of(30L),
                files().stream().map(file -> file.toFile().length()).toList());
    }
}
