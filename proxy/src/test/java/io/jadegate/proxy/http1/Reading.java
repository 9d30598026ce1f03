package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.Paths;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpObjectDecoder;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.InvalidChunkExtensionException;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a reader makes of the first message in some octets: all that matters about it, to compare
/// our reading with that of Netty's decoder.
///
/// @param start method, path and query, minor version; or minor version and status
/// @param fields in lower case, sorted: a length that is spelt anew moves to the end, and the order
///   of all others is another test's
/// @param trailers the same
record Reading(String start, List<String> fields, String body, List<String> trailers) {
    private static final HeadLimits LIMITS = new HeadLimits(4096, 100, 2048);

    /// Trailers that Netty drops in silence.
    private static final Set<String> FRAMING =
            Set.of("content-length", "transfer-encoding", "trailer");

    // ---- our own

    /// Null when the request is refused or not whole.
    static @Nullable Reading ofRequest(byte[] octets) {
        HeadScanner scanner = HeadScanner.ofRequests(LIMITS);
        RequestHead head = new RequestHead();
        ByteBuf in = Unpooled.wrappedBuffer(octets);
        scanner.begin();
        if (scanner.scan(in, head) != 0) {
            return null;
        }
        String query = head.query();
        String start =
                head.method()
                        + " "
                        + head.path()
                        + (query == null ? "" : "?" + query)
                        + " 1."
                        + head.minorVersion();
        return withBody(start, in, head.fields(), Framing.ofRequest(head));
    }

    /// The same of a response to a GET; its octets are all there are. Null also for a 101, behind
    /// which another protocol begins.
    static @Nullable Reading ofResponse(byte[] octets) {
        HeadScanner scanner = HeadScanner.ofResponses(LIMITS);
        ResponseHead head = new ResponseHead();
        ByteBuf in = Unpooled.wrappedBuffer(octets);
        scanner.begin();
        if (scanner.scan(in, head) != 0 || head.status() == 101) {
            return null;
        }
        String start = "1." + head.minorVersion() + " " + head.status();
        long length = Framing.ofResponse(head, Method.GET);
        if (length == HttpStream.NO_BODY) {
            // A coding of nothing means nothing.
            head.fields().remove(FieldName.TRANSFER_ENCODING);
        }
        return withBody(start, in, head.fields(), length);
    }

    private static @Nullable Reading withBody(
            String start, ByteBuf in, HeaderFields fields, long length) {
        if (length == Framing.FAULTY || length > in.readableBytes()) {
            return null;
        }
        if (length == HttpStream.UNKNOWN_LENGTH) {
            return chunked(start, in, fields);
        }
        int octets =
                switch ((int) length) {
                    case (int) HttpStream.NO_BODY -> 0;
                    case (int) Framing.UNTIL_CLOSE -> in.readableBytes();
                    default -> (int) length;
                };
        String body = in.toString(in.readerIndex(), octets, ISO_8859_1);
        return new Reading(start, lines(fields), body, List.of());
    }

    private static @Nullable Reading chunked(String start, ByteBuf in, HeaderFields fields) {
        ChunkDecoder decoder = ChunkDecoder.ofRequests(LIMITS);
        decoder.begin();
        StringBuilder body = new StringBuilder();
        while (in.isReadable() && !decoder.done() && decoder.failure() == null) {
            body.append(in.readCharSequence(decoder.next(in), ISO_8859_1));
        }
        if (!decoder.done()) {
            return null;
        }
        HeaderFields trailers = decoder.trailers();
        return new Reading(
                start,
                lines(fields),
                body.toString(),
                trailers == null ? List.of() : withoutFraming(lines(trailers)));
    }

