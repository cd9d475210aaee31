package io.quittance.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.DecidedFiles.DecidedFile;
import io.quittance.domain.intake.FileIntake.Lines;
import io.quittance.domain.intake.FileIntake.Manifest;
import io.quittance.domain.intake.FileIntake.NumberedLine;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.seal.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JdbcDecidedFilesIT {

    private TestBank bank;
    private TestJournal journal;
    private Client sender;
    private UUID mine;
    private UUID theirs;

    @BeforeEach
    void open() {
        bank = new TestBank();
        journal = new TestJournal(bank);
        sender = bank.client("sender", Client.Scope.SUBMIT);
        mine = bank.accountOf(sender);
        theirs = bank.account(KycLevel.L2);
    }

    @AfterEach
    void close() {
        bank.close();
    }

    private JdbcDecidedFiles decided() {
        return new JdbcDecidedFiles(bank.database.application());
    }

    private long handIn(String key, String name, String requestKey) {
        Hash32 content = io.quittance.domain.intake.CanonicalContent.digest(key.getBytes(StandardCharsets.UTF_8));
        var manifest = new Manifest(null, Kind.TRANSFERS, null, content, 10, name, null, requestKey);
        return bank.files
                .accept(sender, manifest, () -> new Lines() {
                    private boolean read;

                    @Override
                    public List<NumberedLine> next(int max) {
                        List<NumberedLine> lines = read
                                ? List.of()
                                : List.of(
                                        new NumberedLine(2, "raw", TestBank.transfer(key, mine, theirs, 1), List.of()));
                        read = true;
                        return lines;
                    }

                    @Override
                    public void close() {}
                })
                .fileNo();
    }

    private void cycle(int window, String... outcome) {
        bank.closeWindow(bank.windows.get(window));
        journal.load(bank.windows.get(window), List.of());
        for (String key : outcome) {
            bank.owner.sql("""
                            INSERT INTO submission_outcomes
                            SELECT intake_no, :cycle, 'HELD', 'FUNDS', '', '2026-03-09', 0, 0 FROM submissions
                            WHERE submission_key = :key
                            """).param("cycle", window + 1).param("key", key).update();
        }
        journal.publish();
    }

    private List<DecidedFile> next() {
        List<DecidedFile> files = new ArrayList<>();
        assertThat(decided().next(files::add)).isTrue();
        return files;
    }

    @Test
    void aFileIsShownForEachCycleThatDecidesAboutItsLines() {
        long first = handIn("k1", "first.csv", null);
        long second = handIn("k2", "second.csv", null);
        handIn("k3", "by request.csv", "r1");
        handIn("k4", null, null);
        assertThat(decided().next(file -> {})).isFalse();

        cycle(0, "k1");
        assertThat(next())
                .containsExactly(
                        new DecidedFile(first, "sender", "first.csv"), new DecidedFile(second, "sender", "second.csv"));
        long third = handIn("k5", "third.csv", null);
        cycle(1, "k1");
        cycle(2);

        assertThat(next())
                .containsExactly(
                        new DecidedFile(first, "sender", "first.csv"), new DecidedFile(third, "sender", "third.csv"));
        assertThat(next()).isEmpty();
        assertThat(decided().next(file -> {})).isFalse();
    }

    @Test
    void aCycleIsShownAgainWhereItsFilesCouldNotBeWritten() {
        long file = handIn("k1", "first.csv", null);
        cycle(0);

        assertThatThrownBy(() -> decided().next(shown -> {
                    throw new IllegalStateException("no room");
                }))
                .hasMessage("no room");

        assertThat(next()).extracting(DecidedFile::fileNo).containsExactly(file);
    }

    @Test
    void ofTwoWhoAreAtTheSameCycleNeitherSkipsTheNextOne() {
        long first = handIn("k1", "first.csv", null);
        cycle(0);
        long second = handIn("k2", "second.csv", null);
        cycle(1);
        List<Long> shown = new ArrayList<>();

        decided().next(outer -> {
            shown.add(outer.fileNo());
            decided().next(inner -> shown.add(inner.fileNo()));
        });

        assertThat(shown).containsExactly(first, first);
        assertThat(next()).extracting(DecidedFile::fileNo).containsExactly(second);
    }
}
