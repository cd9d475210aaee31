package io.quittance.domain.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Submission;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.LimitCounter;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.Task;
import io.quittance.domain.ledger.TransactionType;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.ledger.UnclaimedItem;
import io.quittance.domain.matching.MatchingRound;
import io.quittance.domain.netting.NetPositions;
import io.quittance.domain.screening.Outcome;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** What must be true after every cycle, whatever was handed in. Made from the books before it. */
final class Conservation {

    private final long[][] opening;
    private final long[][] openingReserved;
    private final Set<Long> resting;
    private final Set<Integer> forced;

    private Conservation(long[][] opening, long[][] openingReserved, Set<Long> resting, Set<Integer> forced) {
        this.forced = forced;
        this.opening = opening;
        this.openingReserved = openingReserved;
        this.resting = resting;
    }

    static Conservation of(Books books) {
        var opening = new long[books.assets().size()][books.accounts()];
        var openingReserved = new long[books.assets().size()][books.accounts()];
        for (int asset = 0; asset < opening.length; asset++) {
            for (int account = 0; account < books.accounts(); account++) {
                opening[asset][account] = books.posted(account, asset);
                openingReserved[asset][account] = books.reserved(account, asset);
            }
        }
        var forced = new HashSet<Integer>();
        for (int account = 0; account < books.accounts(); account++) {
            for (int asset = 0; asset < opening.length; asset++) {
                if (books.statusOf(account) == AccountStatus.CLOSED && opening[asset][account] != 0) {
                    forced.add(account);
                }
            }
        }
        return new Conservation(opening, openingReserved, Set.copyOf(books.orders.keySet()), forced);
    }

    void check(SettlementCycle run, CycleCounts counts, LimitTally tally) {
        Books books = run.books();
        everyAssetSumsToZeroAndSignsHold(books);
        movementsLeadFromOpeningToClosing(run);
        positionsAreTheNetOfTheTransfers(run);
        reservationsAreTheWorstCasesOfOpenOrders(books);
        escrowIsTheListedTasks(books);
        unclaimedIsWhatIsSetAside(run);
        closedAccountsHaveNothing(books);
        limitsHoldAndEqualTheJournal(run, tally);
        boughtEqualsSold(run);
        transfersStandInTheOrderOfTheBooks(run);
        assertThat(counts.balance())
                .as("each submission counted once: %s", counts)
                .isTrue();
        everySubmissionHasOneOutcome(run, counts);
    }

    /** An exception belongs to what was judged or to an order that rested; all else of the window is counted as settled. */
    private void everySubmissionHasOneOutcome(SettlementCycle run, CycleCounts counts) {
        var input = (ListedInput) run.input();
        Map<Long, UUID> judged = new HashMap<>();
        input.received().forEach(item -> judged.put(item.intakeNo(), item.submissionId()));
        input.held().forEach(item -> judged.put(item.intakeNo(), item.submissionId()));
        Map<Long, Outcome> exceptions = new LinkedHashMap<>();
        run.outcomes().each((id, outcome) -> {
            long no = outcome.intakeNo();
            assertThat(exceptions.put(no, outcome))
                    .as("a second outcome of %s", no)
                    .isNull();
            if (judged.containsKey(no)) {
                assertThat(id).isEqualTo(judged.get(no));
            } else {
                assertThat(resting).as("orders that rested").contains(no);
            }
            assertThat(run.outcomes().of(no)).isEqualTo(outcome);
        });
        assertThat(List.copyOf(exceptions.keySet())).isSorted();
        assertThat(exceptions).hasSize(run.outcomes().size());
        input.held()
                .forEach(item ->
                        assertThat(exceptions).as("an outcome of %s", item).containsKey(item.intakeNo()));
        long plain = 0;
        for (Queued item : input.received()) {
            if (!exceptions.containsKey(item.intakeNo())) {
                assertThat(item.submission()).as("an order says its lots").isNotInstanceOf(Submission.Order.class);
                assertThat(run.outcomes().of(item.intakeNo())).isNull();
                plain++;
            }
        }
        for (Outcome.State state : Outcome.State.values()) {
            long excepted = exceptions.values().stream()
                    .filter(outcome -> outcome.state() == state)
                    .count();
            assertThat(run.outcomes().count(state))
                    .as("%s", state)
                    .isEqualTo(excepted + (state == Outcome.State.SETTLED ? plain : 0));
        }
        assertThat(counts.settled()).isEqualTo(run.outcomes().count(Outcome.State.SETTLED));
    }

