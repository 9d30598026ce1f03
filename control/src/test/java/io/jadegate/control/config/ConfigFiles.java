package io.jadegate.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Files in a temporary folder, and what comes of loading them.
record ConfigFiles(Path folder, Map<String, String> variables) {

    ConfigFiles(Path folder) {
        this(folder, Map.of());
    }

    Path write(String name, String text) {
        try {
            var file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LoadResult load() {
        return new ConfigLoader(TestFilters.KINDS, TestFilters.CONNECTION_KINDS)
                .load(folder.resolve("main.yaml"), new Environment(variables, true));
    }

    LoadResult.Loaded loaded() {
        var result = load();
        assertThat(result).isInstanceOf(LoadResult.Loaded.class);
        return (LoadResult.Loaded) result;
    }

    /// What is wrong, with file names relative to the folder.
    List<String> problems() {
        return switch (load()) {
            case LoadResult.Invalid invalid -> texts(invalid.problems());
            case LoadResult.Loaded loaded -> texts(loaded.warnings());
        };
    }

    private List<String> texts(List<Problem> problems) {
        return problems.stream()
                .map(problem -> problem.toString().replace(folder + "/", ""))
                .toList();
    }
}
