package io.kookoo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who else may read or write a file or folder, by its owner and its POSIX permissions. A group that has the name of the owner is taken for
 * the owner's own. Where a file system knows no such permissions, nobody else may. Links are followed. Blocks on the disk.
 */
public final class FileRights {
    private static final int STICKY = 01000;

    private FileRights() {}

    /** Whether others may read it. */
    public static boolean othersMayRead(Path file) throws IOException {
        return othersMay(file, PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);
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
     * Through which others can change what {@code file} is: itself, or a folder above it, up to {@code top} where it is below that, else up
     * to the root. Others are all but root, who runs this process, and who has {@code top}. A folder above it that has the sticky bit, as
     * /tmp has, lets nobody replace what is not theirs.
     *
     * @param file or folder
     * @return empty where there is none
     * @throws NoSuchFileException where there is no such file
     */
    public static Optional<Path> openToOthers(Path file, Path top) throws IOException {
        return openToOthers(file, top, trusted(top));
    }

    static Optional<Path> openToOthers(Path file, Path top, Set<UserPrincipal> trusted) throws IOException {
        Path written = file.toAbsolutePath().normalize();
        Path real = written.toRealPath();
        Optional<Path> found = climb(written, top.toAbsolutePath().normalize(), trusted);
        return found.isPresent() || real.equals(written) ? found : climb(real, top.toRealPath(), trusted);
    }

    /** Who can have this process do what they like anyway. */
    private static Set<UserPrincipal> trusted(Path top) throws IOException {
        Set<UserPrincipal> trusted = new HashSet<>();
        Path self = Path.of("/proc/self");
        for (Path theirs : List.of(top, top.toAbsolutePath().getRoot(), self)) {
            if (Files.exists(theirs)) {
                trusted.add(Files.getOwner(theirs));
            }
        }
        if (!Files.exists(self)) {
            trusted.add(top.getFileSystem()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByName(System.getProperty("user.name")));
        }
        return trusted;
    }

    private static Optional<Path> climb(Path file, Path top, Set<UserPrincipal> trusted) throws IOException {
        Path last = file.startsWith(top) ? top : file.getRoot();
        for (Path each = file; each != null; each = each.equals(last) ? null : each.getParent()) {
            boolean writable = othersMay(each, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE)
                    && (each.equals(file) || !isSticky(each));
            if (writable || !belongsTo(trusted, each)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private static boolean belongsTo(Set<UserPrincipal> trusted, Path file) throws IOException {
        return Files.getFileAttributeView(file, PosixFileAttributeView.class) == null
                || trusted.contains(Files.getOwner(file));
    }

    private static boolean isSticky(Path folder) throws IOException {
        return folder.getFileSystem().supportedFileAttributeViews().contains("unix")
                && ((Integer) Files.getAttribute(folder, "unix:mode") & STICKY) != 0;
    }
}
