package io.quittance.contracts;

import io.quittance.domain.commitment.ChainUnavailableException;
import io.quittance.domain.commitment.CycleRegistry.ChainHead;
import io.quittance.domain.commitment.Inclusion;
import io.quittance.domain.seal.Hash32;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What can be asked about a registry without a key. Thread-safe. */
final class RegistryReader {

    /** Blocks per question for events: what public nodes allow. */
    private static final long LOG_RANGE = 10_000;

    private final JsonRpc rpc;
    private final String registry;
    private final long registryBlock;

    RegistryReader(JsonRpc rpc, String registry, long registryBlock) {
        this.rpc = rpc;
        this.registry = registry;
        this.registryBlock = registryBlock;
    }

    /** An event as the chain has it: which transaction, and the header's canonical bytes. */
    record Recorded(Hash32 transaction, byte[] header) {}

    long chainId() {
        return Hex.smallNumber(text(rpc.ask("eth_chainId"), "eth_chainId"));
    }

    boolean isDeployed() {
        return text(rpc.ask("eth_getCode", registry, "latest"), "eth_getCode").length() > 2;
    }

    Hash32 recordedHash(long cycle) {
        return Hash32.parse(words(RegistryAbi.headerHash(cycle), 1).substring(0, 64));
    }

    long lastCycle() {
        return Hex.smallNumber("0x" + words(RegistryAbi.head(), 2).substring(0, 64));
    }

    /** Looks from the latest block backwards. */
    Optional<Recorded> findEvent(long cycle) {
        long to = blockNumber();
        while (to >= registryBlock) {
            long from = Math.max(registryBlock, to - LOG_RANGE + 1);
            JsonNode logs = rpc.ask(
                    "eth_getLogs",
                    Map.of(
                            "address",
                            registry,
                            "fromBlock",
                            Hex.of(from),
                            "toBlock",
                            Hex.of(to),
                            "topics",
                            List.of(RegistryAbi.COMMITTED_TOPIC.toString(), Hex.of(RegistryAbi.word(cycle)))));
            for (JsonNode log : logs) {
                if (!log.path("removed").asBoolean(false)) {
                    return Optional.of(new Recorded(
                            Hash32.parse(text(log.path("transactionHash"), "eth_getLogs")),
                            Hex.bytes(text(log.path("data"), "eth_getLogs"))));
                }
            }
            to = from - 1;
        }
        return Optional.empty();
    }

    Optional<Inclusion> findReceipt(Hash32 transaction) {
        JsonNode receipt = rpc.ask("eth_getTransactionReceipt", transaction.toString());
        if (!receipt.isObject() || !receipt.path("blockHash").isString()) {
            return Optional.empty();
        }
        return Optional.of(new Inclusion(
                transaction,
                Hex.smallNumber(text(receipt.path("blockNumber"), "receipt")),
                Hash32.parse(text(receipt.path("blockHash"), "receipt")),
                Hex.smallNumber(text(receipt.path("gasUsed"), "receipt")),
                text(receipt.path("status"), "receipt").equals("0x1")));
    }

    ChainHead head() {
        return new ChainHead(blockNumber(), numberOf("safe"), numberOf("finalized"));
    }

    Optional<Hash32> blockHash(long number) {
        JsonNode block = rpc.ask("eth_getBlockByNumber", Hex.of(number), false);
        return block.isObject() ? Optional.of(Hash32.parse(text(block.path("hash"), "block"))) : Optional.empty();
    }

    long nonceOf(String account, String block) {
        return Hex.smallNumber(text(rpc.ask("eth_getTransactionCount", account, block), "eth_getTransactionCount"));
    }

    private long blockNumber() {
        return Hex.smallNumber(text(rpc.ask("eth_blockNumber"), "eth_blockNumber"));
    }

    /** Nodes without the tag answer with an error or with null. */
    private OptionalLong numberOf(String tag) {
        try {
            JsonNode number = rpc.call("eth_getBlockByNumber", tag, false).path("number");
            return number.isString() ? OptionalLong.of(Hex.smallNumber(number.asString())) : OptionalLong.empty();
        } catch (RpcError unknownTag) {
            return OptionalLong.empty();
        }
    }

    private String words(byte[] call, int count) {
        String answer = text(rpc.ask("eth_call", Map.of("to", registry, "data", Hex.of(call)), "latest"), "eth_call");
        if (answer.length() < 2 + 64 * count) {
            throw new ChainUnavailableException("there is no registry at " + registry);
        }
        return answer.substring(2);
    }

    static String text(@Nullable JsonNode node, String method) {
        if (node == null || !node.isString() || !node.asString().startsWith("0x")) {
            throw new ChainUnavailableException("the node's answer to " + method + " is not what the protocol says");
        }
        return node.asString();
    }
}
