package io.kookoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRightsTest {
    @TempDir
    private Path temp;

    private Path home;
    private Path between;
    private Path folder;

    @BeforeEach
    void makeFolders() throws IOException {
        home = temp.resolve("home");
        between = home.resolve("between");
        folder = Files.createDirectories(between.resolve("folder"));
        for (Path each = folder; !each.equals(temp); each = each.getParent()) {
            permit(each, "rwxr-xr-x");
        }
    }

    private static void permit(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void shouldFindTheFolderThatOthersCanWrite() throws IOException {
        permit(folder, "rwxr-xrwx");
        assertEquals(Optional.of(folder), FileRights.openToOthers(folder, home));
    }

    @Test
    void shouldFindAFolderAboveIt() throws IOException {
        permit(between, "rwxr-xrwx");
        assertEquals(Optional.of(between), FileRights.openToOthers(folder, home));
        permit(between, "rwxr-xr-x");
        permit(home, "rwxr-xrwx");
        assertEquals(Optional.of(home), FileRights.openToOthers(folder, home));
    }

    @Test
    void shouldFindTheFolderBehindALink() throws IOException {
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
        permit(elsewhere, "rwxr-xrwx");
        Path link = Files.createSymbolicLink(between.resolve("link"), elsewhere);
        assertEquals(Optional.of(link), FileRights.openToOthers(link, home));
        permit(elsewhere, "rwxr-xr-x");
        assertEquals(Optional.empty(), FileRights.openToOthers(link, home));
        // Who can write where the link is can make it lead elsewhere.
        permit(between, "rwxr-xrwx");
        assertEquals(Optional.of(between), FileRights.openToOthers(link, home));
    }

    @Test
    void shouldFindTheFolderInWhichALinkedFileIs() throws IOException {
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
        Path file = Files.createFile(elsewhere.resolve("file"));
        permit(file, "rw-r--r--");
        permit(elsewhere, "rwxr-xr-x");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertEquals(Optional.empty(), FileRights.openToOthers(link, home));
        permit(elsewhere, "rwxr-xrwx");
        assertEquals(Optional.of(elsewhere.toRealPath()), FileRights.openToOthers(link, home));
    }

    @Test
    void shouldFindWhatBelongsToSomebodyElse() throws IOException {
        assertEquals(Optional.of(folder), FileRights.openToOthers(folder, home, Set.of()));
        assertEquals(Optional.empty(), FileRights.openToOthers(folder, home, Set.of(Files.getOwner(folder))));
    }

    @Test
    void shouldSayThatAFolderIsMissing() {
        assertThrows(NoSuchFileException.class, () -> FileRights.openToOthers(home.resolve("absent"), home));
    }

    @Test
    void shouldLookNoHigherThanHome() throws IOException {
        permit(home, "rwxr-xrwx");
        assertEquals(Optional.empty(), FileRights.openToOthers(folder, between));
    }

    @Test
    void shouldLookUpToTheRootWhereTheFolderIsNotBelowHome() throws IOException {
        permit(home, "rwxr-xrwx");
        assertEquals(Optional.of(home), FileRights.openToOthers(folder, Files.createDirectory(temp.resolve("other"))));
    }

    @Test
    void shouldFindNothingWhereOnlyTheOwnerWrites() throws IOException {
        // The folder of temporary files, which is above it, has the sticky bit.
        assertEquals(Optional.empty(), FileRights.openToOthers(folder, Path.of("/")));
    }

    @Test
    void shouldTellWhetherOthersCanRead() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        permit(file, "rw-------");
        assertFalse(FileRights.othersMayRead(file));
        permit(file, "rw----r--");
        assertTrue(FileRights.othersMayRead(file));
    }
}
