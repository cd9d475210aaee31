package io.quittance.domain.seal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How a sealed tree is kept, so that the proof of an old entry is cheap.
 *
 * <p>The tree's slots (see {@link Heap}) are cut into pages of 1024; page {@code p} holds the slots {@code 1024 p .. 1024 p +
 * 1023}. Those are exactly the descendants of slot {@code p} ten levels below, so whatever lies between follows from the page
 * by about a thousand hashes. Kept are the pages that hold leaves, then those of the slots ten levels above, and so on until the
 * root: hardly more than the leaves themselves, 32 bytes each. A chunk is a page, with the page's number, at most 32 KiB;
 * the last page ends with the last slot, and slot 0, which no node has, is all zero.
 *
 * <p>A proof reads one chunk per ten levels, three for ten million entries. The leaf's chunk is found by its value, since
 * hashes are spread evenly: mostly one or two reads more.
 */
public final class SealedNodes {

    /** Levels that are skipped between kept ones. */
    private static final int LEVELS = 10;

    private static final int SLOTS_PER_PAGE = 1 << LEVELS;

    public static final int MAX_CHUNK_LENGTH = SLOTS_PER_PAGE * Hash32.LENGTH;

    /** Guesses by value before the search halves what is left, as chosen leaves may lie anywhere. */
    private static final int GUESSES = 4;

    private SealedNodes() {}

    /** Hands out the chunks to be kept of {@code tree}, each once, numbers ascending; none for a tree without leaves. */
    public static void cut(EntryTree tree, ChunkSink sink) {
        int last = 2 * tree.leafCount() - 1;
        int levels = 0;
        while ((last >> (levels + LEVELS)) > 1) {
            levels += LEVELS;
        }
        for (int shift = levels; shift >= 0 && last > 0; shift -= LEVELS) {
            int firstPage = (tree.leafCount() >> shift) / SLOTS_PER_PAGE;
            int lastPage = (last >> shift) / SLOTS_PER_PAGE;
            for (int page = firstPage; page <= lastPage; page++) {
                int from = page * SLOTS_PER_PAGE;
                sink.keep(page, tree.slots(from, Math.min(last + 1, from + SLOTS_PER_PAGE)));
            }
        }
    }

    /**
     * The proof of {@code leaf} in the tree of {@code leafCount} leaves that was cut into {@code chunks}; empty if the leaf
     * is not in it. Equal to {@link EntryTree#proof}. What it gives is only as good as the chunks: compare {@link
     * InclusionProof#rootOf} with the header's root.
     *
     * @throws IllegalArgumentException if {@code leafCount} is out of range
     * @throws IllegalStateException if a chunk has not the length that it must have
     */
    public static Optional<InclusionProof> prove(Hash32 leaf, long leafCount, ChunkSource chunks) {
        if (leafCount < 0 || leafCount > EntryTree.MAX_LEAVES) {
            throw new IllegalArgumentException("no tree has " + leafCount + " leaves");
        }
        Pages pages = new Pages((int) leafCount, chunks);
        long slot = pages.find(leaf.bytes());
        if (slot == 0) {
            return Optional.empty();
        }
        List<Hash32> siblings = new ArrayList<>();
        while (slot > 1) {
            slot = pages.climb(slot, siblings);
        }
        return Optional.of(new InclusionProof(siblings));
    }

    /** The pages of one tree, while one proof is made. */
    private static final class Pages {

        private final int first;
        private final int last;
        private final ChunkSource chunks;
        private final Keccak256 keccak = new Keccak256();

        /** The page read last: the search ends in the one with which the climb begins. */
        private int currentPage = -1;

        private byte[] current = new byte[0];

        Pages(int leafCount, ChunkSource chunks) {
            this.first = leafCount;
            this.last = 2 * leafCount - 1;
            this.chunks = chunks;
        }