    private static List<String> lines(HeaderFields fields) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            lines.add(line(fields.name(i), fields.value(i)));
        }
        Collections.sort(lines);
        return lines;
    }

    private static List<String> withoutFraming(List<String> lines) {
        lines.removeIf(line -> FRAMING.contains(line.substring(0, line.indexOf(':'))));
        return lines;
    }

    private static String line(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean length = lower.equals("content-length") && value.matches("[0-9]{1,18}");
        return lower + ": " + (length ? Long.toString(Long.parseLong(value)) : value);
    }

    /// Whether we drop a field because another reader might take it for one that matters.
    static boolean isDropped(String name) {
        byte[] octets = name.getBytes(ISO_8859_1);
        return name.indexOf('_') >= 0 && FieldName.isKnownWithDashes(octets, 0, octets.length);
    }

    // ---- Netty's

    /// What Netty's decoder, strict as it is by default, makes of a request; null when it refuses
    /// an extension of a chunk: that ends with us, so no reader behind us can stumble over it.
    static @Nullable Reading ofRequestByNetty(byte[] octets) {
        return read(new HttpRequestDecoder(new HttpDecoderConfig()), octets);
    }

    static @Nullable Reading ofResponseByNetty(byte[] octets) {
        return read(new HttpResponseDecoder(new HttpDecoderConfig()), octets);
    }

    private static @Nullable Reading read(HttpObjectDecoder decoder, byte[] octets) {
        EmbeddedChannel channel = new EmbeddedChannel(decoder);
        try {
            channel.writeInbound(Unpooled.wrappedBuffer(octets));
            channel.finish();
            return first(channel);
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    private static @Nullable Reading first(EmbeddedChannel channel) {
        String start = "nothing";
        List<String> fields = List.of();
        StringBuilder body = new StringBuilder();
        for (HttpObject part = channel.readInbound(); part != null; part = channel.readInbound()) {
            try {
                Throwable cause = part.decoderResult().cause();
                if (cause instanceof InvalidChunkExtensionException) {
                    return null;
                }
                if (cause != null) {
                    return new Reading(cause.toString(), fields, body.toString(), List.of());
                }
                if (part instanceof HttpMessage message) {
                    if (message instanceof HttpResponse response && isWithoutBody(response)) {
                        message.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
                    }
                    start = start(message);
                    fields = lines(message.headers());
                }
                if (part instanceof HttpContent content) {
                    body.append(content.content().toString(ISO_8859_1));
                }
                if (part instanceof LastHttpContent last) {
                    return new Reading(
                            start, fields, body.toString(), lines(last.trailingHeaders()));
                }
            } finally {
                ReferenceCountUtil.release(part);
            }
        }
        return new Reading(start + " without end", fields, body.toString(), List.of());
    }

    private static boolean isWithoutBody(HttpResponse response) {
        int status = response.status().code();
        return status < 200 || status == 204 || status == 304;
    }

    private static String start(HttpMessage message) {
        int minor = message.protocolVersion().minorVersion();
        return switch (message) {
            case HttpRequest request ->
                    request.method()
                            + " "
                            + target(request.method().name(), request.uri())
                            + " 1."
                            + minor;
            case HttpResponse response -> "1." + minor + " " + response.status().code();
            default -> throw new IllegalStateException("neither request nor response: " + message);
        };
    }

    /// Canonical path and query of a request target (RFC 9112 §3.2).
    private static String target(String method, String uri) {
        if (uri.startsWith("/")) {
            int mark = uri.indexOf('?');
            byte[] path = (mark < 0 ? uri : uri.substring(0, mark)).getBytes(ISO_8859_1);
            try {
                return new String(Paths.canonical(path, 0, path.length), ISO_8859_1)
                        + (mark < 0 ? "" : uri.substring(mark));
            } catch (Paths.PathException e) {
                return e.toString();
            }
        }
        if (method.equals("CONNECT")) {
            return "";
        }
        if (uri.equals("*")) {
            return uri;
        }
        String rest = uri.replaceFirst("^[A-Za-z]+://[^/?]*", "");
        if (rest.isEmpty() && method.equals("OPTIONS")) {
            return "*";
        }
        return target(method, rest.startsWith("/") ? rest : "/" + rest);
    }

    private static List<String> lines(HttpHeaders headers) {
        List<String> lines = new ArrayList<>();
        headers.forEach(field -> {
            if (!isDropped(field.getKey())) {
                lines.add(line(field.getKey(), field.getValue()));
            }
        });
        Collections.sort(lines);
        return lines;
    }
}
