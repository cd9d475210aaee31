package io.quittance.domain.seal;

/** Where the kept chunks of one sealed tree are read from, see {@link SealedNodes}. */
@FunctionalInterface
public interface ChunkSource {

    /**
     * The chunk with this number, as {@link SealedNodes#cut} handed it out. May be asked several times for the same.
     *
     * @throws RuntimeException if it cannot be had: each chunk was kept when the tree was sealed
     */
    byte[] chunk(int number);
}
