package io.quittance.app;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.intake.http.ApiKeys;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Set;

/** Clients that the program makes for its own commands. */
final class LocalClients {

    /** Name of the operator's client, made when a bank is opened. */
    static final String OPERATOR = "operator";

    private LocalClients() {}

    /**
     * The operator's client; who may run this program on a bank's directory is its operator.
     *
     * @return the client, and its key if it was made right now: it is shown once and stored nowhere
     */
    static Made operator(ClientDirectory directory) {
        return make(directory, OPERATOR, EnumSet.allOf(Client.Scope.class));
    }

    /** A client and its key; the key is null if the client was there before. */
    record Made(
            Client client,
            @org.jspecify.annotations.Nullable String key) {}

    static Made make(ClientDirectory directory, String name, Set<Client.Scope> scopes) {
        return directory.named(name).map(known -> new Made(known, null)).orElseGet(() -> {
            Client client = directory.register(name, scopes);
            String key = ApiKeys.generate(new SecureRandom());
            directory.addKey(client, ApiKeys.sha256(key));
            return new Made(client, key);
        });
    }
}
