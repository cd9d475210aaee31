package io.quittance.domain.ledger;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.arrays.PagedLongs;
import io.quittance.domain.arrays.UuidIndex;
import io.quittance.domain.intake.ReferenceLine;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The books in memory: what a cycle starts from, and what it leaves behind when it has run over them. The same books come
 * out of the tables and out of a replay from the first cycle. Accounts and parties are small indices here. Not
 * thread-safe.
 */
public final class Books {

    private static final AccountType[] TYPES = AccountType.values();
    private static final AccountStatus[] STATUSES = AccountStatus.values();

    private final List<Asset> assets;
    private final UuidIndex accountIds = new UuidIndex();
    private final UuidIndex partyIds = new UuidIndex();
    private final int[][] systemAccounts = new int[SystemAccount.values().length][];

    private int[] partyOf = new int[256];
    private byte[] typeOf = new byte[256];
    private byte[] statusOf = new byte[256];
    private long[] ownCap = new long[256];
    private KycLevel[] levelOfParty = new KycLevel[256];

    private final PagedLongs[] posted;
    private final PagedLongs[] reserved;
    private final PagedLongs[] incoming;
    private final PagedLongs[] lastPosition;
    private final BitSet[] awaits;
    private final BitSet[] touched;

    private LocalDate limitDate = LocalDate.EPOCH;
    private @Nullable LimitCounter[] partyLimits = new LimitCounter[256];
    private final Map<Integer, LimitCounter> accountLimits = new HashMap<>();

    /** Tasks by name: every one that is listed, and of the others at least those that the cycle's submissions name. */
    public final Map<String, Task> tasks = new HashMap<>();
    /** Orders that are open, by intake number. */
    public final NavigableMap<Long, OpenOrder> orders = new TreeMap<>();
    /** What is set aside in {@code unclaimed}, by the intake number of the submission that it came of. */
    public final NavigableMap<Long, UnclaimedItem> unclaimed = new TreeMap<>();
    /** Registered resources by name. */
    public final Map<String, ReferenceLine.ComputeResource> resources = new HashMap<>();
    /** Metering evidence by resource, start and end: at least what the cycle's deposits name. */
    public final Map<String, ReferenceLine.Metering> evidence = new HashMap<>();
    /** Settled intervals of each resource, start to end: at least those that the cycle's deposits could overlap. */
    public final Map<String, NavigableMap<Instant, Instant>> intervals = new HashMap<>();
    /** Services by name. */
    public final Map<String, ReferenceLine.Service> services = new HashMap<>();
    /** Price versions of each service and model by the instant they take effect. */
    public final Map<String, NavigableMap<Instant, ReferenceLine.Price>> prices = new HashMap<>();
    /** Reference price of each instrument, in ticks, by asset id; absent until the first round. */
    public final Map<Integer, Long> references = new HashMap<>();
    /** Intake numbers of submissions that were reversed: at least those that the cycle's reversals name. */
    public final java.util.Set<Long> reversed = new java.util.HashSet<>();

    /** The last published cycle's number and last sequence number; 0 before the first. */
    public long lastCycle;

    public long lastSeq;

    /** @param assets µToken first, then the classes in the order of their ids */
    public Books(List<Asset> assets) {
        this.assets = List.copyOf(assets);
        posted = eachAsset(PagedLongs[]::new, PagedLongs::new);
        reserved = eachAsset(PagedLongs[]::new, PagedLongs::new);
        incoming = eachAsset(PagedLongs[]::new, PagedLongs::new);
        lastPosition = eachAsset(PagedLongs[]::new, PagedLongs::new);
        awaits = eachAsset(BitSet[]::new, BitSet::new);
        touched = eachAsset(BitSet[]::new, BitSet::new);
        for (SystemAccount system : SystemAccount.values()) {
            int[] numbers = new int[assets.stream().mapToInt(Asset::id).max().orElse(0) + 1];
            systemAccounts[system.ordinal()] = numbers;
            for (Asset asset : assets) {
                if (system.perClass() == asset.isCompute() && (system.perClass() || asset.equals(Asset.UTOKEN))) {
                    UUID id = system.id(asset.id());
                    numbers[asset.id()] = openAccount(id, id, AccountType.SYSTEM, null, KycLevel.L3);
                }
            }
        }
    }

