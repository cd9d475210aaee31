package io.quittance.domain.seal;

import java.util.List;

/**
 * The siblings on the way from a leaf to the root of an {@link EntryTree}, lowest first. Immutable.
 *
 * <p>Pairs are hashed sorted, so a proof carries no position: it shows membership and nothing more. That an entry stands at
 * its place and that none is missing follow from {@code seq} in the leaf and from the header's range and count.
 *
 * @param siblings empty for a tree of one leaf
 */
public record InclusionProof(List<Hash32> siblings) {

    public InclusionProof {
        siblings = List.copyOf(siblings);
    }

    /** The root to which {@code leaf} leads by these siblings. */
    public Hash32 rootOf(Hash32 leaf) {
        Keccak256 keccak = new Keccak256();
        byte[] node = leaf.bytes();
        for (Hash32 sibling : siblings) {
            byte[] other = sibling.bytes();
            EntryTree.hashSorted(keccak, node, 0, other, 0, node, 0);
        }
        return Hash32.of(node);
    }

    /**
     * Whether a proof in a tree of {@code leafCount} leaves can have this length. Leaves lie on the two lowest levels of a
     * complete tree, so there are at most two lengths; any other is a forgery.
     */
    public boolean fits(long leafCount) {
        return leafCount >= 1
                && (siblings.size() == Heap.depth(leafCount) || siblings.size() == Heap.depth(2 * leafCount - 1));
    }
}
