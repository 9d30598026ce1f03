package io.jadegate.api.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/// The head of a response, the same whatever HTTP version it came by: status and fields.
///
/// For one thread at a time. A codec may reuse an instance once its exchange has ended.
public final class ResponseHead {
    private final HeaderFields fields = new HeaderFields();
    private int status = 200;
    private int majorVersion = 1;
    private int minorVersion = 1;
    private int reasonStart;
    private int reasonEnd;

    public HeaderFields fields() {
        return fields;
    }

    /// 100 to 599 as received; a gateway never makes up anything else.
    public int status() {
        return status;
    }

    public void status(int status) {
        this.status = status;
        reasonStart = 0;
        reasonEnd = 0;
    }

    /// Whether this is an interim answer (RFC 9110 §15.2), after which another head follows.
    public boolean interim() {
        return status < 200 && status != 101;
    }

    /// The HTTP version that the message came by: 1, or 2.
    public int majorVersion() {
        return majorVersion;
    }

    public void majorVersion(int majorVersion) {
        this.majorVersion = majorVersion;
    }

    public int minorVersion() {
        return minorVersion;
    }

    public void minorVersion(int minorVersion) {
        this.minorVersion = minorVersion;
    }

    /// Keeps the reason phrase of an HTTP/1 status line, a range in the array of the fields.
    public void reason(int start, int end) {
        reasonStart = start;
        reasonEnd = end;
    }

    public int reasonStart() {
        return reasonStart;
    }

    /// The end of the reason phrase; equal to its start when there is none of the response's own.
    public int reasonEnd() {
        return reasonEnd;
    }

    /// Makes the head empty for its next use, keeping arrays of up to `keepBytes` octets.
    public void clear(int keepBytes) {
        fields.clear(keepBytes);
        status = 200;
        majorVersion = 1;
        minorVersion = 1;
        reasonStart = 0;
        reasonEnd = 0;
    }

    /// Becomes a copy of `other`.
    public void copyFrom(ResponseHead other) {
        fields.copyFrom(other.fields);
        status = other.status;
        majorVersion = other.majorVersion;
        minorVersion = other.minorVersion;
        reasonStart = other.reasonStart;
        reasonEnd = other.reasonEnd;
    }

    /// The standard reason phrase of a status code, or an empty one (RFC 9110 §15, RFC 6585).
    public static byte[] reasonPhrase(int status) {
        return phrase(status).getBytes(ISO_8859_1);
    }

    private static String phrase(int status) {
        return switch (status) {
            case 100 -> "Continue";
            case 101 -> "Switching Protocols";
            case 103 -> "Early Hints";
            case 200 -> "OK";
            case 201 -> "Created";
            case 202 -> "Accepted";
            case 203 -> "Non-Authoritative Information";
            case 204 -> "No Content";
            case 205 -> "Reset Content";
            case 206 -> "Partial Content";
            case 300 -> "Multiple Choices";
            case 301 -> "Moved Permanently";
            case 302 -> "Found";
            case 303 -> "See Other";
            case 304 -> "Not Modified";
            case 307 -> "Temporary Redirect";
            case 308 -> "Permanent Redirect";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 402 -> "Payment Required";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 406 -> "Not Acceptable";
            case 407 -> "Proxy Authentication Required";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 410 -> "Gone";
            case 411 -> "Length Required";
            case 412 -> "Precondition Failed";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 416 -> "Range Not Satisfiable";
            case 417 -> "Expectation Failed";
            case 421 -> "Misdirected Request";
            case 422 -> "Unprocessable Content";
            case 425 -> "Too Early";
            case 426 -> "Upgrade Required";
            case 428 -> "Precondition Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 451 -> "Unavailable For Legal Reasons";
            case 499 -> "Client Closed Request";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            case 507 -> "Insufficient Storage";
            case 508 -> "Loop Detected";
            case 511 -> "Network Authentication Required";
            default -> "";
        };
    }

    @Override
    public String toString() {
        return status + "\n" + fields;
    }
}
