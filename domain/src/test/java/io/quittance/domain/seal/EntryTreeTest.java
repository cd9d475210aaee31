package io.quittance.domain.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntryTreeTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 9, 100, 1000})
    void rootAndProofsAreThoseOfTheLibraryBitForBit(int leafCount) {
        String vector = Vectors.text("entry-tree-" + leafCount + ".json");
        EntryTree tree = EntryTree.of(Vectors.leaves(leafCount));

        assertThat(Vectors.DOMAIN.separator())
                .hasToString(Vectors.field(vector, "domain").getFirst());
        assertThat(tree.root()).hasToString(Vectors.field(vector, "root").getFirst());
        List<String> seqs = Vectors.field(vector, "seq");
        List<String> proofs = Vectors.field(vector, "proof");
        assertThat(proofs).hasSameSizeAs(seqs).hasSizeBetween(Math.min(leafCount, 9), 11);
        for (int i = 0; i < seqs.size(); i++) {
            Hash32 entryHash = Hash32.parse(Vectors.field(vector, "entry_hash").get(i));
            Hash32 leaf = EntryLeaf.of(Vectors.DOMAIN.separator(), Long.parseLong(seqs.get(i)), entryHash);
            assertThat(leaf).hasToString(Vectors.field(vector, "leaf").get(i));
            assertThat(tree.proof(leaf)).contains(new InclusionProof(Vectors.hashes(proofs.get(i))));
        }
    }

    @Test
    void largeTreesHaveTheLibrarysRootToo() {
        for (String line : Vectors.text("entry-roots.txt").split("\n")) {
            String[] countAndRoot = line.split(" ");
            EntryTree tree = EntryTree.of(Vectors.leaves(Integer.parseInt(countAndRoot[0])));
            assertThat(tree.root()).as(countAndRoot[0] + " leaves").hasToString(countAndRoot[1]);
        }
    }

    @Test
    void aTreeWithoutLeavesHasTheFixedRootAndNoProof() {
        EntryTree empty = EntryTree.of(new byte[0]);

        assertThat(empty.root())
                .isEqualTo(EntryTree.EMPTY_ROOT)
                .hasToString("0x8e3dccbd42985ef5cb21d06a409fd5011ae831c372781e4bea1e05ad6f7febf7");
        assertThat(empty.proof(Hash32.ZERO)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("io.quittance.domain.seal.Seeds#few")
    void everyLeafIsProvedAndNoOther(long seed) {
        Random random = Seeds.random(seed);
        for (int round = 0; round < 20; round++) {
            int leafCount = 1 + random.nextInt(700);
            byte[] leaves = Seeds.bytes(random, leafCount * Hash32.LENGTH);
            EntryTree tree = EntryTree.of(leaves);
            for (int position = 0; position < leafCount; position++) {
                Hash32 leaf = Vectors.leafAt(leaves, position);
                InclusionProof proof = tree.proof(leaf).orElseThrow();
                assertThat(proof.rootOf(leaf)).isEqualTo(tree.root());
                assertThat(proof.fits(leafCount)).isTrue();
            }
            assertThat(tree.proof(Seeds.hash(random))).isEmpty();
            assertThat(tree.leafCount()).isEqualTo(leafCount);
        }
    }

    @ParameterizedTest
    @MethodSource("io.quittance.domain.seal.Seeds#few")
    void theRootDoesNotDependOnTheOrderOrTheWorkersThatPutTheLeaves(long seed) {
        Random random = Seeds.random(seed);
        int leafCount = 20_000 + random.nextInt(20_000);
        byte[] leaves = Seeds.bytes(random, leafCount * Hash32.LENGTH);
        List<Integer> order = new ArrayList<>();
        for (int start = 0; start < leafCount; start += 1_000) {
            order.add(start);
        }
        Collections.shuffle(order, random);
        EntryTree.Builder builder = EntryTree.builder(leafCount);

        order.parallelStream().forEach(start -> {
            int count = Math.min(1_000, leafCount - start);
            builder.put(leafCount - start - count, leaves, start * Hash32.LENGTH, count);
        });

        assertThat(builder.build().root()).isEqualTo(EntryTree.of(leaves).root());
    }

    /** Hashes are spread evenly, and the sort counts on that for speed; it must not for correctness. */
    @ParameterizedTest
    @CsvSource({"first bytes equal, 8", "all bytes but the last two equal, 30"})
    void leavesThatCrowdTogetherAreSortedToo(String name, int equalBytes) {
        Random random = Seeds.random(1);
        int leafCount = 3_000;
        byte[] leaves = Seeds.bytes(random, leafCount * Hash32.LENGTH);
        for (int i = 0; i < leafCount; i++) {
            Arrays.fill(leaves, i * Hash32.LENGTH, i * Hash32.LENGTH + equalBytes, (byte) 0x5A);
            leaves[i * Hash32.LENGTH + 30] = (byte) (i >> 8);
            leaves[i * Hash32.LENGTH + 31] = (byte) i;
        }
        EntryTree tree = EntryTree.of(leaves);

        for (int position = 0; position < leafCount; position++) {
            Hash32 leaf = Vectors.leafAt(leaves, position);
            assertThat(tree.proof(leaf).map(proof -> proof.rootOf(leaf)))
                    .as(name)
                    .contains(tree.root());
        }
        List<Hash32> stored = new ArrayList<>();
        byte[] slots = tree.slots(leafCount, 2 * leafCount);
        for (int i = 0; i < leafCount; i++) {
            stored.add(Vectors.leafAt(slots, i));
        }
        assertThat(stored).isSortedAccordingTo(Collections.reverseOrder());
    }

    @Test
    void aLeafThatOccursTwiceIsRefused() {
        byte[] leaves = Vectors.leaves(1_000);
        System.arraycopy(leaves, 0, leaves, 999 * Hash32.LENGTH, Hash32.LENGTH);

        assertThatThrownBy(() -> EntryTree.of(leaves))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Vectors.leafAt(leaves, 0).toString());
    }

    @Test
    void aPositionThatWasNeverPutIsRefused() {
        EntryTree.Builder builder = EntryTree.builder(3);
        builder.put(0, Vectors.leaves(2), 0, 2);

        assertThatThrownBy(builder::build).hasMessageContaining("all zero");
    }

    @Test
    void aBuilderBuildsOnce() {
        EntryTree.Builder builder = EntryTree.builder(1);
        builder.put(0, Vectors.leaves(1), 0, 1);
        builder.build();

        assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.put(0, new byte[32], 0, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void leavesOutsideOfTheTreeAreRefused() {
        EntryTree.Builder builder = EntryTree.builder(2);

        assertThatThrownBy(() -> builder.put(1, new byte[64], 0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> builder.put(0, new byte[63], 0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> EntryTree.of(new byte[33])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EntryTree.builder(EntryTree.MAX_LEAVES + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static final byte[] EIGHT = Vectors.leaves(8);
    private static final EntryTree TREE_OF_EIGHT = EntryTree.of(EIGHT);
    private static final Hash32 LEAF = Vectors.leafAt(EIGHT, 3);
    private static final InclusionProof GENUINE = TREE_OF_EIGHT.proof(LEAF).orElseThrow();

    static Named<?>[] tampered() {
        List<Hash32> path = GENUINE.siblings();
        return new Named<?>[] {
            Named.of("first sibling dropped", path.subList(1, 3)),
            Named.of("last sibling dropped", path.subList(0, 2)),
            Named.of("root appended", List.of(path.get(0), path.get(1), path.get(2), TREE_OF_EIGHT.root())),
            Named.of("leaf put in front", List.of(LEAF, path.get(0), path.get(1), path.get(2))),
            Named.of("two siblings swapped", List.of(path.get(1), path.get(0), path.get(2))),
            Named.of("one sibling twice", List.of(path.get(0), path.get(0), path.get(2))),
            Named.of("one bit flipped", List.of(flipped(path.get(0)), path.get(1), path.get(2))),
            Named.of("last bit of the last flipped", List.of(path.get(0), path.get(1), flipped(path.get(2)))),
            Named.of("a sibling of zeros", List.of(path.get(0), Hash32.ZERO, path.get(2))),
            Named.of(
                    "another leaf's proof",
                    TREE_OF_EIGHT.proof(Vectors.leafAt(EIGHT, 4)).orElseThrow().siblings()),
            Named.of("nothing at all", List.of()),
        };
    }

    @ParameterizedTest
    @MethodSource("tampered")
    void aTamperedProofProvesNothing(List<Hash32> siblings) {
        assertThat(GENUINE.rootOf(LEAF)).isEqualTo(TREE_OF_EIGHT.root());
        assertThat(new InclusionProof(siblings).rootOf(LEAF)).isNotEqualTo(TREE_OF_EIGHT.root());
    }

    @Test
    void anInnerNodeShownAsALeafHasAProofOfTheWrongLength() {
        var rest = new InclusionProof(GENUINE.siblings().subList(1, 3));
        Hash32 inner = new InclusionProof(GENUINE.siblings().subList(0, 1)).rootOf(LEAF);

        assertThat(rest.rootOf(inner)).isEqualTo(TREE_OF_EIGHT.root());
        assertThat(rest.fits(8)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1,0,0", "2,1,1", "3,1,2", "4,2,2", "5,2,3", "8,3,3", "9,3,4", "1000000,19,20", "1048576,20,20"})
    void aProofHasOneOfTwoLengths(long leafCount, int shorter, int longer) {
        for (int length = 0; length < 30; length++) {
            var proof = new InclusionProof(Collections.nCopies(length, Hash32.ZERO));
            assertThat(proof.fits(leafCount)).as(length + " siblings").isEqualTo(length == shorter || length == longer);
            assertThat(proof.fits(0)).isFalse();
        }
    }

    private static Hash32 flipped(Hash32 hash) {
        byte[] bytes = hash.bytes();
        bytes[31] ^= 1;
        return Hash32.of(bytes);
    }
}
