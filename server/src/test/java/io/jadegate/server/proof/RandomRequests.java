package io.jadegate.server.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Makes requests by chance, the same for the same number: most as clients send them, some as only
/// attackers do.
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
final class RandomRequests {
    private static final String CRLF = "\r\n";

    private static final List<String> HOSTS =
            List.of(
                    "shop.test",
                    "SHOP.test",
                    "shop.test:8080",
                    "a.shop.test",
                    "b.eu.shop.test",
                    "Eu.Shop.Test:",
                    "other.test",
                    "127.0.0.1",
                    "[::1]:80",
                    "x_y.test");

    private static final List<String> PATHS =
            List.of(
                    "/",
                    "/exact",
                    "/exact/",
                    "/shop",
                    "/shop/",
                    "/shop/cart/7",
                    "/shopping",
                    "/customers/42/orders",
                    "/customers/42",
                    "/customers/a%20b/orders",
                    "/files/a/b/c",
                    "/files",
                    "/files/x%2Cy",
                    "/r/abc",
                    "/r/abc12",
                    "/r/ABC",
                    "/api-v1",
                    "/api-v2/users",
                    "/api",
                    "/m",
                    "/m/n",
                    "/h",
                    "/h/x",
                    "/q",
                    "/c/x",
                    "/s",
                    "/p",
                    "/p/special",
                    "/ping",
                    "/teapot",
                    "/empty",
                    "/old/a/b",
                    "/plain",
                    "/small",
                    "/small/file",
                    "/cors",
                    "/cors/data",
                    "/edit",
                    "/edit/x",
                    "/open",
                    "/when",
                    "/named",
                    "/named/a;b=c",
                    "/re/2024/05",
                    "/down",
                    "/none");

    private static final List<String> ODD_PATHS =
            List.of(
                    "/shop/../ping",
                    "/./shop//cart",
                    "//shop",
                    "/shop/%2e%2e/ping",
                    "/%73hop/a",
                    "/shop/%7euser",
                    "/shop/a%2fb",
                    "/shop/a%2Fb",
                    "/shop/%c3%a9",
                    "/../../exact",
                    "/shop/.",
                    "/shop/..",
                    "/customers//orders",
                    "/p/%73pecial",
                    "/shop/%zz",
                    "/shop/%0",
                    "/shop/%00",
                    "/shop\\a",
                    "/files/%2E%2e/c",
                    "/exact%20",
                    "/r/abc/",
                    "/shop/%41;v=1",
                    "/edit/../../m",
                    "/a b",
                    "/shop/\u00e9",
                    "/shop/{id}",
                    "/shop/<x>",
                    "/named/%5c",
                    "/ping#part",
                    "/q?v=%zz",
                    "/q?v=\"");

    private static final List<String> QUERIES =
            List.of(
                    "",
                    "",
                    "",
                    "?v=1",
                    "?v=2&t=9",
                    "?v=3",
                    "?t=%20x&v=1",
                    "?",
                    "?a=b=c&&v",
                    "?%76=1",
                    "?q=a+b",
                    "?t=/../x");

