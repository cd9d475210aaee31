package io.quittance.domain.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataRootTest {

    private static final Hash32 SOME = Keccak256.of("some");

    @Test
    void theRootIsThatOfTheSecondImplementation() {
        assertThat(Vectors.dataRoot().root())
                .hasToString("0xc8f564bf382f6c57d85cea3f361158cf946014703fc266996d6025c9373f38da");
    }

    @Test
    void slotNumbersAreFrozen() {
        assertThat(Slot.values()).extracting(Slot::number).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(Slot.values())
                .extracting(Slot::name)
                .containsExactly(
                        "INPUTS", "PARAMETERS", "OUTCOMES", "TRANSFERS", "PRICES", "POSITIONS", "REPUTATION", "AUDIT");
    }

    @Test
    void anEmptySlotIsTheSameAsOneThatIsNotNamed() {
        assertThat(DataRoot.of(Map.of(Slot.PRICES, DataRoot.EMPTY_SLOT)).root())
                .isEqualTo(DataRoot.of(Map.of()).root());
        assertThat(new SlotDigest(Slot.PRICES).finish())
                .isEqualTo(DataRoot.EMPTY_SLOT)
                .isEqualTo(Keccak256.of("quittance/slot/empty/v1"));
    }

    @Test
    void theSameHashInAnotherSlotGivesAnotherRoot() {
        Set<Hash32> roots = new HashSet<>();
        for (Slot slot : Slot.values()) {
            roots.add(DataRoot.of(Map.of(slot, SOME)).root());
        }

        assertThat(roots).hasSize(8).doesNotContain(DataRoot.of(Map.of()).root());
    }

    @ParameterizedTest
    @EnumSource
    void aSlotIsProvedAtItsPlaceAndNowhereElse(Slot slot) {
        DataRoot data = Vectors.dataRoot();
        Hash32 hash = DataRoot.EMPTY_SLOT;
        boolean empty = !Set.of(Slot.INPUTS, Slot.TRANSFERS, Slot.AUDIT).contains(slot);

        List<Hash32> siblings = data.proof(slot);

        assertThat(DataRoot.proves(slot, hash, siblings, data.root())).isEqualTo(empty);
        assertThat(DataRoot.proves(slot, SOME, siblings, data.root())).isFalse();
        for (Slot other : Slot.values()) {
            if (other != slot) {
                assertThat(DataRoot.proves(other, hash, siblings, data.root())).isFalse();
            }
        }
        assertThat(DataRoot.proves(slot, hash, siblings.subList(1, 4), data.root()))
                .isFalse();
        List<Hash32> longer = new ArrayList<>(siblings);
        longer.add(data.root());
        assertThat(DataRoot.proves(slot, hash, longer, data.root())).isFalse();
    }

    @Test
    void recordsCannotBeCutDifferentlyMovedOrLeftOut() {
        List<List<String>> lists = List.of(
                List.of("ab", "c"),
                List.of("a", "bc"),
                List.of("abc"),
                List.of("c", "ab"),
                List.of("ab", "c", ""),
                List.of("", "ab", "c"),
                List.of("ab"),
                List.of(""),
                List.of("", ""));
        Set<Hash32> hashes = new HashSet<>();
        lists.forEach(list -> hashes.add(digest(Slot.INPUTS, list)));
        lists.forEach(list -> hashes.add(digest(Slot.OUTCOMES, list)));

        assertThat(hashes).hasSize(2 * lists.size()).doesNotContain(DataRoot.EMPTY_SLOT);
    }

    /** Around the buffer's size, records pass through it in one piece, in several, or beside it. */
    @Test
    void theHashDoesNotDependOnHowBytesAreBuffered() throws Exception {
        for (int size : new int[] {0, 1, 4_090, 8_176, 8_185, 8_186, 8_187, 8_192, 8_193, 20_000}) {
            var digest = new SlotDigest(Slot.AUDIT);
            var expected = new ByteArrayOutputStream();
            var out = new DataOutputStream(expected);
            out.write(new byte[] {1, 7});
            for (int i = 0; i < 5; i++) {
                byte[] record = Vectors.counting(size + i);
                digest.add(record);
                out.writeInt(record.length);
                out.write(record);
            }
            out.writeLong(5);
            assertThat(digest.records()).isEqualTo(5);

            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(expected.toByteArray());

            assertThat(digest.finish()).as("records of %d bytes", size).isEqualTo(Hash32.of(sha256));
        }
    }

    @Test
    void aFinishedDigestTakesNothingMore() {
        var digest = new SlotDigest(Slot.INPUTS);
        digest.finish();

        assertThatThrownBy(() -> digest.add(new byte[1])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(digest::finish).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new SlotDigest(Slot.INPUTS).add(new byte[3], 1, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static Hash32 digest(Slot slot, List<String> records) {
        var digest = new SlotDigest(slot);
        records.forEach(record -> digest.add(record.getBytes(StandardCharsets.UTF_8)));
        return digest.finish();
    }
}
