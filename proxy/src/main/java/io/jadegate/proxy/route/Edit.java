package io.jadegate.proxy.route;

/// One change of a table, told apart from all others by identity.
///
/// Parts of a table say under which edit they were made. While a table is built or changed, parts
/// of that very edit are changed in place, all others are copied first: so a table from nothing
/// costs no copies, and a changed one copies just the way to what has changed and shares the rest
/// with the table before. An edit ends when its table is published; then nothing is changed any
/// more.
final class Edit {}
