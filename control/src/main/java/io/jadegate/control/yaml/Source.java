package io.jadegate.control.yaml;

import java.nio.file.Path;

/// Where a tree was read from.
///
/// @param name what positions show: the file as it was named
/// @param directory where relative paths in it start
public record Source(String name, Path directory) {}
