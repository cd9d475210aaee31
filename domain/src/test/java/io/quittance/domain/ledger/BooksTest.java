package io.quittance.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.settlement.TestBank;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class BooksTest {

    private final Books books = new Books(List.of(Asset.UTOKEN, new Asset(1, "X"), new Asset(2, "Y")));
    private final int ann = open("ann", "p1", KycLevel.L2);
    private final int bob = open("bob", "p2", KycLevel.L1);

    private int open(String name, String party, KycLevel level) {
        return books.openAccount(TestBank.id(name), TestBank.id(party), AccountType.PERSONAL, null, level);
    }

    @Test
    void theBanksOwnAccountsExistFromTheStart() {
        for (SystemAccount account : SystemAccount.values()) {
            for (int asset : account.perClass() ? new int[] {1, 2} : new int[] {0}) {
                int index = books.system(account, asset);
                assertThat(index).isNotNegative();
                assertThat(books.isSystem(index)).isTrue();
                assertThat(books.accountId(index)).isEqualTo(account.id(asset));
            }
        }
        assertThat(SystemAccount.CLEARING.id(2)).isEqualTo(new UUID(0, 2 << 8 | 19));
        assertThatThrownBy(() -> SystemAccount.CLEARING.id(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SystemAccount.ESCROW.id(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatComesInLaterIsNotThereYet() {
        books.move(books.system(SystemAccount.ISSUANCE, 0), ann, 0, 100, true);
        books.move(ann, bob, 0, 60, false);
        assertThat(books.posted(ann, 0)).isEqualTo(40);
        assertThat(books.available(bob, 0)).isZero();
        books.settleIncoming();
        books.settleIncoming();
        assertThat(books.available(bob, 0)).isEqualTo(60);
    }

    @Test
    void aCustomerNeverPaysWhatIsNotThere() {
        books.move(books.system(SystemAccount.ISSUANCE, 0), ann, 0, 100, true);
        assertThatThrownBy(() -> books.move(ann, bob, 0, 101, true)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> books.move(ann, bob, 1, 1, true)).isInstanceOf(IllegalStateException.class);
        assertThat(books.posted(ann, 0)).isEqualTo(100);
    }

    @Test
    void noMoreIsReservedThanIsAvailableAndNoMoreReleasedThanReserved() {
        books.move(books.system(SystemAccount.SOURCE, 1), ann, 1, 100, true);
        books.reserve(ann, 1, 70);
        assertThat(books.available(ann, 1)).isEqualTo(30);
        assertThatThrownBy(() -> books.reserve(ann, 1, 31)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> books.release(ann, 1, 71)).isInstanceOf(IllegalStateException.class);
        books.release(ann, 1, 70);
        assertThat(books.available(ann, 1)).isEqualTo(100);
    }

    @Test
    void sumsBeyondSixtyFourBitsThrow() {
        int source = books.system(SystemAccount.SOURCE, 1);
        books.move(source, ann, 1, Long.MAX_VALUE, true);
        assertThatThrownBy(() -> books.move(books.system(SystemAccount.INVENTORY, 1), ann, 1, 1, true))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void aRunTouchesOnlyWhatItChanged() {
        books.move(books.system(SystemAccount.ISSUANCE, 0), ann, 0, 100, true);
        books.startRun(LocalDate.of(2026, 3, 2));
        assertThat(books.isTouched(ann, 0)).isFalse();
        books.reserve(ann, 0, 1);
        books.move(ann, bob, 0, 1, false);
        assertThat(books.isTouched(ann, 0)).isTrue();
        assertThat(books.isTouched(bob, 0)).isTrue();
        assertThat(books.isTouched(bob, 1)).isFalse();
    }

    @Test
    void countersBelongToOneDate() {
        assertThat(books.startRun(LocalDate.of(2026, 3, 2))).isTrue();
        books.partyLimit(books.partyOf(ann)).use(5);
        assertThat(books.startRun(LocalDate.of(2026, 3, 2))).isFalse();
        assertThat(books.partyLimit(books.partyOf(ann)).used).isEqualTo(5);
        assertThat(books.startRun(LocalDate.of(2026, 3, 3))).isTrue();
        assertThat(books.partyLimit(books.partyOf(ann)).used).isZero();
        assertThat(books.startRun(LocalDate.of(2026, 3, 2)))
                .as("dates never go back")
                .isFalse();
        assertThat(books.limitDate()).isEqualTo(LocalDate.of(2026, 3, 3));
    }

    @Test
    void thousandsOfAccountsKeepTheirBalances() {
        int issuance = books.system(SystemAccount.ISSUANCE, 0);
        for (int i = 0; i < 2_000; i++) {
            int account = open("account " + i, "party " + i / 3, KycLevel.values()[i / 3 % 4]);
            books.move(issuance, account, 0, i + 1, i % 2 == 0);
        }
        books.settleIncoming();
        for (int i = 0; i < 2_000; i++) {
            int account = books.indexOf(TestBank.id("account " + i));
            assertThat(books.posted(account, 0)).isEqualTo(i + 1);
            assertThat(books.partyId(books.partyOf(account))).isEqualTo(TestBank.id("party " + i / 3));
            assertThat(books.levelOf(account)).isEqualTo(KycLevel.values()[i / 3 % 4]);
        }
        assertThat(books.posted(issuance, 0)).isEqualTo(-2_001_000);
        assertThatThrownBy(() -> open("account 5", "another", KycLevel.L1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPartyHasOneLevel() {
        int agent = open("agent", "p1", KycLevel.L3);
        assertThat(books.levelOf(agent)).as("that of its first account").isEqualTo(KycLevel.L2);
        books.setLevel(TestBank.id("p1"), KycLevel.L0);
        assertThat(books.levelOf(ann)).isEqualTo(KycLevel.L0);
        assertThat(books.levelOf(agent)).isEqualTo(KycLevel.L0);
        assertThatThrownBy(() -> books.setLevel(TestBank.id("nobody"), KycLevel.L1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aLimitCounterNeverReleasesMoreThanItReserved() {
        var counter = new LimitCounter();
        counter.reserve(10);
        counter.use(5);
        assertThat(counter.left(20)).isEqualTo(5);
        assertThat(counter.left(14)).as("a limit that was lowered").isZero();
        assertThat(counter.left(Long.MAX_VALUE)).as("no limit").isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> counter.release(11)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aBalanceIsAsItWasLoadedAndKnowsItsLastPosition() {
        books.setBalance(ann, 2, 100, 30, 7);
        assertThat(books.posted(ann, 2)).isEqualTo(100);
        assertThat(books.reserved(ann, 2)).isEqualTo(30);
        assertThat(books.available(ann, 2)).isEqualTo(70);
        assertThat(books.lastPosition(ann, 2)).isEqualTo(7);
        assertThat(books.lastPosition(ann, 1)).isZero();
        assertThat(books.lastPosition(bob, 2)).isZero();
        assertThat(books.touchedCount()).as("loading is no change").isZero();
    }

    @Test
    void touchedBalancesAreVisitedAssetByAsset() {
        books.setBalance(ann, 1, 5, 0, 0);
        books.setBalance(bob, 2, 5, 0, 0);
        books.move(ann, bob, 1, 5, true);
        books.reserve(bob, 2, 1);
        assertThat(books.touchedCount()).isEqualTo(3);
        assertThat(books.nextTouched(0, 0)).isEqualTo(-1);
        assertThat(books.nextTouched(1, 0)).isEqualTo(ann);
        assertThat(books.nextTouched(1, ann + 1)).isEqualTo(bob);
        assertThat(books.nextTouched(1, bob + 1)).isEqualTo(-1);
        assertThat(books.nextTouched(2, 0)).isEqualTo(bob);
    }

    @Test
    void anIdIsFoundByItsHalvesToo() {
        UUID id = TestBank.id("bob");
        assertThat(books.indexOf(id)).isEqualTo(bob);
        assertThat(books.indexOf(id.getMostSignificantBits(), id.getLeastSignificantBits()))
                .isEqualTo(bob);
        assertThat(books.idHigh(bob)).isEqualTo(id.getMostSignificantBits());
        assertThat(books.idLow(bob)).isEqualTo(id.getLeastSignificantBits());
        assertThat(books.indexOf(TestBank.id("nobody"))).isEqualTo(-1);
    }

    @Test
    void eachCounterIsVisitedOnceWithWhoseItIs() {
        books.startRun(LocalDate.of(2026, 3, 2));
        books.partyLimit(books.partyOf(ann)).use(1);
        books.partyLimit(books.partyOf(bob)).reserve(2);
        books.accountLimit(bob).use(3);
        Map<String, Long> seen = new HashMap<>();
        books.eachLimit((subject, ofAccount, counter) -> {
            assertThat(counter.touched).isTrue();
            assertThat(seen.put(ofAccount + " " + subject, counter.used + counter.reserved))
                    .isNull();
        });
        assertThat(seen)
                .isEqualTo(Map.of(
                        "false " + TestBank.id("p1"), 1L,
                        "false " + TestBank.id("p2"), 2L,
                        "true " + TestBank.id("bob"), 3L));
        books.startRun(LocalDate.of(2026, 3, 2));
        books.eachLimit((subject, ofAccount, counter) -> assertThat(counter.touched)
                .as("the next run changed nothing yet")
                .isFalse());
        books.startRun(LocalDate.of(2026, 3, 3));
        books.eachLimit((subject, ofAccount, counter) -> {
            throw new AssertionError("a new date has no counters");
        });
    }
}
