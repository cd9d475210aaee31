package io.quittance.sql;

import io.quittance.domain.intake.Client;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.report.ClientViews;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * {@link BankViews} over the views that the doors have, as the bank itself sees them, and as a client does
 * ({@link ClientViews}). Shows no more of the books than {@code books_head} has published.
 */
final class JdbcBankViews implements BankViews, ClientViews {

    private static final int PAGE_MAX = 1_000;

    private final DoorReads reads;
    private final @Nullable Client client;
    private final OpenWindows windows;
    private final SubmissionViews submissions;
    private final AccountViews accounts;
    private final StatementViews statements;
    private final TaskViews tasks;
    private final CycleViews cycles;
    private final AuditViews audit;
    private final FileViews files;
    private final Function<Posting, Optional<String>> proofs;

    /**
     * @param proofs the proof file of a settled transfer, empty before its cycle is sealed; called outside of the view's transaction
     */
    JdbcBankViews(DoorDatabase doors, ChainStatusReader chain, Function<Posting, Optional<String>> proofs) {
        this.reads = new DoorReads(doors);
        this.client = null;
        JdbcClient jdbc = reads.jdbc();
        NewestParameters parameters = new NewestParameters(jdbc);
        this.windows = new OpenWindows(jdbc);
        this.submissions = new SubmissionViews(jdbc, parameters);
        this.accounts = new AccountViews(jdbc, parameters);
        this.statements = new StatementViews(jdbc, parameters);
        this.tasks = new TaskViews(jdbc);
        this.cycles = new CycleViews(jdbc, parameters, chain);
        this.audit = new AuditViews(jdbc);
        this.files = new FileViews(jdbc);
        this.proofs = proofs;
    }

    private JdbcBankViews(JdbcBankViews bank, Client client) {
        this.reads = bank.reads;
        this.client = client;
        this.windows = bank.windows;
        this.submissions = bank.submissions;
        this.accounts = bank.accounts;
        this.statements = bank.statements;
        this.tasks = bank.tasks;
        this.cycles = bank.cycles;
        this.audit = bank.audit;
        this.files = bank.files;
        this.proofs = bank.proofs;
    }

    @Override
    public BankViews of(Client viewer) {
        return new JdbcBankViews(this, viewer);
    }

    @Override
    public Optional<SubmissionView> submission(UUID submissionId) {
        return inSnapshot(() -> submissions.submission(submissionId));
    }

    @Override
    public Optional<AccountView> account(UUID accountId) {
        return inSnapshot(() -> accounts.account(accountId));
    }

    @Override
    public Optional<StatementView> statement(
            UUID accountId, String asset, StatementRange range, boolean newestFirst, @Nullable Long after, int limit) {
        requirePage(limit);
        return inSnapshot(() -> statements.page(accountId, asset, range, newestFirst, after, limit));
    }

    @Override
    public List<TaskView> tasks(
            @Nullable String status, @Nullable String capability, @Nullable String after, int limit) {
        requirePage(limit);
        return inSnapshot(() -> tasks.page(status, capability, after, limit));
    }

    @Override
    public List<HoldView> holds(UUID accountId, @Nullable UUID after, int limit) {
        requirePage(limit);
        return inSnapshot(() -> submissions.holds(accountId, after, limit));
    }

    @Override
    public void fileOutcomes(long fileNo, Consumer<LineOutcome> visitor) {
        inSnapshot(() -> {
            files.outcomes(fileNo, visitor);
            return fileNo;
        });
    }

    @Override
    public Map<SubmissionState, Long> fileStates(long fileNo) {
        return inSnapshot(() -> files.states(fileNo));
    }

    @Override
    public List<CycleView> cycles(@Nullable Long before, int limit) {
        requirePage(limit);
        return inSnapshot(() -> cycles.page(before, limit));
    }

    @Override
    public Optional<CycleView> cycle(long number) {
        return inSnapshot(() -> cycles.cycle(number));
    }

    @Override
    public Optional<Posting> posting(long seq) {
        return inSnapshot(() -> submissions.posting(seq));
    }

    @Override
    public Optional<String> archiveOf(long seq) {
        return inSnapshot(() -> submissions.archiveOfSeq(seq));
    }

    @Override
    public Optional<String> proof(long seq) {
        return posting(seq).flatMap(proofs);
    }

    @Override
    public List<AuditEntry> auditLog(@Nullable Long before, int limit) {
        requirePage(limit);
        return inSnapshot(() -> audit.page(before, limit));
    }

    @Override
    public List<LocalDate> openDates() {
        return inSnapshot(windows::dates);
    }

    private static void requirePage(int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " entries, not " + limit);
        }
    }

    private <T> T inSnapshot(Supplier<T> read) {
        return reads.as(client, read);
    }
}
