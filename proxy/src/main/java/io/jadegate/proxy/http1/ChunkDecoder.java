package io.jadegate.proxy.http1;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Decodes the chunked transfer coding (RFC 9112 §7.1), strictly and without holding octets back.
///
/// ```
/// SIZE → (EXTENSION →) SIZE_LF → DATA → DATA_CR → DATA_LF → SIZE …
///                         └ size 0 → TRAILERS → DONE
/// ```
///
/// Chunk extensions are checked, bounded, and dropped: a line end inside a quoted string is refused
/// like any other nonsense, for readers differ about it. One decoder serves one connection, body
/// after body.
final class ChunkDecoder {
    /// Octets of one chunk's extension that are put up with.
    private static final int MAX_EXTENSION = 256;

    /// The same for all extensions of a body together.
    private static final int MAX_EXTENSIONS = 16 * 1024;

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS,
        DONE
    }

    private final HeadScanner trailerScanner;
    private final Failure.Kind malformed;
    private State state = State.SIZE;
    private long remaining;
    private int digits;
    private int extension;
    private int extensions;
    private boolean nameless;
    private boolean quoted;
    private boolean escaped;
    private long taken;
    private @Nullable String wrong;
    private @Nullable HeaderFields trailers;
    private @Nullable Failure failure;

    private ChunkDecoder(HeadScanner trailerScanner, Failure.Kind malformed) {
        this.trailerScanner = trailerScanner;
        this.malformed = malformed;
    }

    static ChunkDecoder ofRequests(HeadLimits limits) {
        return new ChunkDecoder(HeadScanner.ofRequests(limits), Failure.Kind.REQUEST_MALFORMED);
    }

    static ChunkDecoder ofResponses(HeadLimits limits) {
        return new ChunkDecoder(HeadScanner.ofResponses(limits), Failure.Kind.RESPONSE_MALFORMED);
    }

    /// Begins a new body.
    void begin() {
        state = State.SIZE;
        remaining = 0;
        digits = 0;
        extension = 0;
        extensions = 0;
        quoted = false;
        escaped = false;
        taken = 0;
        wrong = null;
        trailers = null;
        failure = null;
    }

    /// Whether the body is whole.
    boolean done() {
        return state == State.DONE;
    }

    /// What is wrong with the body, or null.
    @Nullable Failure failure() {
        return failure;
    }

    /// The trailer fields of a whole body, or null when there were none.
    @Nullable HeaderFields trailers() {
        return trailers != null && trailers.size() > 0 ? trailers : null;
    }

    /// Takes framing off `in` up to the next data.
    ///
    /// @return how many octets of data begin at `in`'s reader index, to be taken by the caller; 0
    ///   when there are none for now, the body is whole, or it is faulty
    int next(ByteBuf in) {
        int from = in.readerIndex();
        int data = decode(in);
        taken += in.readerIndex() - from + data;
        if (wrong != null) {
            String where = " (RFC 9112 7.1) at octet " + (taken - 1) + " of the body";
            failure = new Failure(malformed, wrong + where);
        }
        return data;
    }

    private int decode(ByteBuf in) {
        while (in.isReadable()) {
            switch (state) {
                case SIZE -> size(in.readByte());
                case EXTENSION -> extension(in.readByte());
                case SIZE_LF -> sizeEnd(in.readByte());
                case DATA -> {
                    int octets = (int) Math.min(remaining, in.readableBytes());
                    remaining -= octets;
                    if (remaining == 0) {
                        state = State.DATA_CR;
                    }
                    return octets;
                }
                case DATA_CR -> expect(in.readByte(), '\r', State.DATA_LF);
                case DATA_LF -> expect(in.readByte(), '\n', State.SIZE);
                case TRAILERS -> trailers(in);
                case DONE -> {
                    return 0;
                }
            }
            if (wrong != null || failure != null) {
                return 0;
            }
        }
        return 0;
    }

    private void size(byte b) {
        int digit = Ascii.hex(b);
        if (digit >= 0) {
            // 15 digits cannot overflow; no chunk is that long, and zeros in front serve nobody.
            if (++digits > 15) {
                wrong = "a chunk size of more than 15 digits";
                return;
            }
            remaining = remaining << 4 | digit;
            return;
        }
        if (digits == 0) {
            wrong = "no chunk size";
        } else if (b == '\r') {
            state = State.SIZE_LF;
        } else if (b == ';') {
            state = State.EXTENSION;
            nameless = true;
        } else {
            wrong = "not a chunk size";
        }
    }

    private void extension(byte b) {
        boolean whole = !nameless && !quoted;
        if (b == '\r' && whole) {
            state = State.SIZE_LF;
        } else if (++extension > MAX_EXTENSION || ++extensions > MAX_EXTENSIONS) {
            wrong = "chunk extensions too long";
        } else if (quoted) {
            quotedText(b);
        } else if (b == ';' && !nameless) {
            nameless = true;
        } else if (Ascii.isTokenChar(b)) {
            nameless = false;
        } else if (b == '"' && !nameless) {
            quoted = true;
        } else if ((b != '=' || nameless) && b != ' ' && b != '\t') {
            wrong = "not a chunk extension";
        }
    }

    private void quotedText(byte b) {
        if ((b < ' ' && b != '\t') || b == 0x7f) {
            wrong = "not text in a chunk extension";
        } else if (escaped) {
            escaped = false;
        } else if (b == '\\') {
            escaped = true;
        } else if (b == '"') {
            quoted = false;
        }
    }

    private void sizeEnd(byte b) {
        if (b != '\n') {
            wrong = "a chunk size not ended by CRLF";
            return;
        }
        digits = 0;
        extension = 0;
        if (remaining > 0) {
            state = State.DATA;
            return;
        }
        state = State.TRAILERS;
        trailers = new HeaderFields(64, 4);
        trailerScanner.beginTrailers();
    }

    private void expect(byte b, char wanted, State next) {
        if (b != wanted) {
            wrong = "chunk data not ended by CRLF";
            return;
        }
        state = next;
    }

    private void trailers(ByteBuf in) {
        HeaderFields section = trailers;
        if (section == null) {
            throw new IllegalStateException("trailers before the last chunk");
        }
        int result = trailerScanner.scan(in, section);
        if (result == 0) {
            state = State.DONE;
        } else if (result == HeadScanner.FAILED) {
            failure = trailerScanner.failure();
        }
    }
}
