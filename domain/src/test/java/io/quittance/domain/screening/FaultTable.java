package io.quittance.domain.screening;

import static org.assertj.core.api.Assertions.assertThat;

import io.quittance.domain.intake.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The faults that a submission of one kind can have, each of which alone gives its reason. Judges every combination of them:
 * the reason must always be the one that stands first in the given precedence. Faults of one slot exclude each other.
 *
 * @param <S> a scenario, faultless when new
 */
final class FaultTable<S> {

    private record Fault<S>(Reason reason, Consumer<S> make) {}

    /** What the engine answered: null where nothing was against it. */
    interface Judge<S> extends Function<S, @Nullable Reason> {}

    private final List<Reason> precedence;
    private final Supplier<S> faultless;
    private final Map<String, List<Fault<S>>> slots = new LinkedHashMap<>();

    FaultTable(List<Reason> precedence, Supplier<S> faultless) {
        this.precedence = precedence;
        this.faultless = faultless;
    }

    FaultTable<S> fault(String slot, Reason reason, Consumer<S> make) {
        slots.computeIfAbsent(slot, s -> new ArrayList<>()).add(new Fault<>(reason, make));
        return this;
    }

    /** @return how many combinations were judged */
    int check(Predicate<List<Reason>> possible, Judge<S> judge) {
        assertThat(slots.values().stream().flatMap(List::stream).map(Fault::reason))
                .as("each reason of the precedence has a fault that gives it")
                .containsAll(precedence);
        List<List<Fault<S>>> combinations = new ArrayList<>();
        combinations.add(List.of());
        for (List<Fault<S>> slot : slots.values()) {
            for (List<Fault<S>> combination : List.copyOf(combinations)) {
                for (Fault<S> fault : slot) {
                    var longer = new ArrayList<>(combination);
                    longer.add(fault);
                    combinations.add(longer);
                }
            }
        }
        int judged = 0;
        for (List<Fault<S>> combination : combinations) {
            List<Reason> reasons = combination.stream().map(Fault::reason).toList();
            if (possible.test(reasons)) {
                S scenario = faultless.get();
                combination.forEach(fault -> fault.make().accept(scenario));
                Reason expected = precedence.stream()
                        .filter(reasons::contains)
                        .findFirst()
                        .orElse(null);
                assertThat(judge.apply(scenario)).as("of faults %s", reasons).isEqualTo(expected);
                judged++;
            }
        }
        return judged;
    }
}
