package io.quittance.domain.seal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The Merkle tree over a cycle's entries, node for node the one that OpenZeppelin's StandardMerkleTree 1.0.8 builds.
 *
 * <p>Leaves are sorted, so their order of arrival does not matter; the tree is complete; a node is keccak256 of its two
 * children, the smaller first. All nodes lie in one array of 64 bytes per leaf, numbered as a {@link Heap}: slot {@code s}
 * is that library's {@code tree[s - 1]}, and the leaves stand in descending order at the end. Sorting and hashing use the
 * common fork-join pool; the result does not depend on the number of threads. Immutable and thread-safe once built.
 */
public final class EntryTree {

    /** More would not fit one array. */
    public static final int MAX_LEAVES = 33_000_000;

    /** The root of a cycle without entries: keccak256("quittance/empty/v1"). */
    public static final Hash32 EMPTY_ROOT = Keccak256.of("quittance/empty/v1");

    /** Nodes that one task sorts or hashes; a level with fewer is not worth a second thread. */
    private static final int NODES_PER_TASK = 4_096;

    private final int leafCount;

    /** Slot {@code s} at byte {@code 32 * s}; slot 0 is all zero. */
    private final byte[] nodes;

    private EntryTree(int leafCount, byte[] nodes) {
        this.leafCount = leafCount;
        this.nodes = nodes;
    }

    /**
     * The tree over {@code leaves}, one hash of 32 bytes behind the other; copied.
     *
     * @throws IllegalArgumentException if the length is not a multiple of 32, a leaf occurs twice or is all zero
     */
    public static EntryTree of(byte[] leaves) {
        if (leaves.length % Hash32.LENGTH != 0) {
            throw new IllegalArgumentException("leaves have 32 bytes each, not " + leaves.length + " together");
        }
        int leafCount = leaves.length / Hash32.LENGTH;
        Builder builder = new Builder(leafCount);
        builder.put(0, leaves, 0, leafCount);
        return builder.build();
    }

    /**
     * A builder for exactly {@code leafCount} leaves, which holds the tree's array from the start: nothing more is needed
     * to build it.
     *
     * @throws IllegalArgumentException if {@code leafCount} is negative or above {@link #MAX_LEAVES}
     */
    public static Builder builder(int leafCount) {
        return new Builder(leafCount);
    }

    public int leafCount() {
        return leafCount;
    }

    /** {@link #EMPTY_ROOT} if there are no leaves; the leaf itself if there is one. */
    public Hash32 root() {
        return leafCount == 0 ? EMPTY_ROOT : node(1);
    }

