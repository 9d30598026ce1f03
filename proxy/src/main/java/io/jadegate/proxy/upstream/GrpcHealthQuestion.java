package io.jadegate.proxy.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jadegate.api.config.HealthConfig;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.grpc.GrpcStatus;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Calls `grpc.health.v1.Health/Check`. Only SERVING is well.
final class GrpcHealthQuestion implements HealthQuestion {
    private static final String PATH = "/grpc.health.v1.Health/Check";

    /// Flag and length in front of a message.
    private static final int PREFIX = 5;

    /// An answer has two octets; what a later version may add to it is little.
    private static final int MOST_OCTETS = 1024;

    /// Of `grpc-timeout`, which has eight digits.
    private static final long MOST_MILLIS = 99_999_999;

    private static final int SERVING = 1;
    private static final String[] STATUSES = {
        "UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"
    };

    private final String service;
    private final long timeoutMillis;
    private final byte[] answer = new byte[MOST_OCTETS];
    private int received;

    GrpcHealthQuestion(HealthConfig.GrpcConfig config, long timeoutNanos) {
        this.service = config.service();
        this.timeoutMillis =
                Math.clamp(TimeUnit.NANOSECONDS.toMillis(timeoutNanos), 1, MOST_MILLIS);
    }

    @Override
    public void ask(HttpStream.Client stream, Loop loop, String authority, boolean secure) {
        ByteBuf message = message();
        RequestHead head = loop.takeRequestHead();
        head.method(Method.POST);
        head.scheme(secure ? RequestHead.Scheme.HTTPS : RequestHead.Scheme.HTTP);
        head.path(PATH);
        head.fields().add(FieldName.CONTENT_TYPE, "application/grpc");
        head.fields().add(FieldName.USER_AGENT, HealthProbe.USER_AGENT);
        head.fields().add(FieldName.GRPC_TIMEOUT, timeoutMillis + "m");
        OutgoingRequest request = new OutgoingRequest();
        request.begin(head, HeaderFields.Selection.ALL, authority, HttpStream.UNKNOWN_LENGTH);
        request.acceptsTrailers(true);
        stream.sendRequest(request);
        stream.send(message);
        stream.sendEnd();
        stream.flush();
        loop.giveBack(head);
    }

    /// A HealthCheckRequest: the name as field 1, left out when it is empty.
    private ByteBuf message() {
        byte[] name = service.getBytes(UTF_8);
        ByteBuf message = Unpooled.buffer(PREFIX + 6 + name.length);
        message.writeZero(PREFIX);
        if (name.length > 0) {
            message.writeByte((1 << 3) | 2);
            int length = name.length;
            for (; length > 0x7f; length >>>= 7) {
                message.writeByte((length & 0x7f) | 0x80);
            }
            message.writeByte(length).writeBytes(name);
        }
        return message.setInt(1, message.writerIndex() - PREFIX);
    }

    @Override
    public @Nullable HealthResult head(ResponseHead head) {
        if (head.status() != 200) {
            return HealthResult.failed("answered " + head.status());
        }
        String type = head.fields().get(FieldName.CONTENT_TYPE);
        if (type == null || !isGrpc(type.toLowerCase(Locale.ROOT))) {
            return HealthResult.failed("the answer is no gRPC");
        }
        GrpcStatus status = GrpcStatus.in(head.fields());
        return status == null || status == GrpcStatus.OK ? null : ended(status);
    }

    private static boolean isGrpc(String type) {
        return type.startsWith("application/grpc")
                && (type.length() == 16 || "+; ".indexOf(type.charAt(16)) >= 0);
    }

    private HealthResult ended(GrpcStatus status) {
        return HealthResult.failed(
                switch (status) {
                    case UNIMPLEMENTED ->
                            "the endpoint has no grpc.health.v1.Health, which health.grpc asks for:"
                                    + " a mistake in the configuration";
                    case NOT_FOUND -> "the endpoint knows no service \"" + service + "\"";
                    default -> "the call ended with " + status;
                });
    }

    @Override
    public @Nullable HealthResult data(ByteBuf data) {
        int octets = data.readableBytes();
        if (octets > MOST_OCTETS - received) {
            return HealthResult.failed("the answer is longer than " + MOST_OCTETS + " octets");
        }
        data.getBytes(data.readerIndex(), answer, received, octets);
        received += octets;
        return null;
    }

    @Override
    public HealthResult end(@Nullable HeaderFields trailers) {
        GrpcStatus status = trailers == null ? null : GrpcStatus.in(trailers);
        if (status == null) {
            return HealthResult.failed("the call ended without a status");
        }
        if (status != GrpcStatus.OK) {
            return ended(status);
        }
        int serving = serving(Unpooled.wrappedBuffer(answer, 0, received));
        if (serving == SERVING) {
            return HealthResult.PASSED;
        }
        return HealthResult.failed(
                serving >= 0 && serving < STATUSES.length
                        ? "the service is " + STATUSES[serving]
                        : "the answer is no HealthCheckResponse");
    }

    /// The status in a message, UNKNOWN when it has none; -1 when the octets are no such message.
    static int serving(ByteBuf in) {
        if (in.readableBytes() < PREFIX
                || in.readByte() != 0
                || in.readInt() != in.readableBytes()) {
            return -1;
        }
        long status = 0;
        while (in.isReadable()) {
            long tag = varint(in);
            long length =
                    switch ((int) (tag & 7)) {
                        case 0 -> 0;
                        case 1 -> Long.BYTES;
                        case 2 -> varint(in);
                        case 5 -> Integer.BYTES;
                        default -> -1;
                    };
            if (tag < 0 || length < 0 || length > in.readableBytes()) {
                return -1;
            }
            if ((tag & 7) != 0) {
                in.skipBytes((int) length);
                continue;
            }
            long value = varint(in);
            if (value < 0) {
                return -1;
            }
            if (tag >>> 3 == 1) {
                status = value;
            }
        }
        return (int) Math.min(status, Integer.MAX_VALUE);
    }

    /// A number of protobuf, or -1 when it is cut off or longer than 63 bits.
    private static long varint(ByteBuf in) {
        long value = 0;
        for (int shift = 0; shift < 63 && in.isReadable(); shift += 7) {
            byte octet = in.readByte();
            value |= (long) (octet & 0x7f) << shift;
            if (octet >= 0) {
                return value;
            }
        }
        return -1;
    }
}
