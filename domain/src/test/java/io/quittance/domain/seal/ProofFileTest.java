package io.quittance.domain.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProofFileTest {

    private static final String OPEN = Vectors.text("proof-open.json");

    @ParameterizedTest
    @CsvSource({
        "proof-open.json, 2, true, true",
        "proof-payer.json, 0, true, false",
        "proof-closed.json, 4, false, false"
    })
    void theFileIsThatOfTheSecondImplementationByteForByte(String vector, int position, boolean from, boolean to)
            throws MalformedProof {
        ProofFile file = Vectors.proofFile(position, from, to);

        assertThat(file.write()).isEqualTo(Vectors.text(vector));
        assertThat(file.verifyOffline()).isEqualTo(ProofFinding.HOLDS);
        ProofFile read = ProofFile.parse(Vectors.text(vector));
        assertThat(read).isEqualTo(file).hasSameHashCodeAs(file);
        assertThat(read.verifyOffline()).isEqualTo(ProofFinding.HOLDS);
    }

    @Test
    void whatWasWrittenIsReadAgain() throws MalformedProof {
        ProofFile file = ProofFile.parse(OPEN);

        assertThat(file.domain()).isEqualTo(Vectors.DOMAIN);
        assertThat(file.header()).isEqualTo(Vectors.header());
        assertThat(file.headerHash()).isEqualTo(Vectors.header().hash());
        assertThat(file.record()).isEqualTo(Vectors.record(2));
        assertThat(file.from()).contains(Vectors.secret().openFrom(43, Vectors.account(3)));
        assertThat(file.to()).contains(Vectors.secret().openTo(43, Vectors.account(1)));
        assertThat(file.proof()).isEqualTo(Vectors.tree().proof(Vectors.leaf(2)).orElseThrow());
        assertThat(file).hasToString("ProofFile[seq=43, cycle=7]");
    }

    @ParameterizedTest
    @MethodSource("io.quittance.domain.seal.Seeds#few")
    void everyEntryOfACycleOfAnySizeHasAFileThatHolds(long seed) throws MalformedProof {
        var random = Seeds.random(seed);
        int leafCount = 1 + random.nextInt(200);
        long firstSeq = random.nextLong(1, 1L << 60);
        CycleSecret secret = new BankSecret(0, Seeds.bytes(random, 32)).forCycle(9);
        EntryRecord[] records = new EntryRecord[leafCount];
        Hash32[] leaves = new Hash32[leafCount];
        EntryTree.Builder builder = EntryTree.builder(leafCount);
        for (int i = 0; i < leafCount; i++) {
            long amount = random.nextLong(1, Long.MAX_VALUE);
            records[i] = secret.record(
                    firstSeq + i, Vectors.account(i), Vectors.account(i + 1), amount, 1, 1, Vectors.CUT_OFF);
            leaves[i] = EntryLeaf.of(Vectors.DOMAIN.separator(), firstSeq + i, records[i].hash());
            builder.put(i, leaves[i].bytes(), 0, 1);
        }
        EntryTree tree = builder.build();
        SealHeader header = header(firstSeq, leafCount, tree.root());

        for (int i = 0; i < leafCount; i++) {
            AccountOpening from = random.nextBoolean() ? secret.openFrom(firstSeq + i, Vectors.account(i)) : null;
            AccountOpening to = random.nextBoolean() ? secret.openTo(firstSeq + i, Vectors.account(i + 1)) : null;
            ProofFile file = ProofFile.of(
                    Vectors.DOMAIN,
                    header,
                    records[i],
                    from,
                    to,
                    tree.proof(leaves[i]).orElseThrow());

            assertThat(file.verifyOffline()).isEqualTo(ProofFinding.HOLDS);
            assertThat(ProofFile.parse(file.write())).isEqualTo(file);
        }
    }

    /** Each value is changed to another that could stand there; the file still parses, but says that it does not hold. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # field          | instead of               | stands                    | so
              chain_id       | 31337                    | 31338                     | DOMAIN_DIFFERS
              registry       | 0x5fbd                   | 0x5fbe                    | DOMAIN_DIFFERS
              domain         | 0xc437                   | 0xc438                    | DOMAIN_DIFFERS
              rules_version  | 1                        | 2                         | HEADER_HASH_DIFFERS
              secret_version | 3                        | 4                         | HEADER_HASH_DIFFERS
              cycle          | 7                        | 8                         | HEADER_HASH_DIFFERS
              business_date  | 20250403                 | 20250404                  | HEADER_HASH_DIFFERS
              cut_off        | 1743699600123456         | 1743699600123457          | HEADER_HASH_DIFFERS
              total          | 34                       | 33                        | HEADER_HASH_DIFFERS
              refused_count  | 2                        | 3                         | HEADER_HASH_DIFFERS
              held_count     | 9223372036854775807      | 9223372036854775806       | HEADER_HASH_DIFFERS
              entry_root     | 0xa3                     | 0xa4                      | HEADER_HASH_DIFFERS
              data_root      | 0xc8                     | 0xc9                      | HEADER_HASH_DIFFERS
              liabilities    | 0x00                     | 0x01                      | HEADER_HASH_DIFFERS
              prev_hash      | 0x02                     | 0x03                      | HEADER_HASH_DIFFERS
              header_hash    | 0x29                     | 0x2a                      | HEADER_HASH_DIFFERS
              seq            | 43                       | 46                        | SEQ_OUT_OF_RANGE
              seq            | 43                       | 40                        | SEQ_OUT_OF_RANGE
              seq            | 43                       | 44                        | SEQ_DIFFERS
              record         | 0x01000000000000002b     | 0x01000000000000002c      | SEQ_DIFFERS
              record         | 0x01000000000000002b     | 0x01000000000000012b      | SEQ_DIFFERS
              entry_hash     | 0x                       | 0x                        | ENTRY_HASH_DIFFERS
              account        | 00000000-                | 00000001-                 | FROM_DIFFERS
              salt           | 0x                       | 0x                        | FROM_DIFFERS
            """)
    void aChangedValueIsFoundAndNamed(String field, String before, String after, ProofFinding finding)
            throws MalformedProof {
        String start = '"' + field + "\":\"" + before;
        int at = OPEN.indexOf(start);
        assertThat(at).as("the field is in the file").isPositive();
        int rest = at + start.length();
        // Where no digit is named, the first one behind is changed.
        String changed = before.equals(after)
                ? OPEN.substring(0, rest) + (OPEN.charAt(rest) == '0' ? '1' : '0') + OPEN.substring(rest + 1)
                : OPEN.substring(0, at) + '"' + field + "\":\"" + after + OPEN.substring(rest);

        assertThat(ProofFile.parse(changed).verifyOffline()).isEqualTo(finding);
    }

    @Test
    void aReceiverWhoIsNotTheRecordsIsFound() {
        ProofFile genuine = Vectors.proofFile(2, true, true);
        AccountOpening from = genuine.from().orElseThrow();
        AccountOpening to = genuine.to().orElseThrow();

        assertThat(file(genuine, from, new AccountOpening(Vectors.account(9), to.salt())))
                .isEqualTo(ProofFinding.TO_DIFFERS);
        assertThat(file(genuine, from, from)).isEqualTo(ProofFinding.TO_DIFFERS);
        assertThat(file(genuine, to, to)).isEqualTo(ProofFinding.FROM_DIFFERS);
    }

    private static ProofFinding file(ProofFile genuine, AccountOpening from, AccountOpening to) {
        return ProofFile.of(genuine.domain(), genuine.header(), genuine.record(), from, to, genuine.proof())
                .verifyOffline();
    }

    @Test
    void aRecordOfAnotherCutOffOrAmountIsFound() {
        ProofFile genuine = Vectors.proofFile(2, false, false);
        EntryRecord record = genuine.record();
        EntryRecord later = new EntryRecord(
                record.seq(),
                record.from(),
                record.to(),
                record.amount(),
                record.asset(),
                record.type(),
                record.cutOff().plusSeconds(1),
                record.salt());
        EntryRecord more = new EntryRecord(
                record.seq(),
                record.from(),
                record.to(),
                record.amount().add(BigInteger.ONE),
                record.asset(),
                record.type(),
                record.cutOff(),
                record.salt());

        assertThat(ProofFile.of(genuine.domain(), genuine.header(), later, null, null, genuine.proof())
                        .verifyOffline())
                .isEqualTo(ProofFinding.CUT_OFF_DIFFERS);
        assertThat(ProofFile.of(genuine.domain(), genuine.header(), more, null, null, genuine.proof())
                        .verifyOffline())
                .isEqualTo(ProofFinding.ROOT_DIFFERS);
    }

    @Test
    void aTamperedPathIsFound() {
        ProofFile genuine = Vectors.proofFile(0, false, false);
        List<Hash32> path = genuine.proof().siblings();
        assertThat(path).hasSize(3);

        assertThat(withPath(genuine, path.subList(0, 2))).isEqualTo(ProofFinding.ROOT_DIFFERS);
        assertThat(withPath(genuine, path.subList(0, 1))).isEqualTo(ProofFinding.PROOF_LENGTH);
        assertThat(withPath(genuine, List.of())).isEqualTo(ProofFinding.PROOF_LENGTH);
        assertThat(withPath(genuine, List.of(path.get(0), path.get(1), path.get(2), path.get(2))))
                .isEqualTo(ProofFinding.PROOF_LENGTH);
        assertThat(withPath(genuine, List.of(path.get(1), path.get(0), path.get(2))))
                .isEqualTo(ProofFinding.ROOT_DIFFERS);
        assertThat(withPath(genuine, List.of(path.get(0), path.get(1), Hash32.ZERO)))
                .isEqualTo(ProofFinding.ROOT_DIFFERS);
    }

    private static ProofFinding withPath(ProofFile genuine, List<Hash32> path) {
        return ProofFile.of(genuine.domain(), genuine.header(), genuine.record(), null, null, new InclusionProof(path))
                .verifyOffline();
    }

    @Test
    void anEntryUnderTheHeaderOfAnEmptyCycleIsFound() {
        ProofFile genuine = Vectors.proofFile(0, false, false);
        SealHeader empty = header(41, 0, EntryTree.EMPTY_ROOT);

        assertThat(ProofFile.of(genuine.domain(), empty, genuine.record(), null, null, genuine.proof())
                        .verifyOffline())
                .isEqualTo(ProofFinding.SEQ_OUT_OF_RANGE);
    }

    /** Every byte, every bit of it, and a few characters that matter to JSON: nothing in the file is free. */
    @ParameterizedTest
    @ValueSource(strings = {"proof-open.json", "proof-payer.json", "proof-closed.json"})
    void noByteOfAFileCanBeChanged(String vector) {
        byte[] genuine = Vectors.text(vector).getBytes(StandardCharsets.UTF_8);
        StringBuilder accepted = new StringBuilder();
        for (int at = 0; at < genuine.length; at++) {
            byte[] changed = genuine.clone();
            for (int bit = 0; bit < 8; bit++) {
                changed[at] = (byte) (genuine[at] ^ (1 << bit));
                noteIfAccepted(changed, genuine, at, accepted);
            }
            for (char character : "0129af\"{}[],: \n".toCharArray()) {
                changed[at] = (byte) character;
                noteIfAccepted(changed, genuine, at, accepted);
            }
        }

        assertThat(accepted.toString()).isEmpty();
    }

    private static void noteIfAccepted(byte[] changed, byte[] genuine, int at, StringBuilder accepted) {
        if (changed[at] != genuine[at] && holds(new String(changed, StandardCharsets.UTF_8))) {
            accepted.append("byte ")
                    .append(at)
                    .append(" as ")
                    .append(changed[at])
                    .append("; ");
        }
    }

    private static boolean holds(String text) {
        try {
            return ProofFile.parse(text).verifyOffline() == ProofFinding.HOLDS;
        } catch (MalformedProof malformed) {
            return false;
        }
    }

    /** The same value in another spelling is another file, and refused: one proof has one text. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            # how                        | instead of                | stands
              a space                    | ,"chain_id"               | , "chain_id"
              a leading zero             | "cycle":"7"               | "cycle":"07"
              a plus                     | "cycle":"7"               | "cycle":"+7"
              a bare number              | "cycle":"7"               | "cycle":7
              a fraction                 | "cycle":"7"               | "cycle":"7.0"
              no digits                  | "cycle":"7"               | "cycle":""
              digits of another script   | "cycle":"7"               | "cycle":"\u0667"
              a number beyond 63 bits    | "cycle":"7"               | "cycle":"9223372036854775808"
              a number beyond 128 bits   | "total":"3402             | "total":"9402
              forty digits               | "total":"3402             | "total":"13402
              a small number beyond 31   | "rules_version":"1"       | "rules_version":"4294967297"
              a number beyond its field  | "rules_version":"1"       | "rules_version":"65536"
              a header of version 2      | {"version":"1"            | {"version":"2"
              a date that is none        | 20250403                  | 20250230
              a count that contradicts   | "leaf_count":"5"          | "leaf_count":"6"
              upper-case digits          | 0x5fbdb2                  | 0x5FBDB2
              a hash without prefix      | "domain":"0x              | "domain":"
              a hash too short           | "domain":"0xc437          | "domain":"0xc4
              a hash too long            | "domain":"0xc437          | "domain":"0x00c437
              a record of version 2      | "record":"0x01            | "record":"0x02
              an escape                  | "seq"                     | "\\u0073eq"
              another order              | "seq":"43","record"       | "record"
              another format             | proof-v1                  | proof-v2
              a field more               | "proof":                  | "memo":"x","proof":
              an empty opening           | "from":{"account"         | "from":{},"x":{"account"
              a UUID in upper case       | "account":"00000000-0000-4 | "account":"0000000A-0000-4
              a short UUID               | "account":"00000000-0000-4 | "account":"0-0-4
            """)
    void anotherSpellingIsRefused(String how, String before, String after) {
        assertThat(OPEN).contains(before);

        assertThatThrownBy(() ->
                        ProofFile.parse(OPEN.replaceFirst(Pattern.quote(before), Matcher.quoteReplacement(after))))
                .as(how)
                .isInstanceOf(MalformedProof.class)
                .hasMessageContaining("character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", " ", "{}", "]", "\0"})
    void nothingMayFollowTheFile(String tail) {
        assertThatThrownBy(() -> ProofFile.parse(OPEN + tail))
                .isInstanceOfSatisfying(
                        MalformedProof.class,
                        malformed -> assertThat(malformed.position()).isEqualTo(OPEN.length()));
    }

    @Test
    void aFileThatWasCutShortAnywhereIsRefused() {
        for (int length = 0; length < OPEN.length(); length++) {
            String part = OPEN.substring(0, length);
            assertThatThrownBy(() -> ProofFile.parse(part)).isInstanceOf(MalformedProof.class);
        }
    }

    @Test
    void theFindingSaysWhereTheTextFirstDiffers() {
        int at = OPEN.indexOf("\"cycle\"") + 3;
        String changed = OPEN.substring(0, at) + "X" + OPEN.substring(at + 1);

        assertThatThrownBy(() -> ProofFile.parse(changed))
                .isInstanceOfSatisfying(
                        MalformedProof.class,
                        malformed -> assertThat(malformed.position()).isEqualTo(at));
    }

    private static SealHeader header(long firstSeq, int leafCount, Hash32 root) {
        SealHeader other = Vectors.header();
        return new SealHeader(
                1,
                other.rulesVersion(),
                other.secretVersion(),
                9,
                other.businessDate(),
                other.cutOff(),
                firstSeq,
                firstSeq + leafCount - 1,
                leafCount,
                other.total(),
                0,
                0,
                root,
                other.dataRoot(),
                other.liabilities(),
                other.prevHash());
    }
}
