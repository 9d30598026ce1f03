/// The soak: the distribution as it ships, under everything that clients, endpoints and operators
/// do at once, for long, and whether it is afterwards as it was before.
///
/// Must not know the inside of any module: what it checks it sees from outside the process.
@NullMarked
package io.jadegate.server.soak;

import org.jspecify.annotations.NullMarked;
