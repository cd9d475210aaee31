package io.quittance.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A bank is opened by {@code serve} and {@code demo}, from a file that describes one, and by nothing else. */
@Execution(ExecutionMode.CONCURRENT)
class NoBankIT {

    private static final String DEMO_BANK =
            Program.CHECKOUT.resolve("ops/demo/bank.json").toString();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "submit README.md",
                "account show 00000000-0000-4000-8000-000000000001",
                "account unclaimed",
                "cycle",
                "report 1",
                "export --from 2025-04-01 --to 2025-04-02",
                "prove 1",
                "replay",
                "fsck",
                "archive"
            })
    void whereNoBankIsACommandSaysSoAndMakesNothing(String command) throws IOException {
        String[] arguments = command.replace(
                        "README.md", Program.CHECKOUT.resolve("README.md").toString())
                .split(" ");

        Program.Result result = Program.run(folder.resolve("mistyped"), arguments);

        assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(result.complaints())
                .singleElement()
                .asString()
                .contains("There is no bank in " + folder.resolve("mistyped"), "--data-dir");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aProofIsCheckedAgainstANodeThatIsNamedOrABanksOwn() throws IOException {
        Path proof = Files.copy(
                Program.CHECKOUT.resolve("domain/src/test/resources/merkle/proof-open.json"),
                folder.resolve("proof.json"));

        Program.Result result = Program.run(folder.resolve("data"), "verify", proof.toString());

        assertThat(result.exit()).as(result.out() + result.err()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(result.complaints())
                .singleElement()
                .asString()
                .contains("There is no chain in " + folder.resolve("data"), "--chain-url");
        assertThat(folder.resolve("data")).doesNotExist();
        assertThat(Program.run(folder, "verify", proof.toString(), "--registry", "zz")
                        .exit())
                .isEqualTo(Trouble.WRONG_USAGE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"bank\":1                                 | is not usable: it is no JSON that can be read, at line 1",
                "[]                                          | it must be an object",
                "{}                                          | bank is missing",
                "{\"bank\":\"x\",\"colour\":1}               | colour is no field of it; there are bank, compute_classes",
                "{\"bank\":\" \"}                            | bank, its name, is blank",
                "{\"bank\":\"x\",\"zone\":\"Mars\",\"cut_off_times\":[]} | zone is a name such as UTC or Europe/Berlin, not \"Mars\"",
                "{\"bank\":\"x\",\"zone\":\"UTC\",\"cut_off_times\":[\"9\"]} | cut_off_times are times such as 17:00",
                "{\"bank\":\"x\",\"zone\":\"UTC\",\"cut_off_times\":[],\"compute_classes\":[{}]}"
                        + " | compute_classes[0].compute_class is missing",
                "{\"bank\":\"x\",\"zone\":\"UTC\",\"cut_off_times\":[],\"compute_classes\":[],\"instruments\":[],"
                        + "\"provider_cap_utoken\":1.5} | provider_cap_utoken must be a whole number",
                "{\"bank\":\"x\",\"zone\":\"UTC\",\"cut_off_times\":[],\"compute_classes\":[],\"instruments\":[],"
                        + "\"provider_cap_utoken\":-1} | the provider's cap must not be negative"
            })
    void aFileThatDescribesNoBankIsRefusedBeforeAnythingIsStarted(String content, String words) throws IOException {
        Path file = Files.writeString(folder.resolve("bank.json"), content.strip());
        Path data = folder.resolve("data");

        Program.Result result = Program.run(data, "serve", "--port", "0", "--bank", file.toString());

        assertThat(result.exit()).as(result.err()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(result.complaints()).singleElement().asString().contains(file.toString(), words);
        assertThat(data).doesNotExist();
    }

    @Test
    void anInstrumentHasRulesThatThereAre() throws IOException {
        Path file = folder.resolve("bank.json");
        Files.writeString(file, Files.readString(Path.of(DEMO_BANK)).replaceFirst("ADJACENT", "LUCK"));

        Program.Result result = Program.run(folder.resolve("data"), "serve", "--port", "0", "--bank", file.toString());

        assertThat(result.exit()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(result.err()).contains("instruments[0].price_rule is one of ", "ADJACENT");
    }

    @Test
    void aBankWithoutACycleIsInOrderAndStaysTheBankThatItIs() throws IOException {
        Path data = folder.resolve("data");
        try (Program.Running service = Program.serve(data, "--bank", DEMO_BANK)) {
            Program.Result fsck = Program.run(data, "fsck", "--seals");
            assertThat(fsck.exit()).as(fsck.out() + fsck.err()).isEqualTo(Trouble.DONE);
            assertThat(fsck.out()).contains("The books are in order.").doesNotContain("null");
            service.signal("TERM");
            assertThat(service.result().err()).isEqualTo("quittance: interrupted.\n");
        }

        Path other = folder.resolve("other.json");
        Files.writeString(
                other, Files.readString(Path.of(DEMO_BANK)).replaceFirst("\"bank\": \"", "\"bank\": \"other "));
        Program.Result refused = Program.run(data, "serve", "--port", "0", "--bank", other.toString());
        assertThat(refused.exit()).as(refused.err()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(refused.complaints()).singleElement().asString().contains("is open already", other.toString());

        Files.move(data.resolve("bank-secret"), folder.resolve("secret"));
        Program.Result lost = Program.run(data, Map.of(), "fsck");
        assertThat(lost.exit()).as(lost.err()).isEqualTo(Trouble.WRONG_USAGE);
        assertThat(lost.complaints()).singleElement().asString().contains("bring its file bank-secret back");
        assertThat(data.resolve("bank-secret")).doesNotExist();

        Files.move(folder.resolve("secret"), data.resolve("bank-secret"));
        try (Program.Running again = Program.serve(data, "--bank", DEMO_BANK)) {
            again.signal("TERM");
            assertThat(again.result().exit()).isEqualTo(Trouble.INTERRUPTED);
        }
    }
}
