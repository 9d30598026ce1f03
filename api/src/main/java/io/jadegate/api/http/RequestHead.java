package io.jadegate.api.http;

import org.jspecify.annotations.Nullable;

/// The head of a request, the same whatever HTTP version it came by: method, target and fields.
///
/// Its text parts are ranges in the array of [#fields()]; the String forms are made when somebody
/// asks. The path is **canonical** (RFC 3986 §6.2.2: no dot segments, no doubled slash, upper-case
/// hexadecimal, unreserved characters decoded): what is matched is what filters see and what goes
/// upstream. The query is as it came. Host is authority, and the fields hold no second truth: an
/// encoder writes `Host` from [#authority()].
///
/// For one thread at a time. A codec may reuse an instance once its exchange has ended.
public final class RequestHead {
    private final HeaderFields fields = new HeaderFields();
    private Method method = Method.GET;
    private int majorVersion = 1;
    private int minorVersion = 1;
    private boolean webSocket;
    private Form form = Form.ORIGIN;
    private @Nullable Scheme targetScheme;
    private Scheme scheme = Scheme.HTTP;
    private int authorityStart;
    private int authorityEnd;
    private int hostStart;
    private int hostEnd;
    private int port = -1;
    private int pathStart;
    private int pathEnd;
    private int queryStart = -1;
    private int queryEnd = -1;

    public enum Scheme {
        HTTP("http", 80),
        HTTPS("https", 443);

        private final String text;
        private final int port;

        Scheme(String text, int port) {
            this.text = text;
            this.port = port;
        }

        /// As it is spelt in a URI.
        public String text() {
            return text;
        }

        public int defaultPort() {
            return port;
        }
    }

    /// The forms of a target (RFC 9112 §3.2).
    public enum Form {
        ORIGIN,
        /// Names scheme and authority. In HTTP/2 each request does that has an authority and is no
        /// CONNECT.
        ABSOLUTE,
        /// Host and port of a CONNECT, and nothing else.
        AUTHORITY,
        ASTERISK,
        /// None of a CONNECT's own form.
        OTHER
    }

    public HeaderFields fields() {
        return fields;
    }

    public Method method() {
        return method;
    }

    public void method(Method method) {
        this.method = method;
    }

    /// The HTTP version that the message came by: 1, or 2.
    public int majorVersion() {
        return majorVersion;
    }

    public void majorVersion(int majorVersion) {
        this.majorVersion = majorVersion;
    }

    /// The HTTP version as logs have it.
    public String protocol() {
        if (majorVersion == 2) {
            return "HTTP/2";
        }
        return minorVersion == 0 ? "HTTP/1.0" : "HTTP/1.1";
    }

    /// 0 or 1 for HTTP/1.0 and 1.1. HTTP/2 requests say 1: their semantics are those of 1.1.
    public int minorVersion() {
        return minorVersion;
    }

    public void minorVersion(int minorVersion) {
        this.minorVersion = minorVersion;
    }

    /// Whether an extended CONNECT asks for a WebSocket (RFC 8441 §4). Its method says GET, as that
    /// of the same handshake does in HTTP/1.1, so that one route takes both.
    public boolean webSocket() {
        return webSocket;
    }

    public void webSocket(boolean webSocket) {
        this.webSocket = webSocket;
    }

    public Scheme scheme() {
        return scheme;
    }

    public void scheme(Scheme scheme) {
        this.scheme = scheme;
    }

    public Form form() {
        return form;
    }

    public void form(Form form) {
        this.form = form;
    }

    /// The scheme that the target itself names, which need not be that of the connection; null when
    /// it names none.
    public @Nullable Scheme targetScheme() {
        return targetScheme;
    }

    public void targetScheme(@Nullable Scheme targetScheme) {
        this.targetScheme = targetScheme;
    }

    // ---- authority

    /// Host and port as the client named them, empty when an HTTP/1.0 request names none.
    public String authority() {
        return fields.text(authorityStart, authorityEnd);
    }

    /// The host in lower case, without port, an IPv6 address in brackets; may be empty.
    public String host() {
        return fields.text(hostStart, hostEnd);
    }

    /// The port the authority names, or the scheme's own.
    public int port() {
        return port < 0 ? scheme.defaultPort() : port;
    }

    /// Whether the authority names a port.
    public boolean namesPort() {
        return port >= 0;
    }

    public int authorityStart() {
        return authorityStart;
    }

    public int authorityEnd() {
        return authorityEnd;
    }

    public int hostStart() {
        return hostStart;
    }

    public int hostEnd() {
        return hostEnd;
    }

    /// Sets the authority and its parts as ranges in the array of the fields.
    ///
    /// @param port the port named, or -1
    public void authority(
            int authorityStart, int authorityEnd, int hostStart, int hostEnd, int port) {
        this.authorityStart = authorityStart;
        this.authorityEnd = authorityEnd;
        this.hostStart = hostStart;
        this.hostEnd = hostEnd;
        this.port = port;
    }

    // ---- path and query

    /// The canonical path: begins with `/`, or is `*` for a request about the server as a whole.
    public String path() {
        return fields.text(pathStart, pathEnd);
    }

    public int pathStart() {
        return pathStart;
    }

    public int pathEnd() {
        return pathEnd;
    }

    /// Sets the path as a range in the array of the fields.
    public void path(int start, int end) {
        pathStart = start;
        pathEnd = end;
    }

    /// Replaces the path. `path` is an encoded path; see [Paths#isCanonical].
    public void path(String path) {
        pathStart = fields.append(path);
        pathEnd = fields.limit();
    }

    /// The query without its `?`, or null when there is none; an empty query is not none.
    public @Nullable String query() {
        return queryStart < 0 ? null : fields.text(queryStart, queryEnd);
    }

    /// Where the query begins, or -1 when there is none.
    public int queryStart() {
        return queryStart;
    }

    public int queryEnd() {
        return queryEnd;
    }

    /// Sets the query as a range in the array of the fields; -1, -1 removes it.
    public void query(int start, int end) {
        queryStart = start;
        queryEnd = end;
    }

    /// Replaces or, with null, removes the query.
    public void query(@Nullable String query) {
        queryStart = query == null ? -1 : fields.append(query);
        queryEnd = query == null ? -1 : fields.limit();
    }

    // ---- reuse

    /// Makes the head empty for its next use, keeping arrays of up to `keepBytes` octets.
    public void clear(int keepBytes) {
        fields.clear(keepBytes);
        method = Method.GET;
        majorVersion = 1;
        minorVersion = 1;
        webSocket = false;
        form = Form.ORIGIN;
        targetScheme = null;
        scheme = Scheme.HTTP;
        authority(0, 0, 0, 0, -1);
        path(0, 0);
        query(-1, -1);
    }

    /// Becomes a copy of `other`.
    public void copyFrom(RequestHead other) {
        fields.copyFrom(other.fields);
        method = other.method;
        majorVersion = other.majorVersion;
        minorVersion = other.minorVersion;
        webSocket = other.webSocket;
        form = other.form;
        targetScheme = other.targetScheme;
        scheme = other.scheme;
        authority(
                other.authorityStart,
                other.authorityEnd,
                other.hostStart,
                other.hostEnd,
                other.port);
        path(other.pathStart, other.pathEnd);
        query(other.queryStart, other.queryEnd);
    }

    @Override
    public String toString() {
        String query = query();
        return method
                + " "
                + scheme.text()
                + "://"
                + authority()
                + path()
                + (query == null ? "" : "?" + query)
                + "\n"
                + fields;
    }
}