    /** The proof for {@code leaf}, or empty if it is not in the tree. */
    public Optional<InclusionProof> proof(Hash32 leaf) {
        byte[] wanted = leaf.bytes();
        int low = leafCount;
        int high = 2 * leafCount - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = LongBytes.compare32(nodes, middle * Hash32.LENGTH, wanted, 0);
            if (order == 0) {
                return Optional.of(proofOfSlot(middle));
            }
            if (order > 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Optional.empty();
    }

    private InclusionProof proofOfSlot(int slot) {
        List<Hash32> siblings = new ArrayList<>(Integer.SIZE);
        for (long at = slot; at > 1; at = Heap.parent(at)) {
            siblings.add(node((int) Heap.sibling(at)));
        }
        return new InclusionProof(siblings);
    }

    private Hash32 node(int slot) {
        return Hash32.of(nodes, slot * Hash32.LENGTH, Hash32.LENGTH);
    }

    /** A copy of the nodes from slot {@code from} until, but without, slot {@code to}; slot 0 is all zero. */
    byte[] slots(int from, int to) {
        return Arrays.copyOfRange(nodes, from * Hash32.LENGTH, to * Hash32.LENGTH);
    }

    /** A node from its two children, whichever way round they come. */
    static void hashSorted(Keccak256 keccak, byte[] a, int aOffset, byte[] b, int bOffset, byte[] out, int outOffset) {
        if (LongBytes.compare32(a, aOffset, b, bOffset) <= 0) {
            keccak.hashPair(a, aOffset, b, bOffset, out, outOffset);
        } else {
            keccak.hashPair(b, bOffset, a, aOffset, out, outOffset);
        }
    }

    /**
     * Takes the leaves of one tree. Any number of threads may put at the same time, each at positions of its own; {@link
     * #build} comes after all of them.
     */
    public static final class Builder {

        /** Small enough that a bucket is sorted by insertion, large enough that the counters stay in the cache. */
        private static final int LEAVES_PER_BUCKET = 8;

        /** From here on insertion would be too slow; hashes never get there, chosen leaves may. */
        private static final int LARGE_BUCKET = 64;

        private final int leafCount;
        private byte[] nodes;

        private Builder(int leafCount) {
            if (leafCount < 0 || leafCount > MAX_LEAVES) {
                throw new IllegalArgumentException("a tree has 0.." + MAX_LEAVES + " leaves, not " + leafCount);
            }
            this.leafCount = leafCount;
            this.nodes = new byte[2 * leafCount * Hash32.LENGTH];
        }

        /**
         * Takes {@code count} leaves of 32 bytes from {@code leaves} at {@code offset} as those from {@code position} on.
         * Positions only keep the writers apart: the tree is the same in whatever order its leaves come.
         *
         * @throws IndexOutOfBoundsException if positions or bytes are out of range
         * @throws IllegalStateException if the tree has been built
         */
        public void put(int position, byte[] leaves, int offset, int count) {
            requireOpen();
            Objects.checkFromIndexSize(position, count, leafCount);
            System.arraycopy(leaves, offset, nodes, position * Hash32.LENGTH, count * Hash32.LENGTH);
        }

        /**
         * Sorts the leaves and hashes the nodes. Ends the builder.
         *
         * @throws IllegalArgumentException if a leaf occurs twice, which would be two claims by one proof, or is all zero,
         *     as it is at a position that was never put
         * @throws IllegalStateException on a second call
         */
        public EntryTree build() {
            requireOpen();
            byte[] built = nodes;
            nodes = CLOSED;
            if (leafCount > 0) {
                sortIntoPlace(built);
                requireDistinct(built);
                hashInnerNodes(built);
                Arrays.fill(built, 0, Hash32.LENGTH, (byte) 0);
            }
            return new EntryTree(leafCount, built);
        }

        private static final byte[] CLOSED = new byte[0];

        private void requireOpen() {
            if (nodes == CLOSED) {
                throw new IllegalStateException("this tree has been built");
            }
        }

        /**
         * From the slots {@code 0 .. n - 1}, as they came, to {@code n .. 2n - 1}, descending: each leaf goes straight to
         * the bucket of its first bits, where few have to be compared.
         */
        private void sortIntoPlace(byte[] nodes) {
            int bits = Math.max(
                    1, Math.min(22, Integer.SIZE - Integer.numberOfLeadingZeros(leafCount / LEAVES_PER_BUCKET)));
            int[] ends = new int[1 << bits];
            for (int leaf = 0; leaf < leafCount; leaf++) {
                ends[bucket(nodes, leaf, bits)]++;
            }
            int start = leafCount;
            for (int bucket = 0; bucket < ends.length; bucket++) {
                int size = ends[bucket];
                ends[bucket] = start;
                start += size;
            }
            for (int leaf = 0; leaf < leafCount; leaf++) {
                int slot = ends[bucket(nodes, leaf, bits)]++;
                System.arraycopy(nodes, leaf * Hash32.LENGTH, nodes, slot * Hash32.LENGTH, Hash32.LENGTH);
            }
            int bucketsPerTask = NODES_PER_TASK / LEAVES_PER_BUCKET;
            inTasks(0, ends.length, bucketsPerTask, (from, to) -> {
                for (int bucket = from; bucket < to; bucket++) {
                    sort(nodes, bucket == 0 ? leafCount : ends[bucket - 1], ends[bucket]);
                }
            });
        }

        private static int bucket(byte[] nodes, int slot, int bits) {
            return (int) (~LongBytes.get(nodes, slot * Hash32.LENGTH) >>> (Long.SIZE - bits));
        }

        private static void sort(byte[] nodes, int from, int to) {
            if (to - from > LARGE_BUCKET) {
                heapSort(nodes, from, to - from);
            } else {
                insertionSort(nodes, from, to);
            }
        }

        private static void insertionSort(byte[] nodes, int from, int to) {
            byte[] moving = new byte[Hash32.LENGTH];
            for (int next = from + 1; next < to; next++) {
                int hole = next;
                while (hole > from
                        && LongBytes.compare32(nodes, (hole - 1) * Hash32.LENGTH, nodes, next * Hash32.LENGTH) < 0) {
                    hole--;
                }
                if (hole < next) {
                    int shifted = (next - hole) * Hash32.LENGTH;
                    System.arraycopy(nodes, next * Hash32.LENGTH, moving, 0, Hash32.LENGTH);
                    System.arraycopy(nodes, hole * Hash32.LENGTH, nodes, (hole + 1) * Hash32.LENGTH, shifted);
                    System.arraycopy(moving, 0, nodes, hole * Hash32.LENGTH, Hash32.LENGTH);
                }
            }
        }

        /** Descending: the smallest of what is left goes to the end. */
        private static void heapSort(byte[] nodes, int from, int size) {
            byte[] swap = new byte[Hash32.LENGTH];
            for (int parent = size / 2 - 1; parent >= 0; parent--) {
                siftDown(nodes, from, parent, size, swap);
            }
            for (int end = size - 1; end > 0; end--) {
                swap(nodes, from, from + end, swap);
                siftDown(nodes, from, 0, end, swap);
            }
        }

        private static void siftDown(byte[] nodes, int from, int parent, int size, byte[] swap) {
            while (2 * parent + 1 < size) {
                int child = 2 * parent + 1;
                if (child + 1 < size && compareSlots(nodes, from + child + 1, from + child) < 0) {
                    child++;
                }
                if (compareSlots(nodes, from + parent, from + child) <= 0) {
                    return;
                }
                swap(nodes, from + parent, from + child, swap);
                parent = child;
            }
        }

        private static int compareSlots(byte[] nodes, int left, int right) {
            return LongBytes.compare32(nodes, left * Hash32.LENGTH, nodes, right * Hash32.LENGTH);
        }

        private static void swap(byte[] nodes, int left, int right, byte[] swap) {
            System.arraycopy(nodes, left * Hash32.LENGTH, swap, 0, Hash32.LENGTH);
            System.arraycopy(nodes, right * Hash32.LENGTH, nodes, left * Hash32.LENGTH, Hash32.LENGTH);
            System.arraycopy(swap, 0, nodes, right * Hash32.LENGTH, Hash32.LENGTH);
        }

        private void requireDistinct(byte[] nodes) {
            for (int slot = leafCount + 1; slot < 2 * leafCount; slot++) {
                if (compareSlots(nodes, slot - 1, slot) == 0) {
                    Hash32 twice = Hash32.of(nodes, slot * Hash32.LENGTH, Hash32.LENGTH);
                    throw new IllegalArgumentException("a leaf occurs twice: " + twice);
                }
            }
            if (Hash32.of(nodes, (2 * leafCount - 1) * Hash32.LENGTH, Hash32.LENGTH)
                    .isZero()) {
                throw new IllegalArgumentException("a leaf is all zero: was each position put?");
            }
        }

        /** Level by level from the lowest inner one; within a level the nodes are independent of each other. */
        private void hashInnerNodes(byte[] nodes) {
            for (int to = leafCount; to > 1; to = Integer.highestOneBit(to - 1)) {
                inTasks(Integer.highestOneBit(to - 1), to, NODES_PER_TASK, (first, last) -> {
                    Keccak256 keccak = new Keccak256();
                    for (int slot = first; slot < last; slot++) {
                        int child = 2 * slot * Hash32.LENGTH;
                        hashSorted(keccak, nodes, child, nodes, child + Hash32.LENGTH, nodes, slot * Hash32.LENGTH);
                    }
                });
            }
        }

        private static void inTasks(int from, int to, int perTask, RangeTask task) {
            if (to - from <= perTask) {
                task.run(from, to);
                return;
            }
            int tasks = (to - from + perTask - 1) / perTask;
            IntStream.range(0, tasks).parallel().forEach(number -> {
                int first = from + number * perTask;
                task.run(first, Math.min(to, first + perTask));
            });
        }

        private interface RangeTask {
            void run(int from, int to);
        }
    }
}
