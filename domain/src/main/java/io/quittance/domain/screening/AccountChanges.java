package io.quittance.domain.screening;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.StillOpen;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.intake.Phase;
import io.quittance.domain.intake.ReferenceLine;
import io.quittance.domain.ledger.Books;
import io.quittance.domain.ledger.OpenOrder;
import io.quittance.domain.ledger.Task;
import io.quittance.domain.ledger.UnclaimedItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The account events that a cycle sees first, applied before anything else is judged. Any sequence of events has a meaning:
 * what is closed stays closed, and a closing that finds something open changes nothing and is kept as refused.
 */
final class AccountChanges {

    private final Books books;
    private final CycleInput input;
    private final Map<Integer, AccountStatus> statusBefore = new HashMap<>();
    private final Map<Integer, KycLevel> levelBefore = new HashMap<>();
    private final List<Screening.RefusedClosing> refused = new ArrayList<>();
    private @Nullable Map<Integer, long[]> openOf;

    AccountChanges(Books books, CycleInput input) {
        this.books = books;
        this.input = input;
    }

    List<Screening.RefusedClosing> refusedClosings() {
        return refused;
    }

    void apply(List<ReferenceLine.AccountEvent> events) {
        for (ReferenceLine.AccountEvent event : events) {
            int account = books.indexOf(event.accountId());
            if (account >= 0 && !books.isSystem(account)) {
                apply(event, account);
            }
        }
    }

    private void apply(ReferenceLine.AccountEvent event, int account) {
        KycLevel level = event.kycLevel();
        if (level != null) {
            levelBefore.putIfAbsent(books.partyOf(account), books.levelOf(account));
            books.setLevel(books.partyId(books.partyOf(account)), level);
            return;
        }
        if (books.statusOf(account) == AccountStatus.CLOSED) {
            return;
        }
        statusBefore.putIfAbsent(account, books.statusOf(account));
        switch (event.change()) {
            case FREEZE -> books.setStatus(account, AccountStatus.FROZEN);
            case UNFREEZE -> books.setStatus(account, AccountStatus.ACTIVE);
            case CLOSE -> {
                StillOpen open = open(account);
                if (open.isNothing()) {
                    books.setStatus(account, AccountStatus.CLOSED);
                } else {
                    refused.add(new Screening.RefusedClosing(event.eventKey(), event.accountId(), open));
                }
            }
            case LEVEL -> throw new IllegalArgumentException("a level event says the level: " + event.eventKey());
        }
    }

    /** Whether an account could receive at the cut-off before this one and now, by events of this cycle, cannot. */
    boolean lostRight(int account) {
        boolean could = statusBefore.getOrDefault(account, books.statusOf(account)) == AccountStatus.ACTIVE
                && levelBefore
                        .getOrDefault(books.partyOf(account), books.levelOf(account))
                        .basicTrade();
        return could
                && !(books.statusOf(account) == AccountStatus.ACTIVE
                        && books.levelOf(account).basicTrade());
    }

    private static final int ORDERS = 0;
    private static final int TASKS = 1;
    private static final int HELD = 2;
    private static final int UNCLAIMED = 3;

    private StillOpen open(int account) {
        var posted = new LinkedHashMap<String, Long>();
        for (Asset asset : books.assets()) {
            if (books.posted(account, asset.id()) != 0) {
                posted.put(asset.code(), books.posted(account, asset.id()));
            }
        }
        Map<Integer, long[]> counted = openOf;
        if (counted == null) {
            counted = countOpen();
            openOf = counted;
        }
        long[] counts = counted.getOrDefault(account, new long[4]);
        return new StillOpen(posted, counts[ORDERS], counts[TASKS], counts[HELD], counts[UNCLAIMED]);
    }

    /** One pass over what is open; closings are few, so it is made only where there is one. */
    private Map<Integer, long[]> countOpen() {
        var counted = new HashMap<Integer, long[]>();
        for (OpenOrder order : books.orders.values()) {
            add(counted, order.account, ORDERS, 1);
        }
        for (Task task : books.tasks.values()) {
            if (task.state == Task.State.LISTED) {
                add(counted, task.publisher, TASKS, 1);
            }
        }
        for (Phase phase : List.of(Phase.CREDITS, Phase.DEBITS)) {
            input.held(
                    phase, item -> add(counted, books.indexOf(item.submission().accountId()), HELD, 1));
        }
        for (UnclaimedItem item : books.unclaimed.values()) {
            add(counted, item.account(), UNCLAIMED, item.amountUtoken());
        }
        return counted;
    }

    private static void add(Map<Integer, long[]> counted, int account, int what, long more) {
        counted.computeIfAbsent(account, a -> new long[4])[what] += more;
    }
}
