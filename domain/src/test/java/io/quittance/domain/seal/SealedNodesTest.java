package io.quittance.domain.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SealedNodesTest {

    private static final int SLOTS = SealedNodes.MAX_CHUNK_LENGTH / Hash32.LENGTH;

    /** Chunks in memory that count how often they are read. */
    private static final class Kept {
        final Map<Integer, byte[]> chunks = new HashMap<>();
        final List<Integer> order = new ArrayList<>();
        int reads = 0;

        Kept(EntryTree tree) {
            SealedNodes.cut(tree, (number, bytes) -> {
                assertThat(chunks.put(number, bytes))
                        .as("chunk " + number + " twice")
                        .isNull();
                order.add(number);
            });
        }

        byte[] chunk(int number) {
            reads++;
            byte[] bytes = chunks.get(number);
            if (bytes == null) {
                throw new AssertionError("chunk " + number + " was not kept");
            }
            return bytes;
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {1, 2, 3, 5, 511, 512, 513, 600, 1023, 1024, 1025, 1026, 1535, 1536, 1537, 2047, 2048, 2049, 3000})
    void everyProofEqualsThatOfTheTree(int leafCount) {
        byte[] leaves = Vectors.leaves(leafCount);
        EntryTree tree = EntryTree.of(leaves);
        Kept kept = new Kept(tree);

        byte[] sorted = tree.slots(leafCount, 2 * leafCount);
        for (int position = 0; position < leafCount; position += position < 20 || position > leafCount - 20 ? 1 : 7) {
            Hash32 leaf = Vectors.leafAt(sorted, position);
            assertThat(SealedNodes.prove(leaf, leafCount, kept::chunk))
                    .as("leaf in slot " + (leafCount + position))
                    .isEqualTo(tree.proof(leaf));
        }
    }

    @ParameterizedTest
    @MethodSource("io.quittance.domain.seal.Seeds#few")
    void inTreesOfAnySizeChunkedProofsAreTheTreesOwn(long seed) {
        Random random = Seeds.random(seed);
        for (int round = 0; round < 4; round++) {
            int leafCount = 1 + random.nextInt(30_000);
            byte[] leaves = Seeds.bytes(random, leafCount * Hash32.LENGTH);
            EntryTree tree = EntryTree.of(leaves);
            Kept kept = new Kept(tree);
            for (int i = 0; i < 50; i++) {
                Hash32 leaf = Vectors.leafAt(leaves, random.nextInt(leafCount));
                assertThat(SealedNodes.prove(leaf, leafCount, kept::chunk)).isEqualTo(tree.proof(leaf));
                assertThat(SealedNodes.prove(Seeds.hash(random), leafCount, kept::chunk))
                        .isEmpty();
            }
        }
    }

    /** More than 2^20 slots, so that three levels of chunks are kept. */
    @Test
    void aProofInALargeTreeCostsAFewReadsAndHardlyMoreIsKeptThanTheLeaves() {
        int leafCount = 600_000;
        byte[] leaves = Seeds.bytes(Seeds.random(42), leafCount * Hash32.LENGTH);
        EntryTree tree = EntryTree.of(leaves);
        Kept kept = new Kept(tree);
        int most = 0;
        int total = 0;
        for (int position = 0; position < leafCount; position += 3_001) {
            Hash32 leaf = Vectors.leafAt(leaves, position);
            kept.reads = 0;

            assertThat(SealedNodes.prove(leaf, leafCount, kept::chunk)).isEqualTo(tree.proof(leaf));

            most = Math.max(most, kept.reads);
            total += kept.reads;
        }

        assertThat(most).isLessThanOrEqualTo(6);
        assertThat(total / 200.0).isLessThanOrEqualTo(4);
        long bytes =
                kept.chunks.values().stream().mapToLong(chunk -> chunk.length).sum();
        assertThat(bytes).isBetween(32L * leafCount, 32L * leafCount + 3L * SealedNodes.MAX_CHUNK_LENGTH);
    }

    /** Leaves that someone could choose defeat the guess by value, not the search. */
    @Test
    void leavesThatCrowdTogetherAreFoundToo() {
        int leafCount = 20_000;
        byte[] leaves = new byte[leafCount * Hash32.LENGTH];
        for (int i = 0; i < leafCount; i++) {
            LongBytes.put(leaves, i * Hash32.LENGTH, i < 10 ? -1L - i : 77);
            LongBytes.put(leaves, i * Hash32.LENGTH + 24, i + 1);
        }
        EntryTree tree = EntryTree.of(leaves);
        Kept kept = new Kept(tree);

        for (int position = 0; position < leafCount; position += 19) {
            Hash32 leaf = Vectors.leafAt(leaves, position);
            kept.reads = 0;
            assertThat(SealedNodes.prove(leaf, leafCount, kept::chunk)).isEqualTo(tree.proof(leaf));
            assertThat(kept.reads).isLessThanOrEqualTo(12);
        }
        assertThat(SealedNodes.prove(Hash32.ZERO, leafCount, kept::chunk)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 700, 5_000, 100_000})
    void chunksAreSmallAndComeInAscendingOrder(int leafCount) {
        Kept kept = new Kept(EntryTree.of(Seeds.bytes(Seeds.random(1), leafCount * Hash32.LENGTH)));

        assertThat(kept.order).containsExactlyElementsOf(new TreeSet<>(kept.order));
        assertThat(SLOTS).isEqualTo(1024);
        assertThat(kept.chunks.values()).allSatisfy(chunk -> {
            assertThat(chunk.length).isBetween(1, SealedNodes.MAX_CHUNK_LENGTH);
            assertThat(chunk.length % Hash32.LENGTH).isZero();
        });
    }

    @Test
    void aTreeWithoutLeavesKeepsNothingAndProvesNothing() {
        Kept kept = new Kept(EntryTree.of(new byte[0]));

        assertThat(kept.chunks).isEmpty();
        assertThat(SealedNodes.prove(Hash32.ZERO, 0, kept::chunk)).isEmpty();
    }

    @Test
    void aChunkThatWasCutShortIsToldFromALeafThatIsNotThere() {
        byte[] leaves = Vectors.leaves(3_000);
        Kept kept = new Kept(EntryTree.of(leaves));
        kept.chunks.replaceAll((number, chunk) -> Arrays.copyOf(chunk, chunk.length - 32));

        assertThatThrownBy(() -> SealedNodes.prove(Vectors.leafAt(leaves, 0), 3_000, kept::chunk))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("chunk");
    }

    @Test
    void aChangedChunkGivesNoProofOfTheRoot() {
        byte[] leaves = Vectors.leaves(3_000);
        EntryTree tree = EntryTree.of(leaves);
        Kept kept = new Kept(tree);
        Hash32 leaf = Vectors.leafAt(leaves, 0);
        kept.chunks.replaceAll((number, chunk) -> {
            byte[] changed = chunk.clone();
            for (int last = 31; last < changed.length; last += 32) {
                if (!Hash32.of(changed, last - 31, 32).equals(leaf)) {
                    changed[last] ^= 1;
                }
            }
            return changed;
        });

        var proof = SealedNodes.prove(leaf, 3_000, kept::chunk).orElseThrow();

        assertThat(proof.rootOf(leaf)).isNotEqualTo(tree.root());
    }

    @Test
    void aCountThatNoTreeHasIsRefused() {
        assertThatThrownBy(() -> SealedNodes.prove(Hash32.ZERO, -1, number -> new byte[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SealedNodes.prove(Hash32.ZERO, EntryTree.MAX_LEAVES + 1L, number -> new byte[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