    private static void everyAssetSumsToZeroAndSignsHold(Books books) {
        for (int asset = 0; asset < books.assets().size(); asset++) {
            long sum = 0;
            for (int account = 0; account < books.accounts(); account++) {
                long posted = books.posted(account, asset);
                long reserved = books.reserved(account, asset);
                sum += posted;
                if (!books.isSystem(account)) {
                    holds(reserved >= 0 && reserved <= posted, "reserved of", books, account, asset);
                } else {
                    holds(reserved == 0, "reserved of", books, account, asset);
                }
            }
            assertThat(sum).as("sum of asset %s", asset).isZero();
        }
        for (SystemAccount system : SystemAccount.values()) {
            for (int asset = 0; asset < books.assets().size(); asset++) {
                int ofClass = system.perClass() ? Math.max(1, asset) : 0;
                long posted = books.posted(books.system(system, ofClass), asset);
                boolean right = switch (system.sign()) {
                    case NOT_NEGATIVE -> posted >= 0;
                    case NOT_POSITIVE -> posted <= 0;
                    case ZERO -> posted == 0;
                };
                holds(right, "sign of", books, books.system(system, ofClass), asset);
            }
        }
        for (int asset = 1; asset < books.assets().size(); asset++) {
            assertThat(books.posted(books.system(SystemAccount.CLEARING, asset), 0))
                    .as("µToken in clearing of asset %s", asset)
                    .isZero();
        }
        assertThat(books.posted(books.system(SystemAccount.REDEMPTION, 0), 0))
                .as("redemption is emptied by the burn")
                .isZero();
    }

    /** Cheap while it holds: this is asked a million times. */
    private static void holds(boolean right, String what, Books books, int account, int asset) {
        if (!right) {
            throw new AssertionError(what + " " + books.accountId(account) + " in asset " + asset + ": posted "
                    + books.posted(account, asset) + ", reserved " + books.reserved(account, asset));
        }
    }

    private void movementsLeadFromOpeningToClosing(SettlementCycle run) {
        Books books = run.books();
        long[][] expected = new long[opening.length][];
        for (int asset = 0; asset < opening.length; asset++) {
            expected[asset] = Arrays.copyOf(opening[asset], books.accounts());
        }
        TransferList transfers = run.transfers();
        for (int i = 0; i < transfers.size(); i++) {
            holds(transfers.amount(i) > 0, "a transfer from", books, transfers.from(i), transfers.asset(i));
            holds(
                    transfers.from(i) != transfers.to(i),
                    "a transfer from",
                    books,
                    transfers.from(i),
                    transfers.asset(i));
            expected[transfers.asset(i)][transfers.from(i)] -= transfers.amount(i);
            expected[transfers.asset(i)][transfers.to(i)] += transfers.amount(i);
        }
        for (int asset = 0; asset < expected.length; asset++) {
            for (int account = 0; account < books.accounts(); account++) {
                holds(books.posted(account, asset) == expected[asset][account], "closing of", books, account, asset);
            }
        }
        assertThat(books.lastCycle).isEqualTo(run.input().context().number());
    }

