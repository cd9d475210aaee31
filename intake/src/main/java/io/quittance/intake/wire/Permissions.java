package io.quittance.intake.wire;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.Kind;

/** Which scope a door asks for. */
public final class Permissions {

    private Permissions() {}

    /** The scope that lets a client hand in lines of a kind. */
    public static Scope toHandIn(Kind kind) {
        return switch (kind) {
            case METERING -> Scope.METER;
            case ACCOUNTS, COMPUTE_RESOURCES, SERVICES, PRICES, ACCOUNT_EVENTS, REVERSALS -> Scope.OPERATE;
            case COMPUTE_DEPOSITS, TASK_PUBLICATIONS, TASK_COMPLETIONS, ORDERS, CANCELS, SPENDS, TRANSFERS ->
                Scope.SUBMIT;
        };
    }

    /**
     * Whether a client has a scope. The bank's operator acts for and sees every account, so {@code OPERATE} opens what
     * {@code SUBMIT} and {@code READ} open; it is no metering source and hands out no keys. Finance and auditors see every
     * account, too, and act for none.
     */
    public static boolean has(Client client, Scope scope) {
        return client.may(scope)
                || (scope == Scope.SUBMIT && client.may(Scope.OPERATE))
                || (scope == Scope.READ && client.seesEverything());
    }
}
