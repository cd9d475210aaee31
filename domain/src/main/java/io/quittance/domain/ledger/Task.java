package io.quittance.domain.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A task on the ledger, from the cycle that escrowed its reward. Mutable state of one cycle's run over {@link Books}. */
public final class Task {

    /** What a task can be. Only a listed one holds escrow. */
    public enum State {
        LISTED,
        COMPLETED,
        EXPIRED
    }

    public final String taskId;
    public final int publisher;
    public final long rewardUtoken;
    public final @Nullable String capability;
    public final @Nullable Instant dueAt;
    public final long publishedCycle;
    public final long intakeNo;

    public State state = State.LISTED;
    /** Index of the account that was paid, or −1. */
    public int agent = -1;
    /** The cycle in which its state last changed. */
    public long changedIn;

    public Task(
            String taskId,
            int publisher,
            long rewardUtoken,
            @Nullable String capability,
            @Nullable Instant dueAt,
            long publishedCycle,
            long intakeNo) {
        this.taskId = taskId;
        this.publisher = publisher;
        this.rewardUtoken = rewardUtoken;
        this.capability = capability;
        this.dueAt = dueAt;
        this.publishedCycle = publishedCycle;
        this.intakeNo = intakeNo;
        this.changedIn = publishedCycle;
    }
}
