package io.jadegate.proxy.upstream;

import io.jadegate.proxy.stream.Loop;
import org.jspecify.annotations.Nullable;

/// An immutable choice over the usable targets of an upstream. Whatever changes that set makes a
/// new picker. Safe on all loops at once.
public interface Picker {
    /// Chooses a target.
    ///
    /// @param loop the loop that asks
    /// @param except a target that has failed this request before, avoided while there is another
    /// @return null when there is no target
    @Nullable Target pick(Loop loop, @Nullable Target except);
}
