package io.jadegate.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

class LeaksTest {
    private final Leaks leaks = Leaks.watch();

    private static ByteBuf buffer(String why) {
        return ByteBufAllocator.DEFAULT.buffer().touch(why);
    }

    @Test
    void findsABufferThatNobodyReleased() throws Exception {
        buffer("lost on purpose");

        assertThat(leaks.found()).singleElement().asString().contains("lost on purpose");
    }

    @Test
    void saysNothingOfABufferThatWasReleased() throws Exception {
        buffer("released").release();

        assertThat(leaks.found()).isEmpty();
    }

    @Test
    void saysNothingOfABufferThatIsHeld() throws Exception {
        ByteBuf held = buffer("held");

        assertThat(leaks.found()).isEmpty();
        held.release();
    }
}
