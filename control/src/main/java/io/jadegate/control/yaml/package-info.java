/// YAML text as a positioned tree: mappings, sequences and scalars that know their file, line and
/// column. Anchors, merges and environment values are resolved here, duplicates and bombs refused.
/// Must not know what any key means.
@NullMarked
package io.jadegate.control.yaml;

import org.jspecify.annotations.NullMarked;