    private <T> T[] eachAsset(IntFunction<T[]> array, Supplier<T> element) {
        T[] elements = array.apply(assets.size());
        Arrays.setAll(elements, asset -> element.get());
        return elements;
    }

    public List<Asset> assets() {
        return assets;
    }

    /** Adds an account; the party's level is set by its first account. */
    public int openAccount(UUID id, UUID party, AccountType type, @Nullable Long dailyLimitUtoken, KycLevel level) {
        int index = accountIds.add(id);
        if (index < 0) {
            throw new IllegalArgumentException("account " + id + " is open already");
        }
        int p = partyIds.find(party);
        if (p < 0) {
            p = partyIds.add(party);
            if (p >= levelOfParty.length) {
                levelOfParty = Arrays.copyOf(levelOfParty, p + (p >> 1));
            }
            levelOfParty[p] = level;
        }
        if (index >= partyOf.length) {
            growAccounts(index + (index >> 1));
        }
        partyOf[index] = p;
        typeOf[index] = (byte) type.ordinal();
        statusOf[index] = (byte) AccountStatus.ACTIVE.ordinal();
        ownCap[index] = dailyLimitUtoken == null ? Long.MAX_VALUE : dailyLimitUtoken;
        return index;
    }

    private void growAccounts(int capacity) {
        partyOf = Arrays.copyOf(partyOf, capacity);
        typeOf = Arrays.copyOf(typeOf, capacity);
        statusOf = Arrays.copyOf(statusOf, capacity);
        ownCap = Arrays.copyOf(ownCap, capacity);
    }

    public int accounts() {
        return accountIds.size();
    }

    /** The account's index, or −1 if there is none of this id. */
    public int indexOf(UUID accountId) {
        return accountIds.find(accountId);
    }

    /** The index of the account of this id, given as its two halves, or −1. */
    public int indexOf(long idHigh, long idLow) {
        return accountIds.find(idHigh, idLow);
    }

    /** The index of a system account; it always exists. */
    public int system(SystemAccount account, int assetId) {
        return systemAccounts[account.ordinal()][account.perClass() ? assetId : 0];
    }

    public UUID accountId(int account) {
        return accountIds.get(account);
    }

    /** The first half of the account's id. */
    public long idHigh(int account) {
        return accountIds.high(account);
    }

    /** The second half of the account's id. */
    public long idLow(int account) {
        return accountIds.low(account);
    }

    public int partyOf(int account) {
        return partyOf[account];
    }

    /** @throws IllegalArgumentException if there is no such party */
    public int partyIndexOf(UUID party) {
        int index = partyIds.find(party);
        if (index < 0) {
            throw new IllegalArgumentException("no party " + party);
        }
        return index;
    }

    public UUID partyId(int party) {
        return partyIds.get(party);
    }

    public AccountType typeOf(int account) {
        return TYPES[typeOf[account]];
    }

    public boolean isSystem(int account) {
        return TYPES[typeOf[account]] == AccountType.SYSTEM;
    }

    public AccountStatus statusOf(int account) {
        return STATUSES[statusOf[account]];
    }

    public void setStatus(int account, AccountStatus status) {
        statusOf[account] = (byte) status.ordinal();
    }

    public KycLevel levelOf(int account) {
        return levelOfParty[partyOf[account]];
    }

    /** A party's new level; counts from the cycle that sees it. */
    public void setLevel(UUID party, KycLevel level) {
        levelOfParty[partyIndexOf(party)] = level;
    }

    /** The account's own daily cap in µToken; {@code Long.MAX_VALUE} if it has none. */
    public long ownCap(int account) {
        return ownCap[account];
    }

