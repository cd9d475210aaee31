package io.quittance.domain.settlement;

import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.TransferList;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Adds up from the journal alone what each party and each account used of a business date. */
final class LimitTally {

    private LocalDate date = LocalDate.MIN;
    private final Map<Integer, Long> ofParty = new HashMap<>();
    private final Map<Integer, Long> ofAccount = new HashMap<>();
    private final Map<Integer, Long> highestLimit = new HashMap<>();

    void add(SettlementCycle run) {
        LocalDate now = run.input().context().businessDate();
        if (!now.equals(date)) {
            date = now;
            ofParty.clear();
            ofAccount.clear();
            highestLimit.clear();
        }
        Books books = run.books();
        for (int account = 0; account < books.accounts(); account++) {
            long limit = run.input().context().parameters().dailyLimit(books.levelOf(account));
            highestLimit.merge(books.partyOf(account), limit, Math::max);
        }
        Set<Long> sells = new HashSet<>();
        run.rounds()
                .forEach(round -> round.orders().stream()
                        .filter(order -> order.reservedAsset() != 0)
                        .forEach((OpenOrder order) -> sells.add(order.intakeNo)));
        TransferList transfers = run.transfers();
        for (int i = 0; i < transfers.size(); i++) {
            int from = transfers.from(i);
            int to = transfers.to(i);
            boolean debit = switch (transfers.type(i)) {
                case ESCROW, SPEND, TRANSFER, TRADE -> true;
                case FEE -> !sells.contains(transfers.intakeNo(i));
                case DEPOSIT, REFUND, REWARD, BURN, REVERSAL, UNCLAIMED -> false;
            };
            if (transfers.asset(i) != 0 || books.isSystem(from) || !debit) {
                continue;
            }
            if (books.isSystem(to) || books.partyOf(from) != books.partyOf(to)) {
                ofParty.merge(books.partyOf(from), transfers.amount(i), Math::addExact);
            }
            ofAccount.merge(from, transfers.amount(i), Math::addExact);
        }
    }

    long usedByParty(int party) {
        return ofParty.getOrDefault(party, 0L);
    }

    /** The highest limit that the party had on the date: a lower level takes nothing back that was used or reserved. */
    long highestLimitOf(int party) {
        return highestLimit.getOrDefault(party, 0L);
    }

    long usedByAccount(int account) {
        return ofAccount.getOrDefault(account, 0L);
    }
}
