package io.quittance.domain.commitment;

/** What one pass of the follower found. */
public sealed interface Pass {

    /** Everything recorded as due is final. */
    record Idle() implements Pass {}

    /** Another process follows. */
    record Busy() implements Pass {}

    /**
     * Commits are under way; a later pass goes on.
     *
     * @param cycle the first one that is not final
     * @param state where it stands after this pass
     * @param open number of commits that are not final, as far as looked at
     */
    record Waiting(long cycle, CommitState state, int open) implements Pass {}

    /** The chain contradicts our tables at {@code cycle}; nothing is sent until {@link CommitFollower#resume}. */
    record Halted(long cycle, String why) implements Pass {}

    /** Going on at {@code cycle} would cost more than the ceiling. */
    record Parked(long cycle, String why) implements Pass {}

    /** The node gave no usable answer; nothing is lost, a later pass tries again. */
    record Unavailable(String why) implements Pass {}
}