    private void positionsAreTheNetOfTheTransfers(SettlementCycle run) {
        Books books = run.books();
        NetPositions positions = run.positions();
        TransferList transfers = run.transfers();
        long[] nets = new long[opening.length];
        long[][] seen = new long[opening.length][books.accounts()];
        int entries = 0;
        for (int p = 0; p < positions.size(); p++) {
            int account = positions.account(p);
            int asset = positions.asset(p);
            holds(
                    positions.net(p) == books.posted(account, asset) - opening(account, asset),
                    "position of",
                    books,
                    account,
                    asset);
            holds(positions.closing(p) == books.posted(account, asset), "position's closing of", books, account, asset);
            holds(
                    positions.reserved(p) == books.reserved(account, asset),
                    "position's reserved of",
                    books,
                    account,
                    asset);
            holds(seen[asset][account]++ == 0, "two positions of", books, account, asset);
            long debits = 0;
            long credits = 0;
            for (int k = 0; k < positions.entryCount(p); k++) {
                int i = positions.entry(p, k);
                holds(k == 0 || positions.entry(p, k - 1) < i, "order of the entries of", books, account, asset);
                holds(transfers.asset(i) == asset, "an entry in another asset of", books, account, asset);
                boolean pays = transfers.from(i) == account;
                holds(pays || transfers.to(i) == account, "an entry of others in that of", books, account, asset);
                debits += pays ? transfers.amount(i) : 0;
                credits += pays ? 0 : transfers.amount(i);
            }
            holds(positions.debits(p) == debits, "debits of", books, account, asset);
            holds(positions.credits(p) == credits, "credits of", books, account, asset);
            entries += positions.entryCount(p);
            nets[asset] += positions.net(p);
        }
        assertThat(nets).as("nets of each asset").containsOnly(0);
        assertThat(entries).as("both sides of each transfer").isEqualTo(2 * transfers.size());
        for (int asset = 0; asset < opening.length; asset++) {
            for (int account = 0; account < books.accounts(); account++) {
                long reservedBefore = account < openingReserved[asset].length ? openingReserved[asset][account] : 0;
                boolean changed = books.posted(account, asset) != opening(account, asset)
                        || books.reserved(account, asset) != reservedBefore;
                holds(!changed || seen[asset][account] == 1, "a position of", books, account, asset);
            }
        }
    }

    private long opening(int account, int asset) {
        return account < opening[asset].length ? opening[asset][account] : 0;
    }

    private static void reservationsAreTheWorstCasesOfOpenOrders(Books books) {
        long[][] expected = new long[books.assets().size()][books.accounts()];
        for (Map.Entry<Long, OpenOrder> entry : books.orders.entrySet()) {
            OpenOrder order = entry.getValue();
            assertThat(entry.getKey()).isEqualTo(order.intakeNo);
            assertThat(order.openLots).isPositive();
            assertThat(order.filledLots + order.openLots).isLessThanOrEqualTo(order.lots);
            expected[order.reservedAsset()][order.account] += order.worstCase();
            if (order.side == Side.BUY) {
                assertThat(order.limitReserved).isEqualTo(order.sitsOut ? 0 : order.worstCase());
            } else {
                assertThat(order.limitReserved).isZero();
                assertThat(order.sitsOut).isFalse();
            }
        }
        for (int asset = 0; asset < expected.length; asset++) {
            for (int account = 0; account < books.accounts(); account++) {
                holds(
                        books.reserved(account, asset) == expected[asset][account],
                        "reserved for open orders of",
                        books,
                        account,
                        asset);
            }
        }
    }

    private static void escrowIsTheListedTasks(Books books) {
        long listed = books.tasks.values().stream()
                .filter(task -> task.state == Task.State.LISTED)
                .mapToLong(task -> task.rewardUtoken)
                .sum();
        assertThat(books.posted(books.system(SystemAccount.ESCROW, 0), 0))
                .as("escrow")
                .isEqualTo(listed);
    }

    private static void unclaimedIsWhatIsSetAside(SettlementCycle run) {
        Books books = run.books();
        long aside = 0;
        for (UnclaimedItem item : books.unclaimed.values()) {
            aside += item.amountUtoken();
            boolean may = books.statusOf(item.account()) == AccountStatus.ACTIVE
                    && books.levelOf(item.account()).basicTrade();
            holds(!may, "set aside for who may receive it:", books, item.account(), 0);
        }
        assertThat(books.posted(books.system(SystemAccount.UNCLAIMED, 0), 0))
                .as("unclaimed")
                .isEqualTo(aside);
        run.paidOut()
                .forEach(item -> assertThat(item.sinceCycle())
                        .isLessThan(run.input().context().number()));
    }

    /** An account is closed with nothing open, and nothing comes to it after. Those that a test closed by force are others. */
    private void closedAccountsHaveNothing(Books books) {
        for (int account = 0; account < books.accounts(); account++) {
            for (int asset = 0; asset < books.assets().size(); asset++) {
                holds(
                        books.statusOf(account) != AccountStatus.CLOSED
                                || forced.contains(account)
                                || books.posted(account, asset) == 0 && books.reserved(account, asset) == 0,
                        "closed with something on it:",
                        books,
                        account,
                        asset);
            }
        }
    }

