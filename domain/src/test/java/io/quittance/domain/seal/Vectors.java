package io.quittance.domain.seal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code contracts/vectors/generate.mjs} wrote with OpenZeppelin's library, and the same cycle built by our code.
 */
final class Vectors {

    static final EntryDomain DOMAIN = new EntryDomain(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3");

    static final Instant CUT_OFF = Instant.parse("2025-04-03T17:00:00.123456Z");
    static final long FIRST_SEQ = 41;

    record Transfer(UUID from, UUID to, long amount, long asset, int type) {}

    static final List<Transfer> TRANSFERS = List.of(
            new Transfer(account(1), account(2), 1, 0, 1),
            new Transfer(account(2), account(3), 1_000_000, 1, 2),
            new Transfer(account(3), account(1), Long.MAX_VALUE, 0xFFFF_FFFFL, 255),
            new Transfer(account(1), account(3), 77, 0, 3),
            new Transfer(account(4), account(1), 360_000, 2, 4));

    private Vectors() {}

    static UUID account(int number) {
        return UUID.fromString("00000000-0000-4000-8000-%012d".formatted(number));
    }

    static CycleSecret secret() {
        return new BankSecret(3, counting(32)).forCycle(7);
    }

    /** 0, 1, .. 250, 0, 1, .. */
    static byte[] counting(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i % 251);
        }
        return bytes;
    }

    static EntryRecord record(int position) {
        Transfer transfer = TRANSFERS.get(position);
        return secret().record(
                        FIRST_SEQ + position,
                        transfer.from(),
                        transfer.to(),
                        transfer.amount(),
                        transfer.asset(),
                        transfer.type(),
                        CUT_OFF);
    }

    static Hash32 leaf(int position) {
        return EntryLeaf.of(
                DOMAIN.separator(), FIRST_SEQ + position, record(position).hash());
    }

    static EntryTree tree() {
        byte[] leaves = new byte[TRANSFERS.size() * Hash32.LENGTH];
        for (int position = 0; position < TRANSFERS.size(); position++) {
            leaf(position).copyTo(leaves, position * Hash32.LENGTH);
        }
        return EntryTree.of(leaves);
    }

    static DataRoot dataRoot() {
        SlotDigest inputs = new SlotDigest(Slot.INPUTS);
        for (String text : List.of("first", "", "third")) {
            inputs.add(text.getBytes(StandardCharsets.UTF_8));
        }
        SlotDigest transfers = new SlotDigest(Slot.TRANSFERS);
        for (int position = 0; position < TRANSFERS.size(); position++) {
            transfers.add(record(position).encode());
        }
        SlotDigest audit = new SlotDigest(Slot.AUDIT);
        audit.add(counting(10_000));
        return DataRoot.of(
                Map.of(Slot.INPUTS, inputs.finish(), Slot.TRANSFERS, transfers.finish(), Slot.AUDIT, audit.finish()));
    }

    static SealHeader header() {
        return new SealHeader(
                1,
                1,
                3,
                7,
                LocalDate.of(2025, 4, 3),
                CUT_OFF,
                FIRST_SEQ,
                FIRST_SEQ + TRANSFERS.size() - 1,
                TRANSFERS.size(),
                BigInteger.TWO.pow(128).subtract(BigInteger.ONE),
                2,
                Long.MAX_VALUE,
                tree().root(),
                dataRoot().root(),
                Hash32.ZERO,
                Keccak256.of("the header before"));
    }

    /** The proof file of one entry, with the accounts opened that are asked for. */
    static ProofFile proofFile(int position, boolean openFrom, boolean openTo) {
        Transfer transfer = TRANSFERS.get(position);
        long seq = FIRST_SEQ + position;
        return ProofFile.of(
                DOMAIN,
                header(),
                record(position),
                openFrom ? secret().openFrom(seq, transfer.from()) : null,
                openTo ? secret().openTo(seq, transfer.to()) : null,
                tree().proof(leaf(position)).orElseThrow());
    }

    /** Leaves 1..{@code leafCount} of the trees in the vectors: entry hash keccak256("entry " + seq). */
    static byte[] leaves(int leafCount) {
        Hash32 domain = DOMAIN.separator();
        byte[] leaves = new byte[leafCount * Hash32.LENGTH];
        for (int i = 0; i < leafCount; i++) {
            EntryLeaf.of(domain, i + 1, Keccak256.of("entry " + (i + 1))).copyTo(leaves, i * Hash32.LENGTH);
        }
        return leaves;
    }

    static Hash32 leafAt(byte[] leaves, int position) {
        return Hash32.of(leaves, position * Hash32.LENGTH, Hash32.LENGTH);
    }

    static String text(String name) {
        try (InputStream in = Vectors.class.getResourceAsStream("/merkle/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no such vector: " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** All values of one field in a JSON text, in order: strings without their quotes, arrays of strings as one text. */
    static List<String> field(String json, String name) {
        Matcher matcher = Pattern.compile('"' + name + "\":(?:\"([^\"]*)\"|\\[([^\\]{]*)\\])")
                .matcher(json);
        List<String> values = new ArrayList<>();
        while (matcher.find()) {
            values.add(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }
        return values;
    }

    static List<Hash32> hashes(String array) {
        return array.isBlank()
                ? List.of()
                : List.of(array.replace("\"", "").split(",")).stream()
                        .map(Hash32::parse)
                        .toList();
    }
}
