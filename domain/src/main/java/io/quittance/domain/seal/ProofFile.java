package io.quittance.domain.seal;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A proof that one entry was settled in one sealed cycle, for anyone who can read the chain: the file format {@code
 * quittance-entry-proof-v1}. Immutable.
 *
 * <p>The text is JSON in one canonical form: the fields of {@link #write()} in that order, no space and no line end, whole
 * numbers as strings of digits without leading zeros, bytes as {@code 0x} and lower-case hexadecimal digits. Header fields
 * are the decimal values of the header's words. {@code from} and {@code to} name an account with the salt that opens its
 * hash in the record, or are {@code null} where the holder may not know it. A JavaScript client needs no more than {@code
 * StandardMerkleTree.verify(header.entry_root, ["bytes32", "uint64", "bytes32"], [domain, seq, entry_hash], proof)}.
 *
 * <p>No byte of it is free: each field is bound by a hash or compared. What remains is to ask a trusted node, at the
 * registry that one trusts, for the hash of the header's cycle, and to compare it with {@link #headerHash()}: a file that
 * names a registry of its own making proves nothing.
 */
public final class ProofFile {

    public static final String FORMAT = "quittance-entry-proof-v1";

    private final EntryDomain domain;
    private final Hash32 separator;
    private final SealHeader header;
    private final Hash32 headerHash;
    private final long seq;
    private final EntryRecord record;
    private final Hash32 entryHash;
    private final @Nullable AccountOpening from;
    private final @Nullable AccountOpening to;
    private final InclusionProof proof;

    private ProofFile(
            EntryDomain domain,
            Hash32 separator,
            SealHeader header,
            Hash32 headerHash,
            long seq,
            EntryRecord record,
            Hash32 entryHash,
            @Nullable AccountOpening from,
            @Nullable AccountOpening to,
            InclusionProof proof) {
        this.domain = domain;
        this.separator = separator;
        this.header = header;
        this.headerHash = headerHash;
        this.seq = seq;
        this.record = record;
        this.entryHash = entryHash;
        this.from = from;
        this.to = to;
        this.proof = proof;
    }

    /**
     * The proof file of an entry. Whether it holds is for {@link #verifyOffline()} to say: call it before handing the file
     * out.
     *
     * @param from opens the debited account, or null where the receiver of the file may not know it
     * @param to opens the credited account, or null likewise
     */
    public static ProofFile of(
            EntryDomain domain,
            SealHeader header,
            EntryRecord record,
            @Nullable AccountOpening from,
            @Nullable AccountOpening to,
            InclusionProof proof) {
        return new ProofFile(
                domain,
                domain.separator(),
                header,
                header.hash(),
                record.seq(),
                record,
                record.hash(),
                from,
                to,
                proof);
    }

    /** Chain and registry for which the proof was made. */
    public EntryDomain domain() {
        return domain;
    }

    public SealHeader header() {
        return header;
    }

    /** What the registry must answer for {@code header().cycle()}. */
    public Hash32 headerHash() {
        return headerHash;
    }

    public EntryRecord record() {
        return record;
    }

    /** The debited account, if the file names it. */
    public Optional<AccountOpening> from() {
        return Optional.ofNullable(from);
    }

    /** The credited account, if the file names it. */
    public Optional<AccountOpening> to() {
        return Optional.ofNullable(to);
    }

    public InclusionProof proof() {
        return proof;
    }

    /** Checks all that can be checked without the chain; see {@link ProofFinding} for what and in which order. */
    public ProofFinding verifyOffline() {
        if (!separator.equals(domain.separator())) {
            return ProofFinding.DOMAIN_DIFFERS;
        }
        if (!headerHash.equals(header.hash())) {
            return ProofFinding.HEADER_HASH_DIFFERS;
        }
        if (seq < header.firstSeq() || seq > header.lastSeq()) {
            return ProofFinding.SEQ_OUT_OF_RANGE;
        }
        if (seq != record.seq()) {
            return ProofFinding.SEQ_DIFFERS;
        }
        if (!record.cutOff().equals(header.cutOff())) {
            return ProofFinding.CUT_OFF_DIFFERS;
        }
        if (!entryHash.equals(record.hash())) {
            return ProofFinding.ENTRY_HASH_DIFFERS;
        }
        if (from != null && !from.hash().equals(record.from())) {
            return ProofFinding.FROM_DIFFERS;
        }
        if (to != null && !to.hash().equals(record.to())) {
            return ProofFinding.TO_DIFFERS;
        }
        if (!proof.fits(header.leafCount())) {
            return ProofFinding.PROOF_LENGTH;
        }
        if (!proof.rootOf(EntryLeaf.of(separator, seq, entryHash)).equals(header.entryRoot())) {
            return ProofFinding.ROOT_DIFFERS;
        }
        return ProofFinding.HOLDS;
    }

    /** The canonical text. */
    public String write() {
        StringBuilder text = new StringBuilder(4_096);
        text.append("{\"format\":\"").append(FORMAT);
        text.append("\",\"chain_id\":\"").append(domain.chainId());
        text.append("\",\"registry\":\"").append(domain.registry());
        text.append("\",\"domain\":\"").append(separator);
        text.append("\",\"header\":{\"version\":\"").append(header.version());
        text.append("\",\"rules_version\":\"").append(header.rulesVersion());
        text.append("\",\"secret_version\":\"").append(header.secretVersion());
        text.append("\",\"cycle\":\"").append(header.cycle());
        text.append("\",\"business_date\":\"").append(header.dateNumber());
        text.append("\",\"cut_off\":\"").append(header.cutOffMicros());
        text.append("\",\"first_seq\":\"").append(header.firstSeq());
        text.append("\",\"last_seq\":\"").append(header.lastSeq());
        text.append("\",\"leaf_count\":\"").append(header.leafCount());
        text.append("\",\"total\":\"").append(header.total());
        text.append("\",\"refused_count\":\"").append(header.refusedCount());
        text.append("\",\"held_count\":\"").append(header.heldCount());
        text.append("\",\"entry_root\":\"").append(header.entryRoot());
        text.append("\",\"data_root\":\"").append(header.dataRoot());
        text.append("\",\"liabilities\":\"").append(header.liabilities());
        text.append("\",\"prev_hash\":\"").append(header.prevHash());
        text.append("\"},\"header_hash\":\"").append(headerHash);
        text.append("\",\"seq\":\"").append(seq);
        text.append("\",\"record\":\"0x").append(HexFormat.of().formatHex(record.encode()));
        text.append("\",\"entry_hash\":\"").append(entryHash);
        text.append("\",\"from\":");
        writeOpening(text, from);
        text.append(",\"to\":");
        writeOpening(text, to);
        text.append(",\"proof\":[");
        String separatedBy = "";
        for (Hash32 sibling : proof.siblings()) {
            text.append(separatedBy).append('"').append(sibling).append('"');
            separatedBy = ",";
        }
        return text.append("]}").toString();
    }

    private static void writeOpening(StringBuilder text, @Nullable AccountOpening opening) {
        if (opening == null) {
            text.append("null");
        } else {
            text.append("{\"account\":\"").append(opening.account());
            text.append("\",\"salt\":\"").append(opening.salt()).append("\"}");
        }
    }

    /**
     * Reads the canonical text and nothing else: what it accepts, {@link #write()} gives back byte for byte. It does not
     * say that the proof holds.
     *
     * @throws MalformedProof if the text differs from the canonical form anywhere, or a value is out of its range
     */
    public static ProofFile parse(String text) throws MalformedProof {
        CanonicalReader in = new CanonicalReader(text);
        ProofFile file;
        try {
            file = read(in);
        } catch (IllegalArgumentException outOfRange) {
            throw new MalformedProof(
                    in.position(), Objects.requireNonNullElse(outOfRange.getMessage(), "no such value"));
        }
        String canonical = file.write();
        if (!canonical.equals(text)) {
            int difference = 0;
            while (difference < Math.min(text.length(), canonical.length())
                    && text.charAt(difference) == canonical.charAt(difference)) {
                difference++;
            }
            throw new MalformedProof(difference, "not as it would be written");
        }
        return file;
    }

    private static ProofFile read(CanonicalReader in) throws MalformedProof {
        in.expect("{\"format\":\"" + FORMAT + "\",\"chain_id\":\"");
        long chainId = in.number();
        in.expect("\",\"registry\":\"");
        EntryDomain domain = new EntryDomain(chainId, in.hex(20));
        in.expect("\",\"domain\":\"");
        Hash32 separator = in.hash();
        in.expect("\",\"header\":{\"version\":\"");
        SealHeader header = readHeader(in);
        in.expect("\"},\"header_hash\":\"");
        Hash32 headerHash = in.hash();
        in.expect("\",\"seq\":\"");
        long seq = in.number();
        in.expect("\",\"record\":\"");
        EntryRecord record = EntryRecord.decode(in.bytes(EntryRecord.LENGTH));
        in.expect("\",\"entry_hash\":\"");
        Hash32 entryHash = in.hash();
        in.expect("\",\"from\":");
        AccountOpening from = readOpening(in);
        in.expect(",\"to\":");
        AccountOpening to = readOpening(in);
        in.expect(",\"proof\":[");
        List<Hash32> siblings = new ArrayList<>();
        while (in.accept(siblings.isEmpty() ? "\"" : ",\"")) {
            siblings.add(in.hash());
            in.expect("\"");
        }
        in.expect("]}");
        return new ProofFile(
                domain, separator, header, headerHash, seq, record, entryHash, from, to, new InclusionProof(siblings));
    }

    private static SealHeader readHeader(CanonicalReader in) throws MalformedProof {
        int version = in.smallNumber();
        in.expect("\",\"rules_version\":\"");
        int rulesVersion = in.smallNumber();
        in.expect("\",\"secret_version\":\"");
        int secretVersion = in.smallNumber();
        in.expect("\",\"cycle\":\"");
        long cycle = in.number();
        in.expect("\",\"business_date\":\"");
        int date = in.smallNumber();
        in.expect("\",\"cut_off\":\"");
        long cutOff = in.number();
        in.expect("\",\"first_seq\":\"");
        long firstSeq = in.number();
        in.expect("\",\"last_seq\":\"");
        long lastSeq = in.number();
        in.expect("\",\"leaf_count\":\"");
        long leafCount = in.number();
        in.expect("\",\"total\":\"");
        BigInteger total = in.largeNumber();
        in.expect("\",\"refused_count\":\"");
        long refusedCount = in.number();
        in.expect("\",\"held_count\":\"");
        long heldCount = in.number();
        in.expect("\",\"entry_root\":\"");
        Hash32 entryRoot = in.hash();
        in.expect("\",\"data_root\":\"");
        Hash32 dataRoot = in.hash();
        in.expect("\",\"liabilities\":\"");
        Hash32 liabilities = in.hash();
        in.expect("\",\"prev_hash\":\"");
        Hash32 prevHash = in.hash();
        return new SealHeader(
                version,
                rulesVersion,
                secretVersion,
                cycle,
                SealHeader.toDate(date),
                Micros.toInstant(cutOff),
                firstSeq,
                lastSeq,
                leafCount,
                total,
                refusedCount,
                heldCount,
                entryRoot,
                dataRoot,
                liabilities,
                prevHash);
    }

    private static @Nullable AccountOpening readOpening(CanonicalReader in) throws MalformedProof {
        if (in.accept("null")) {
            return null;
        }
        in.expect("{\"account\":\"");
        UUID account = in.uuid();
        in.expect("\",\"salt\":\"");
        Bytes16 salt = Bytes16.read(in.bytes(Bytes16.LENGTH), 0);
        in.expect("\"}");
        return new AccountOpening(account, salt);
    }

    /** Two files are equal if their texts are. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ProofFile that && write().equals(that.write());
    }

    @Override
    public int hashCode() {
        return write().hashCode();
    }

    /** Names the entry and its cycle; for the file itself see {@link #write()}. */
    @Override
    public String toString() {
        return "ProofFile[seq=" + seq + ", cycle=" + header.cycle() + "]";
    }
}
