package io.kookoo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;

/**
 * Who besides its owner may read or write a file or folder, by its POSIX permissions. A group that has the name of the owner is taken for
 * the owner's own. Where a file system knows no such permissions, nobody else may. Links are followed. Blocks on the disk.
 */
public final class FileRights {
    private static final int STICKY = 01000;

    private FileRights() {}

    /** Whether others may read it. */
    public static boolean othersMayRead(Path file) throws IOException {
        return othersMay(file, PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);
    }

    /** Whether others may write it; of a folder, whether they may put files into it. */
    public static boolean othersMayWrite(Path file) throws IOException {
        return othersMay(file, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
    }

    private static boolean othersMay(Path file, PosixFilePermission ofGroup, PosixFilePermission ofOthers)
            throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view == null) {
            return false;
        }
        PosixFileAttributes attributes = view.readAttributes();
        return attributes.permissions().contains(ofOthers)
                || attributes.permissions().contains(ofGroup)
                        && !attributes
                                .group()
                                .getName()
                                .equals(attributes.owner().getName());
    }

    /**
     * The folder through which others can change what is in {@code folder}: itself, or one above it, up to {@code top} where it is below
     * that, else up to the root. One above it that has the sticky bit, as /tmp has, lets nobody replace what is not theirs.
     *
     * @return empty where there is none
     * @throws NoSuchFileException where there is no such folder
     */
    public static Optional<Path> openToOthers(Path folder, Path top) throws IOException {
        Path written = folder.toAbsolutePath().normalize();
        Path real = written.toRealPath();
        Optional<Path> found = climb(written, top.toAbsolutePath().normalize());
        return found.isPresent() || real.equals(written) ? found : climb(real, top.toRealPath());
    }

    private static Optional<Path> climb(Path folder, Path top) throws IOException {
        Path last = folder.startsWith(top) ? top : folder.getRoot();
        for (Path each = folder; each != null; each = each.equals(last) ? null : each.getParent()) {
            if (othersMayWrite(each) && (each.equals(folder) || !isSticky(each))) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private static boolean isSticky(Path folder) throws IOException {
        return folder.getFileSystem().supportedFileAttributeViews().contains("unix")
                && ((Integer) Files.getAttribute(folder, "unix:mode") & STICKY) != 0;
    }
}
