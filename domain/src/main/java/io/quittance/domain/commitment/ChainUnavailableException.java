package io.quittance.domain.commitment;

import org.jspecify.annotations.Nullable;

/** The chain's node gave no usable answer: not reachable, too slow, of another chain, or not speaking the protocol. */
public class ChainUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ChainUnavailableException(String message) {
        super(message);
    }

    public ChainUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
