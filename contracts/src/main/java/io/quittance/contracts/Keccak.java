package io.quittance.contracts;

import io.quittance.domain.seal.Hash32;
import java.nio.charset.StandardCharsets;
import org.web3j.crypto.Hash;

/** Keccak-256, the chain's hash. */
final class Keccak {

    private Keccak() {}

    static Hash32 hash(byte[] bytes) {
        return Hash32.of(Hash.sha3(bytes));
    }

    static Hash32 hash(String text) {
        return hash(text.getBytes(StandardCharsets.US_ASCII));
    }
}
