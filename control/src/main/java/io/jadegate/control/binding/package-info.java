/// From a tree to records, by the records' own description: what a key is called, how it is
/// written, what it means when left out. The JSON Schema and the table of keys come from the same
/// description. Must not know files or what a configuration is for.
@NullMarked
package io.jadegate.control.binding;

import org.jspecify.annotations.NullMarked;
