package io.jadegate.control.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What a configuration was read from, as it was at that moment: files, and folders whose listing
/// decided which files.
///
/// Compared by content, not by time stamps: Kubernetes swaps a symbolic link, editors rename, and a
/// quick second change may fall into the same tick of the clock and have the same length.
public final class Sources {

    private final Map<Path, String> files;
    private final Map<Path, List<String>> folders;

    private Sources(Map<Path, String> files, Map<Path, List<String>> folders) {
        this.files = Map.copyOf(files);
        this.folders = Map.copyOf(folders);
    }

    /// The files that were read, also those that were missing.
    public Set<Path> files() {
        return files.keySet();
    }

    /// The folders to watch: those of the files, also where links lead, and those that were listed.
    Set<Path> watchedFolders() {
        var result = new HashSet<>(folders.keySet());
        for (var file : files.keySet()) {
            addFolder(result, file);
            try {
                addFolder(result, file.toRealPath());
            } catch (IOException _) {
                // A file that is not there yet has no other folder.
            }
        }
        return result;
    }

    private static void addFolder(Set<Path> folders, Path file) {
        var parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            folders.add(parent);
        }
    }

    /// The same files and folders as they are now. Reads them.
    Sources now() {
        var recorder = new Recorder();
        files.keySet().forEach(recorder::read);
        folders.keySet().forEach(recorder::list);
        return recorder.sources();
    }

    /// Whether one of the files is there and has nothing in it.
    boolean hasEmptyFile() {
        return files.containsValue(Recorder.EMPTY);
    }

    /// Two are equal when a configuration read from them is.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Sources that
                && files.equals(that.files)
                && folders.equals(that.folders);
    }

    @Override
    public int hashCode() {
        return files.hashCode() * 31 + folders.hashCode();
    }

    @Override
    public String toString() {
        return "Sources" + files.keySet() + folders.keySet();
    }

    /// Reads files and folders and remembers what was there. For one thread.
    static final class Recorder {

        private static final String ABSENT = "absent";
        private static final String EMPTY = sum(new byte[0]);
        private static final String TOO_LARGE = "too large";
        private static final long MAX_BYTES = 64 << 20;

        private final Map<Path, String> files = new LinkedHashMap<>();
        private final Map<Path, List<String>> folders = new LinkedHashMap<>();

        /// The content of a file, or `null` when it cannot be read or is larger than 64 MiB.
        byte @Nullable [] read(Path file) {
            try {
                if (Files.size(file) > MAX_BYTES) {
                    files.put(file, TOO_LARGE);
                    return null;
                }
                var bytes = Files.readAllBytes(file);
                files.put(file, sum(bytes));
                return bytes;
            } catch (IOException _) {
                files.put(file, ABSENT);
                return null;
            }
        }

        private static String sum(byte[] bytes) {
            var sum = new CRC32C();
            sum.update(bytes);
            return bytes.length + ":" + Long.toHexString(sum.getValue());
        }

        /// Whether a file that was not read is too large.
        boolean tooLarge(Path file) {
            return TOO_LARGE.equals(files.get(file));
        }

        /// The names in a folder, sorted; empty when it cannot be read.
        List<String> list(Path folder) {
            List<String> names;
            try (Stream<Path> paths = Files.list(folder)) {
                names = paths.map(path -> String.valueOf(path.getFileName())).sorted().toList();
            } catch (IOException _) {
                names = List.of();
            }
            folders.put(folder, names);
            return names;
        }

        Sources sources() {
            return new Sources(files, folders);
        }
    }
}
