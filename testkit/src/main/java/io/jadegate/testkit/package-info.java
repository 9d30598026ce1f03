/// Fakes and raw clients for the tests of every module: endpoints that do exactly what a script
/// says, clients that send exactly these octets, and checks that nothing was left open.
///
/// Must not know the product: what it checks it sees from outside.
@NullMarked
package io.jadegate.testkit;

import org.jspecify.annotations.NullMarked;
