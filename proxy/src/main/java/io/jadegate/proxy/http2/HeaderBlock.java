package io.jadegate.proxy.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Takes the fields of one header block as they are decompressed, and makes a head or a trailer
/// section of them (RFC 9113 §8).
///
/// Each field is put into the array of the head's fields as a line of HTTP/1, so that it is copied
/// once and a head that came by HTTP/2 is passed on like any other. What RFC 9113 calls malformed
/// is remembered, not thrown: the block must be decompressed to its end, whatever is in it, or the
/// connection's next one cannot be.
abstract sealed class HeaderBlock extends NettyHeaders permits RequestBlock, ResponseBlock {
    /// What RFC 9113 §6.5.2 has a field weigh besides its octets.
    private static final int FIELD_WEIGHT = 32;

    private static final byte[] TRAILERS = "trailers".getBytes(US_ASCII);

    private static final HeaderFields.Selection OF_CONNECTION =
            HeaderFields.Selection.allBut(
                    FieldName.CONNECTION,
                    FieldName.PROXY_CONNECTION,
                    FieldName.KEEP_ALIVE,
                    FieldName.TRANSFER_ENCODING,
                    FieldName.UPGRADE);

    private final HeadLimits limits;
    private final Failure.Kind malformed;
    private final Failure.Kind tooLarge;
    private HeaderFields fields = new HeaderFields(0, 1);
    private @Nullable Failure failure;
    private long weight;
    private boolean fieldsBegan;
    private boolean anyPseudo;

    /// @param malformed what it is called when the block is none
    /// @param tooLarge what it is called when it is too large
    HeaderBlock(HeadLimits limits, Failure.Kind malformed, Failure.Kind tooLarge) {
        this.limits = limits;
        this.malformed = malformed;
        this.tooLarge = tooLarge;
    }

    /// Begins a block, with a head to itself, which whoever reads the block takes over.
    abstract void begin();

    /// Takes a pseudo-header field, or refuses it.
    abstract void pseudo(AsciiString name, AsciiString value);

    /// Has the fields of the block that begins go to `fields`.
    final void begin(HeaderFields fields) {
        this.fields = fields;
        failure = null;
        weight = 0;
        fieldsBegan = false;
        anyPseudo = false;
    }

    final HeadLimits limits() {
        return limits;
    }

    /// What is wrong with the block so far, or null.
    final @Nullable Failure failure() {
        return failure;
    }

    // ---- fields, as they are decompressed

    @Override
    public final Http2Headers add(CharSequence name, CharSequence value) {
        if (failure == null) {
            take(AsciiString.of(name), AsciiString.of(value));
        }
        return this;
    }

    private void take(AsciiString name, AsciiString value) {
        weight += name.length() + value.length() + FIELD_WEIGHT;
        if (weight > limits.headBytes()) {
            tooLarge("more than " + limits.headBytes() + " octets (RFC 9113 10.5.1)");
            return;
        }
        if (!isValue(value)) {
            malformed("octet not allowed in the value of \"" + shown(name) + "\" (RFC 9113 8.2.1)");
        } else if (!name.isEmpty() && name.byteAt(0) == ':') {
            pseudoInItsPlace(name, value);
        } else {
            field(name, value);
        }
    }

