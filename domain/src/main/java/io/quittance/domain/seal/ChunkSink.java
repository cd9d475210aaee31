package io.quittance.domain.seal;

/** Where the chunks of one sealed tree are kept, see {@link SealedNodes}. */
@FunctionalInterface
public interface ChunkSink {

    /**
     * @param number unique within the tree
     * @param bytes at most {@link SealedNodes#MAX_CHUNK_LENGTH}, a multiple of 32; the receiver's to keep
     */
    void keep(int number, byte[] bytes);
}
