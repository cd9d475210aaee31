package io.quittance.sql;

import static io.quittance.sql.TestBank.transfer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.account.SystemAccount;
import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.report.BankViews.StatementLine;
import io.quittance.domain.report.BankViews.StatementRange;
import io.quittance.domain.report.BankViews.StatementView;
import io.quittance.sql.TestJournal.Move;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statements over cycles made by hand. */
class JdbcStatementIT {

    private static final int ALL = 1_000;

    private TestBank bank;
    private TestJournal journal;
    private JdbcBankViews views;
    private UUID party;
    private UUID mine;
    private UUID second;
    private UUID theirs;

    @BeforeEach
    void open() {
        bank = new TestBank();
        journal = new TestJournal(bank);
        views = new JdbcBankViews(bank.database.doors(), ChainStatusReader.NONE, posting -> Optional.empty());
        party = UUID.randomUUID();
        mine = bank.account(party, KycLevel.L2);
        second = bank.account(party, KycLevel.L2);
        theirs = bank.account(KycLevel.L1);
    }

    @AfterEach
    void close() {
        bank.close();
    }

    @Test
    void aLineHasBothAccountsTheDirectionAndTheBalanceAfterIt() {
        Client sender = bank.client("sender", Client.Scope.SUBMIT);
        bank.directory.grant(sender, mine, io.quittance.domain.intake.ClientDirectory.Right.OWNER);
        var paid = (Receipt.Queued) bank.accept(sender, transfer("k", mine, theirs, 30));
        var reversal = new Move(theirs, mine, 0, 30, 10, null);
        journal.cycle(bank.windows.get(0), List.of(), Move.mint(mine, 100));
        journal.cycle(
                bank.windows.get(1),
                List.of(),
                new Move(mine, theirs, 0, 30, 9, paid.intakeNo()),
                Move.transfer(mine, second, 5));
        journal.cycle(bank.windows.get(2), List.of(), reversal);

        StatementView statement = whole(mine, StatementRange.ALL, true);

        assertThat(statement.opening()).isZero();
        assertThat(statement.closing()).isEqualTo(95);
        LocalDate today = TestBank.DATE;
        Instant[] at = {
            TestBank.NOW.plusSeconds(3_600), TestBank.NOW.plusSeconds(7_200), TestBank.NOW.plusSeconds(90_000)
        };
        UUID submission = paid.submissionId();
        assertThat(statement.lines())
                .containsExactly(
                        line(4, 3, TestBank.NEXT_DATE, theirs, mine, 30, true, "reversal", null, 95, at[2]),
                        line(3, 2, today, mine, second, 5, false, "transfer", null, 65, at[1]),
                        line(2, 2, today, mine, theirs, 30, false, "transfer", submission, 70, at[1]),
                        line(1, 1, today, TestJournal.ISSUANCE, mine, 100, true, "deposit", null, 100, at[0]));
        assertThat(whole(theirs, StatementRange.ALL, false).lines())
                .containsExactly(
                        line(2, 2, today, mine, theirs, 30, true, "transfer", submission, 30, at[1]),
                        line(4, 3, TestBank.NEXT_DATE, theirs, mine, 30, false, "reversal", null, 0, at[2]));
        assertThat(whole(second, StatementRange.ALL, true).lines())
                .containsExactly(line(3, 2, today, mine, second, 5, true, "transfer", null, 5, at[1]));
        assertThat(whole(TestJournal.ISSUANCE, StatementRange.ALL, true).closing())
                .isEqualTo(-100);
    }

    @Test
    void eachAssetHasAStatementOfItsOwn() {
        journal.cycle(
                bank.windows.get(0),
                List.of(),
                Move.mint(mine, 100),
                new Move(SystemAccount.SOURCE.id(1), mine, 1, 7, 1, null));

        StatementView credits = views.statement(mine, TestBank.H100, StatementRange.ALL, true, null, ALL)
                .orElseThrow();

        assertThat(credits.asset()).isEqualTo(TestBank.H100);
        assertThat(credits.closing()).isEqualTo(7);
        assertThat(credits.lines()).extracting(StatementLine::seq).containsExactly(2L);
        assertThat(views.statement(mine, TestBank.A100, StatementRange.ALL, true, null, ALL)
                        .orElseThrow()
                        .lines())
                .isEmpty();
        assertThat(views.statement(mine, "GPU-NONE", StatementRange.ALL, true, null, ALL))
                .isEmpty();
        assertThat(views.statement(UUID.randomUUID(), "UTOKEN", StatementRange.ALL, true, null, ALL))
                .isEmpty();
    }

