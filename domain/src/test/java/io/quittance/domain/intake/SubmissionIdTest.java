package io.quittance.domain.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SubmissionIdTest {

    @Test
    void aRetryMeetsItself() {
        assertThat(SubmissionId.of("acme", "key")).isEqualTo(SubmissionId.of("acme", "key"));
    }

    @Test
    void clientAndKeyAreKeptApart() {
        assertThat(SubmissionId.of("acme", "key")).isNotEqualTo(SubmissionId.of("acmek", "ey"));
        assertThat(SubmissionId.of("acme", "key")).isNotEqualTo(SubmissionId.of("acme", "Key"));
    }

    /** The layout: version 8, the variant of RFC 9562, the rest as the hash has it. */
    @Test
    void theIdIsTheHeadOfTheHash() throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest("quittance/submission/v1\0acme\0key".getBytes(StandardCharsets.UTF_8));
        String hex = HexFormat.of().formatHex(hash, 0, 16);
        UUID id = SubmissionId.of("acme", "key");
        assertThat(id.version()).isEqualTo(8);
        assertThat(id.variant()).isEqualTo(2);
        String got = id.toString().replace("-", "");
        assertThat(got.substring(0, 12)).isEqualTo(hex.substring(0, 12));
        assertThat(got.substring(13, 16)).isEqualTo(hex.substring(13, 16));
        assertThat(got.substring(17)).isEqualTo(hex.substring(17));
    }
}
