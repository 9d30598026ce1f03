package io.jadegate.proxy.http2;

import io.netty.handler.codec.EmptyHeaders;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// What Netty's HPACK wants to be given and holds nothing: our own heads are read from and written
/// to its octets, so nobody asks for a field here.
abstract class NettyHeaders extends EmptyHeaders<CharSequence, CharSequence, Http2Headers>
        implements Http2Headers {
    private static final String READ_ONLY = "read only: fields are written to Jadegate's own heads";

    @Override
    public Iterator<CharSequence> valueIterator(CharSequence name) {
        return Collections.emptyIterator();
    }

    @Override
    public boolean contains(CharSequence name, CharSequence value, boolean caseInsensitive) {
        return false;
    }

    @Override
    public Http2Headers method(CharSequence value) {
        throw new UnsupportedOperationException(READ_ONLY);
    }

    @Override
    public Http2Headers scheme(CharSequence value) {
        throw new UnsupportedOperationException(READ_ONLY);
    }

    @Override
    public Http2Headers authority(CharSequence value) {
        throw new UnsupportedOperationException(READ_ONLY);
    }

    @Override
    public Http2Headers path(CharSequence value) {
        throw new UnsupportedOperationException(READ_ONLY);
    }

    @Override
    public Http2Headers status(CharSequence value) {
        throw new UnsupportedOperationException(READ_ONLY);
    }

    @Override
    public @Nullable CharSequence method() {
        return null;
    }

    @Override
    public @Nullable CharSequence scheme() {
        return null;
    }

    @Override
    public @Nullable CharSequence authority() {
        return null;
    }

    @Override
    public @Nullable CharSequence path() {
        return null;
    }

    @Override
    public @Nullable CharSequence status() {
        return null;
    }
}
