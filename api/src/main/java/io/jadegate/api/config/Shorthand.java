package io.jadegate.api.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// How a type is written without its mapping.
///
/// - On a record: a text, number or list binds to the named component. A record whose only
///   component is named here is always written as that component.
/// - On a sealed interface: a text, number or list is the named case.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Shorthand {
    /// The component or case, as its key is written.
    String value();
}
