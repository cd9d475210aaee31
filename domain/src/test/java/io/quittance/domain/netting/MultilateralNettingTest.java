package io.quittance.domain.netting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.ledger.TransferList;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MultilateralNettingTest {

    private static final List<Asset> ASSETS = List.of(Asset.UTOKEN, new Asset(1, "GPU-A"), new Asset(2, "GPU-B"));

    /** Books with a few accounts, each with the same of every asset before the run. */
    private static final class Run {
        final Books books = new Books(ASSETS);
        final TransferList transfers = new TransferList();
        final int[] accounts;
        final long before;

        Run(int accounts, long before) {
            this(before, ids(accounts));
        }

        Run(long before, UUID... ids) {
            this.before = before;
            accounts = Arrays.stream(ids)
                    .mapToInt(id -> books.openAccount(id, id, AccountType.PERSONAL, null, KycLevel.L3))
                    .toArray();
            for (int account : accounts) {
                for (Asset asset : ASSETS) {
                    books.setBalance(account, asset.id(), before, 0, 0);
                }
            }
            books.startRun(LocalDate.EPOCH);
        }

        private static UUID[] ids(int count) {
            UUID[] ids = new UUID[count];
            Arrays.setAll(ids, i -> new UUID(0, 1_000 + i));
            return ids;
        }

        Run pay(int asset, int from, int to, long amount) {
            return move(asset, accounts[from], accounts[to], amount);
        }

        Run move(int asset, int from, int to, long amount) {
            books.move(from, to, asset, amount, true);
            return list(asset, from, to, amount);
        }

        Run list(int asset, int from, int to, long amount) {
            transfers.add(2, transfers.size() + 1, 0, TransactionType.TRANSFER, asset, from, to, amount, null);
            return this;
        }

        NetPositions net() {
            return MultilateralNetting.net(transfers, books);
        }

        /** The positions, accounts numbered from 0 as they were opened here. */
        List<Position> positions() {
            NetPositions positions = net();
            var list = new ArrayList<Position>();
            for (int p = 0; p < positions.size(); p++) {
                var entries = new ArrayList<Integer>();
                for (int k = 0; k < positions.entryCount(p); k++) {
                    entries.add(positions.entry(p, k));
                }
                list.add(new Position(
                        positions.asset(p),
                        positions.account(p) - accounts[0],
                        positions.debits(p),
                        positions.credits(p),
                        positions.closing(p),
                        positions.reserved(p),
                        entries));
                assertThat(positions.net(p)).isEqualTo(positions.credits(p) - positions.debits(p));
            }
            return list;
        }
    }

    private record Position(
            int asset, int account, long debits, long credits, long closing, long reserved, List<Integer> entries) {}

    @Test
    void aCircleNetsToNothing() {
        var run = new Run(3, 500).pay(0, 0, 1, 100).pay(0, 1, 2, 100).pay(0, 2, 0, 100);
        assertThat(run.positions())
                .containsExactly(
                        new Position(0, 0, 100, 100, 500, 0, List.of(0, 2)),
                        new Position(0, 1, 100, 100, 500, 0, List.of(0, 1)),
                        new Position(0, 2, 100, 100, 500, 0, List.of(1, 2)));
        var efficiency = MultilateralNetting.efficiency(run.net(), 0, account -> false);
        assertThat(efficiency.gross()).isEqualTo(600);
        assertThat(efficiency.net()).isZero();
        assertThat(efficiency.ratio()).isEqualTo(1);
    }

    @Test
    void assetsAreNeverNettedAgainstEachOther() {
        var run = new Run(2, 500).pay(0, 0, 1, 100).pay(2, 1, 0, 100);
        assertThat(run.positions())
                .containsExactly(
                        new Position(0, 0, 100, 0, 400, 0, List.of(0)),
                        new Position(0, 1, 0, 100, 600, 0, List.of(0)),
                        new Position(2, 0, 0, 100, 600, 0, List.of(1)),
                        new Position(2, 1, 100, 0, 400, 0, List.of(1)));
    }

    @Test
    void aBalanceOfWhichOnlyTheReservedPartChangedHasAPositionWithoutTransfers() {
        var run = new Run(3, 500).pay(0, 0, 1, 100);
        run.books.reserve(run.accounts[0], 0, 30);
        run.books.reserve(run.accounts[2], 1, 20);
        run.books.release(run.accounts[2], 1, 5);
        assertThat(run.positions())
                .containsExactly(
                        new Position(0, 0, 100, 0, 400, 30, List.of(0)),
                        new Position(0, 1, 0, 100, 600, 0, List.of(0)),
                        new Position(1, 2, 0, 0, 500, 15, List.of()));
    }

    /** Most orders that rest are not filled in most cycles. */
    @Test
    void whatIsReservedOrReleasedOfNothingTouchesNoBalance() {
        var run = new Run(2, 500);
        run.books.reserve(run.accounts[0], 0, 0);
        run.books.release(run.accounts[1], 1, 0);
        assertThat(run.positions()).isEmpty();
        assertThat(run.books.touchedCount()).isZero();
    }

    @Test
    void aRunThatMovesNothingHasNoPositions() {
        assertThat(new Run(2, 500).net().size()).isZero();
    }

    @Test
    void theBanksOwnLegsAreNoPartOfTheRatio() {
        var run = new Run(2, 500);
        int clearing = run.books.system(SystemAccount.CLEARING, 1);
        run.move(0, run.accounts[0], clearing, 50).move(0, clearing, run.accounts[1], 50);
        run.pay(0, 1, 0, 20);
        NetPositions positions = run.net();
        assertThat(positions.size()).isEqualTo(3);
        var efficiency = MultilateralNetting.efficiency(positions, 0, run.books::isSystem);
        assertThat(efficiency.gross()).isEqualTo(50 + 20 + 50 + 20);
        assertThat(efficiency.net()).isEqualTo(30 + 30);
        assertThat(efficiency.ratio()).isCloseTo(1 - 60 / 140.0, Offset.offset(1e-12));
        assertThat(MultilateralNetting.efficiency(positions, 0, account -> true).ratio())
                .as("where nothing moved")
                .isZero();
    }

    @Test
    void grossSumsMayExceedSixtyFourBitsOverAllButNotInOnePosition() {
        var run = new Run(3, 0);
        run.books.setBalance(run.accounts[0], 0, Long.MAX_VALUE, 0, 0);
        run.pay(0, 0, 1, Long.MAX_VALUE).pay(0, 1, 2, Long.MAX_VALUE);
        assertThat(MultilateralNetting.efficiency(run.net(), 0, account -> false)
                        .gross())
                .isEqualTo(BigInteger.valueOf(Long.MAX_VALUE).multiply(BigInteger.valueOf(4)));
        run.list(0, run.accounts[0], run.accounts[2], 1);
        assertThatThrownBy(run::net).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void netsSumToZeroAndNeverExceedGross() {
        for (long seed = 1; seed <= 50; seed++) {
            var random = new Random(seed);
            var run = new Run(9, 1_000_000);
            pay(run, random, 200);
            NetPositions positions = run.net();
            for (int asset = 0; asset < ASSETS.size(); asset++) {
                long sum = 0;
                for (int p = 0; p < positions.size(); p++) {
                    sum += positions.asset(p) == asset ? positions.net(p) : 0;
                }
                assertThat(sum).as("seed %s", seed).isZero();
                var efficiency = MultilateralNetting.efficiency(positions, asset, a -> a < run.accounts[2]);
                assertThat(efficiency.net()).as("seed %s", seed).isLessThanOrEqualTo(efficiency.gross());
                assertThat(efficiency.ratio()).isBetween(0.0, 1.0);
            }
        }
    }

    private static void pay(Run run, Random random, int atMost) {
        int n = run.accounts.length;
        for (int i = random.nextInt(atMost); i > 0; i--) {
            int from = random.nextInt(n);
            run.pay(random.nextInt(3), from, (from + 1 + random.nextInt(n - 1)) % n, 1 + random.nextInt(1_000));
        }
    }

    /** Whatever the order in which accounts were opened, and with both halves of an id beyond the sign bit or not. */
    @Test
    void positionsStandByAssetAndTheBytesOfTheId() {
        for (long seed = 1; seed <= 50; seed++) {
            var random = new Random(seed);
            var ids = new ArrayList<UUID>();
            long[] halves = {0, 1, Long.MAX_VALUE, Long.MIN_VALUE, -1, random.nextLong(), random.nextLong()};
            for (long high : halves) {
                for (long low : halves) {
                    ids.add(new UUID(high, low));
                }
            }
            ids.remove(new UUID(0, 0));
            Collections.shuffle(ids, random);
            // System accounts have ids of their own; none of these may be one.
            var taken = new Books(ASSETS);
            ids.removeIf(id -> taken.indexOf(id) >= 0);
            var run = new Run(1_000_000, ids.toArray(UUID[]::new));
            pay(run, random, 400);
            NetPositions positions = run.net();
            List<String> names = new ArrayList<>();
            for (int p = 0; p < positions.size(); p++) {
                // Hexadecimal digits sort as the bytes they stand for.
                names.add(positions.asset(p) + " " + run.books.accountId(positions.account(p)));
            }
            assertThat(names).as("seed %s", seed).isSortedAccordingTo(Comparator.naturalOrder());
            assertThat(names).doesNotHaveDuplicates();
        }
    }

    @Test
    void thePositionsOfAnAccountAreExactlyItsTransfersAndWhatItHasAfterwards() {
        for (long seed = 1; seed <= 50; seed++) {
            var random = new Random(seed);
            var run = new Run(7, 1_000_000);
            pay(run, random, 300);
            for (int i = random.nextInt(5); i > 0; i--) {
                run.books.reserve(run.accounts[random.nextInt(7)], random.nextInt(3), 1 + random.nextInt(100));
            }
            var expected = new ArrayList<Position>();
            for (int asset = 0; asset < 3; asset++) {
                for (int a = 0; a < 7; a++) {
                    Position position = expected(run, asset, a);
                    if (!position.entries().isEmpty() || position.reserved() > 0) {
                        expected.add(position);
                    }
                }
            }
            assertThat(run.positions()).as("seed %s", seed).isEqualTo(expected);
        }
    }

    private static Position expected(Run run, int asset, int a) {
        int account = run.accounts[a];
        long debits = 0;
        long credits = 0;
        var entries = new ArrayList<Integer>();
        for (int i = 0; i < run.transfers.size(); i++) {
            boolean pays = run.transfers.from(i) == account;
            if (run.transfers.asset(i) == asset && (pays || run.transfers.to(i) == account)) {
                debits += pays ? run.transfers.amount(i) : 0;
                credits += pays ? 0 : run.transfers.amount(i);
                entries.add(i);
            }
        }
        long closing = run.before + credits - debits;
        return new Position(asset, a, debits, credits, closing, run.books.reserved(account, asset), entries);
    }
}
