package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.report.JournalText;
import io.quittance.domain.report.TrialBalance;
import io.quittance.sql.TestJournal.Move;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Periods as text, read by another program that keeps books; where CI runs it, the program must be there. */
class JdbcJournalExtractIT {

    private static final Pattern AMOUNT = Pattern.compile("(-?[0-9]+) (?:([A-Z]+)|\"\"([^\"]+)\"\")");
    private static final LocalDate FIRST = TestBank.DATE;
    private static final LocalDate SECOND = TestBank.NEXT_DATE;

    private TestBank bank;
    private UUID mine;
    private UUID theirs;
    private UUID submission;

    @BeforeEach
    void twoDates() {
        bank = new TestBank();
        var journal = new TestJournal(bank);
        Client client = bank.client("sender", Client.Scope.SUBMIT);
        mine = bank.accountOf(client);
        theirs = bank.account(KycLevel.L1);
        var queued = (Receipt.Queued) bank.accept(client, TestBank.transfer("k", mine, theirs, 30));
        submission = queued.submissionId();
        UUID source = SystemAccount.SOURCE.id(1);
        UUID clearing = SystemAccount.CLEARING.id(1);
        journal.cycle(
                bank.windows.get(0),
                List.of(),
                Move.mint(mine, Long.MAX_VALUE - 10),
                new Move(source, SystemAccount.INVENTORY.id(1), 1, 500, 1, null),
                new Move(SystemAccount.SOURCE.id(2), theirs, 2, 9_007_199_254_740_993L, 1, null));
        journal.cycle(bank.windows.get(1), List.of(mine));
        journal.cycle(
                bank.windows.get(2),
                List.of(),
                new Move(mine, theirs, 0, 30, 9, queued.intakeNo()),
                new Move(source, theirs, 1, 7, 1, null),
                new Move(theirs, clearing, 1, 7, 5, null),
                new Move(clearing, mine, 1, 7, 5, null));
        journal.cycle(bank.windows.get(3), List.of(), Move.transfer(theirs, mine, 30));
    }

    @AfterEach
    void close() {
        bank.close();
    }

    @Test
    void aTransferIsAnEntryAndAPartOfTheHistoryBeginsWithItsOpenings() {
        assertThat(text(SECOND, SECOND))
                .startsWith(
                        "; Quittance, business dates 2026-03-03 to 2026-03-03",
                        "commodity 1. UTOKEN",
                        "commodity 1. \"GPU-H100\"",
                        "commodity 1. \"GPU-A100\"",
                        "",
                        "2026-03-03 (3) opening balances",
                        "    bank:issuance  -9223372036854775797 UTOKEN",
                        "    customers:" + mine + "  9223372036854775797 UTOKEN",
                        "    bank:source.GPU-H100  -500 \"GPU-H100\"",
                        "    bank:inventory.GPU-H100  500 \"GPU-H100\"",
                        "    bank:source.GPU-A100  -9007199254740993 \"GPU-A100\"",
                        "    customers:" + theirs + "  9007199254740993 \"GPU-A100\"",
                        "",
                        "2026-03-03 (4) transfer  ; cycle:3, submission:" + submission,
                        "    customers:" + mine + "  -30 UTOKEN",
                        "    customers:" + theirs + "  30 UTOKEN",
                        "",
                        "2026-03-03 (5) deposit  ; cycle:3")
                .endsWith("", "; 5 transfers");
        assertThat(text(FIRST, SECOND))
                .noneMatch(line -> line.contains("opening"))
                .endsWith("; 8 transfers");
        // A period that nothing was published in has its openings alone.
        assertThat(text(SECOND.plusDays(1), SECOND.plusDays(9)))
                .contains("2026-03-04 (8) opening balances")
                .endsWith("; 0 transfers");
    }

    @Test
    void anotherProgramReadsItAndComesToTheSameBalances(@TempDir Path folder) throws Exception {
        if (!isInstalled()) {
            assertThat(System.getenv("CI")).as("CI has hledger").isNotEqualTo("true");
            assumeThat(isInstalled()).as("hledger is installed").isTrue();
        }
        var figures = new JdbcCycleFigures(bank.database.application());

        assertSame(hledger(folder, text(FIRST, SECOND)), figures.trialBalance(4));
        assertSame(hledger(folder, text(SECOND, SECOND)), figures.trialBalance(4));
        assertSame(hledger(folder, text(FIRST, FIRST)), figures.trialBalance(2));
        assertSame(hledger(folder, text(SECOND.plusDays(1), SECOND.plusDays(1))), figures.trialBalance(4));
    }

    private static void assertSame(Map<String, BigInteger> found, TrialBalance expected) {
        Map<String, BigInteger> closings = new TreeMap<>();
        for (TrialBalance.Line line : expected.lines()) {
            if (line.closing().signum() != 0) {
                closings.put(line.accountClass() + " " + line.asset(), line.closing());
            }
        }
        assertThat(closings).isNotEmpty();
        assertThat(found).isEqualTo(closings);
    }

    /** Checks the text and sums its balances by class of account and asset, leaving out what is nothing. */
    private static Map<String, BigInteger> hledger(Path folder, List<String> text) throws Exception {
        Path file = Files.write(folder.resolve("period.journal"), text);
        assertThat(run("hledger", "-f", file.toString(), "check")).isEmpty();
        Map<String, BigInteger> balances = new TreeMap<>();
        for (String row : run("hledger", "-f", file.toString(), "balance", "-N", "--flat", "-O", "csv").stream()
                .skip(1)
                .toList()) {
            String account = row.substring(1, row.indexOf("\",\""));
            String accountClass = account.startsWith("bank:") ? account.substring(5) : account.split(":")[0];
            var amount = AMOUNT.matcher(row.substring(row.indexOf("\",\"") + 3));
            while (amount.find()) {
                String asset = amount.group(2) == null ? amount.group(3) : amount.group(2);
                balances.merge(accountClass + " " + asset, new BigInteger(amount.group(1)), BigInteger::add);
            }
        }
        balances.values().removeIf(sum -> sum.signum() == 0);
        return balances;
    }

    private static boolean isInstalled() throws InterruptedException {
        try {
            run("hledger", "--version");
            return true;
        } catch (IOException absent) {
            return false;
        }
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor()).as("%s: %s", List.of(command), lines).isZero();
        return lines;
    }

    private List<String> text(LocalDate from, LocalDate to) {
        List<String> lines = new ArrayList<>();
        new JdbcJournalExtract(bank.database.application()).read(from, to, new JournalText(lines::add));
        return lines;
    }
}