        /** The slot of a leaf, or 0. Leaves stand in descending order. */
        long find(byte[] leaf) {
            int low = first;
            int high = last;
            double key = key(leaf, 0);
            double highest = 0x1p64;
            double lowest = 0;
            for (int reads = 0; low <= high; reads++) {
                double share = reads < GUESSES && highest > lowest ? (highest - key) / (highest - lowest) : 0.5;
                int guess = low + (int) ((high - low) * Math.max(0, Math.min(1, share)));
                int page = guess / SLOTS_PER_PAGE;
                byte[] bytes = read(page);
                int from = Math.max(low, page * SLOTS_PER_PAGE);
                int to = Math.min(high, page * SLOTS_PER_PAGE + SLOTS_PER_PAGE - 1);
                if (LongBytes.compare32(leaf, 0, bytes, at(from)) > 0) {
                    high = from - 1;
                    lowest = key(bytes, at(from));
                } else if (LongBytes.compare32(leaf, 0, bytes, at(to)) < 0) {
                    low = to + 1;
                    highest = key(bytes, at(to));
                } else {
                    return findInPage(leaf, bytes, from, to);
                }
            }
            return 0;
        }

        private static long findInPage(byte[] leaf, byte[] bytes, int from, int to) {
            int low = from;
            int high = to;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int order = LongBytes.compare32(bytes, at(middle), leaf, 0);
                if (order == 0) {
                    return middle;
                }
                if (order > 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return 0;
        }

        /** Adds the siblings of {@code slot} and of its ancestors within the page's ten levels; gives the slot above. */
        long climb(long slot, List<Hash32> siblings) {
            int page = (int) (slot / SLOTS_PER_PAGE);
            byte[] nodes = read(page);
            if (page == 0) {
                for (long at = slot; at > 1; at = Heap.parent(at)) {
                    siblings.add(Hash32.of(nodes, at(Heap.sibling(at)), Hash32.LENGTH));
                }
                return 1;
            }
            int present = nodes.length / Hash32.LENGTH;
            siblings.add(Hash32.of(nodes, at(Heap.sibling(slot)), Hash32.LENGTH));
            byte[] level = parents(nodes, present / 2);
            if (present < SLOTS_PER_PAGE) {
                // The last page may end early. What has no children there is itself a leaf, on the page of the parents.
                byte[] parents = read(page / 2);
                int begin = at((long) page * SLOTS_PER_PAGE / 2);
                level = Arrays.copyOf(level, MAX_CHUNK_LENGTH / 2);
                int done = present / 2 * Hash32.LENGTH;
                System.arraycopy(parents, begin + done, level, done, level.length - done);
            }
            long at = Heap.parent(slot);
            for (int height = 1; height < LEVELS; height++) {
                int width = SLOTS_PER_PAGE >> height;
                int index = (int) (Heap.sibling(at) % width);
                siblings.add(Hash32.of(level, index * Hash32.LENGTH, Hash32.LENGTH));
                level = parents(level, width / 2);
                at = Heap.parent(at);
            }
            return at;
        }

        private byte[] parents(byte[] children, int count) {
            byte[] parents = new byte[count * Hash32.LENGTH];
            for (int i = 0; i < parents.length; i += Hash32.LENGTH) {
                EntryTree.hashSorted(keccak, children, 2 * i, children, 2 * i + Hash32.LENGTH, parents, i);
            }
            return parents;
        }

        private byte[] read(int page) {
            if (page != currentPage) {
                byte[] bytes = chunks.chunk(page);
                int slots = Math.min(last + 1 - page * SLOTS_PER_PAGE, SLOTS_PER_PAGE);
                if (bytes.length != slots * Hash32.LENGTH) {
                    throw new IllegalStateException(
                            "chunk " + page + " has " + bytes.length + " bytes instead of " + slots * Hash32.LENGTH);
                }
                current = bytes;
                currentPage = page;
            }
            return current;
        }

        private static int at(long slot) {
            return (int) (slot % SLOTS_PER_PAGE) * Hash32.LENGTH;
        }

        /** The first 64 bits as a number; its last bits do not matter to a guess. */
        private static double key(byte[] bytes, int offset) {
            return (LongBytes.get(bytes, offset) >>> 1) * 2.0;
        }
    }
}
