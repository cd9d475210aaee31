package io.quittance.domain.seal;

/** A text is not a proof file in its one canonical form; the message says where and why. */
public final class MalformedProof extends Exception {

    private static final long serialVersionUID = 1;

    private final int position;

    MalformedProof(int position, String why) {
        super("not a canonical proof file, at character " + position + ": " + why);
        this.position = position;
    }

    /** Index of the first character that cannot be as it is. */
    public int position() {
        return position;
    }
}
