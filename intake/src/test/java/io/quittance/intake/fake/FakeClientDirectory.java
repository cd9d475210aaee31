package io.quittance.intake.fake;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.seal.Hash32;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

public final class FakeClientDirectory implements ClientDirectory {

    private final Map<String, Client> clients = new HashMap<>();
    private final Map<Hash32, String> keys = new HashMap<>();
    private final Map<String, Hash32> asked = new HashMap<>();
    private final Map<String, Map<UUID, Right>> rights = new HashMap<>();
    private final Set<UUID> accounts = new HashSet<>();

    /** What looking a key up ends in; null while it works. */
    public volatile @Nullable RuntimeException broken;

    public synchronized void openAccount(UUID accountId) {
        accounts.add(accountId);
    }

    public synchronized boolean exists(UUID accountId) {
        return accounts.contains(accountId);
    }

    @Override
    public synchronized Optional<Client> authenticate(Hash32 keySha256) {
        RuntimeException failure = broken;
        if (failure != null) {
            throw failure;
        }
        return Optional.ofNullable(keys.get(keySha256)).map(clients::get);
    }

    @Override
    public synchronized Optional<Client> named(String name) {
        return Optional.ofNullable(clients.get(name));
    }

    @Override
    public synchronized Client register(String name, Set<Client.Scope> scopes) {
        Client client = clients.computeIfAbsent(name, n -> new Client(clients.size() + 1, n, scopes));
        if (!client.scopes().equals(scopes)) {
            throw new IllegalArgumentException("the name is taken");
        }
        return client;
    }

    public synchronized void removeKey(Hash32 keySha256) {
        keys.remove(keySha256);
    }

    @Override
    public synchronized void addKey(Client client, Hash32 keySha256) {
        keys.put(keySha256, client.name());
    }

    @Override
    public synchronized void addKey(Client client, Hash32 keySha256, Client asker, String requestKey) {
        Hash32 before = asked.put(asker.name() + ' ' + requestKey, keySha256);
        if (before != null && !client.name().equals(keys.remove(before))) {
            throw new IllegalArgumentException("the request key was used for another client");
        }
        addKey(client, keySha256);
    }

    @Override
    public synchronized void grant(Client client, UUID accountId, Right right) {
        if (!accounts.contains(accountId)) {
            throw new IllegalArgumentException("no such account");
        }
        rights.computeIfAbsent(client.name(), n -> new HashMap<>()).put(accountId, right);
    }

    @Override
    public synchronized boolean maySee(Client client, UUID accountId) {
        return client.may(Client.Scope.OPERATE)
                || rights.getOrDefault(client.name(), Map.of()).containsKey(accountId);
    }

    @Override
    public synchronized boolean mayActFor(Client client, UUID accountId) {
        Right right = rights.getOrDefault(client.name(), Map.of()).get(accountId);
        return client.may(Client.Scope.OPERATE) || right == Right.OWNER || right == Right.DELEGATE;
    }

    @Override
    public synchronized List<UUID> accountsOf(Client client) {
        return rights.getOrDefault(client.name(), Map.of()).keySet().stream()
                .sorted()
                .toList();
    }
}
