package io.jadegate.proxy.proxyprotocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.proxy.proxyprotocol.ProxyHeaderReader.Result;
import io.jadegate.testkit.Corpus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Compares [ProxyHeaderReader] with itself on every beginning of the input, and with the
/// specification written down a second time.
class ProxyHeaderFuzzTest {
    private static final Pattern LINE =
            Pattern.compile(
                    "PROXY (TCP4|TCP6) ([0-9A-Fa-f:.]+) ([0-9A-Fa-f:.]+)"
                            + " ([1-9][0-9]{0,4}) (0|[1-9][0-9]{0,4})\r\n");

    private static final Pattern UNKNOWN = Pattern.compile("PROXY UNKNOWN( [^\n]*)?\r\n");

    /// @param input what a connection begins with
    public static void fuzzerTestOneInput(byte[] input) {
        Result whole = read(input, input.length);
        saysTheSameOfEveryBeginning(input, whole);
        if (whole instanceof Result.Found(ProxyHeader header, int length)) {
            assertThat(length).isBetween(1, input.length);
            isReadAsItIsWritten(header);
        }
        if (input.length > 0 && input[0] == 'P') {
            assertThat(described(whole)).isEqualTo(naive(new String(input, ISO_8859_1)));
        }
    }

    private static Result read(byte[] input, int length) {
        ByteBuf octets = Unpooled.wrappedBuffer(input, 0, length);
        Result result = ProxyHeaderReader.read(octets);
        assertThat(octets.readerIndex()).isZero();
        return result;
    }

    /// What has been said of a beginning is not taken back, and a header is found no later than
    /// with its last octet.
    private static void saysTheSameOfEveryBeginning(byte[] input, Result whole) {
        int decided = whole instanceof Result.Found found ? found.length() : input.length;
        for (int length = 0; length <= input.length; length++) {
            Result result = read(input, length);
            if (!(result instanceof Result.Incomplete)) {
                assertThat(result).as("of %s octets", length).isEqualTo(whole);
            } else if (length >= decided) {
                assertThat(whole).as("of %s octets", length).isEqualTo(result);
            }
        }
    }

    private static void isReadAsItIsWritten(ProxyHeader header) {
        ByteBuf binary = ProxyHeaderWriter.version2(header, UnpooledByteBufAllocator.DEFAULT);
        ByteBuf line = ProxyHeaderWriter.version1(header, UnpooledByteBufAllocator.DEFAULT);
        try {
            ProxyHeader inBinary = found(binary);
            assertThat(inBinary.source()).isEqualTo(header.source());
            assertThat(inBinary.destination()).isEqualTo(header.destination());
            ProxyHeader inLine = found(line);
            assertThat(inLine.source()).isEqualTo(header.source());
            assertThat(inLine.destination()).isEqualTo(header.destination());
        } finally {
            binary.release();
            line.release();
        }
    }

    private static ProxyHeader found(ByteBuf octets) {
        Result result = ProxyHeaderReader.read(octets);
        assertThat(result).isInstanceOf(Result.Found.class);
        Result.Found found = (Result.Found) result;
        assertThat(found.length()).isEqualTo(octets.readableBytes());
        return found.header();
    }

    // ---- version 1, naively

    private static String naive(String input) {
        String signature = "PROXY ";
        if (!input.startsWith(signature)) {
            return signature.startsWith(input) ? "incomplete" : "absent";
        }
        int end = input.indexOf('\n') + 1;
        if (end == 0 || end > 107) {
            return input.length() < 107 ? "incomplete" : "malformed";
        }
        String line = input.substring(0, end);
        if (UNKNOWN.matcher(line).matches()) {
            return "unknown";
        }
        Matcher words = LINE.matcher(line);
        if (!words.matches()) {
            return "malformed";
        }
        boolean four = words.group(1).equals("TCP4");
        InetAddress source = literal(words.group(2), four);
        InetAddress destination = literal(words.group(3), four);
        int sourcePort = Integer.parseInt(words.group(4));
        int destinationPort = Integer.parseInt(words.group(5));
        boolean right =
                source != null
                        && destination != null
                        && sourcePort <= 65535
                        && destinationPort <= 65535;
        return right
                ? new InetSocketAddress(source, sourcePort)
                        + " to "
                        + new InetSocketAddress(destination, destinationPort)
                : "malformed";
    }

    private static @Nullable InetAddress literal(String text, boolean four) {
        boolean dotted = text.matches("((0|[1-9][0-9]{0,2})(\\.(?!$)|$)){4}");
        if (text.contains(":") == four || (four && !dotted)) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String described(Result result) {
        return switch (result) {
            case Result.Incomplete _ -> "incomplete";
            case Result.Absent _ -> "absent";
            case Result.Malformed _ -> "malformed";
            case Result.Found found when found.header().source() == null -> "unknown";
            case Result.Found found ->
                    found.header().source() + " to " + found.header().destination();
        };
    }

    @TestFactory
    Stream<DynamicTest> readsTheCorpusAsTheSpecificationSays() throws IOException {
        return Corpus.replayed(ProxyHeaderFuzzTest.class, ProxyHeaderFuzzTest::fuzzerTestOneInput);
    }
}
