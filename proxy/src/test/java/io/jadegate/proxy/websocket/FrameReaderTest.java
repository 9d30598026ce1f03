package io.jadegate.proxy.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
    /// Reads octets in pieces that end at `cuts`, and tells what was seen: each frame as
    /// `kind:length` with `!` when it is the last of its message, and what it ended in.
    private static List<String> read(FrameReader reader, byte[] octets, int... cuts) {
        List<String> seen = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : octets.length;
            ByteBuf piece = Unpooled.wrappedBuffer(octets, from, to - from);
            while (piece.isReadable() && reader.broken() == null && !reader.isClosed()) {
                if (reader.isInPayload()) {
                    piece.skipBytes(reader.readPayload(piece.readableBytes()));
                } else if (reader.readHead(piece) && reader.broken() == null) {
                    seen.add(
                            reader.opcode() + ":" + reader.length() + (reader.isLast() ? "!" : ""));
                }
            }
            from = to;
        }
        String broken = reader.broken();
        if (broken != null) {
            seen.add(broken);
        }
        seen.add(reader.isClosed() ? "closed" : reader.isBetweenFrames() ? "between" : "inside");
        return seen;
    }

    private static byte[] hex(String octets) {
        return ByteBufUtil.decodeHexDump(octets.replace(" ", ""));
    }

    private static FrameReader ofClient() {
        return new FrameReader(/* masked= */ true, Extensions.NONE, false);
    }

    private static FrameReader ofEndpoint() {
        return new FrameReader(/* masked= */ false, Extensions.NONE, false);
    }

    // ---- frames

    @Test
    void followsFramesOfEachLength() {
        String mask = "01020304";
        byte[] octets =
                hex(
                        "8180"
                                + mask
                                + "0285"
                                + mask
                                + "aabbccddee"
                                + "8980"
                                + mask
                                + "80fe007e"
                                + mask
                                + "00".repeat(126)
                                + "82ff0000000000010000"
                                + mask
                                + "00".repeat(65536)
                                + "8882"
                                + mask
                                + "0000");

        assertThat(read(ofClient(), octets))
                .containsExactly("1:0!", "2:5", "9:0!", "0:126!", "2:65536!", "8:2!", "closed");
    }

    @Test
    void readsTheSameWhereverTheNetworkCuts() {
        byte[] octets =
                hex("0102 6869 8a08 0102030405060708 8900 8003 616263 827e0080" + "00".repeat(128))
                        .clone();
        List<String> whole = read(ofEndpoint(), octets);

        assertThat(whole).containsExactly("1:2", "10:8!", "9:0!", "0:3!", "2:128!", "between");
        for (int first = 0; first <= octets.length; first++) {
            for (int second = first; second <= octets.length; second++) {
                assertThat(read(ofEndpoint(), octets, first, second)).isEqualTo(whole);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"81, inside", "8105, inside", "810561, inside", "81056162636465, between"})
    void knowsWhereItStands(String octets, String place) {
        assertThat(read(ofEndpoint(), hex(octets)).getLast()).isEqualTo(place);
    }

    @Test
    void recognisesThePongThatAnswersItsOwnPing() {
        FrameReader reader = ofClient();
        byte[] pong = hex("8a88 ff00ff00 fe02fc04fa06f808");

        read(reader, pong, 3, 7);

        assertThat(reader.isPong(0x0102030405060708L)).isTrue();
        assertThat(reader.isPong(0x0102030405060709L)).isFalse();
        assertThat(reader.isBetweenFrames()).isTrue();
        read(reader, hex("8982 00000000 0000"));
        assertThat(reader.isPong(0x0102030405060708L)).isFalse();
    }

    // ---- no frames

    @ParameterizedTest
    @CsvSource({
        "83, unknown kind 3",
        "8f, unknown kind 15",
        "c1, reserved bits",
        "91, reserved bits",
        "80, continuation of nothing",
        "09, in fragments",
        "8105, without a mask",
        "89fe, more than 125",
        "8881, half a status code",
        "81fe007d, malformed length",
        "81ff000000000000ffff, malformed length",
        "81ffffffffffffffffff, malformed length",
        "0181000000000001, message inside another"
    })
    void namesWhatIsWrongAsSoonAsItCanBeSeen(String octets, String what) {
        FrameReader reader = ofClient();

        List<String> seen = read(reader, hex(octets));

        assertThat(reader.broken()).contains(what).contains("RFC 6455");
        assertThat(seen.getLast()).isEqualTo("inside");
    }

    @Test
    void acceptsNoMaskFromAServer() {
        assertThat(read(ofEndpoint(), hex("8185"))).first().asString().contains("with a mask");
    }

    // ---- close frames

    private static FrameReader ofClosingClient() {
        return new FrameReader(/* masked= */ true, Extensions.NONE, /* readsCloses= */ true);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1003, 1007, 1014, 3000, 4999})
    void takesTheStatusCodesThatMayBeSaid(int status) {
        byte[] close = hex("8882 00000000 %04x".formatted(status));

        for (int cut = 0; cut <= close.length; cut++) {
            assertThat(read(ofClosingClient(), close, cut)).containsExactly("8:2!", "closed");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    void refusesStatusCodesThatAreNeverSaid(int status) {
        byte[] close = hex("8882 ff00ff00 %04x".formatted(status ^ 0xff00));

        for (int cut = 0; cut <= close.length; cut++) {
            assertThat(read(ofClosingClient(), close, cut))
                    .containsExactly(
                            "close frame with the status code " + status + " (RFC 6455 7.4)",
                            "inside");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', closed",
        "c3a4, closed",
        "f09f9982, closed",
        "c3, inside",
        "ff, inside",
        "eda080, inside",
        "c0af, inside",
        "f4908080, inside"
    })
    void refusesReasonsThatAreNotUtf8(String reason, String end) {
        byte[] octets = hex("03e8" + reason);
        byte[] close = hex("88%02x 00000000".formatted(0x80 | octets.length) + "03e8" + reason);

        assertThat(read(ofClosingClient(), close, 5).getLast()).isEqualTo(end);
    }

    @Test
    void takesACloseFrameThatSaysNothingAndTheLongestThereCanBe() {
        assertThat(read(ofClosingClient(), hex("8880 01020304"))).containsExactly("8:0!", "closed");
        assertThat(read(ofClosingClient(), hex("88fd 00000000 03e8" + "61".repeat(123))))
                .containsExactly("8:125!", "closed");
    }

    // ---- extensions

    @Test
    void knowsTheExtensionsThatWereAgreedOn() {
        assertThat(Extensions.of(List.of())).isEqualTo(Extensions.NONE);
        assertThat(Extensions.of(List.of(""))).isEqualTo(Extensions.NONE);
        assertThat(Extensions.of(List.of("Permessage-Deflate; server_no_context_takeover")))
                .isEqualTo(Extensions.DEFLATE);
        assertThat(Extensions.of(List.of("permessage-deflate", "x-mux")))
                .isEqualTo(Extensions.UNKNOWN);
        assertThat(Extensions.of(List.of("x-mux, permessage-deflate")))
                .isEqualTo(Extensions.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c100", "d100", "f100", "b900"})
    void leavesBitsOfUnknownExtensionsAlone(String frame) {
        FrameReader reader = new FrameReader(/* masked= */ false, Extensions.UNKNOWN, false);

        assertThat(read(reader, hex(frame)).getLast()).isEqualTo("between");
    }

    @Test
    void letsOnlyTheFirstFrameOfAMessageBeMarkedAsCompressed() {
        assertThat(
                        read(new FrameReader(false, Extensions.DEFLATE, false), hex("410080 00"))
                                .getLast())
                .isEqualTo("between");
        assertThat(read(new FrameReader(false, Extensions.DEFLATE, false), hex("4100c000")))
                .element(1)
                .asString()
                .contains("reserved bits");
        assertThat(read(new FrameReader(false, Extensions.DEFLATE, false), hex("c900")))
                .first()
                .asString()
                .contains("reserved bits");
    }

    // ---- anything

    @Test
    void neverReadsBeyondWhatThereIsAndReadsTheSameInTwoPieces() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(6455);
        for (int round = 0; round < 20_000; round++) {
            byte[] octets = new byte[random.nextInt(40)];
            random.nextBytes(octets);
            for (int i = 0; i < octets.length; i++) {
                // Mostly octets that begin frames, or random ones would break at once.
                octets[i] =
                        random.nextInt(4) == 0 ? octets[i] : FIRST[random.nextInt(FIRST.length)];
            }
            int cut = random.nextInt(octets.length + 1);

            assertThat(read(ofClient(), octets, cut)).isEqualTo(read(ofClient(), octets));
            assertThat(read(ofEndpoint(), octets, cut)).isEqualTo(read(ofEndpoint(), octets));
            assertThat(read(ofClosingClient(), octets, cut))
                    .isEqualTo(read(ofClosingClient(), octets));
        }
    }

    private static final byte[] FIRST = hex("8182898a88010080000285fe");
}