    @Test
    void whatIsOnlyReservedGivesNoLineAndWhatIsNotPublishedIsNotThere() {
        journal.cycle(bank.windows.get(0), List.of(), Move.mint(mine, 100));
        journal.cycle(bank.windows.get(1), List.of(mine));
        journal.cycle(bank.windows.get(2), List.of(), Move.transfer(mine, theirs, 1));
        journal.load(bank.windows.get(3), List.of(), Move.transfer(mine, theirs, 2));

        for (boolean newestFirst : new boolean[] {true, false}) {
            StatementView statement = whole(mine, StatementRange.ALL, newestFirst);
            assertThat(statement.closing()).isEqualTo(99);
            assertThat(statement.lines()).extracting(StatementLine::seq).containsExactlyInAnyOrder(1L, 2L);
        }
        journal.publish();
        assertThat(whole(mine, StatementRange.ALL, true).closing()).isEqualTo(97);
    }

    @Test
    void rangesAreOfSeqsOrDatesWithTheirEnds() {
        journal.cycle(bank.windows.get(0), List.of(), Move.mint(mine, 100), Move.mint(mine, 10));
        journal.cycle(bank.windows.get(1), List.of(), Move.transfer(mine, theirs, 1));
        journal.cycle(bank.windows.get(2), List.of(), Move.transfer(mine, theirs, 2), Move.transfer(theirs, mine, 3));

        assertRange(seqs(2L, 4L), 100, 107, 2, 3, 4);
        assertRange(seqs(2L, 2L), 100, 110, 2);
        assertRange(seqs(null, 1L), 0, 100, 1);
        assertRange(seqs(5L, null), 107, 110, 5);
        assertRange(dates(TestBank.DATE, TestBank.DATE), 0, 109, 1, 2, 3);
        assertRange(dates(TestBank.NEXT_DATE, null), 109, 110, 4, 5);
        assertRange(new StatementRange(2L, null, null, TestBank.DATE), 100, 109, 2, 3);
        assertRange(StatementRange.ALL, 0, 110, 1, 2, 3, 4, 5);
        // With nothing in them.
        assertRange(seqs(4L, 3L), 109, 109);
        assertRange(seqs(6L, null), 110, 110);
        assertRange(seqs(Long.MAX_VALUE, Long.MAX_VALUE), 110, 110);
        assertRange(seqs(null, 0L), 0, 0);
        assertRange(dates(TestBank.NEXT_DATE.plusDays(1), null), 110, 110);
        assertRange(dates(null, TestBank.DATE.minusDays(1)), 0, 0);
    }

