package io.jadegate.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// The inputs of a fuzz test that are worth keeping, one file each: seeds written by hand, what
/// reaches code that no other input reaches, and what once was wrong.
///
/// They lie in `src/test/resources/fuzz` of the test's module, in a folder named after the test.
public final class Corpus {
    private static final Path FOLDER = Path.of("src/test/resources/fuzz");

    private Corpus() {}

    /// One test for each input of a fuzz test.
    ///
    /// @param target what fails when the input is not handled well
    public static Stream<DynamicTest> replayed(Class<?> fuzzTest, Consumer<byte[]> target)
            throws IOException {
        List<Path> inputs;
        try (Stream<Path> files = Files.list(FOLDER.resolve(fuzzTest.getSimpleName()))) {
            inputs = files.sorted().toList();
        }
        return inputs.stream()
                .map(input ->
                        DynamicTest.dynamicTest(
                                input.toString(),
                                input.toUri(),
                                () -> target.accept(Files.readAllBytes(input))));
    }
}
