/// The filter `rewrite-path`: what path the upstream sees.
///
/// Must not know how routes match, nor touch the query.
@NullMarked
package io.jadegate.filters.path;

import org.jspecify.annotations.NullMarked;
