/// Configuration from files: includes, environment, checks across the whole, watching for changes.
/// Answers whole values with every problem at once. Must not know what serves the configuration.
@NullMarked
package io.jadegate.control.config;

import org.jspecify.annotations.NullMarked;
