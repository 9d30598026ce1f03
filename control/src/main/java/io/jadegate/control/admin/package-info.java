/// The admin address: what an operator may ask of a running node, and the metrics address.
///
/// Guards, answers and JSON live here. Must not know how traffic is moved or where a configuration
/// comes from, only the ports it is given.
@NullMarked
package io.jadegate.control.admin;

import org.jspecify.annotations.NullMarked;
