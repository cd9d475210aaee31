package io.quittance.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TransferListTest {

    private record Row(int phase, long intakeNo, int leg, int asset, int from, int to, long amount, String task) {}

    private static void add(TransferList list, Row row) {
        list.add(
                row.phase(),
                row.intakeNo(),
                row.leg(),
                TransactionType.values()[row.asset() % 10],
                row.asset(),
                row.from(),
                row.to(),
                row.amount(),
                row.task());
    }

    @Test
    void sortingKeepsEachRowTogetherInTheOrderOfTheBooks() {
        for (long seed = 1; seed <= 20; seed++) {
            var random = new Random(seed);
            var rows = new ArrayList<Row>();
            int[] phases = {0, 1, 2, 17, 18, TransferList.PHASE_END};
            for (int i = 0; i < 2_000; i++) {
                rows.add(new Row(
                        phases[random.nextInt(6)],
                        Long.MAX_VALUE - random.nextInt(300),
                        random.nextInt(3),
                        i,
                        2 * i,
                        2 * i + 1,
                        i + 1L,
                        i % 3 == 0 ? null : "t" + i));
            }
            var list = new TransferList();
            rows.forEach(row -> add(list, row));
            list.sort();
            list.sort();
            rows.sort(Comparator.comparingInt(Row::phase)
                    .thenComparingLong(Row::intakeNo)
                    .thenComparingInt(Row::leg));
            assertThat(list.size()).isEqualTo(rows.size());
            for (int i = 0; i < rows.size(); i++) {
                Row row = rows.get(i);
                assertThat(new Row(
                                row.phase(),
                                list.intakeNo(i),
                                list.leg(i),
                                list.asset(i),
                                list.from(i),
                                list.to(i),
                                list.amount(i),
                                list.taskId(i)))
                        .as("row %s of seed %s", i, seed)
                        .isEqualTo(row);
                assertThat(list.type(i)).isEqualTo(TransactionType.values()[row.asset() % 10]);
            }
        }
    }

    @Test
    void aSortedListCanGrowOn() {
        var list = new TransferList();
        for (int i = 5; i > 0; i--) {
            add(list, new Row(2, i, 0, 0, 1, 2, i, null));
        }
        list.sort();
        for (int i = 6; i < 3_000; i++) {
            add(list, new Row(2, i, 0, 0, 1, 2, i, null));
        }
        for (int i = 0; i < list.size(); i++) {
            assertThat(list.amount(i)).isEqualTo(i + 1L);
        }
    }

    @Test
    void aTransferMovesMoreThanZeroBetweenTwoAccounts() {
        var list = new TransferList();
        for (Row bad : List.of(
                new Row(2, 1, 0, 0, 1, 2, 0, null),
                new Row(2, 1, 0, 0, 1, 2, -1, null),
                new Row(2, 1, 0, 0, 1, 1, 5, null))) {
            assertThatThrownBy(() -> add(list, bad)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(list.size()).isZero();
    }

    @Test
    void codesOfTypesAreFixedForEver() {
        var codes = new ArrayList<Integer>();
        for (TransactionType type : TransactionType.values()) {
            codes.add(type.code());
            assertThat(TransactionType.ofCode(type.code())).isEqualTo(type);
        }
        assertThat(codes).isSorted().doesNotHaveDuplicates();
        assertThat(Collections.max(codes)).isEqualTo(11);
        assertThat(TransactionType.REVERSAL.code()).isEqualTo(10);
        assertThat(TransactionType.DEPOSIT.wireName()).isEqualTo("deposit");
        assertThatThrownBy(() -> TransactionType.ofCode(12)).isInstanceOf(IllegalArgumentException.class);
    }
}
