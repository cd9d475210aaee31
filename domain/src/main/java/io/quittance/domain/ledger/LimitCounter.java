package io.quittance.domain.ledger;

/**
 * How much of a subject's daily limit is used and reserved on one business date, in µToken. The subject is a party, or an
 * account with a cap of its own. Never more than the limit in sum; a past date's counter never changes.
 */
public final class LimitCounter {

    public long used;
    public long reserved;
    /** µToken minted for the party on the date; counts against the provider's cap. */
    public long minted;

    /** Whether the store has it already. */
    public boolean kept;

    /** Whether this run changed it. */
    public boolean touched;

    /** What is left under a limit; {@code Long.MAX_VALUE} when there is none. */
    public long left(long limit) {
        return limit == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, limit - used - reserved);
    }

    /** What it can still count, whatever the limit, so that what is used and reserved fits 64 bits together. */
    public long room() {
        return Long.MAX_VALUE - used - reserved;
    }

    public void use(long amount) {
        used = Math.addExact(used, amount);
        touched = true;
    }

    public void reserve(long amount) {
        reserved = Math.addExact(reserved, amount);
        touched = true;
    }

    public void release(long amount) {
        if (amount > reserved) {
            throw new IllegalStateException("released " + amount + " of a limit with " + reserved + " reserved");
        }
        reserved -= amount;
        touched = true;
    }
}
