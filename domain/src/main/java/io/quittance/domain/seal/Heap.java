package io.quittance.domain.seal;

/**
 * The numbering of nodes in a complete binary tree: the root is slot 1, the children of slot {@code s} are {@code 2s} and
 * {@code 2s + 1}. With {@code n} leaves these are the slots {@code n .. 2n - 1}.
 */
final class Heap {

    private Heap() {}

    /** Number of steps from a slot to the root. */
    static int depth(long slot) {
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(slot);
    }

    static long sibling(long slot) {
        return slot ^ 1;
    }

    static long parent(long slot) {
        return slot >> 1;
    }
}
