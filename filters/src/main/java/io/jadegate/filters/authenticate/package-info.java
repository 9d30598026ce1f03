/// The filter `authenticate`: who sends a request, and the challenge to whoever does not say.
///
/// Must not know how credentials are checked, nor what a user may do.
@NullMarked
package io.jadegate.filters.authenticate;

import org.jspecify.annotations.NullMarked;
