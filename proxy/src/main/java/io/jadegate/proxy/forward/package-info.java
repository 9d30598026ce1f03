/// Where a forward proxy goes: its rules, the addresses behind names, and the endpoints dialled.
///
/// Serves every protocol in which clients ask for a target. Must not know any of them: who asks,
/// and how it is answered, is for whoever speaks with the client.
@NullMarked
package io.jadegate.proxy.forward;

import org.jspecify.annotations.NullMarked;
