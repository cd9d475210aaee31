package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The operator freezes, re-levels and closes accounts of a running service from the command line. */
class AccountCommandIT {

    private static final String ACCOUNT = "00000000-0000-4000-8000-000000000001";

    private final JsonMapper json = new JsonMapper();

    @TempDir
    private Path folder;

    private Program.Result account(String... arguments) {
        var all = new java.util.ArrayList<>(java.util.List.of("account"));
        all.addAll(java.util.List.of(arguments));
        return Program.run(folder.resolve("data"), all.toArray(String[]::new));
    }

    private JsonNode shown() {
        Program.Result shown = account("show", ACCOUNT, "--json");
        assertThat(shown.exit()).as(shown.err()).isZero();
        return json.readTree(shown.out());
    }

    @Test
    void whatIsDecidedIsShownAndCountsFromTheNextCutOff() throws Exception {
        Path accounts = folder.resolve("accounts.csv");
        Files.writeString(accounts, """
                account_id,party_id,account_type,owner_account,kyc_level,daily_limit_utoken,name
                %s,00000000-0000-4000-8000-0000000000a1,personal,,L2,,
                """.formatted(ACCOUNT));
        Path data = folder.resolve("data");
        try (Program.Running service = Program.serve(
                data, "--bank", Program.CHECKOUT.resolve("ops/demo/bank.json").toString())) {
            assertThat(Program.run(data, "submit", "--kind", "accounts", accounts.toString())
                            .exit())
                    .isZero();
            assertThat(shown().path("status").asString()).isEqualTo("active");

            Program.Result frozen = account("freeze", ACCOUNT, "--reason", "court order 7", "--key", "c7");
            assertThat(frozen.exit()).as(frozen.err()).isZero();
            assertThat(frozen.out()).contains("freeze of account " + ACCOUNT + " counts from the cut-off of");
            assertThat(account("freeze", ACCOUNT, "--reason", "court order 7", "--key", "c7")
                            .out())
                    .startsWith("Recorded before:");
            Program.Result twice = account("freeze", ACCOUNT, "--reason", "again");
            assertThat(twice.exit()).isEqualTo(2);
            assertThat(twice.err()).contains("STATUS_CONFLICT", "The account is frozen already.");
            assertThat(account("level", ACCOUNT, "L1", "--reason", "papers ran out")
                            .exit())
                    .isZero();
            assertThat(shown().path("status").asString()).isEqualTo("active");

            assertThat(Program.run(data, "cycle").exit()).isZero();
            JsonNode shown = shown();
            assertThat(shown.path("status").asString()).isEqualTo("frozen");
            assertThat(shown.path("kycLevel").asString()).isEqualTo("L1");
            assertThat(shown.path("decisions")).hasSize(2);
            assertThat(shown.path("decisions").get(1).path("reason").asString()).isEqualTo("court order 7");

            assertThat(account("close", ACCOUNT, "--reason", "asked for").exit())
                    .isZero();
            assertThat(Program.run(data, "cycle").exit()).isZero();
            assertThat(account("show", ACCOUNT).out()).containsPattern("status +closed +since .*, 0 days");
            assertThat(account("unfreeze", ACCOUNT, "--reason", "no").err()).contains("ACCOUNT_CLOSED");
            assertThat(account("unclaimed").out()).contains("Nothing is unclaimed.");

            for (String[] wrong : new String[][] {
                {"freeze", "nobody", "--reason", "x"},
                {"level", ACCOUNT, "L9", "--reason", "x"},
                {"freeze", ACCOUNT},
                {"freeze", "00000000-0000-4000-8000-000000000009", "--reason", "x"},
                {"show", "00000000-0000-4000-8000-000000000009"}
            }) {
                Program.Result refused = account(wrong);
                assertThat(refused.exit()).as(refused.err()).isEqualTo(2);
                assertThat(refused.err().lines()).hasSize(1);
            }
            assertThat(service.process().isAlive()).isTrue();
        }
    }
}