    private static final List<String> FIELDS =
            List.of(
                    "X-Canary: true",
                    "x-canary: false",
                    "X-Canary:  true  ",
                    "X-Debug: 1",
                    "X-Env: dev",
                    "X-Tag: one",
                    "X-Tag: two",
                    "Accept: */*",
                    "User-Agent: test/1.0",
                    "Cookie: beta=1; sid=abc",
                    "Cookie: alpha=2",
                    "Authorization: Bearer t",
                    "Connection: keep-alive",
                    "Connection: x-hop, te",
                    "X-Hop: 1",
                    "Connection: authorization, cookie, x-forwarded-for, host",
                    "Connection: close",
                    "Keep-Alive: timeout=5",
                    "Proxy-Connection: keep-alive",
                    "Proxy: http://evil",
                    "Proxy-Authorization: Basic eDp5",
                    "TE: trailers",
                    "TE: gzip, trailers",
                    "Trailer: X-Sum",
                    "Upgrade: h2c",
                    "Connection: Upgrade, HTTP2-Settings",
                    "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
                    "Client-Cert: :abc:",
                    "X-Forwarded-Client-Cert: Hash=1",
                    "X-Forwarded-For: 198.51.100.7",
                    "X-Forwarded-For: 203.0.113.9",
                    "X-Forwarded-For: 198.51.100.7, 10.1.2.3",
                    "X-Forwarded-For: 10.9.9.9",
                    "X-Forwarded-For: nonsense, 10.0.0.1",
                    "X-Forwarded-For: [2001:db8::7]:4711",
                    "X-Forwarded-For: ",
                    "X-Forwarded-Proto: https",
                    "X-Forwarded-Host: outer.test",
                    "X-Forwarded-Port: 443",
                    "X-Real-IP: 198.51.100.99",
                    "Forwarded: for=198.51.100.7;proto=https",
                    "Forwarded: for=\"[2001:db8::1]\"",
                    "Via: 1.0 fred, 1.1 jadegate",
                    "Origin: https://page.test",
                    "Origin: https://evil.test",
                    "Access-Control-Request-Method: PUT",
                    "Max-Forwards: 0",
                    "Max-Forwards: 5",
                    "Max-Forwards: x",
                    "X-Empty:",
                    "Content_Length: 5",
                    "X_Forwarded_For: 1.2.3.4",
                    "Content-Type: text/plain",
                    "Range: bytes=0-1",
                    "Accept-Encoding: gzip",
                    "Priority: u=1",
                    "DNT: 1");

    /// Fields that end a request before a route is asked.
    private static final List<String> REFUSED_FIELDS =
            List.of(
                    "Expect: 200-ok",
                    "Via: 1.1 jadegate, 1.1 jadegate, 1.1 jadegate, 1.1 jadegate, 1.1 jadegate",
                    "Transfer-Encoding: gzip",
                    "Transfer-Encoding: chunked, identity",
                    "Content-Length: 1x",
                    "Content-Length: -1",
                    "Content-Length: 1, 2",
                    "Space : before",
                    " folded: line",
                    "No-Colon",
                    "X-Nul: a\0b",
                    "X-Cr: a\rb",
                    "X-Lf: a\nb",
                    "Host: shop.test",
                    "Host: other.test",
                    "X-(Token): 1",
                    ": empty");

    private final Random random;
    private final int number;
    private final List<String> fields = new ArrayList<>();
    private String method = "GET";
    private String path = "/";
    private String minor = "1";
    private String body = "";

    private RandomRequests(int number) {
        this.random = new Random(number * 0x9E3779B97F4A7C15L);
        this.number = number;
    }

    static TestRequest request(int number) {
        return new RandomRequests(number).request();
    }

    private TestRequest request() {
        boolean trusted = random.nextInt(4) > 0;
        String listener = random.nextInt(6) > 0 ? "web" : "inner";
        method = method();
        minor = random.nextInt(12) > 0 ? "1" : "0";
        if (random.nextInt(40) > 0) {
            fields.add("Host: " + pick(HOSTS));
        }
        int extra = random.nextInt(7);
        for (int i = 0; i < extra; i++) {
            fields.add(pick(FIELDS));
        }
        addRequestId();
        path = pick(random.nextInt(12) == 0 ? ODD_PATHS : PATHS) + pick(QUERIES);
        switch (random.nextInt(20)) {
            case 0, 1 -> askForWebSocket();
            case 2 -> askForPermission();
            case 3 -> fields.add(pick(REFUSED_FIELDS));
            case 4 -> exceed();
            default -> addBody();
        }
        String head = head(target());
        // A spoilt length or a spoilt HEAD would leave open how much there is to send or to read.
        boolean spoilt =
                random.nextInt(15) == 0
                        && !method.equals("HEAD")
                        && !head.contains("Content-Length")
                        && !head.contains("Transfer-Encoding");
        return new TestRequest(listener, trusted, spoilt ? spoil(head) : head, body);
    }

