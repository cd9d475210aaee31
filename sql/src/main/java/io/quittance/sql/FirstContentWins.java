package io.quittance.sql;

import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.seal.Hash32;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes lines under names, each name once: the first content under a name is kept; the same content again gets the first
 * answer, other content is refused. Who is first is decided by a unique constraint, so it holds for any number of writers
 * at once; a name that another writer takes between the look-up and the insert is read again and compared.
 *
 * <p>One use for one batch, inside the caller's transaction, at READ COMMITTED: what another writer has just committed
 * must be seen by the next statement.
 *
 * @param <E> a line with its name and its content
 */
abstract class FirstContentWins<E extends FirstContentWins.Named> {

    /** A line as it is told from others. */
    interface Named {
        /** Unique among what is kept. */
        String name();

        Hash32 digest();
    }

    /** What is kept under a name, and what was answered when it came. */
    record Kept(Hash32 digest, Receipt firstAnswer) {}

    /** What is kept already under the names of these lines. */
    abstract Map<String, Kept> kept(Collection<E> lines);

    /** Reads what {@link #objections} needs to know about lines that are not kept word for word. */
    abstract void prepare(Collection<E> lines);

    /** Why a line cannot be taken, in order of precedence; empty if it can. */
    abstract List<FormError> objections(E line);

    /** A line will be added; those after it may depend on it. */
    void admitted(E line) {}

    /**
     * Adds lines of different names, in their order.
     *
     * @return those that were added; a name that is missing was taken by another writer
     */
    abstract Map<String, Kept> add(List<E> lines);

    /** Whether names are not looked up before lines are added: one that is kept already then fails {@link #add}. */
    boolean areTakenForNew() {
        return false;
    }

    /** Whether an objection may come from another writer that has taken the same line at this moment, or was not looked up. */
    boolean mayBeKeptByNow(E line) {
        return false;
    }

    /** The objection to other content under a name that is taken. */
    abstract FormError conflict();

    /** The same answer, marked as a repeat. */
    abstract Receipt repeated(Receipt firstAnswer);

    /** One receipt per line, in their order. */
    final List<Receipt> take(List<E> lines) {
        Map<String, Kept> kept = lines.isEmpty() || areTakenForNew() ? Map.of() : kept(lines);
        List<E> unknown = lines.stream()
                .filter(line -> !sameContent(line, kept.get(line.name())))
                .toList();
        if (!unknown.isEmpty()) {
            prepare(unknown);
        }

        @Nullable Receipt[] receipts = new @Nullable Receipt[lines.size()];
        Map<String, E> adding = new LinkedHashMap<>();
        List<Integer> undecided = new ArrayList<>();
        List<E> doubtful = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            E line = lines.get(i);
            Kept earlier = kept.get(line.name());
            if (sameContent(line, earlier)) {
                receipts[i] = answer(line, Objects.requireNonNull(earlier));
                continue;
            }
            E inThisBatch = adding.get(line.name());
            if (inThisBatch == null || !inThisBatch.digest().equals(line.digest())) {
                List<FormError> objections = objections(line);
                if (!objections.isEmpty()) {
                    receipts[i] = new Receipt.Refused(objections);
                    if (mayBeKeptByNow(line)) {
                        doubtful.add(line);
                        undecided.add(i);
                    }
                    continue;
                }
            }
            if (earlier != null) {
                receipts[i] = answer(line, earlier);
                continue;
            }
            if (inThisBatch == null) {
                adding.put(line.name(), line);
                admitted(line);
            }
            undecided.add(i);
        }

        Map<String, Kept> added = adding.isEmpty() ? Map.of() : add(List.copyOf(adding.values()));
        List<E> lost = new ArrayList<>(doubtful);
        adding.forEach((name, line) -> {
            if (!added.containsKey(name)) {
                lost.add(line);
            }
        });
        Map<String, Kept> winners = new HashMap<>(lost.isEmpty() ? Map.of() : kept(lost));
        winners.putAll(added);
        for (int i : undecided) {
            E line = lines.get(i);
            if (added.containsKey(line.name()) && adding.get(line.name()) == line) {
                receipts[i] = Objects.requireNonNull(added.get(line.name())).firstAnswer();
            } else if (receipts[i] == null || sameContent(line, winners.get(line.name()))) {
                receipts[i] = answer(line, winnerOf(line, winners));
            }
        }
        var answers = new ArrayList<Receipt>(receipts.length);
        for (Receipt receipt : receipts) {
            answers.add(Objects.requireNonNull(receipt, "every line has an answer"));
        }
        return answers;
    }

    private Kept winnerOf(E line, Map<String, Kept> winners) {
        Kept winner = winners.get(line.name());
        if (winner == null) {
            winner = conflictElsewhere(line);
        }
        return winner;
    }

    /** Another unique constraint than the name's kept the line out; by default there is none, and that is a bug. */
    Kept conflictElsewhere(E line) {
        throw new IllegalStateException("neither added nor kept: " + line.name());
    }

    private Receipt answer(E line, Kept earlier) {
        return sameContent(line, earlier) ? repeated(earlier.firstAnswer()) : new Receipt.Refused(List.of(conflict()));
    }

    private static <E extends Named> boolean sameContent(E line, @Nullable Kept earlier) {
        return earlier != null && earlier.digest().equals(line.digest());
    }
}
