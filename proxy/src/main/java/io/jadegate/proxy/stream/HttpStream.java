package io.jadegate.proxy.stream;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One request/response pair on a connection, whatever the HTTP version. Its octets are the
/// bodies'.
///
/// A proxy is two of these, [Server] toward the client and [Client] toward the endpoint, and the
/// exchange between them.
public sealed interface HttpStream extends ByteStream {
    /// The length of a body that is not declared beforehand.
    long UNKNOWN_LENGTH = -1;

    /// There is no body, and none is declared.
    long NO_BODY = -2;

    /// Ends the body, with trailer fields if the peer may have them; null for none.
    void sendEnd(@Nullable HeaderFields trailers);

    @Override
    default void sendEnd() {
        sendEnd(null);
    }

    /// The downstream side: receives a request, sends the response.
    non-sealed interface Server extends HttpStream {
        /// How much of a request that is answered is read and dropped, so that the client gets to
        /// its end and the connection goes on.
        int DISCARD_OCTETS = 256 * 1024;

        /// How long a client is read that goes on sending what nobody wants while it should read
        /// its answer, or the last words of its connection. An end at once would destroy them: the
        /// kernel resets a connection that is closed with something unread, and widespread clients
        /// of HTTP/2 lose the answer of a stream that is reset right behind it.
        long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

        /// How much is read meanwhile on a connection that ends.
        int LINGER_OCTETS = 1024 * 1024;

        Loop loop();

        Peer peer();

        /// What is kept for the client's connection alone.
        Bond bond();

        /// Makes `receiver` the one who is told about the request's body.
        void receiver(RequestReceiver receiver);

        /// Sends an interim response (RFC 9110 §15.2). The head is borrowed for the call.
        void sendInterim(OutgoingResponse response);

        /// Sends the head of the final response, and makes the rest of the stream a tunnel if it
        /// opens one ([OutgoingResponse#opensTunnel()]). The head is borrowed for the call; the
        /// body follows by [#send] and [#sendEnd].
        void sendResponse(OutgoingResponse response);

        /// What the client sends behind this request may be meant for the rest of it: no other
        /// request is to be found there. Ends a connection that serves one request after another
        /// behind the response; one that tells its requests apart goes on.
        void closeAfterResponse();

        /// Octets of the response's body sent so far.
        long sentOctets();
    }

    /// The upstream side: sends a request, receives the response.
    non-sealed interface Client extends HttpStream {
        /// Sends the head of the request. The head is borrowed for the call.
        void sendRequest(OutgoingRequest request);

        /// Whether the connection had served another request before.
        boolean reused();

        /// Whether the endpoint may say, after the request has been sent, that it has not begun it
        /// ([Failure.Kind#STREAM_REFUSED]).
        boolean refusable();

        /// Whether the stream can become a tunnel when a request asks for one
        /// ([OutgoingRequest#upgrade()]).
        boolean upgradable();

        /// Whether an endpoint that agrees to become a tunnel proves that it has read the request
        /// (RFC 6455 §4.2.2).
        boolean provesHandshake();

        /// The HTTP version that is spoken, as logs have it.
        String protocol();
    }

    /// Told about a request's body.
    interface RequestReceiver extends ByteStream.Receiver {
        /// The body's end, with its trailer fields, borrowed for the call; null when there are
        /// none.
        void end(@Nullable HeaderFields trailers);

        @Override
        default void end() {
            end(null);
        }

        /// The memory that holds what was received and the endpoint has not taken, or what is kept
        /// for another try; in octets.
        long keptBytes();

        /// The route by which the request goes, by name; null before one is chosen.
        @Nullable String routeName();

        /// The client has closed its sending side behind a whole request. It may wait for the
        /// answer, or be gone.
        void halfClosed();
    }

    /// Told about a response.
    interface ResponseReceiver extends ByteStream.Receiver {
        /// The body's end, with its trailer fields, borrowed for the call; null when there are
        /// none.
        void end(@Nullable HeaderFields trailers);

        @Override
        default void end() {
            end(null);
        }

        /// An interim response other than 101. The head is borrowed for the call.
        void interim(ResponseHead head);

        /// The final response begins; 101 makes the rest of the stream a tunnel. The head is the
        /// receiver's, to be given back to the loop ([Loop#giveBack]).
        ///
        /// @param bodyLength octets, or [#UNKNOWN_LENGTH], or [#NO_BODY]
        void response(ResponseHead head, long bodyLength);
    }

    /// Takes the requests of connections.
    interface Handler {
        /// A request head is complete. The handler must set a receiver on the stream. The head is
        /// the handler's until it calls nothing more on the stream.
        ///
        /// @param bodyLength octets, or [#UNKNOWN_LENGTH], or [#NO_BODY]
        void request(Server stream, RequestHead head, long bodyLength);

        /// The settings for connections, asked at their start and at each request.
        DownstreamSettings settings();

        /// For the heads of a new connection.
        HeadLimits limits();

        /// Whether connections should end as soon as they can.
        boolean draining();

        /// What arrived is no request that could be served. The handler answers on the stream,
        /// which may leave nothing of the answer but its end; a connection that serves one request
        /// after another closes behind it.
        ///
        /// @param head what was read of it; its method and target may be missing
        void refused(Server stream, RequestHead head, Failure failure);
    }
}
