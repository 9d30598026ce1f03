/// The seam between the planes: what the control plane asks of the data plane.
///
/// Must not know how either side works.
@NullMarked
package io.jadegate.api.plane;

import org.jspecify.annotations.NullMarked;
