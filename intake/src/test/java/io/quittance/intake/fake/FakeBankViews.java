package io.quittance.intake.fake;

import io.quittance.domain.intake.Client;
import io.quittance.domain.report.BankViews;
import io.quittance.domain.report.ClientViews;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

public final class FakeBankViews implements BankViews, ClientViews {

    @Override
    public BankViews of(Client client) {
        return this;
    }

    public final Map<UUID, SubmissionView> submissions = new HashMap<>();
    public final Map<UUID, AccountView> accounts = new HashMap<>();
    public final List<TaskView> tasks = new ArrayList<>();
    public final TreeMap<Long, CycleView> cycles = new TreeMap<>(Comparator.reverseOrder());
    public final Map<Long, Posting> postings = new HashMap<>();
    public final Map<Long, String> proofs = new HashMap<>();
    public final Map<Long, String> archives = new HashMap<>();
    public final List<StatementLine> statement = new ArrayList<>();
    public final List<AuditEntry> audit = new ArrayList<>();
    public final List<HoldView> holds = new ArrayList<>();
    public final List<LineOutcome> outcomes = new ArrayList<>();
    public @Nullable StatementRange asked;
    public boolean broken;

    @Override
    public Optional<SubmissionView> submission(UUID submissionId) {
        return Optional.ofNullable(submissions.get(submissionId));
    }

    @Override
    public List<HoldView> holds(UUID accountId, @Nullable UUID after, int limit) {
        return holds.stream()
                .dropWhile(hold -> after != null && !hold.submissionId().equals(after))
                .skip(after == null ? 0 : 1)
                .limit(limit)
                .toList();
    }

    @Override
    public void fileOutcomes(long fileNo, Consumer<LineOutcome> visitor) {
        outcomes.forEach(visitor);
    }

    @Override
    public Map<SubmissionState, Long> fileStates(long fileNo) {
        return outcomes.stream().collect(Collectors.groupingBy(LineOutcome::state, Collectors.counting()));
    }

    @Override
    public List<AuditEntry> auditLog(@Nullable Long before, int limit) {
        return audit.stream()
                .filter(entry -> before == null || entry.number() < before)
                .limit(limit)
                .toList();
    }

    @Override
    public Optional<AccountView> account(UUID accountId) {
        return Optional.ofNullable(accounts.get(accountId));
    }

    @Override
    public Optional<StatementView> statement(
            UUID accountId, String asset, StatementRange range, boolean newestFirst, @Nullable Long after, int limit) {
        asked = range;
        if (!accounts.containsKey(accountId) || !asset.equals("UTOKEN")) {
            return Optional.empty();
        }
        Comparator<StatementLine> order = Comparator.comparing(StatementLine::seq);
        return Optional.of(new StatementView(
                accountId,
                asset,
                10,
                9_007_199_254_740_993L,
                statement.stream()
                        .filter(line -> after == null || (newestFirst ? line.seq() < after : line.seq() > after))
                        .sorted(newestFirst ? order.reversed() : order)
                        .limit(limit)
                        .toList()));
    }

    @Override
    public List<TaskView> tasks(
            @Nullable String status, @Nullable String capability, @Nullable String after, int limit) {
        return tasks.stream()
                .filter(task -> status == null || task.state().equals(status))
                .filter(task -> capability == null || capability.equals(task.capability()))
                .filter(task -> after == null || task.taskId().compareTo(after) > 0)
                .sorted(Comparator.comparing(TaskView::taskId))
                .limit(limit)
                .toList();
    }

    @Override
    public List<CycleView> cycles(@Nullable Long before, int limit) {
        return cycles.values().stream()
                .filter(cycle -> before == null || cycle.number() < before)
                .limit(limit)
                .toList();
    }

    @Override
    public Optional<CycleView> cycle(long number) {
        requireWorking();
        return Optional.ofNullable(cycles.get(number));
    }

    @Override
    public Optional<Posting> posting(long seq) {
        return Optional.ofNullable(postings.get(seq));
    }

    @Override
    public Optional<String> archiveOf(long seq) {
        return Optional.ofNullable(archives.get(seq));
    }

    @Override
    public Optional<String> proof(long seq) {
        return Optional.ofNullable(proofs.get(seq));
    }

    @Override
    public List<LocalDate> openDates() {
        requireWorking();
        return List.of(LocalDate.of(2026, 3, 2));
    }

    private void requireWorking() {
        if (broken) {
            throw new IllegalStateException("secret detail: no connection");
        }
    }
}
