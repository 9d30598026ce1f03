/// Golden requests: what a configuration is expected to decide, kept beside it and checked before
/// it serves.
///
/// It compares explanations with expectations and knows neither the data plane nor the command
/// line.
@NullMarked
package io.jadegate.server.golden;

import org.jspecify.annotations.NullMarked;
