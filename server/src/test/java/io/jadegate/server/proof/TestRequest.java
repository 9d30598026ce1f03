package io.jadegate.server.proof;

/// A request as it goes over the wire.
///
/// @param listener the listener it is sent to
/// @param trusted whether it comes from an address that is believed
/// @param head its head in octets, the empty line included
/// @param body its body in octets, framing included
record TestRequest(String listener, boolean trusted, String head, String body) {

    boolean asksForHeadOnly() {
        return head.startsWith("HEAD ");
    }
}
