/// The filters `request-headers` and `response-headers`: removing, setting and adding fields.
///
/// Must not know what the fields are for, nor touch those that frame a message.
@NullMarked
package io.jadegate.filters.headers;

import org.jspecify.annotations.NullMarked;
