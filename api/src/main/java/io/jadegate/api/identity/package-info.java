/// Who somebody is: the door that every way to prove it comes through.
///
/// Must not know of protocols, nor how a proof is checked.
@NullMarked
package io.jadegate.api.identity;

import org.jspecify.annotations.NullMarked;
