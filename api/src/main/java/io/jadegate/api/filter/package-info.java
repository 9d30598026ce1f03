/// The contract of filters: what a policy sees of an exchange and what it may answer.
///
/// Built-in filters use nothing else. Must not know channels, codecs or threads other than the one
/// that asks.
@NullMarked
package io.jadegate.api.filter;

import org.jspecify.annotations.NullMarked;