    public long posted(int account, int asset) {
        return posted[asset].get(account);
    }

    public long reserved(int account, int asset) {
        return reserved[asset].get(account);
    }

    public long available(int account, int asset) {
        return posted[asset].get(account) - reserved[asset].get(account);
    }

    /** The cycle in which the balance last had a net position; 0 if it never had one. */
    public long lastPosition(int account, int asset) {
        return lastPosition[asset].get(account);
    }

    /** Sets a balance as loaded. */
    public void setBalance(int account, int asset, long postedAmount, long reservedAmount, long lastPositionCycle) {
        posted[asset].set(account, postedAmount);
        reserved[asset].set(account, reservedAmount);
        lastPosition[asset].set(account, lastPositionCycle);
    }

    /**
     * Moves value. A customer who is debited must have it posted; what is credited counts at once with {@code available},
     * else only after {@link #settleIncoming}.
     *
     * @throws IllegalStateException if a customer's posted balance would fall below zero: screening let through too much
     */
    public void move(int from, int to, int asset, long amount, boolean available) {
        long left = Math.subtractExact(posted[asset].get(from), amount);
        if (left < 0 && !isSystem(from)) {
            throw new IllegalStateException("account " + accountId(from) + " has " + posted[asset].get(from) + " of "
                    + assets.get(asset).code() + ", not " + amount);
        }
        posted[asset].set(from, left);
        touched[asset].set(from);
        touched[asset].set(to);
        if (available) {
            posted[asset].set(to, Math.addExact(posted[asset].get(to), amount));
        } else {
            incoming[asset].set(to, Math.addExact(incoming[asset].get(to), amount));
            awaits[asset].set(to);
        }
    }

    /** Reserves more of what is available. Nothing more touches nothing. */
    public void reserve(int account, int asset, long amount) {
        if (amount == 0) {
            return;
        }
        if (amount > available(account, asset)) {
            throw new IllegalStateException("cannot reserve " + amount + " of " + accountId(account));
        }
        reserved[asset].set(account, reserved[asset].get(account) + amount);
        touched[asset].set(account);
    }

    /** Frees some of what is reserved. Nothing of it touches nothing: most orders that rest are not filled. */
    public void release(int account, int asset, long amount) {
        if (amount == 0) {
            return;
        }
        if (amount > reserved[asset].get(account)) {
            throw new IllegalStateException("cannot release " + amount + " of " + accountId(account));
        }
        reserved[asset].set(account, reserved[asset].get(account) - amount);
        touched[asset].set(account);
    }

    /** Adds what came in during the cycle to the posted balances. */
    public void settleIncoming() {
        for (int asset = 0; asset < posted.length; asset++) {
            for (int account = awaits[asset].nextSetBit(0);
                    account >= 0;
                    account = awaits[asset].nextSetBit(account + 1)) {
                posted[asset].set(account, Math.addExact(posted[asset].get(account), incoming[asset].get(account)));
                incoming[asset].set(account, 0);
            }
            awaits[asset].clear();
        }
    }

    /** Whether a balance changed since {@link #startRun}. */
    public boolean isTouched(int account, int asset) {
        return touched[asset].get(account);
    }

    /** The first account from an index on whose balance of an asset changed since {@link #startRun}; −1 if none did. */
    public int nextTouched(int asset, int account) {
        return touched[asset].nextSetBit(account);
    }

    /** How many balances changed since {@link #startRun}. */
    public int touchedCount() {
        return Arrays.stream(touched).mapToInt(BitSet::cardinality).sum();
    }

    /** The date to which the limit counters belong. */
    public LocalDate limitDate() {
        return limitDate;
    }

