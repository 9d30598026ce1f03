/// Micro-benchmarks of single parts, run by hand with `make jmh`.
///
/// Compiled in every build so that they do not rot. Must not be needed by anything.
@NullMarked
package io.jadegate.benchmarks;

import org.jspecify.annotations.NullMarked;
