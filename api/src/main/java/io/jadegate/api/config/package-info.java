/// The configuration as data: immutable records, named like the keys of the file, and the
/// annotations that say how each is written. One truth for the binder, the JSON Schema and the
/// documentation. Must not know YAML, files, the environment or anything that serves traffic.
@NullMarked
package io.jadegate.api.config;

import org.jspecify.annotations.NullMarked;