    /// No control characters but tab, and no white space at either end (RFC 9113 §8.2.1).
    private static boolean isValue(AsciiString value) {
        int length = value.length();
        if (length == 0) {
            return true;
        }
        byte[] bytes = value.array();
        int start = value.arrayOffset();
        for (int i = start; i < start + length; i++) {
            byte b = bytes[i];
            if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
                return false;
            }
        }
        return !isSpace(bytes[start]) && !isSpace(bytes[start + length - 1]);
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }

    private void pseudoInItsPlace(AsciiString name, AsciiString value) {
        anyPseudo = true;
        if (fieldsBegan) {
            malformed("pseudo-header field behind a field (RFC 9113 8.3)");
        } else {
            pseudo(name, value);
        }
    }

    /// Refuses a pseudo-header field.
    final void unknownOrRepeated(AsciiString name) {
        malformed("pseudo-header field \"" + shown(name) + "\" unknown or repeated (RFC 9113 8.3)");
    }

    static boolean is(AsciiString name, byte[] known) {
        int start = name.arrayOffset();
        return Arrays.equals(name.array(), start, start + name.length(), known, 0, known.length);
    }

    /// Puts the value of a pseudo-header field among the octets of the fields.
    ///
    /// @return where it begins
    final int append(AsciiString text) {
        byte[] bytes = fields.reserve(text.length() + 2);
        int start = fields.limit();
        text.copy(0, bytes, start, text.length());
        // Something behind it, so that the next line of a field cannot be taken for its end.
        bytes[start + text.length()] = '\r';
        bytes[start + text.length() + 1] = '\n';
        fields.limit(start + text.length() + 2);
        return start;
    }

    private void field(AsciiString name, AsciiString value) {
        fieldsBegan = true;
        if (fields.size() >= limits.fields()) {
            tooLarge("more than " + limits.fields() + " fields (RFC 6585 5)");
            return;
        }
        byte[] source = name.array();
        int from = name.arrayOffset();
        int length = name.length();
        int hash = 0;
        boolean underscore = false;
        for (int i = from; i < from + length; i++) {
            int lower = Ascii.tokenLower(source[i]);
            if (lower == 0 || lower != source[i]) {
                malformed("not a field name in lower case (RFC 9113 8.2.1)");
                return;
            }
            underscore |= lower == '_';
            hash = HeaderFields.hashStep(hash, lower);
        }
        if (length == 0) {
            malformed("empty field name (RFC 9113 8.2.1)");
            return;
        }
        if (underscore && FieldName.isKnownWithDashes(source, from, from + length)) {
            // An upstream that reads underscores as dashes would believe what nobody checked.
            return;
        }
        byte[] bytes = fields.reserve(length + value.length() + 4);
        int start = fields.limit();
        System.arraycopy(source, from, bytes, start, length);
        int at = start + length;
        bytes[at++] = ':';
        bytes[at++] = ' ';
        value.copy(0, bytes, at, value.length());
        int end = at + value.length();
        bytes[end] = '\r';
        bytes[end + 1] = '\n';
        fields.limit(end + 2);
        fields.addScanned(start, start + length, at, end, hash);
        int i = fields.size() - 1;
        if (fields.id(i) >= 0 && !OF_CONNECTION.keeps(fields, i)) {
            malformed("connection-specific field \"" + name + "\" (RFC 9113 8.2.2)");
        } else if (fields.is(i, FieldName.TE) && !fields.valueIs(i, TRAILERS)) {
            malformed("TE other than trailers (RFC 9113 8.2.2)");
        }
    }

    // ---- the whole

    /// Ends a block of trailer fields.
    ///
    /// @return null, or why it is none
    final @Nullable Failure endTrailers() {
        if (failure == null && anyPseudo) {
            malformed("pseudo-header field among trailers (RFC 9113 8.1)");
        }
        return failure;
    }

    /// The length of the body as the head declares it; none that is one makes the head malformed.
    ///
    /// @return octets; negative when it declares none
    final long declaredLength() {
        int i = fields.find(FieldName.CONTENT_LENGTH);
        if (i < 0) {
            return -1;
        }
        long length = -1;
        if (fields.find(FieldName.CONTENT_LENGTH, i + 1) < 0) {
            length = number(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
        }
        if (length < 0) {
            malformed("not a length (RFC 9110 8.6)");
        } else if (fields.bytes()[fields.valueStart(i)] == '0') {
            // Leading zeros are legal and useless, and somebody may read them as octal.
            fields.set(FieldName.CONTENT_LENGTH, Long.toString(length));
        }
        return length;
    }

    /// At most 18 digits, which cannot overflow; no body is longer.
    private static long number(byte[] bytes, int start, int end) {
        if (start == end || end - start > 18) {
            return -1;
        }
        long number = 0;
        for (int i = start; i < end; i++) {
            if (!Ascii.isDigit(bytes[i])) {
                return -1;
            }
            number = number * 10 + bytes[i] - '0';
        }
        return number;
    }

    final void malformed(String what) {
        failure = new Failure(malformed, what);
    }

    private void tooLarge(String what) {
        failure = new Failure(tooLarge, what);
    }

    final void failure(Failure failure) {
        this.failure = failure;
    }

    /// A name as it may be shown: nobody has checked it.
    private static String shown(AsciiString name) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(name.length(), 64); i++) {
            char c = name.charAt(i);
            text.append(c > ' ' && c < 0x7f ? c : '?');
        }
        return text.toString();
    }
}
