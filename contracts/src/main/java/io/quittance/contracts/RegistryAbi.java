package io.quittance.contracts;

import io.quittance.domain.commitment.DueHeader;
import io.quittance.domain.seal.Hash32;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the registry is spoken to. Everything that goes over the wire is a row of 32-byte words, so it is encoded here by
 * hand; a test compares each signature with the compiler's ABI, which the build compares with the sources.
 */
final class RegistryAbi {

    static final String HEADER = "(uint8,uint16,uint16,uint64,uint32,uint64,uint64,uint64,uint64,uint128,uint64,uint64,"
            + "bytes32,bytes32,bytes32,bytes32)";
    static final String COMMIT = "commit(" + HEADER + ")";
    static final String HEADER_HASH = "headerHash(uint64)";
    static final String HEAD = "head()";
    static final String CYCLE_COMMITTED = "CycleCommitted(uint64,bytes32," + HEADER + ")";
    static final String CONSTRUCTOR = "(uint48,address,address,address,bytes32,uint64,uint64)";

    /** Errors that say that the chain and our tables disagree. Any other may pass. */
    static final Set<String> CONTRADICTIONS = Set.of(
            "Conflict(uint64,bytes32,bytes32)",
            "CycleOutOfOrder(uint64,uint64)",
            "SeqOutOfOrder(uint64,uint64)",
            "LeafCountMismatch(uint64,uint64,uint64)",
            "PrevHashMismatch(bytes32,bytes32)",
            "UnsupportedVersion(uint8)");

    static final Set<String> REFUSALS = Set.of("RegistryPaused()", "AccessControlUnauthorizedAccount(address,bytes32)");

    static final Hash32 COMMITTED_TOPIC = Keccak.hash(CYCLE_COMMITTED);

    private static final Map<String, String> ERRORS = errorsBySelector();

    private RegistryAbi() {}

    /** An error of the registry, named, with its values; or the bytes that it came in. */
    record RegistryError(String signature, String text) {

        boolean isContradiction() {
            return CONTRADICTIONS.contains(signature);
        }
    }

    static byte[] commit(DueHeader header) {
        return concat(selector(COMMIT), header.encoded());
    }

    static byte[] headerHash(long cycle) {
        return concat(selector(HEADER_HASH), word(cycle));
    }

    static byte[] head() {
        return selector(HEAD);
    }

    /** The code to deploy, with the arguments of the constructor. */
    static byte[] deployment(long adminDelaySeconds, String admin, String committer, String guardian) {
        return concat(
                code(),
                word(adminDelaySeconds),
                word(admin),
                word(committer),
                word(guardian),
                new byte[32],
                word(0),
                word(0));
    }

    /** @param data what a reverted call returned */
    static @Nullable RegistryError error(@Nullable String data) {
        if (data == null || data.length() < 10) {
            return null;
        }
        String signature = ERRORS.get(data.substring(0, 10));
        if (signature == null) {
            return new RegistryError("", "reverted with " + data);
        }
        String[] types = signature
                .substring(signature.indexOf('(') + 1, signature.length() - 1)
                .split(",");
        StringBuilder text = new StringBuilder(signature.substring(0, signature.indexOf('('))).append('(');
        for (int i = 0; !types[0].isEmpty() && i < types.length && data.length() >= 10 + (i + 1) * 64; i++) {
            String word = data.substring(10 + i * 64, 10 + (i + 1) * 64);
            text.append(i == 0 ? "" : ", ")
                    .append(
                            switch (types[i]) {
                                case "bytes32" -> "0x" + word;
                                case "address" -> "0x" + word.substring(24);
                                default -> new BigInteger(word, 16).toString();
                            });
        }
        return new RegistryError(signature, text.append(')').toString());
    }

    static byte[] word(long number) {
        return ByteBuffer.allocate(32).putLong(24, number).array();
    }

    static byte[] word(String address) {
        return concat(new byte[12], Hex.bytes(address));
    }

    static byte[] selector(String signature) {
        return Arrays.copyOf(Keccak.hash(signature).bytes(), 4);
    }

    static byte[] code() {
        try (InputStream in = RegistryAbi.class.getResourceAsStream("/contracts/SettlementRegistry.bin")) {
            if (in == null) {
                throw new IllegalStateException("SettlementRegistry.bin is missing from the class path");
            }
            String hex = new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
            return Hex.bytes("0x" + hex);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all =
                ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    private static Map<String, String> errorsBySelector() {
        Map<String, String> errors = new LinkedHashMap<>();
        for (Set<String> signatures : java.util.List.of(CONTRADICTIONS, REFUSALS)) {
            for (String signature : signatures) {
                errors.put(Hex.of(selector(signature)), signature);
            }
        }
        return errors;
    }
}
