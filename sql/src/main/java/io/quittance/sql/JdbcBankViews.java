package io.quittance.sql;

import io.quittance.domain.report.BankViews;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * {@link BankViews} over the tables. Each answer is put together in one read-only transaction at REPEATABLE READ, so all
 * of it is of one instant, and shows no more of the books than {@code books_head} has published.
 */
final class JdbcBankViews implements BankViews {

    private static final int PAGE_MAX = 1_000;

    private final TransactionTemplate snapshot;
    private final OpenWindows windows;
    private final SubmissionViews submissions;
    private final AccountViews accounts;
    private final StatementViews statements;
    private final TaskViews tasks;
    private final CycleViews cycles;
    private final Function<Posting, Optional<String>> proofs;

    /**
     * @param proofs the proof file of a settled transfer, empty before its cycle is sealed; called outside of the view's transaction
     */
    JdbcBankViews(DataSource application, ChainStatusReader chain, Function<Posting, Optional<String>> proofs) {
        JdbcClient jdbc = JdbcClient.create(application);
        this.snapshot = new TransactionTemplate(new JdbcTransactionManager(application));
        snapshot.setReadOnly(true);
        snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        NewestParameters parameters = new NewestParameters(jdbc);
        this.windows = new OpenWindows(jdbc);
        this.submissions = new SubmissionViews(jdbc, parameters);
        this.accounts = new AccountViews(jdbc, parameters);
        this.statements = new StatementViews(jdbc, parameters);
        this.tasks = new TaskViews(jdbc);
        this.cycles = new CycleViews(jdbc, parameters, chain);
        this.proofs = proofs;
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
    public Optional<String> proof(long seq) {
        return posting(seq).flatMap(proofs);
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
        return Objects.requireNonNull(snapshot.execute(status -> read.get()));
    }
}