    private String method() {
        return switch (random.nextInt(24)) {
            case 0, 1, 2, 3 -> "POST";
            case 4, 5 -> "PUT";
            case 6 -> "DELETE";
            case 7 -> "PATCH";
            case 8, 9 -> "HEAD";
            case 10, 11 -> "OPTIONS";
            case 12 -> "BREW";
            case 13 -> pick(List.of("TRACE", "CONNECT", "get", "GET"));
            default -> "GET";
        };
    }

    private void addRequestId() {
        switch (random.nextInt(30)) {
            case 0 -> fields.add("X-Request-Id: not a token");
            case 1 -> fields.add("X-Request-Id: " + "long".repeat(40));
            case 2 -> fields.add("X-Other: no id");
            default -> fields.add("X-Request-Id: request-" + number);
        }
    }

    private String target() {
        return switch (random.nextInt(40)) {
            case 0 -> "http://shop.test" + path;
            case 1 -> "HTTPS://other.test" + path;
            case 2 -> "http://" + pick(HOSTS) + pick(List.of("", "?v=1"));
            case 3 -> "*";
            case 4 -> pick(List.of("shop.test:443", "ftp://shop.test/", "shop", "http:///x"));
            default -> path;
        };
    }

    private void askForWebSocket() {
        method = random.nextInt(8) > 0 ? "GET" : method;
        path = random.nextInt(4) > 0 ? path : "/plain";
        fields.add("Connection: keep-alive, Upgrade");
        fields.add(pick(List.of("Upgrade: websocket", "Upgrade: WebSocket", "Upgrade: h2c")));
        fields.add("Sec-WebSocket-Version: 13");
        if (random.nextInt(8) > 0) {
            fields.add("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        }
    }

    private void askForPermission() {
        method = "OPTIONS";
        path = random.nextInt(4) > 0 ? "/cors/data" : path;
        fields.add("Origin: " + pick(List.of("https://page.test", "https://evil.test")));
        fields.add("Access-Control-Request-Method: PUT");
    }

    /// Goes over one of the limits.
    private void exceed() {
        switch (random.nextInt(4)) {
            case 0 -> fields.add("X-Large: " + "v".repeat(4096));
            case 1 -> {
                for (int i = 0; i < 45; i++) {
                    fields.add("X-Many-" + i + ": " + i);
                }
            }
            default -> {
                path = random.nextInt(4) > 0 ? "/small/file" : path;
                addLength(3000);
            }
        }
    }

    private void addBody() {
        if (method.equals("GET") || method.equals("HEAD") || method.equals("CONNECT")) {
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> {}
            case 1 -> addChunks();
            default -> addLength(random.nextInt(200));
        }
        if (!body.isEmpty() && random.nextInt(6) == 0) {
            fields.add("Expect: 100-continue");
        }
    }

    private void addLength(int octets) {
        fields.add("Content-Length: " + octets);
        body = "b".repeat(octets);
    }

    private void addChunks() {
        fields.add("Transfer-Encoding: chunked");
        String first = "c".repeat(1 + random.nextInt(90));
        body =
                Integer.toHexString(first.length())
                        + pick(List.of("", ";extension=1"))
                        + CRLF
                        + first
                        + CRLF
                        + pick(List.of("", "3\r\nabc\r\n"))
                        + "0\r\n"
                        + pick(List.of("", "X-Sum: 5\r\n"))
                        + CRLF;
    }

    private String head(String target) {
        String start = method + " " + target + " HTTP/1." + minor + CRLF;
        if (random.nextInt(60) == 0) {
            start = "GET /" + "u".repeat(1200) + " HTTP/1.1\r\n";
        }
        if (random.nextInt(80) == 0) {
            start = method + " " + target + " HTTP/2.0\r\n";
        }
        return start + String.join(CRLF, fields) + CRLF + CRLF;
    }

    /// Puts any octet in the place of one that is not part of the last line ends.
    private String spoil(String head) {
        int at = random.nextInt(head.length() - 4);
        return head.substring(0, at) + (char) random.nextInt(256) + head.substring(at + 1);
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
