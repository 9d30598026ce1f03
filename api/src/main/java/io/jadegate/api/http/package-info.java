/// HTTP message heads as bytes: names, fields, methods, request and response heads.
///
/// The same classes serve every HTTP version. Must not know connections, routes or configuration.
@NullMarked
package io.jadegate.api.http;

import org.jspecify.annotations.NullMarked;
