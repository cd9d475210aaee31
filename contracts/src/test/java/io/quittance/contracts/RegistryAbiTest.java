package io.quittance.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.commitment.DueHeader;
import io.quittance.domain.commitment.Headers;
import io.quittance.domain.seal.Hash32;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The hand-written encoding against the compiler's ABI, which the build compares with the sources. */
class RegistryAbiTest {

    private static List<String> signatures(String type) throws Exception {
        List<String> signatures = new ArrayList<>();
        try (InputStream in = RegistryAbiTest.class.getResourceAsStream("/contracts/SettlementRegistry.abi")) {
            for (JsonNode entry : JsonMapper.builder().build().readTree(in)) {
                if (entry.path("type").asString().equals(type)) {
                    signatures.add(entry.path("name").asString("") + types(entry.path("inputs")));
                }
            }
        }
        return signatures;
    }

    private static String types(JsonNode inputs) {
        List<String> types = new ArrayList<>();
        for (JsonNode input : inputs) {
            types.add(
                    input.path("type").asString().equals("tuple")
                            ? types(input.path("components"))
                            : input.path("type").asString());
        }
        return "(" + String.join(",", types) + ")";
    }

    @Test
    void everySignatureIsTheCompilers() throws Exception {
        assertThat(signatures("function")).contains(RegistryAbi.COMMIT, RegistryAbi.HEADER_HASH, RegistryAbi.HEAD);
        assertThat(signatures("event")).contains(RegistryAbi.CYCLE_COMMITTED);
        assertThat(signatures("constructor")).containsExactly(RegistryAbi.CONSTRUCTOR);
    }

    @Test
    void everyErrorThatACommitCanEndInIsKnown() throws Exception {
        TreeSet<String> known = new TreeSet<>(RegistryAbi.CONTRADICTIONS);
        known.addAll(RegistryAbi.REFUSALS);
        TreeSet<String> ofRoles = new TreeSet<>(signatures("error"));
        ofRoles.removeIf(s -> !s.startsWith("AccessControl")
                && !s.equals("GuardianIsCommitter(address)")
                && !s.startsWith("SafeCast"));
        ofRoles.remove("AccessControlUnauthorizedAccount(address,bytes32)");

        TreeSet<String> all = new TreeSet<>(signatures("error"));
        all.removeAll(ofRoles);

        assertThat(known).isEqualTo(all);
    }

    @Test
    void aCommitIsTheSelectorAndTheHeadersCanonicalBytes() {
        DueHeader header = DueHeader.of(Headers.header(3, Hash32.ZERO));

        byte[] call = RegistryAbi.commit(header);

        assertThat(call).hasSize(4 + 512);
        assertThat(Arrays.copyOf(call, 4)).isEqualTo(RegistryAbi.selector(RegistryAbi.COMMIT));
        assertThat(Arrays.copyOfRange(call, 4, call.length)).isEqualTo(header.encoded());
    }

    @Test
    void theSelectorOfAKnownFunctionIsWhatEveryoneSays() {
        assertThat(Hex.of(RegistryAbi.selector("transfer(address,uint256)"))).isEqualTo("0xa9059cbb");
    }

    @Test
    void anAddressInAnErrorIsShownAsOne() {
        String data = Hex.of(RegistryAbi.selector("AccessControlUnauthorizedAccount(address,bytes32)"))
                + "0".repeat(24)
                + "c".repeat(40)
                + "d".repeat(64);

        RegistryAbi.RegistryError error = RegistryAbi.error(data);

        assertThat(error).isNotNull();
        assertThat(error.isContradiction()).isFalse();
        assertThat(error.text())
                .isEqualTo("AccessControlUnauthorizedAccount(0x" + "c".repeat(40) + ", 0x" + "d".repeat(64) + ")");
    }
}
