/// Passwords of users: how they are hashed and checked, by whom, and how often one may guess.
///
/// Must not know of HTTP, nor what a user may do.
@NullMarked
package io.jadegate.filters.password;

import org.jspecify.annotations.NullMarked;
