package io.quittance.domain.ledger;

import io.quittance.domain.account.AccountStatus;
import io.quittance.domain.account.AccountType;
import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.amount.Asset;
import io.quittance.domain.intake.ReferenceLine;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The books in memory: what a cycle starts from, and what it leaves behind when it has run over them. The same books come
 * out of the tables and out of a replay from the first cycle. Accounts and parties are small indices here. Not
 * thread-safe.
 */
public final class Books {

    private final List<Asset> assets;
    private final Map<UUID, Integer> accountIndex = new HashMap<>();
    private final Map<UUID, Integer> partyIndex = new HashMap<>();
    private final List<UUID> accountIds = new ArrayList<>();
    private final List<UUID> partyIds = new ArrayList<>();

    private int[] partyOf = new int[256];
    private byte[] typeOf = new byte[256];
    private byte[] statusOf = new byte[256];
    private long[] ownCap = new long[256];
    private KycLevel[] levelOfParty = new KycLevel[256];

    private final long[][] posted;
    private final long[][] reserved;
    private final long[][] incoming;
    private final boolean[][] touched;

    private LocalDate limitDate = LocalDate.EPOCH;
    private final Map<Integer, LimitCounter> partyLimits = new LinkedHashMap<>();
    private final Map<Integer, LimitCounter> accountLimits = new LinkedHashMap<>();

    /** Tasks by name: every one that was ever published. */
    public final Map<String, Task> tasks = new HashMap<>();
    /** Orders that are open, by intake number. */
    public final NavigableMap<Long, OpenOrder> orders = new TreeMap<>();
    /** Registered resources by name. */
    public final Map<String, ReferenceLine.ComputeResource> resources = new HashMap<>();
    /** Metering evidence by resource, start and end. */
    public final Map<String, ReferenceLine.Metering> evidence = new HashMap<>();
    /** Settled intervals of each resource: start to end. */
    public final Map<String, NavigableMap<Instant, Instant>> intervals = new HashMap<>();
    /** Services by name. */
    public final Map<String, ReferenceLine.Service> services = new HashMap<>();
    /** Price versions of each service and model by the instant they take effect. */
    public final Map<String, NavigableMap<Instant, ReferenceLine.Price>> prices = new HashMap<>();
    /** Reference price of each instrument, in ticks, by asset id; absent until the first round. */
    public final Map<Integer, Long> references = new HashMap<>();
    /** Intake numbers of submissions that were reversed. */
    public final java.util.Set<Long> reversed = new java.util.HashSet<>();

    /** The last published cycle's number and last sequence number; 0 before the first. */
    public long lastCycle;

    public long lastSeq;

    /** @param assets µToken first, then the classes in the order of their ids */
    public Books(List<Asset> assets) {
        this.assets = List.copyOf(assets);
        int n = assets.size();
        posted = new long[n][256];
        reserved = new long[n][256];
        incoming = new long[n][256];
        touched = new boolean[n][256];
        for (SystemAccount system : SystemAccount.values()) {
            for (Asset asset : assets) {
                if (system.perClass() == asset.isCompute() && (system.perClass() || asset.equals(Asset.UTOKEN))) {
                    UUID id = system.id(asset.id());
                    openAccount(id, id, AccountType.SYSTEM, null, KycLevel.L3);
                }
            }
        }
    }

    public List<Asset> assets() {
        return assets;
    }

