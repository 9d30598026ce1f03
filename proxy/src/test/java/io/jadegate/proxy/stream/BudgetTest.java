package io.jadegate.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BudgetTest {
    private static final int MIB = 1 << 20;

    private final Budget budget = new Budget(4 * MIB);
    private final Ledger ledger = new Ledger(budget);

    @Test
    void isTightOverTheSoftLineAndFullOverTheHardOne() {
        ledger.charge(2 * MIB);
        assertThat(ledger.tight()).isFalse();
        assertThat(ledger.window()).isEqualTo(ByteStream.WINDOW);

        ledger.charge(MIB);
        assertThat(ledger.tight()).isTrue();
        assertThat(ledger.full()).isFalse();
        assertThat(ledger.window()).isEqualTo(1);

        ledger.charge(MIB);
        assertThat(ledger.full()).isTrue();

        ledger.charge(-2 * MIB);
        assertThat(ledger.tight()).isFalse();
    }

    @Test
    void tellsTheNodeInStepsAndKnowsItselfToTheByte() {
        ledger.charge(100);

        assertThat(budget.chargedBytes()).isZero();
        assertThat(ledger.heldBytes()).isEqualTo(100);

        ledger.charge(MIB);
        assertThat(budget.chargedBytes()).isEqualTo(MIB + 100);
    }

    @Test
    void addsUpAllLoops() {
        Ledger other = new Ledger(budget);
        ledger.charge(2 * MIB);
        other.charge(2 * MIB);

        assertThat(ledger.full()).isTrue();
        assertThat(other.full()).isTrue();
    }

    @Test
    void begsForReliefOnceUntilItIsRelieved() {
        AtomicInteger asked = new AtomicInteger();
        budget.onFull(asked::incrementAndGet);

        ledger.charge(5 * MIB);
        ledger.charge(MIB);
        budget.close();
        assertThat(asked).hasValue(1);

        budget.relieved();
        assertThat(budget.closed()).isFalse();
        ledger.charge(MIB);
        assertThat(asked).hasValue(2);
    }

    @Test
    void neverTightensWithoutALimit() {
        Ledger unlimited = new Ledger(Budget.unlimited());
        unlimited.charge(1L << 50);

        assertThat(unlimited.tight()).isFalse();
    }

    @Test
    void chargesTheWholeBufferForAFewOctetsOfIt() {
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(64 * 1024).writeZero(1000);
        ByteBuf piece = buffer.readRetainedSlice(10);
        ByteBuf copy = piece.retainedDuplicate();

        assertThat(Ledger.footprint(piece)).isEqualTo(64 * 1024);
        assertThat(Ledger.footprint(copy)).isEqualTo(64 * 1024);

        copy.release();
        piece.release();
        buffer.release();
    }
}
