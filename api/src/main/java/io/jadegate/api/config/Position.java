package io.jadegate.api.config;

/// A place in a configuration source.
///
/// @param file the file as it was named, or another name of the source such as `environment
///   JADEGATE_VIA`
/// @param line counted from 1
/// @param column counted from 1, in code points
public record Position(String file, int line, int column) {

    /// `file:line:column`.
    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
