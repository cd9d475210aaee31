package io.quittance.intake.fake;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.ClientPolicy;
import io.quittance.domain.seal.Hash32;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

public final class FakeClientDirectory implements ClientDirectory {

    private final Map<String, Client> clients = new HashMap<>();
    private final Map<Hash32, String> keys = new HashMap<>();
    private final Map<Hash32, ClientKey> about = new LinkedHashMap<>();
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
        Instant now = Instant.now();
        return Optional.ofNullable(keys.get(keySha256))
                .filter(name -> opens(Objects.requireNonNull(about.get(keySha256)), now))
                .map(clients::get);
    }

    private static boolean opens(ClientKey key, Instant now) {
        return key.revokedAt() == null
                && (key.expiresAt() == null || key.expiresAt().isAfter(now));
    }

    @Override
    public synchronized Optional<Client> named(String name) {
        return Optional.ofNullable(clients.get(name));
    }

    @Override
    public synchronized Client register(String name, Set<Client.Scope> scopes, @Nullable Client administrator) {
        Client client =
                clients.computeIfAbsent(name, n -> new Client(clients.size() + 1, n, scopes, ClientPolicy.DEFAULT));
        if (!client.scopes().equals(scopes)) {
            throw new IllegalArgumentException("the name is taken");
        }
        return client;
    }

    @Override
    public synchronized Client setPolicy(Client client, ClientPolicy policy, Client administrator) {
        Client agreed = new Client(client.id(), client.name(), client.scopes(), policy);
        clients.put(client.name(), agreed);
        return agreed;
    }

    public synchronized void removeKey(Hash32 keySha256) {
        keys.remove(keySha256);
    }

    @Override
    public synchronized void addKey(Client client, Hash32 keySha256) {
        add(client, keySha256, null);
    }

    private long add(Client client, Hash32 keySha256, @Nullable Instant expiresAt) {
        keys.put(keySha256, client.name());
        long number = about.size() + 1;
        about.put(keySha256, new ClientKey(number, Instant.now(), expiresAt, null, null));
        return number;
    }

    @Override
    public synchronized long addKey(
            Client client, Hash32 keySha256, Client asker, String requestKey, @Nullable Instant expiresAt) {
        Hash32 before = asked.put(asker.name() + ' ' + requestKey, keySha256);
        if (before != null && !client.name().equals(keys.remove(before))) {
            throw new IllegalArgumentException("the request key was used for another client");
        }
        return add(client, keySha256, expiresAt);
    }

    @Override
    public synchronized List<ClientKey> keysOf(Client client) {
        return about.entrySet().stream()
                .filter(key -> client.name().equals(keys.get(key.getKey())))
                .map(Map.Entry::getValue)
                .toList()
                .reversed();
    }

    @Override
    public synchronized Optional<ClientKey> endKey(
            Client client, long number, @Nullable Instant at, Client administrator) {
        Instant now = Instant.now();
        about.replaceAll((hash, key) -> {
            if (key.number() != number || !client.name().equals(keys.get(hash)) || !opens(key, now)) {
                return key;
            }
            if (at == null || !at.isAfter(now)) {
                return new ClientKey(number, key.addedAt(), key.expiresAt(), now, null);
            }
            boolean isNearer = key.expiresAt() == null || at.isBefore(key.expiresAt());
            return isNearer ? new ClientKey(number, key.addedAt(), at, null, null) : key;
        });
        return keysOf(client).stream().filter(key -> key.number() == number).findFirst();
    }

    @Override
    public synchronized void grant(Client client, UUID accountId, Right right, @Nullable Client administrator) {
        if (!accounts.contains(accountId)) {
            throw new IllegalArgumentException("no such account");
        }
        rights.computeIfAbsent(client.name(), n -> new HashMap<>()).put(accountId, right);
    }

    @Override
    public synchronized boolean maySee(Client client, UUID accountId) {
        Right right = rights.getOrDefault(client.name(), Map.of()).getOrDefault(accountId, Right.NONE);
        return client.seesEverything() || right != Right.NONE;
    }

    @Override
    public synchronized boolean mayActFor(Client client, UUID accountId) {
        Right right = rights.getOrDefault(client.name(), Map.of()).get(accountId);
        return client.may(Client.Scope.OPERATE) || right == Right.OWNER || right == Right.DELEGATE;
    }

    @Override
    public synchronized List<UUID> accountsOf(Client client) {
        return rights.getOrDefault(client.name(), Map.of()).entrySet().stream()
                .filter(right -> right.getValue() != Right.NONE)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
