/// The command line and the wiring: the only place that knows every module.
///
/// It holds no rule of the gateway; what a request meets is decided in the modules it puts
/// together.
@NullMarked
package io.jadegate.server;

import org.jspecify.annotations.NullMarked;
