package io.quittance.app;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.intake.http.ApiKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Clients that the program makes for its own commands. */
final class LocalClients {

    /** Name of the operator's client, made when a bank is opened. */
    static final String OPERATOR = "operator";

    private LocalClients() {}

    /** The operator's client, without a key: who may run this program on a bank's directory is its operator. */
    static Client operator(ClientDirectory clients) {
        return clients.register(OPERATOR, EnumSet.allOf(Client.Scope.class));
    }

    /** The operator's first key for the doors: made and shown once, stored nowhere. Null if it was shown before. */
    static @Nullable String operatorKey(ClientDirectory clients, DataDirectory directory) {
        if (Files.exists(directory.operatorKeyShown())) {
            return null;
        }
        String key = ApiKeys.generate(new SecureRandom());
        clients.addKey(operator(clients), ApiKeys.sha256(key));
        try {
            Files.createFile(directory.operatorKeyShown());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return key;
    }

    /** A client and its key; the key is null if the client was there before. */
    record Made(Client client, @Nullable String key) {}

    static Made make(ClientDirectory directory, String name, Set<Client.Scope> scopes) {
        return directory.named(name).map(known -> new Made(known, null)).orElseGet(() -> {
            Client client = directory.register(name, scopes);
            String key = ApiKeys.generate(new SecureRandom());
            directory.addKey(client, ApiKeys.sha256(key));
            return new Made(client, key);
        });
    }
}
