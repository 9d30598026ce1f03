package io.jadegate.filters.headers;

import io.jadegate.api.filter.FilterProvider.SettingsException;
import io.jadegate.api.http.FieldName;
import java.util.Set;

/// The fields that belong to the gateway: they frame the message, describe the connection or say
/// where the request goes, and an edit could make the next hop read another message than was sent.
final class OwnedFields {
    private static final Set<FieldName> FRAMING =
            Set.of(
                    FieldName.CONTENT_LENGTH,
                    FieldName.TRANSFER_ENCODING,
                    FieldName.CONNECTION,
                    FieldName.KEEP_ALIVE,
                    FieldName.PROXY_CONNECTION,
                    FieldName.UPGRADE,
                    FieldName.HTTP2_SETTINGS,
                    FieldName.TE,
                    FieldName.TRAILER);

    private static final long KNOWN = known();

    private OwnedFields() {}

    /// The field name that `text` spells, if a user may edit it.
    static FieldName check(String key, String text) throws SettingsException {
        FieldName name = FieldName.of(text);
        if (name.equals(FieldName.HOST)) {
            throw new SettingsException(
                    key, "\"" + text + "\" is set by host-header of the upstream");
        }
        if (FRAMING.contains(name)) {
            throw new SettingsException(
                    key, "\"" + text + "\" frames the message and belongs to the gateway");
        }
        return name;
    }

    /// Whether the name of that [FieldName#id()] is one of them.
    static boolean contain(int id) {
        return id >= 0 && id < Long.SIZE && (KNOWN >>> id & 1) != 0;
    }

    private static long known() {
        long ids = 1L << FieldName.HOST.id();
        for (FieldName name : FRAMING) {
            assert name.id() >= 0 && name.id() < Long.SIZE;
            ids |= 1L << name.id();
        }
        return ids;
    }
}
