package io.jadegate.server.wire;

import io.jadegate.api.config.NodeConfig;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A test that is run by each transport, which is its parameter. One that the machine lacks is
/// skipped by [Gateway#available].
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@ParameterizedTest
@EnumSource(value = NodeConfig.Transport.class, mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
@interface OnEachTransport {}