    /** Forgets what was touched and, on a new business date, starts its limit counters at zero. */
    public boolean startRun(LocalDate businessDate) {
        for (BitSet flags : touched) {
            flags.clear();
        }
        boolean newDate = businessDate.isAfter(limitDate);
        if (newDate) {
            limitDate = businessDate;
            Arrays.fill(partyLimits, null);
            accountLimits.clear();
        } else {
            eachLimit((subject, ofAccount, counter) -> counter.touched = false);
        }
        return newDate;
    }

    /** Says to which date the counters about to be loaded belong. */
    public void setLimitDate(LocalDate date) {
        limitDate = date;
    }

    /** The date's counter of a party; begins at zero. */
    public LimitCounter partyLimit(int party) {
        if (party >= partyLimits.length) {
            partyLimits = Arrays.copyOf(partyLimits, Math.max(partyIds.size(), party + 1));
        }
        LimitCounter counter = partyLimits[party];
        if (counter == null) {
            counter = new LimitCounter();
            partyLimits[party] = counter;
        }
        return counter;
    }

    /** The date's counter of an account with a cap of its own; begins at zero. */
    public LimitCounter accountLimit(int account) {
        return accountLimits.computeIfAbsent(account, a -> new LimitCounter());
    }

    /** Takes a counter of the date. */
    public interface LimitVisitor {
        void counter(UUID subject, boolean ofAccount, LimitCounter counter);
    }

    /** The date's counters that were ever asked for. */
    public void eachLimit(LimitVisitor visitor) {
        for (int party = 0; party < partyLimits.length; party++) {
            LimitCounter counter = partyLimits[party];
            if (counter != null) {
                visitor.counter(partyIds.get(party), false, counter);
            }
        }
        accountLimits.forEach((account, counter) -> visitor.counter(accountIds.get(account), true, counter));
    }

    /** Applies a reference line that the cycle sees for the first time; account events are the cycle's own to judge. */
    public void apply(ReferenceLine line) {
        switch (line) {
            case ReferenceLine.OpenAccount a ->
                openAccount(a.accountId(), a.partyId(), a.accountType(), a.dailyLimitUtoken(), a.kycLevel());
            case ReferenceLine.ComputeResource r -> resources.put(r.resourceId(), r);
            case ReferenceLine.Metering m -> evidence.put(m.name(), m);
            case ReferenceLine.Service s -> services.put(s.service(), s);
            case ReferenceLine.Price p ->
                prices.computeIfAbsent(pricedAs(p.service(), p.model()), k -> new TreeMap<>())
                        .put(p.effectiveFrom(), p);
            case ReferenceLine.AccountEvent e -> throw new IllegalArgumentException("not applied unjudged: " + e);
        }
    }

    /** Names may hold anything printable, a slash too. */
    private static String pricedAs(String service, String model) {
        return service + '\0' + model;
    }

    /** The price version of a model in force at an instant; null if there is none. */
    public ReferenceLine.@Nullable Price priceAt(String service, String model, Instant usedAt) {
        NavigableMap<Instant, ReferenceLine.Price> versions = prices.get(pricedAs(service, model));
        Map.Entry<Instant, ReferenceLine.Price> entry = versions == null ? null : versions.floorEntry(usedAt);
        return entry == null ? null : entry.getValue();
    }

    /** Whether an interval overlaps one that was settled for the resource; intervals that touch do not. */
    public boolean overlaps(String resourceId, Instant from, Instant to) {
        NavigableMap<Instant, Instant> settled = intervals.get(resourceId);
        if (settled == null) {
            return false;
        }
        Map.Entry<Instant, Instant> before = settled.lowerEntry(to);
        return before != null && before.getValue().isAfter(from);
    }

    /** Notes an interval as settled. */
    public void settleInterval(String resourceId, Instant from, Instant to) {
        intervals.computeIfAbsent(resourceId, r -> new TreeMap<>()).put(from, to);
    }

    /** Frees an interval whose deposit was reversed. */
    public void freeInterval(String resourceId, Instant from) {
        NavigableMap<Instant, Instant> settled = intervals.get(resourceId);
        if (settled != null) {
            settled.remove(from);
        }
    }
}
