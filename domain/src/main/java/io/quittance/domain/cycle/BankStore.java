package io.quittance.domain.cycle;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bank's own record: who it is, its parameters, its clock. Thread-safe. */
public interface BankStore {

    /** The bank of this database; empty before it was opened. */
    Optional<Bank> find();

    /**
     * Opens the bank: its record, the first version of its parameters, its own accounts. A second call with the same bank
     * changes nothing.
     *
     * @throws IllegalStateException if another bank is open here
     */
    void open(Bank bank, BankParameters parameters);

    /** The newest parameters. */
    BankParameters parameters();

    /** @throws IllegalArgumentException if there is no such version */
    BankParameters parameters(int version);

    /** The bank's clock. */
    Instant now();

    /** Sets the clock to an instant, or back to the database's own with null. */
    void setClock(@Nullable Instant fixedAt);
}
