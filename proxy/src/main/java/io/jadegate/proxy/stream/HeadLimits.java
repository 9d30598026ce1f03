package io.jadegate.proxy.stream;

/// How large a head may be.
///
/// @param headBytes the whole head, line ends included
/// @param fields the number of its fields
/// @param uriBytes a request's target
public record HeadLimits(int headBytes, int fields, int uriBytes) {}
