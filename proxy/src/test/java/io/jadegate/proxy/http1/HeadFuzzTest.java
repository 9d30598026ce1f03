package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.Octets;
import io.jadegate.api.http.Paths;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.testkit.Corpus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What holds for any octets that a client or an endpoint may send as a message: they are read the
/// same however they are cut; a head that is taken consists of the lines that a naive reader sees;
/// Netty's decoder reads the message the same way; and what is sent on is read as the same head.
class HeadFuzzTest {
    private static final HeadLimits WIDE = new HeadLimits(4096, 100, 2048);
    private static final HeadLimits TIGHT = new HeadLimits(96, 4, 24);
    private static final Pattern LINE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]+");
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern AUTHORITY =
            Pattern.compile("([A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+])?(:[0-9]{0,5})?");
    private static final HeaderFields.Selection BUT_HOST =
            HeaderFields.Selection.allBut(FieldName.HOST);

    /// @param input a message; a response when it begins like one
    public static void fuzzerTestOneInput(byte[] input) {
        boolean response = new String(input, ISO_8859_1).startsWith("HTTP/");
        for (HeadLimits limits : List.of(WIDE, TIGHT)) {
            isReadTheSameHoweverItIsCut(input, response, limits);
        }
        if (response) {
            checkResponse(input);
        } else {
            checkRequest(input);
        }
    }

    // ---- cuts

    private static void isReadTheSameHoweverItIsCut(
            byte[] octets, boolean response, HeadLimits limits) {
        Outcome whole = read(octets, response, limits, octets.length);
        for (int cut = 0; cut < octets.length; cut++) {
            same(read(octets, response, limits, cut), whole);
        }
        same(read(octets, response, limits, -1), whole);
    }

    /// @param end `incomplete`, the kind of failure, or null for a whole head
    /// @param taken octets of a whole head
    /// @param head its fields and all ranges into them
    private record Outcome(@Nullable String end, int taken, List<Object> head) {}

    /// @param cut where the second read begins; -1 for one read per octet
    private static Outcome read(byte[] octets, boolean response, HeadLimits limits, int cut) {
        HeadScanner scanner =
                response ? HeadScanner.ofResponses(limits) : HeadScanner.ofRequests(limits);
        RequestHead requestHead = new RequestHead();
        ResponseHead responseHead = new ResponseHead();
        scanner.begin();
        int from = 0;
        for (int to = cut < 0 ? 1 : cut; ; to = cut < 0 ? to + 1 : octets.length) {
            int end = Math.min(to, octets.length);
            ByteBuf piece = Unpooled.wrappedBuffer(octets, from, end - from);
            int result =
                    response ? scanner.scan(piece, responseHead) : scanner.scan(piece, requestHead);
            if (result == HeadScanner.FAILED) {
                return new Outcome(scanner.failure().kind().toString(), 0, List.of());
            }
            if (result == 0) {
                return new Outcome(
                        null,
                        from + piece.readerIndex(),
                        response ? parts(responseHead) : parts(requestHead));
            }
            if (end == octets.length) {
                return new Outcome("incomplete", 0, List.of());
            }
            from = end;
        }
    }

    private static List<Object> parts(RequestHead head) {
        return List.of(
                head.method(),
                head.minorVersion(),
                head.authority(),
                head.host(),
                head.port(),
                head.path(),
                String.valueOf(head.query()),
                lines(head.fields()));
    }

    private static List<Object> parts(ResponseHead head) {
        return List.of(head.minorVersion(), head.status(), reason(head), lines(head.fields()));
    }

    private static String reason(ResponseHead head) {
        return head.fields().text(head.reasonStart(), head.reasonEnd());
    }

    private static List<String> lines(HeaderFields fields) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            lines.add(fields.name(i) + ":" + fields.value(i));
        }
        return lines;
    }

    // ---- requests

    private static void checkRequest(byte[] octets) {
        HeadScanner scanner = HeadScanner.ofRequests(WIDE);
        RequestHead head = new RequestHead();
        ByteBuf in = Unpooled.wrappedBuffer(octets);
        scanner.begin();
        if (scanner.scan(in, head) != 0) {
            holds(isRefused(octets), "read at once");
            return;
        }
        List<String> lines = naiveLines(octets, in.readerIndex());
        String start = lines.getFirst();
        String[] words = start.split(" ", -1);
        holds(words.length == 3 && words[0].equals(head.method().name()), start);
        holds(words[2].equals("HTTP/1." + head.minorVersion()), start);
        same(lines(head.fields()), naiveFields(lines));
        checkTarget(head, words[1]);

        long length = Framing.ofRequest(head);
        if (length == Framing.FAULTY) {
            holds(isRefused(octets), "faulty framing");
            return;
        }
        same(HeadReader.read(octets, new RequestHead(), WIDE), new HeadReader.Result.Read(length));
        checkSentOn(head, length);
        Reading ours = Reading.ofRequest(octets);
        Reading theirs = ours == null ? null : Reading.ofRequestByNetty(octets);
        if (theirs != null) {
            same(theirs, ours);
        }
    }

    private static boolean isRefused(byte[] octets) {
        return HeadReader.read(octets, new RequestHead(), WIDE)
                instanceof HeadReader.Result.Refused;
    }

    private static void checkTarget(RequestHead head, String target) {
        String path = head.path();
        String query = head.query();
        holds(path.equals(naivePath(head, target)), path);
        holds(query == null || target.endsWith("?" + query), target);
        holds(head.port() >= 0 && head.port() <= 65535, target);
        holds(AUTHORITY.matcher(head.authority()).matches(), head.authority());
        String authority = head.authority().toLowerCase(Locale.ROOT);
        holds(authority.replaceFirst(":[0-9]*$", "").equals(head.host()), head.authority());
        List<String> hosts = head.fields().all(FieldName.HOST);
        holds(hosts.size() <= 1 && hosts.size() >= head.minorVersion(), target);
        holds(hosts.stream().allMatch(head.authority()::equalsIgnoreCase), head.authority());
    }

    /// RFC 9112 §3.2.
    private static String naivePath(RequestHead head, String target) {
        if (isConnect(head) && !target.startsWith("/")) {
            return "";
        }
        String pathAndQuery = target.replaceFirst("(?i)^https?://[^/?]*", "");
        if (pathAndQuery.isEmpty() && head.method().equals(Method.OPTIONS)) {
            return "*";
        }
        String path = pathAndQuery.replaceFirst("\\?.*", "");
        byte[] octets = (path.isEmpty() ? "/" : path).getBytes(ISO_8859_1);
        try {
            return path.equals("*")
                    ? path
                    : new String(Paths.canonical(octets, 0, octets.length), ISO_8859_1);
        } catch (Paths.PathException e) {
            return e.toString();
        }
    }

    private static boolean isConnect(RequestHead head) {
        return head.method().equals(Method.CONNECT);
    }

    /// A head that is written to an endpoint must mean there what it means here.
    private static void checkSentOn(RequestHead head, long length) {
        if (head.authority().isEmpty() || isConnect(head)) {
            return;
        }
        OutgoingRequest request = new OutgoingRequest();
        request.begin(head, BUT_HOST, "", 0);
        Octets out = new Octets(256);
        HeadWriter.request(out, request);
        byte[] written = Arrays.copyOf(out.array(), out.size());
        HeadScanner scanner = HeadScanner.ofRequests(new HeadLimits(9000, 101, 9000));
        RequestHead again = new RequestHead();
        scanner.begin();
        int result = scanner.scan(Unpooled.wrappedBuffer(written), again);
        holds(result == 0, new String(written, ISO_8859_1));
        head.minorVersion(1);
        same(withoutHost(again), withoutHost(head));
        same(Framing.ofRequest(again), length);
    }

    private static List<Object> withoutHost(RequestHead head) {
        head.fields().remove(FieldName.HOST);
        return parts(head);
    }

    // ---- responses

    private static void checkResponse(byte[] octets) {
        HeadScanner scanner = HeadScanner.ofResponses(WIDE);
        ResponseHead head = new ResponseHead();
        ByteBuf in = Unpooled.wrappedBuffer(octets);
        scanner.begin();
        if (scanner.scan(in, head) != 0) {
            return;
        }
        List<String> lines = naiveLines(octets, in.readerIndex());
        String start = "HTTP/1." + head.minorVersion() + " " + head.status();
        holds(List.of(start, start + " " + reason(head)).contains(lines.getFirst()), start);
        holds(head.status() >= 100 && head.status() <= 599, start);
        same(lines(head.fields()), naiveFields(lines));
        Reading ours = Reading.ofResponse(octets);
        Reading theirs = ours == null ? null : Reading.ofResponseByNetty(octets);
        if (theirs != null) {
            same(theirs, ours);
        }
    }

    // ---- a naive reader

    /// The lines of a head that was taken, without the empty ones around it.
    private static List<String> naiveLines(byte[] octets, int taken) {
        String head = new String(octets, 0, taken, ISO_8859_1);
        int end = head.length() - "\r\n\r\n".length();
        int start = head.length() - head.replaceFirst("^(\r\n)+", "").length();
        holds(head.startsWith("\r\n\r\n", end), head);
        List<String> lines = List.of(head.substring(start, end).split("\r\n", -1));
        for (String line : lines) {
            holds(LINE.matcher(line).matches(), line);
        }
        return lines;
    }

    private static List<String> naiveFields(List<String> lines) {
        return lines.stream().skip(1).flatMap(HeadFuzzTest::naiveField).toList();
    }

    private static Stream<String> naiveField(String line) {
        int colon = line.indexOf(':');
        String name = line.substring(0, colon);
        holds(NAME.matcher(name).matches(), name);
        String value = line.substring(colon + 1).replaceAll("^[ \t]+|[ \t]+\\z", "");
        return Reading.isDropped(name) ? Stream.empty() : Stream.of(name + ":" + value);
    }

    // ---- AssertJ is for failures: it takes long to say that all is well

    private static void same(Object actual, @Nullable Object expected) {
        if (!actual.equals(expected)) {
            assertThat(actual).isEqualTo(expected);
        }
    }

    private static void holds(boolean condition, String about) {
        if (!condition) {
            assertThat(about).isNull();
        }
    }

    @TestFactory
    Stream<DynamicTest> readsTheCorpusAsAnybodyWould() throws IOException {
        return Corpus.replayed(HeadFuzzTest.class, HeadFuzzTest::fuzzerTestOneInput);
    }
}
