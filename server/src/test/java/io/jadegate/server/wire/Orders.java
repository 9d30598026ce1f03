package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// A service with a method of each kind. Its messages are texts of octets. Binary metadata of a
/// call goes back with the head and with the trailers of its answer.
final class Orders {
    /// Answers with what it is asked.
    static final MethodDescriptor<String, String> GET = method(MethodType.UNARY, "Get");

    /// Answers with all that it has been sent, in one.
    static final MethodDescriptor<String, String> PUT = method(MethodType.CLIENT_STREAMING, "Put");

    /// Answers with so many messages as it is asked for.
    static final MethodDescriptor<String, String> WATCH =
            method(MethodType.SERVER_STREAMING, "Watch");

    /// Answers with one message, and with another and the end when it is told to go on.
    static final MethodDescriptor<String, String> FOLLOW =
            method(MethodType.SERVER_STREAMING, "Follow");

    /// Answers each message at once.
    static final MethodDescriptor<String, String> CHAT = method(MethodType.BIDI_STREAMING, "Chat");

    /// Never answers.
    static final MethodDescriptor<String, String> SLEEP = method(MethodType.UNARY, "Sleep");

    /// The same by another name.
    static final MethodDescriptor<String, String> DOZE = method(MethodType.UNARY, "Doze");

    /// Says that there is no such thing, with details.
    static final MethodDescriptor<String, String> FAIL = method(MethodType.UNARY, "Fail");

    static final String FAILURE = "no order \"größer als 100 %\": 订单\n";

    static final Metadata.Key<byte[]> TRACE =
            Metadata.Key.of("trace-bin", Metadata.BINARY_BYTE_MARSHALLER);
    static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private static final String SERVICE = "shop.v1.Orders";

    private final AtomicInteger calls = new AtomicInteger();
    private final BlockingQueue<Optional<Deadline>> asleep = new LinkedBlockingQueue<>();
    private final BlockingQueue<StreamObserver<String>> followed = new LinkedBlockingQueue<>();
    private final CountDownLatch cancelled = new CountDownLatch(1);

    /// Calls so far.
    int calls() {
        return calls.get();
    }

    /// Waits for a call of [#SLEEP] or [#DOZE].
    ///
    /// @return by when its caller wants the answer
    Optional<Deadline> awaitAsleep() throws InterruptedException {
        return asleep.take();
    }

    /// Waits until a call has been given up by its caller.
    void awaitCancelled() throws InterruptedException {
        cancelled.await();
    }

    /// Waits for a call of [#FOLLOW], and has it go on.
    void goOn() throws InterruptedException {
        StreamObserver<String> answer = followed.take();
        answer.onNext("event 1");
        answer.onCompleted();
    }

    ServerServiceDefinition service() {
        ServerServiceDefinition methods =
                ServerServiceDefinition.builder(SERVICE)
                        .addMethod(GET, ServerCalls.asyncUnaryCall(this::get))
                        .addMethod(PUT, ServerCalls.asyncClientStreamingCall(this::put))
                        .addMethod(WATCH, ServerCalls.asyncServerStreamingCall(this::watch))
                        .addMethod(FOLLOW, ServerCalls.asyncServerStreamingCall(this::follow))
                        .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(this::chat))
                        .addMethod(SLEEP, ServerCalls.asyncUnaryCall(this::sleep))
                        .addMethod(DOZE, ServerCalls.asyncUnaryCall(this::sleep))
                        .addMethod(FAIL, ServerCalls.asyncUnaryCall(this::fail))
                        .build();
        return ServerInterceptors.intercept(methods, new TracesBack());
    }

    // ---- the methods

    private void get(String request, StreamObserver<String> answer) {
        calls.incrementAndGet();
        answer.onNext(request);
        answer.onCompleted();
    }

    private StreamObserver<String> put(StreamObserver<String> answer) {
        StringBuilder all = new StringBuilder();
        return new StreamObserver<>() {
            @Override
            public void onNext(String message) {
                all.append(message);
            }

            @Override
            public void onError(Throwable gone) {
                cancelled.countDown();
            }

            @Override
            public void onCompleted() {
                answer.onNext(all.toString());
                answer.onCompleted();
            }
        };
    }

    private void watch(String count, StreamObserver<String> answer) {
        for (int i = 0; i < Integer.parseInt(count); i++) {
            answer.onNext("event " + i);
        }
        answer.onCompleted();
    }

    private void follow(String request, StreamObserver<String> answer) {
        answer.onNext("event 0");
        followed.add(answer);
    }

    private StreamObserver<String> chat(StreamObserver<String> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(String message) {
                answer.onNext("re: " + message);
            }

            @Override
            public void onError(Throwable gone) {
                cancelled.countDown();
            }

            @Override
            public void onCompleted() {
                answer.onNext("bye");
                answer.onCompleted();
            }
        };
    }

    private void sleep(String request, StreamObserver<String> answer) {
        ((ServerCallStreamObserver<String>) answer).setOnCancelHandler(cancelled::countDown);
        asleep.add(Optional.ofNullable(Context.current().getDeadline()));
    }

    private void fail(String request, StreamObserver<String> answer) {
        Metadata trailers = new Metadata();
        trailers.put(DETAILS, request.getBytes(ISO_8859_1));
        answer.onError(Status.NOT_FOUND.withDescription(FAILURE).asRuntimeException(trailers));
    }

    private static final class TracesBack implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
            Metadata traces = new Metadata();
            Iterable<byte[]> all = metadata.getAll(TRACE);
            if (all != null) {
                all.forEach(trace -> traces.put(TRACE, trace));
            }
            return next.startCall(
                    new SimpleForwardingServerCall<>(call) {
                        @Override
                        public void sendHeaders(Metadata head) {
                            head.merge(traces);
                            super.sendHeaders(head);
                        }

                        @Override
                        public void close(Status status, Metadata trailers) {
                            trailers.merge(traces);
                            super.close(status, trailers);
                        }
                    },
                    metadata);
        }
    }

    // ---- messages

    private static MethodDescriptor<String, String> method(MethodType type, String name) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String message) {
            return new ByteArrayInputStream(message.getBytes(ISO_8859_1));
        }

        @Override
        public String parse(InputStream octets) {
            try {
                return new String(octets.readAllBytes(), ISO_8859_1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
