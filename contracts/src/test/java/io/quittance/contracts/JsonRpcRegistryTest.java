package io.quittance.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.commitment.Attempt;
import io.quittance.domain.commitment.ChainUnavailableException;
import io.quittance.domain.commitment.CycleRegistry.Sending;
import io.quittance.domain.commitment.CycleRegistry.Trial;
import io.quittance.domain.commitment.DueHeader;
import io.quittance.domain.commitment.Fees;
import io.quittance.domain.commitment.Headers;
import io.quittance.domain.seal.Hash32;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What nodes answer that anvil does not: texts as geth, Nethermind, Erigon and Besu write them. */
class JsonRpcRegistryTest {

    private static final DueHeader HEADER = DueHeader.of(Headers.header(1, Hash32.ZERO));
    private static final String ERROR = "{\"code\":-32000,\"message\":\"%s\"}";

    private final FakeNode node = new FakeNode();
    private final JsonRpcRegistry registry = on(node.uri());
    private final Attempt attempt = registry.sign(HEADER, 7, Fees.of(1, 10), 100_000);

    private static JsonRpcRegistry on(URI uri) {
        return on(uri, Duration.ofSeconds(20));
    }

    private static JsonRpcRegistry on(URI uri, Duration timeout) {
        return new JsonRpcRegistry(
                new ChainSettings(uri, 31337, RegistryDeployer.ADDRESS, 0, timeout), Signers.published(1));
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void nodeSays(String message, boolean knowsIt, long nextNonce) {
        node.refuses("eth_sendRawTransaction", ERROR.formatted(message));
        node.gives("eth_getTransactionByHash", knowsIt ? "{\"hash\":\"" + attempt.hash() + "\"}" : "null");
        node.gives("eth_getTransactionCount", "\"0x" + Long.toHexString(nextNonce) + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "already known",
                "transaction already imported",
                "ALREADY_EXISTS: already known",
                "Known transaction"
            })
    void whatTheNodeAlreadyHasIsSent(String message) {
        nodeSays(message, true, 7);

        assertThat(registry.send(attempt)).isEqualTo(new Sending.Taken());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonce too low: next nonce 8, tx nonce 7", "OldNonce", "something new"})
    void aUsedNonceIsKnownFromTheAccountNotFromTheText(String message) {
        nodeSays(message, false, 8);

        assertThat(registry.send(attempt)).isInstanceOf(Sending.NonceUsed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replacement transaction underpriced",
                "transaction underpriced: tip needed 1, tip permitted 0",
                "max fee per gas less than block base fee: address 0x1, maxFeePerGas: 1, baseFee: 7",
                "FeeTooLow, MaxFeePerGas too low",
                "Gas price below base fee"
            })
    void anOfferThatIsTooLowIsNoticed(String message) {
        nodeSays(message, false, 7);

        assertThat(registry.send(attempt)).isInstanceOf(Sending.Underpriced.class);
    }

    @Test
    void anyOtherNoIsPassedOnInItsWords() {
        nodeSays("insufficient funds for gas * price + value", false, 7);

        assertThat(registry.send(attempt))
                .isEqualTo(new Sending.Refused("insufficient funds for gas * price + value (-32000)"));
    }

    @Test
    void anAnswerThatDoesNotComeInTimeMeansThatNobodyKnows() {
        node.isSlow("eth_sendRawTransaction", Duration.ofSeconds(2));

        assertThat(on(node.uri(), Duration.ofMillis(500)).send(attempt)).isInstanceOf(Sending.Unknown.class);
        assertThat(node.calls()).doesNotContain("eth_getTransactionByHash");
    }

    @Test
    void aNodeThatIsNotThereMeansThatNobodyKnows() {
        URI uri = node.uri();
        node.close();

        assertThat(on(uri).send(attempt)).isInstanceOf(Sending.Unknown.class);
        assertThatThrownBy(() -> on(uri).head()).isInstanceOf(ChainUnavailableException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 502})
    void aGatewaysErrorIsNoAnswer(int status) {
        node.fails("eth_sendRawTransaction", status, "<html>too many requests</html>");
        node.fails("eth_chainId", status, "");

        assertThat(registry.send(attempt)).isInstanceOf(Sending.Unknown.class);
        assertThatThrownBy(registry::head)
                .isInstanceOf(ChainUnavailableException.class)
                .hasMessageContaining(String.valueOf(status));
    }

    @Test
    void aNodeOfAnotherChainIsNotUsed() {
        node.gives("eth_chainId", "\"0x1\"");

        assertThatThrownBy(registry::head)
                .isInstanceOf(ChainUnavailableException.class)
                .hasMessage("the node is of chain 1, the settings say 31337");
    }

    @Test
    void aNodeWithoutFinalityTagsHasNoFinalBlocks() {
        node.gives("eth_chainId", "\"0x7a69\"").gives("eth_blockNumber", "\"0x2a\"");
        node.refuses("eth_getBlockByNumber", "{\"code\":-32602,\"message\":\"invalid argument 0\"}");

        assertThat(registry.head().latest()).isEqualTo(42);
        assertThat(registry.head().safe()).isEmpty();
        assertThat(registry.head().finalized()).isEmpty();
    }

    @Test
    void aReceiptThatIsPendingIsNoReceipt() {
        node.gives("eth_getTransactionReceipt", "{\"blockHash\":null,\"status\":\"0x1\"}");

        assertThat(registry.findReceipt(attempt.hash())).isEqualTo(Optional.empty());
    }

    @Test
    void aConflictFoundByTryingIsNamedWithItsValues() {
        String data = Hex.of(RegistryAbi.selector("Conflict(uint64,bytes32,bytes32)")) + "0".repeat(63) + "5"
                + "a".repeat(64) + "b".repeat(64);
        node.refuses("eth_estimateGas", "{\"code\":3,\"message\":\"execution reverted\",\"data\":\"" + data + "\"}");

        assertThat(registry.tryOut(HEADER))
                .isEqualTo(new Trial.Contradicted("Conflict(5, 0x" + "a".repeat(64) + ", 0x" + "b".repeat(64) + ")"));
    }

    @Test
    void theErrorIsFoundOneLevelDeeperToo() {
        String data = Hex.of(RegistryAbi.selector("RegistryPaused()"));
        node.refuses(
                "eth_estimateGas",
                "{\"code\":-32015,\"message\":\"VM execution error\",\"data\":{\"data\":\"" + data + "\"}}");

        assertThat(registry.tryOut(HEADER)).isEqualTo(new Trial.Refused("RegistryPaused()"));
    }

    @Test
    void anErrorThatIsNoneOfTheRegistrysMayPass() {
        node.refuses("eth_estimateGas", "{\"code\":3,\"message\":\"execution reverted\",\"data\":\"0xdeadbeef\"}");
        assertThat(registry.tryOut(HEADER)).isEqualTo(new Trial.Refused("reverted with 0xdeadbeef"));

        node.refuses("eth_estimateGas", ERROR.formatted("insufficient funds"));
        assertThat(registry.tryOut(HEADER)).isEqualTo(new Trial.Refused("insufficient funds (-32000)"));
    }

    @Test
    void aGasEstimateGetsAFifthMore() {
        node.gives("eth_estimateGas", "\"0x109a0\"");

        assertThat(registry.tryOut(HEADER)).isEqualTo(new Trial.Accepted(68_000 + 13_600));
    }

    @Test
    void signingAgainGivesTheSameBytes() {
        Attempt again = on(URI.create("http://127.0.0.1:1")).sign(HEADER, 7, Fees.of(1, 10), 100_000);

        assertThat(again).isEqualTo(attempt);
        assertThat(again.hash()).isEqualTo(attempt.hash());
        assertThat(registry.sign(HEADER, 8, Fees.of(1, 10), 100_000).hash()).isNotEqualTo(attempt.hash());
    }

    @Test
    void aCallThatTheNodeCannotAnswerIsNoRegistry() {
        node.gives("eth_call", "\"0x\"");

        assertThatThrownBy(() -> registry.recordedHash(1))
                .isInstanceOf(ChainUnavailableException.class)
                .hasMessage("there is no registry at " + RegistryDeployer.ADDRESS);
    }

    @Test
    void anEventIsLookedForInBoundedRangesBackToTheRegistrysBlock() {
        node.gives("eth_blockNumber", "\"0x" + Long.toHexString(25_000) + "\"").gives("eth_getLogs", "[]");
        JsonRpcRegistry old = new JsonRpcRegistry(
                new ChainSettings(node.uri(), 1, RegistryDeployer.ADDRESS, 4_000, Duration.ofSeconds(20)),
                Signers.published(1));

        assertThat(old.findEvent(1)).isEmpty();

        assertThat(node.calls().stream().filter("eth_getLogs"::equals)).hasSize(3);
    }

    @Test
    void onlyADevelopmentChainIsEverDeployedToAgain() {
        JsonRpcRegistry real = new JsonRpcRegistry(
                new ChainSettings(node.uri(), 1, RegistryDeployer.ADDRESS, 0, Duration.ofSeconds(20)),
                Signers.published(1));

        assertThat(registry.mayLoseBlocks()).isTrue();
        assertThat(real.mayLoseBlocks()).isFalse();
        assertThatThrownBy(real::redeploy).isInstanceOf(IllegalStateException.class);
        assertThat(node.calls()).isEmpty();
    }

    @Test
    void sentAtBlockIsNotPartOfWhatIsSigned() {
        assertThat(attempt.sentAtBlock()).isEqualTo(OptionalLong.empty());
        assertThat(attempt.sentAt(5).sentAt(6).sentAtBlock()).isEqualTo(OptionalLong.of(5));
        assertThat(Map.of(attempt.hash(), 1)).containsKey(attempt.sentAt(5).hash());
    }
}
