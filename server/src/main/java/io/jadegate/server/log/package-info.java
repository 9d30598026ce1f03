/// The application log: one line for a person on standard error for each change of state.
///
/// It knows SLF4J and nothing of the gateway; the access log of requests is elsewhere.
@NullMarked
package io.jadegate.server.log;

import org.jspecify.annotations.NullMarked;
