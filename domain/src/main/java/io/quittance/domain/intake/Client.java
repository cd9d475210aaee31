package io.quittance.domain.intake;

import java.util.Set;

/**
 * Who hands in: a program with credentials, that acts for accounts.
 *
 * @param id its number in the tables
 * @param name unique and permanent: submission ids are derived from it
 * @param scopes what its key opens
 * @param policy what the bank agreed with it, as of when it was looked up
 */
public record Client(int id, String name, Set<Scope> scopes, ClientPolicy policy) {

    /** What a key opens. */
    public enum Scope {
        /** Hand in submissions for the accounts it has rights on. */
        SUBMIT,
        /** Read what concerns these accounts. */
        READ,
        /** Be a metering source: hand in evidence. */
        METER,
        /** The bank's operator: open accounts, set up reference data, act for every account, run cycles. */
        OPERATE,
        /** Make clients and keys, and give rights. */
        ADMINISTER,
        /** Read what concerns every account; move nothing. */
        FINANCE,
        /** As {@link #FINANCE}, and read who administered what. */
        AUDIT
    }

    public Client {
        scopes = Set.copyOf(scopes);
    }

    public boolean may(Scope scope) {
        return scopes.contains(scope);
    }

    /** Whether it sees every account, whatever its rights. */
    public boolean seesEverything() {
        return may(Scope.OPERATE) || may(Scope.FINANCE) || may(Scope.AUDIT);
    }
}
