package io.jadegate.api.config;

/// The Host the endpoints see.
@Shorthand("name")
public sealed interface HostHeaderConfig {

    /// What the client sent.
    record Pass() implements HostHeaderConfig {}

    /// The endpoint's own address.
    record Endpoint() implements HostHeaderConfig {}

    /// This name.
    @Shorthand("name")
    record Name(
            @Doc("the host, with a port if need be") @Required @Form(TextForm.AUTHORITY)
                    String name)
            implements HostHeaderConfig {}
}
