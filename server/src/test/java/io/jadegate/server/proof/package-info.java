/// The proofs that need much traffic or much time: that explain and traffic agree, that reloads
/// cost no request, that files are watched.
///
/// Must not know the inside of any module.
@NullMarked
package io.jadegate.server.proof;

import org.jspecify.annotations.NullMarked;
