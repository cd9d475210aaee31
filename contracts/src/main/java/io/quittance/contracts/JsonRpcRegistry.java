package io.quittance.contracts;

import io.quittance.contracts.RegistryAbi.RegistryError;
import io.quittance.domain.commitment.Attempt;
import io.quittance.domain.commitment.ChainUnavailableException;
import io.quittance.domain.commitment.Committer;
import io.quittance.domain.commitment.CycleRegistry;
import io.quittance.domain.commitment.DueHeader;
import io.quittance.domain.commitment.Fees;
import io.quittance.domain.commitment.Inclusion;
import io.quittance.domain.seal.Hash32;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/** The registry behind any node that speaks Ethereum's JSON-RPC. Keeps no nonce and no transaction of its own. */
final class JsonRpcRegistry implements CycleRegistry {

    /** Development chains: enough for any base fee that one starts with, so that stored bytes can be sent again. */
    private static final BigInteger DEVELOPMENT_CAP = BigInteger.valueOf(5_000_000_000L);

    private static final List<String> UNDERPRICED =
            List.of("underpriced", "less than block base fee", "below base fee", "fee too low", "feetoolow", "feecap");

    private final JsonRpc rpc;
    private final RegistryReader reader;
    private final ChainSettings settings;
    private final Signer signer;
    private final Committer committer;
    private volatile boolean chainChecked;

    JsonRpcRegistry(ChainSettings settings, Signer signer) {
        this.settings = settings;
        this.signer = signer;
        this.rpc = new JsonRpc(settings.node(), settings.timeout());
        this.reader = new RegistryReader(rpc, settings.registry(), settings.registryBlock());
        this.committer = new Committer(settings.chainId(), settings.registry(), signer.address());
    }

    @Override
    public Committer committer() {
        return committer;
    }

    @Override
    public Hash32 hashOf(DueHeader header) {
        return Keccak.hash(header.encoded());
    }

    @Override
    public boolean isDeployed() {
        return reader.isDeployed();
    }

    @Override
    public Hash32 recordedHash(long cycle) {
        return reader.recordedHash(cycle);
    }

    @Override
    public long lastCycle() {
        return reader.lastCycle();
    }

    @Override
    public Optional<Inclusion> findEvent(long cycle) {
        return reader.findEvent(cycle).flatMap(event -> reader.findReceipt(event.transaction()));
    }

    @Override
    public Optional<Inclusion> findReceipt(Hash32 transaction) {
        return reader.findReceipt(transaction);
    }

    @Override
    public boolean knows(Hash32 transaction) {
        return rpc.ask("eth_getTransactionByHash", transaction.toString()).isObject();
    }

    @Override
    public ChainHead head() {
        checkChain();
        return reader.head();
    }

    @Override
    public Optional<Hash32> blockHash(long number) {
        return reader.blockHash(number);
    }

    @Override
    public long nonceAt(OptionalLong block) {
        return reader.nonceOf(committer.sender(), block.isPresent() ? Hex.of(block.getAsLong()) : "latest");
    }

    @Override
    public long pendingNonce() {
        return reader.nonceOf(committer.sender(), "pending");
    }

    /** Twice the base fee and the tip that the node suggests: enough for six full blocks in a row. */
    @Override
    public Fees suggestedFees() {
        JsonNode latest = rpc.ask("eth_getBlockByNumber", "latest", false);
        BigInteger base = Hex.number(RegistryReader.text(latest.path("baseFeePerGas"), "eth_getBlockByNumber"));
        BigInteger tip =
                Hex.number(RegistryReader.text(rpc.ask("eth_maxPriorityFeePerGas"), "eth_maxPriorityFeePerGas"));
        BigInteger cap = base.shiftLeft(1).add(tip);
        return new Fees(tip, mayLoseBlocks() ? cap.max(DEVELOPMENT_CAP) : cap);
    }

    @Override
    public Trial tryOut(DueHeader header) {
        Map<String, String> call = Map.of(
                "from", committer.sender(), "to", committer.registry(), "data", Hex.of(RegistryAbi.commit(header)));
        try {
            long gas = Hex.smallNumber(RegistryReader.text(rpc.call("eth_estimateGas", call), "eth_estimateGas"));
            return new Trial.Accepted(gas + gas / 5);
        } catch (RpcError refused) {
            RegistryError error = RegistryAbi.error(refused.data());
            if (error == null) {
                return new Trial.Refused(String.valueOf(refused.getMessage()));
            }
            return error.isContradiction() ? new Trial.Contradicted(error.text()) : new Trial.Refused(error.text());
        }
    }

    @Override
    public Attempt sign(DueHeader header, long nonce, Fees fees, long gasLimit) {
        byte[] raw = Transactions.signed(
                signer, committer.chainId(), nonce, fees, gasLimit, committer.registry(), RegistryAbi.commit(header));
        return new Attempt(Keccak.hash(raw), raw, nonce, fees, gasLimit, OptionalLong.empty());
    }

    /**
     * Nodes differ in texts and codes, so what they say is believed only where the chain cannot be asked: whether the
     * node has the transaction and whether its nonce is used is asked.
     */
    @Override
    public Sending send(Attempt attempt) {
        try {
            rpc.call("eth_sendRawTransaction", Hex.of(attempt.raw()));
            return new Sending.Taken();
        } catch (ChainUnavailableException silent) {
            return new Sending.Unknown(String.valueOf(silent.getMessage()));
        } catch (RpcError refused) {
            return whatRefusalMeans(attempt, String.valueOf(refused.getMessage()));
        }
    }

    private Sending whatRefusalMeans(Attempt attempt, String message) {
        try {
            if (knows(attempt.hash())) {
                return new Sending.Taken();
            }
            if (nonceAt(OptionalLong.empty()) > attempt.nonce()) {
                return new Sending.NonceUsed(message);
            }
        } catch (ChainUnavailableException silent) {
            return new Sending.Unknown(message + "; then: " + silent.getMessage());
        }
        String text = message.toLowerCase(Locale.ROOT);
        return UNDERPRICED.stream().anyMatch(text::contains)
                ? new Sending.Underpriced(message)
                : new Sending.Refused(message);
    }

    @Override
    public boolean mayLoseBlocks() {
        return settings.chainId() == Signers.DEVELOPMENT_CHAIN
                && settings.registry().equals(RegistryDeployer.ADDRESS);
    }

    @Override
    public void redeploy() {
        if (!mayLoseBlocks()) {
            throw new IllegalStateException("only the registry of a development chain is ever deployed again");
        }
        new RegistryDeployer(rpc).deploy();
    }

    private void checkChain() {
        if (chainChecked) {
            return;
        }
        long actual = reader.chainId();
        if (actual != settings.chainId()) {
            throw new ChainUnavailableException(
                    "the node is of chain " + actual + ", the settings say " + settings.chainId());
        }
        chainChecked = true;
    }
}
