package io.quittance.domain.report;

import io.quittance.domain.intake.Client;

/** The bank as its clients may see it. */
public interface ClientViews {

    /**
     * What this client may see, whoever asks for what: its accounts, what concerns them, and what is for every reader. Of
     * anything else the answers are as if it did not exist.
     */
    BankViews of(Client client);
}
