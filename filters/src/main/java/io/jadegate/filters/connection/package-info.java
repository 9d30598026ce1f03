/// The filter `connection-limit`: how many connections a client and a listener may have.
///
/// Must not know what is spoken on a connection, nor how many descriptors there are.
@NullMarked
package io.jadegate.filters.connection;

import org.jspecify.annotations.NullMarked;
