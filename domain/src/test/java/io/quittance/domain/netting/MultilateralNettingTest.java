package io.quittance.domain.netting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.ledger.TransferList;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MultilateralNettingTest {

    private static void pay(TransferList transfers, int asset, int from, int to, long amount) {
        transfers.add(2, transfers.size() + 1, 0, TransactionType.TRANSFER, asset, from, to, amount, null);
    }

    @Test
    void aCircleNetsToNothing() {
        var transfers = new TransferList();
        pay(transfers, 0, 1, 2, 100);
        pay(transfers, 0, 2, 3, 100);
        pay(transfers, 0, 3, 1, 100);
        List<NetPosition> positions = MultilateralNetting.net(transfers, 4, 1);
        assertThat(positions)
                .containsExactly(
                        new NetPosition(1, 0, 100, 100),
                        new NetPosition(2, 0, 100, 100),
                        new NetPosition(3, 0, 100, 100));
        assertThat(positions).allMatch(position -> position.net() == 0);
        var efficiency = MultilateralNetting.efficiency(positions, 0, account -> false);
        assertThat(efficiency.gross()).isEqualTo(600);
        assertThat(efficiency.net()).isZero();
        assertThat(efficiency.ratio()).isEqualTo(1);
    }

    @Test
    void assetsAreNeverNettedAgainstEachOther() {
        var transfers = new TransferList();
        pay(transfers, 0, 1, 2, 100);
        pay(transfers, 2, 2, 1, 100);
        assertThat(MultilateralNetting.net(transfers, 3, 3))
                .containsExactly(
                        new NetPosition(1, 0, 100, 0),
                        new NetPosition(2, 0, 0, 100),
                        new NetPosition(1, 2, 0, 100),
                        new NetPosition(2, 2, 100, 0));
    }

    @Test
    void theBanksOwnLegsAreNoPartOfTheRatio() {
        var transfers = new TransferList();
        pay(transfers, 0, 1, 0, 50);
        pay(transfers, 0, 0, 2, 50);
        pay(transfers, 0, 2, 1, 20);
        List<NetPosition> positions = MultilateralNetting.net(transfers, 3, 1);
        var efficiency = MultilateralNetting.efficiency(positions, 0, account -> account == 0);
        assertThat(efficiency.gross()).isEqualTo(50 + 20 + 50 + 20);
        assertThat(efficiency.net()).isEqualTo(30 + 30);
        assertThat(efficiency.ratio()).isCloseTo(1 - 60 / 140.0, org.assertj.core.data.Offset.offset(1e-12));
        assertThat(MultilateralNetting.efficiency(positions, 0, account -> true).ratio())
                .as("where nothing moved")
                .isZero();
    }

    @Test
    void grossSumsMayExceedSixtyFourBitsOverAllButNotInOnePosition() {
        var transfers = new TransferList();
        pay(transfers, 0, 1, 2, Long.MAX_VALUE);
        pay(transfers, 0, 2, 3, Long.MAX_VALUE);
        List<NetPosition> positions = MultilateralNetting.net(transfers, 4, 1);
        assertThat(MultilateralNetting.efficiency(positions, 0, account -> false)
                        .gross())
                .isEqualTo(BigInteger.valueOf(Long.MAX_VALUE).multiply(BigInteger.valueOf(4)));
        pay(transfers, 0, 1, 3, 1);
        assertThatThrownBy(() -> MultilateralNetting.net(transfers, 4, 1)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void netsSumToZeroAndNeverExceedGross() {
        for (long seed = 1; seed <= 50; seed++) {
            var random = new Random(seed);
            var transfers = new TransferList();
            for (int i = random.nextInt(200); i > 0; i--) {
                int from = random.nextInt(9);
                pay(transfers, random.nextInt(3), from, (from + 1 + random.nextInt(8)) % 9, 1 + random.nextInt(1_000));
            }
            List<NetPosition> positions = MultilateralNetting.net(transfers, 9, 3);
            for (int asset = 0; asset < 3; asset++) {
                int ofAsset = asset;
                long sum = positions.stream()
                        .filter(p -> p.asset() == ofAsset)
                        .mapToLong(NetPosition::net)
                        .sum();
                assertThat(sum).as("seed %s", seed).isZero();
                var efficiency = MultilateralNetting.efficiency(positions, asset, account -> account < 2);
                assertThat(efficiency.net()).as("seed %s", seed).isLessThanOrEqualTo(efficiency.gross());
                assertThat(efficiency.ratio()).isBetween(0.0, 1.0);
            }
        }
    }
}