    /** Adds an account; the party's level is set by its first account. */
    public int openAccount(UUID id, UUID party, AccountType type, @Nullable Long dailyLimitUtoken, KycLevel level) {
        int index = accountIds.size();
        Integer earlier = accountIndex.putIfAbsent(id, index);
        if (earlier != null) {
            throw new IllegalArgumentException("account " + id + " is open already");
        }
        accountIds.add(id);
        Integer knownParty = partyIndex.get(party);
        int p = knownParty == null ? partyIds.size() : knownParty;
        if (knownParty == null) {
            partyIndex.put(party, p);
            partyIds.add(party);
            if (p >= levelOfParty.length) {
                levelOfParty = Arrays.copyOf(levelOfParty, p * 2);
            }
            levelOfParty[p] = level;
        }
        if (index >= partyOf.length) {
            growAccounts(index * 2);
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
        for (int a = 0; a < posted.length; a++) {
            posted[a] = Arrays.copyOf(posted[a], capacity);
            reserved[a] = Arrays.copyOf(reserved[a], capacity);
            incoming[a] = Arrays.copyOf(incoming[a], capacity);
            touched[a] = Arrays.copyOf(touched[a], capacity);
        }
    }

    public int accounts() {
        return accountIds.size();
    }

    /** The account's index, or −1 if there is none of this id. */
    public int indexOf(UUID accountId) {
        return accountIndex.getOrDefault(accountId, -1);
    }

    /** The index of a system account; it always exists. */
    public int system(SystemAccount account, int assetId) {
        return indexOf(account.id(account.perClass() ? assetId : 0));
    }

    public UUID accountId(int account) {
        return accountIds.get(account);
    }

    public int partyOf(int account) {
        return partyOf[account];
    }

    /** @throws IllegalArgumentException if there is no such party */
    public int partyIndexOf(UUID party) {
        Integer index = partyIndex.get(party);
        if (index == null) {
            throw new IllegalArgumentException("no party " + party);
        }
        return index;
    }

    public UUID partyId(int party) {
        return partyIds.get(party);
    }

    public AccountType typeOf(int account) {
        return AccountType.values()[typeOf[account]];
    }

    public boolean isSystem(int account) {
        return typeOf[account] == AccountType.SYSTEM.ordinal();
    }

    public AccountStatus statusOf(int account) {
        return AccountStatus.values()[statusOf[account]];
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
        return posted[asset][account];
    }

    public long reserved(int account, int asset) {
        return reserved[asset][account];
    }

    public long available(int account, int asset) {
        return posted[asset][account] - reserved[asset][account];
    }

    /** Sets a balance as loaded. */
    public void setBalance(int account, int asset, long postedAmount, long reservedAmount) {
        posted[asset][account] = postedAmount;
        reserved[asset][account] = reservedAmount;
    }

    /**
     * Moves value. A customer who is debited must have it posted; what is credited counts at once with {@code available},
     * else only after {@link #settleIncoming}.
     *
     * @throws IllegalStateException if a customer's posted balance would fall below zero: screening let through too much
     */
    public void move(int from, int to, int asset, long amount, boolean available) {
        long left = Math.subtractExact(posted[asset][from], amount);
        if (left < 0 && !isSystem(from)) {
            throw new IllegalStateException("account " + accountId(from) + " has " + posted[asset][from] + " of "
                    + assets.get(asset).code() + ", not " + amount);
        }
        posted[asset][from] = left;
        touched[asset][from] = true;
        touched[asset][to] = true;
        if (available) {
            posted[asset][to] = Math.addExact(posted[asset][to], amount);
        } else {
            incoming[asset][to] = Math.addExact(incoming[asset][to], amount);
        }
    }

    public void reserve(int account, int asset, long amount) {
        if (amount > available(account, asset)) {
            throw new IllegalStateException("cannot reserve " + amount + " of " + accountId(account));
        }
        reserved[asset][account] += amount;
        touched[asset][account] = true;
    }

    public void release(int account, int asset, long amount) {
        if (amount > reserved[asset][account]) {
            throw new IllegalStateException("cannot release " + amount + " of " + accountId(account));
        }
        reserved[asset][account] -= amount;
        touched[asset][account] = true;
    }

    /** Adds what came in during the cycle to the posted balances. */
    public void settleIncoming() {
        for (int asset = 0; asset < posted.length; asset++) {
            for (int account = 0; account < accounts(); account++) {
                if (incoming[asset][account] != 0) {
                    posted[asset][account] = Math.addExact(posted[asset][account], incoming[asset][account]);
                    incoming[asset][account] = 0;
                }
            }
        }
    }

    /** Whether a balance changed since {@link #startRun}. */
    public boolean isTouched(int account, int asset) {
        return touched[asset][account];
    }

    /** The date to which the limit counters belong. */
    public LocalDate limitDate() {
        return limitDate;
    }

    /** Forgets what was touched and, on a new business date, starts its limit counters at zero. */
    public boolean startRun(LocalDate businessDate) {
        for (boolean[] flags : touched) {
            Arrays.fill(flags, false);
        }
        partyLimits.values().forEach(c -> c.touched = false);
        accountLimits.values().forEach(c -> c.touched = false);
        boolean newDate = businessDate.isAfter(limitDate);
        if (newDate) {
            limitDate = businessDate;
            partyLimits.clear();
            accountLimits.clear();
        }
        return newDate;
    }

    /** Says to which date the counters about to be loaded belong. */
    public void setLimitDate(LocalDate date) {
        limitDate = date;
    }

    public LimitCounter partyLimit(int party) {
        return partyLimits.computeIfAbsent(party, p -> new LimitCounter());
    }

    public LimitCounter accountLimit(int account) {
        return accountLimits.computeIfAbsent(account, a -> new LimitCounter());
    }

    /** The date's counters by party index. */
    public Map<Integer, LimitCounter> partyLimits() {
        return partyLimits;
    }

    /** The date's counters by account index, of accounts with a cap of their own. */
    public Map<Integer, LimitCounter> accountLimits() {
        return accountLimits;
    }

    /** Applies a reference line that the cycle sees for the first time. */
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
