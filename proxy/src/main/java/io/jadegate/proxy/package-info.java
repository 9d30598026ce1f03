/// The data plane as a whole: compiles configurations and serves by them.
///
/// Everything below it is reached from here, and nothing below it reaches up.
@NullMarked
package io.jadegate.proxy;

import org.jspecify.annotations.NullMarked;
