package io.quittance.contracts;

import org.jspecify.annotations.Nullable;

/** The node understood the request and said no. */
final class RpcError extends Exception {

    private static final long serialVersionUID = 1;

    private final @Nullable String data;

    /** @param data what a reverting contract returned, as hexadecimal text; null if there is none */
    RpcError(long code, String message, @Nullable String data) {
        super(message + " (" + code + ")");
        this.data = data;
    }

    @Nullable
    String data() {
        return data;
    }
}
