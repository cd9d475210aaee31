package io.quittance.domain.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 16})
    void eachPlaceIsWorkedOnOnceWhateverTheirNumber(int count) {
        for (int size : new int[] {0, 1, 2, 6, 7, 8, 1_000}) {
            var worked = new AtomicIntegerArray(size);
            new Workers(count).overRanges("test", size, (from, to) -> {
                for (int i = from; i < to; i++) {
                    worked.incrementAndGet(i);
                }
            });
            for (int i = 0; i < size; i++) {
                assertThat(worked.get(i))
                        .as(count + " workers, place " + i + " of " + size)
                        .isOne();
            }
        }
    }

    @Test
    void theyWorkAtTheSameTime() {
        var bothAreThere = new CountDownLatch(2);
        new Workers(2).overRanges("test", 2, (from, to) -> {
            bothAreThere.countDown();
            try {
                assertThat(bothAreThere.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
        });
    }

    @Test
    void allHaveEndedWhenOneFailsAndItsFailureIsToldWithTheOthers() {
        var ended = new AtomicIntegerArray(3);
        assertThatThrownBy(() -> new Workers(3).overRanges("test", 3, (from, to) -> {
                    ended.set(from, 1);
                    if (from > 0) {
                        throw new IllegalArgumentException("range " + from);
                    }
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("range 1")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .satisfies(other -> assertThat(other).hasMessage("range 2")));
        assertThat(ended.get(0) + ended.get(1) + ended.get(2)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 17})
    void noneAndTooManyAreRefused(int count) {
        assertThatThrownBy(() -> new Workers(count)).hasMessageContaining("from 1 to 16, not " + count);
    }
}