    private static void limitsHoldAndEqualTheJournal(SettlementCycle run, LimitTally tally) {
        Books books = run.books();
        Map<UUID, LimitCounter> partyCounters = new HashMap<>();
        Map<UUID, LimitCounter> accountCounters = new HashMap<>();
        books.eachLimit((subject, ofAccount, counter) -> {
            Map<UUID, LimitCounter> counters = ofAccount ? accountCounters : partyCounters;
            assertThat(counters.put(subject, counter))
                    .as("a second counter of %s", subject)
                    .isNull();
        });
        long[] reservedByParty = new long[books.accounts()];
        long[] reservedByAccount = new long[books.accounts()];
        for (OpenOrder order : books.orders.values()) {
            reservedByParty[books.partyOf(order.account)] += order.limitReserved;
            reservedByAccount[order.account] += order.limitReserved;
        }
        for (int account = 0; account < books.accounts(); account++) {
            if (books.isSystem(account)) {
                continue;
            }
            int party = books.partyOf(account);
            LimitCounter ofParty = partyCounters.getOrDefault(books.partyId(party), new LimitCounter());
            long limit = tally.highestLimitOf(party);
            holds(ofParty.reserved == reservedByParty[party], "limit reserved by the party of", books, account, 0);
            holds(ofParty.used == tally.usedByParty(party), "limit used by the party of", books, account, 0);
            holds(ofParty.used + ofParty.reserved <= limit, "limit of the party of", books, account, 0);
            long cap = run.input().context().parameters().providerCapUtoken();
            holds(ofParty.minted <= cap, "minted for the party of", books, account, 0);
            if (books.ownCap(account) != Long.MAX_VALUE) {
                LimitCounter own = accountCounters.getOrDefault(books.accountId(account), new LimitCounter());
                holds(own.reserved == reservedByAccount[account], "own cap reserved by", books, account, 0);
                holds(own.used == tally.usedByAccount(account), "own cap used by", books, account, 0);
                holds(own.used + own.reserved <= books.ownCap(account), "own cap of", books, account, 0);
            }
        }
    }

    private static void boughtEqualsSold(SettlementCycle run) {
        for (MatchingRound round : run.rounds()) {
            long bought = 0;
            long sold = 0;
            for (int i = 0; i < round.orders().size(); i++) {
                long fill = round.result().fill(i);
                if (round.orders().get(i).side == Side.BUY) {
                    bought += fill;
                } else {
                    sold += fill;
                }
            }
            assertThat(bought).isEqualTo(sold).isEqualTo(round.result().volume());
        }
    }

    /** RULES 2: by phase, intake number of the submission, leg; fills instrument by instrument; burns last. */
    private static void transfersStandInTheOrderOfTheBooks(SettlementCycle run) {
        Map<Long, Integer> instrumentOf = new HashMap<>();
        run.rounds().forEach(round -> round.orders().forEach(order -> instrumentOf.put(order.intakeNo, round.asset())));
        TransferList transfers = run.transfers();
        for (int i = 1; i < transfers.size(); i++) {
            int before = phase(transfers, i - 1, instrumentOf);
            int here = phase(transfers, i, instrumentOf);
            assertThat(before).as("phase of transfer %s", i).isLessThanOrEqualTo(here);
            if (before == here) {
                assertThat(transfers.intakeNo(i - 1)).isLessThanOrEqualTo(transfers.intakeNo(i));
                if (transfers.intakeNo(i - 1) == transfers.intakeNo(i)) {
                    assertThat(transfers.leg(i - 1)).isLessThan(transfers.leg(i));
                }
            }
        }
    }

    private static int phase(TransferList transfers, int i, Map<Long, Integer> instrumentOf) {
        if (transfers.intakeNo(i) == TransferList.NO_SUBMISSION) {
            return Integer.MAX_VALUE;
        }
        return switch (transfers.type(i)) {
            case REVERSAL -> 0;
            case DEPOSIT, REFUND, REWARD -> 1;
            case UNCLAIMED ->
                i > 0
                                && transfers.type(i - 1) == TransactionType.REVERSAL
                                && transfers.intakeNo(i - 1) == transfers.intakeNo(i)
                        ? 0
                        : 1;
            case ESCROW, SPEND, TRANSFER -> 2;
            case TRADE, FEE -> 4 + instrumentOf.get(transfers.intakeNo(i));
            case BURN -> throw new AssertionError("a burn belongs to no submission");
        };
    }
}
