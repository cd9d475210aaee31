package io.quittance.domain.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.Queued;
import io.quittance.domain.intake.Submission.Side;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.LimitCounter;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.Task;
import io.quittance.domain.ledger.TransferList;
import io.quittance.domain.matching.MatchingRound;
import io.quittance.domain.netting.NetPosition;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What must be true after every cycle, whatever was handed in. Made from the books before it. */
final class Conservation {

    private final long[][] opening;

    private Conservation(long[][] opening) {
        this.opening = opening;
    }

    static Conservation of(Books books) {
        var opening = new long[books.assets().size()][books.accounts()];
        for (int asset = 0; asset < opening.length; asset++) {
            for (int account = 0; account < books.accounts(); account++) {
                opening[asset][account] = books.posted(account, asset);
            }
        }
        return new Conservation(opening);
    }

    void check(SettlementCycle run, CycleCounts counts, LimitTally tally) {
        Books books = run.books();
        everyAssetSumsToZeroAndSignsHold(books);
        movementsLeadFromOpeningToClosing(run);
        positionsAreTheNetOfTheTransfers(run);
        reservationsAreTheWorstCasesOfOpenOrders(books);
        escrowIsTheListedTasks(books);
        limitsHoldAndEqualTheJournal(run, tally);
        boughtEqualsSold(run);
        transfersStandInTheOrderOfTheBooks(run);
        assertThat(counts.balance())
                .as("each submission counted once: %s", counts)
                .isTrue();
        for (List<Queued> judged : List.of(run.input().received(), run.input().held())) {
            for (Queued item : judged) {
                assertThat(run.outcomes()).as("an outcome of %s", item).containsKey(item.intakeNo());
            }
        }
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
        long[] nets = new long[opening.length];
        for (NetPosition position : run.positions()) {
            int account = position.account();
            int asset = position.asset();
            long before = account < opening[asset].length ? opening[asset][account] : 0;
            holds(position.net() == books.posted(account, asset) - before, "position of", books, account, asset);
            nets[asset] += position.net();
        }
        assertThat(nets).as("nets of each asset").containsOnly(0);
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

    private static void limitsHoldAndEqualTheJournal(SettlementCycle run, LimitTally tally) {
        Books books = run.books();
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
            LimitCounter ofParty = books.partyLimits().getOrDefault(party, new LimitCounter());
            long limit = run.input().context().parameters().dailyLimit(books.levelOf(account));
            holds(ofParty.reserved == reservedByParty[party], "limit reserved by the party of", books, account, 0);
            holds(ofParty.used == tally.usedByParty(party), "limit used by the party of", books, account, 0);
            holds(ofParty.used + ofParty.reserved <= limit, "limit of the party of", books, account, 0);
            long cap = run.input().context().parameters().providerCapUtoken();
            holds(ofParty.minted <= cap, "minted for the party of", books, account, 0);
            if (books.ownCap(account) != Long.MAX_VALUE) {
                LimitCounter own = books.accountLimits().getOrDefault(account, new LimitCounter());
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
            case ESCROW, SPEND, TRANSFER -> 2;
            case TRADE, FEE -> 4 + instrumentOf.get(transfers.intakeNo(i));
            case BURN -> throw new AssertionError("a burn belongs to no submission");
        };
    }
}
