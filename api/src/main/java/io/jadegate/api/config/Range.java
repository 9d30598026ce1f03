package io.jadegate.api.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The numbers that are accepted, both ends included. A text that has a range may be a bare number,
/// and must have its form then, too.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {
    long min();

    long max() default Integer.MAX_VALUE;
}
