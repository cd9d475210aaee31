package io.quittance.domain.seal;

/** What checking a proof file without the chain has found, in order of precedence: the first that applies is told. */
public enum ProofFinding {
    /** The domain is not the one that follows from chain id and registry. */
    DOMAIN_DIFFERS("the domain does not belong to this chain and registry"),
    /** The header hash is not the hash of the header's fields. */
    HEADER_HASH_DIFFERS("the header hash is not the hash of the header"),
    /** The entry's number is not among those that the header covers. */
    SEQ_OUT_OF_RANGE("the entry's number is outside of the cycle's range"),
    /** The entry's number is another than the record's. */
    SEQ_DIFFERS("the entry's number is not the one in the record"),
    /** The record was cut off at another instant than the cycle. */
    CUT_OFF_DIFFERS("the record's cut-off is not the cycle's"),
    /** The entry hash is not the hash of the record. */
    ENTRY_HASH_DIFFERS("the entry hash is not the hash of the record"),
    /** The account that the file names as payer is not the record's. */
    FROM_DIFFERS("the account named as debited is not the one in the record"),
    /** The account that the file names as receiver is not the record's. */
    TO_DIFFERS("the account named as credited is not the one in the record"),
    /** No proof in a tree of the header's size has so many siblings. */
    PROOF_LENGTH("a proof in a tree of this size has another length"),
    /** The siblings lead to another root than the header's. */
    ROOT_DIFFERS("the proof does not lead to the header's entry root"),
    /** The entry is in the cycle of this header; whether the header is on the chain is still to be asked. */
    HOLDS("the entry belongs to the cycle of this header");

    private final String sentence;

    ProofFinding(String sentence) {
        this.sentence = sentence;
    }

    /** The finding for people: a clause without capital or full stop. */
    public String sentence() {
        return sentence;
    }
}