    @Test
    void aPageHasOneToAThousandLines() {
        for (int limit : new int[] {0, -1, 1_001}) {
            assertThatThrownBy(() -> views.statement(mine, "UTOKEN", StatementRange.ALL, true, null, limit))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Accounts that move in each cycle, now and then, and hardly ever, over four months. */
    @Test
    void pagesMakeUpTheWholeHoweverTheyAreCut() {
        var random = new Random(7);
        List<UUID> accounts = new ArrayList<>(List.of(mine, second, theirs));
        accounts.add(bank.account(KycLevel.L1));
        int[] oneIn = {1, 2, 9, 25};
        LocalDate date = TestBank.NEXT_DATE.plusDays(1);
        journal.cycle(
                date,
                date.atTime(12, 0).toInstant(java.time.ZoneOffset.UTC),
                accounts.stream().map(account -> Move.mint(account, 1_000_000)).toArray(Move[]::new));
        for (int cycle = 0; cycle < 60; cycle++) {
            date = date.plusDays(random.nextInt(4));
            List<Move> moves = new ArrayList<>();
            for (int i = 0; i < accounts.size(); i++) {
                if (random.nextInt(oneIn[i]) == 0) {
                    for (int n = random.nextInt(4); n >= 0; n--) {
                        UUID other = accounts.get((i + 1) % 2 == i ? 2 : (i + 1) % 2);
                        boolean out = random.nextBoolean();
                        moves.add(Move.transfer(
                                out ? accounts.get(i) : other, out ? other : accounts.get(i), 1 + random.nextInt(50)));
                    }
                }
            }
            journal.cycle(
                    date,
                    date.atTime(13, 0).toInstant(java.time.ZoneOffset.UTC).plusSeconds(cycle),
                    moves.toArray(Move[]::new));
        }

        for (UUID account : accounts) {
            assertThat(whole(account, StatementRange.ALL, false).lines())
                    .as("something to page through")
                    .hasSizeGreaterThan(3);
            for (int i = 0; i < 12; i++) {
                long from = 1 + random.nextLong(journal.lastSeq());
                StatementRange range =
                        i == 0 ? StatementRange.ALL : seqs(from, from + random.nextLong(journal.lastSeq() - from + 2));
                assertPages(account, range, 1 + random.nextInt(i == 0 ? 7 : 40));
            }
        }
    }

    @Test
    void aBusyAccountsLinesHaveTheirBalancesWhereverAPageBegins() {
        var random = new Random(11);
        var moves = new ArrayList<Move>();
        moves.add(Move.mint(mine, 1_000_000));
        moves.add(Move.mint(theirs, 1_000_000));
        while (moves.size() < 900) {
            boolean pays = random.nextBoolean();
            UUID other = random.nextInt(10) == 0 ? second : pays ? theirs : mine;
            moves.add(Move.transfer(pays ? mine : theirs, other, 1 + random.nextInt(50)));
        }
        journal.cycle(bank.windows.get(0), List.of(), Move.mint(mine, 7));
        journal.load(bank.windows.get(1), List.of(), moves.toArray(Move[]::new));
        bank.owner
                .sql("INSERT INTO cycle_counts VALUES (2, 0, 0, 0, 0, 0, 0, 0, 0, 900)")
                .update();
        journal.publish();

        assertPages(mine, StatementRange.ALL, 100);
        for (int i = 0; i < 20; i++) {
            long from = 1 + random.nextLong(journal.lastSeq());
            assertPages(
                    mine, seqs(from, from + random.nextLong(journal.lastSeq() - from + 2)), 1 + random.nextInt(300));
        }
        assertThat(accountsNotTheirJournal()).isEqualTo("0 0");
        bank.owner.sql("ALTER TABLE net_positions DISABLE TRIGGER USER").update();
        bank.owner
                .sql("UPDATE net_positions SET running[2] = running[2] + 1 WHERE account_id = ? AND cycle = 2")
                .param(mine)
                .update();
        bank.owner
                .sql("UPDATE net_positions SET entries[1] = entries[1] + 1 WHERE account_id = ? AND cycle = 2")
                .param(second)
                .update();
        assertThat(accountsNotTheirJournal()).isEqualTo("1 1");
    }

    private String accountsNotTheirJournal() {
        return bank.owner.sql("""
                        SELECT string_agg(found, ' ' ORDER BY check_name) FROM reconcile_cycle(2)
                        WHERE check_name IN ('accounts whose position is not their journal',
                            'accounts whose running balance is not their journal')
                        """).query(String.class).single();
    }

    private void assertPages(UUID account, StatementRange range, int limit) {
        for (boolean newestFirst : new boolean[] {true, false}) {
            List<StatementLine> lines = new ArrayList<>();
            Long after = null;
            StatementView page;
            do {
                page = views.statement(account, "UTOKEN", range, newestFirst, after, limit)
                        .orElseThrow();
                lines.addAll(page.lines());
                after = lines.isEmpty() ? null : lines.getLast().seq();
            } while (page.lines().size() == limit);

            List<StatementLine> inOrder = new ArrayList<>(lines);
            if (newestFirst) {
                java.util.Collections.reverse(inOrder);
            }
            assertThat(inOrder)
                    .isSortedAccordingTo(Comparator.comparing(StatementLine::seq))
                    .extracting(StatementLine::seq)
                    .containsExactlyElementsOf(expected(account, range));
            long balance = page.opening();
            for (StatementLine line : inOrder) {
                balance += line.credit() ? line.amount() : -line.amount();
                assertThat(line.balance()).as("after %s", line).isEqualTo(balance);
            }
            assertThat(page.closing()).isEqualTo(balance);
            assertThat(page.opening()).isEqualTo(postedBefore(account, range.fromSeq()));
        }
    }

    private List<Long> expected(UUID account, StatementRange range) {
        return journal.all.stream()
                .filter(moved ->
                        moved.move().from().equals(account) || moved.move().to().equals(account))
                .map(TestJournal.Moved::seq)
                .filter(seq -> (range.fromSeq() == null || seq >= range.fromSeq())
                        && (range.toSeq() == null || seq <= range.toSeq()))
                .toList();
    }

    private long postedBefore(UUID account, Long seq) {
        return journal.all.stream()
                .filter(moved -> seq != null && moved.seq() < seq)
                .mapToLong(moved -> (moved.move().to().equals(account)
                                ? moved.move().amount()
                                : 0)
                        - (moved.move().from().equals(account) ? moved.move().amount() : 0))
                .sum();
    }

    private void assertRange(StatementRange range, long opening, long closing, long... seqs) {
        for (boolean newestFirst : new boolean[] {true, false}) {
            StatementView statement = whole(mine, range, newestFirst);
            assertThat(List.of(statement.opening(), statement.closing()))
                    .as("%s", range)
                    .containsExactly(opening, closing);
            assertThat(statement.lines().stream()
                            .mapToLong(StatementLine::seq)
                            .sorted()
                            .toArray())
                    .as("%s", range)
                    .containsExactly(seqs);
        }
    }

    private StatementView whole(UUID account, StatementRange range, boolean newestFirst) {
        return views.statement(account, "UTOKEN", range, newestFirst, null, ALL).orElseThrow();
    }

    private static StatementRange seqs(Long from, Long to) {
        return new StatementRange(from, to, null, null);
    }

    private static StatementRange dates(LocalDate from, LocalDate to) {
        return new StatementRange(null, null, from, to);
    }

    private static StatementLine line(
            long seq,
            long cycle,
            LocalDate date,
            UUID from,
            UUID to,
            long amount,
            boolean credit,
            String type,
            UUID submission,
            long balance,
            Instant at) {
        return new StatementLine(seq, cycle, date, from, to, amount, credit, type, null, submission, balance, at);
    }
}
