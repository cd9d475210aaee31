package io.quittance.domain.intake;

/**
 * Why something was refused or is held, in order of precedence: where several apply, the first one is given. The code is
 * stable; it is the name here. {@link Retry} says whether sending again can help.
 */
public enum Reason {
    // The file as a whole.
    FILE_EMPTY(Stage.FILE, Retry.AFTER_MENDING, "The file has no content."),
    FILE_NOT_UTF8(Stage.FILE, Retry.AFTER_MENDING, "The file is not UTF-8 text."),
    FILE_KIND_UNKNOWN(Stage.FILE, Retry.AFTER_MENDING, "The file does not say a known kind of line."),
    FILE_CONTROL_MALFORMED(Stage.FILE, Retry.AFTER_MENDING, "A control line is not as the format says."),
    FILE_CONTROL_MISSING(
            Stage.FILE, Retry.AFTER_MENDING, "The file has no control lines, which its sender's must have."),
    FILE_HEADER_MALFORMED(Stage.FILE, Retry.AFTER_MENDING, "The column header is not as the kind says."),
    FILE_TRUNCATED(Stage.FILE, Retry.AFTER_MENDING, "The file ends before its end line, or in the middle of a line."),
    FILE_COUNT_MISMATCH(Stage.FILE, Retry.AFTER_MENDING, "The file does not have as many lines as it says."),
    FILE_SUM_MISMATCH(Stage.FILE, Retry.AFTER_MENDING, "The amounts in the file do not add up to what it says."),
    FILE_HASH_MISMATCH(Stage.FILE, Retry.AFTER_MENDING, "The content of the file does not have the hash it says."),
    FILE_DATE_NOT_OPEN(Stage.FILE, Retry.AFTER_MENDING, "The file's business date is closed, or too far ahead."),
    FILE_TOO_LARGE(Stage.FILE, Retry.AFTER_MENDING, "The file, or a line of it, is longer than the bank takes."),
    FILE_TOO_MANY_REFUSED(
            Stage.FILE, Retry.AFTER_MENDING, "More lines of the file are wrong than the bank agreed with its sender."),
    FILE_DUPLICATE(Stage.FILE, Retry.NEVER, "This file was accepted before."),

    // The form of one line; a line refused here does not use up its key.
    MALFORMED_LINE(Stage.DOOR, Retry.AFTER_MENDING, "The line cannot be read as its format says."),
    UNKNOWN_FIELD(Stage.DOOR, Retry.AFTER_MENDING, "The kind has no field of this name."),
    MISSING_VALUE(Stage.DOOR, Retry.AFTER_MENDING, "A value is needed here."),
    MALFORMED_VALUE(Stage.DOOR, Retry.AFTER_MENDING, "The value is not of the form that the field needs."),
    AMOUNT_NOT_POSITIVE(Stage.DOOR, Retry.AFTER_MENDING, "The amount must be more than zero."),
    AMOUNT_OUT_OF_RANGE(Stage.DOOR, Retry.AFTER_MENDING, "The amount is larger than 9223372036854775807."),
    CONTRADICTING_VALUES(Stage.DOOR, Retry.AFTER_MENDING, "Two values of the line contradict each other."),
    NOT_PERMITTED(Stage.DOOR, Retry.AFTER_MENDING, "The sender may not do this for this account."),
    UNKNOWN_ACCOUNT(Stage.DOOR, Retry.AFTER_MENDING, "There is no such account."),
    UNKNOWN_CLASS(Stage.DOOR, Retry.AFTER_MENDING, "There is no such compute class, or no market in it."),
    UNKNOWN_RESOURCE(Stage.DOOR, Retry.AFTER_MENDING, "There is no such resource, or it belongs to another account."),
    UNKNOWN_SERVICE(Stage.DOOR, Retry.AFTER_MENDING, "There is no such service."),
    OFF_TICK(Stage.DOOR, Retry.AFTER_MENDING, "The limit is not a whole number of the instrument's ticks."),
    KEY_CONFLICT(Stage.DOOR, Retry.WITH_NEW_KEY, "The key was used before with other content."),
    REFERENCE_CONFLICT(Stage.DOOR, Retry.NEVER, "This name exists already with other content."),
    KYC_CONFLICT(Stage.DOOR, Retry.AFTER_MENDING, "The party already has another KYC level."),
    OWNER_CONFLICT(Stage.DOOR, Retry.AFTER_MENDING, "An agent's owner must be an account of the same party."),
    STATUS_CONFLICT(Stage.DOOR, Retry.NEVER, "The account is in this state already, or never leaves its own."),
    STILL_OPEN(Stage.DOOR, Retry.AFTER_MENDING, "An account with anything open cannot be closed."),

    // Screening: final, the key is used up.
    ACCOUNT_CLOSED(Stage.SCREENING, Retry.NEVER, "The account is closed."),
    ACCOUNT_FROZEN(Stage.SCREENING, Retry.WITH_NEW_KEY, "The account is frozen."),
    // Before the receiver's rights: those may still come, and who may not accept must not wait for them.
    UNKNOWN_TASK(Stage.SCREENING, Retry.WITH_NEW_KEY, "There is no such task."),
    NOT_PUBLISHER(Stage.SCREENING, Retry.NEVER, "Only the task's publisher may accept its result."),
    TASK_NOT_OPEN(Stage.SCREENING, Retry.NEVER, "The task is completed or cancelled already, or its due date is past."),
    RECEIVER_CLOSED(Stage.SCREENING, Retry.NEVER, "The receiving account is closed."),
    RECEIVER_FROZEN(Stage.SCREENING, Retry.WITH_NEW_KEY, "The receiving account is frozen."),
    SAME_ACCOUNT(Stage.SCREENING, Retry.NEVER, "Payer and receiver are the same account."),
    KYC(Stage.SCREENING, Retry.WITH_NEW_KEY, "The party's KYC level does not include this."),
    RECEIVER_KYC(Stage.SCREENING, Retry.WITH_NEW_KEY, "The receiver's KYC level does not let it receive."),
    TASK_EXISTS(Stage.SCREENING, Retry.NEVER, "A task of this name was published before."),
    TASK_NOT_READY(Stage.SCREENING, Retry.NOT_NEEDED, "The task was published in this same cycle."),
    OVERLAP(Stage.SCREENING, Retry.NEVER, "The interval overlaps one that was deposited before."),
    INTERVAL_OPEN(Stage.SCREENING, Retry.WITH_NEW_KEY, "The interval did not end before the cut-off."),
    MORE_THAN_CAPACITY(Stage.SCREENING, Retry.NEVER, "More GPU time than the resource's GPUs have in the interval."),
    EVIDENCE(Stage.SCREENING, Retry.NOT_NEEDED, "No matching metering evidence has come in yet."),
    EVIDENCE_MISMATCH(Stage.SCREENING, Retry.NEVER, "The metering evidence says another amount of GPU time."),
    PROVIDER_CAP(Stage.SCREENING, Retry.WITH_NEW_KEY, "More would be minted than the provider's cap allows."),
    MINTS_NOTHING(Stage.SCREENING, Retry.NEVER, "The deposit is too small to mint one µToken."),
    PRICE_MISMATCH(Stage.SCREENING, Retry.WITH_NEW_KEY, "Not the price version in force, or not its amount."),
    MARKET_CLOSED(Stage.SCREENING, Retry.WITH_NEW_KEY, "The instrument's round is halted or extended."),
    GOOD_THROUGH_PASSED(Stage.SCREENING, Retry.NEVER, "The order's last date is past."),
    NOTHING_TO_CANCEL(Stage.SCREENING, Retry.NEVER, "No resting order and no held submission has this key."),
    NOTHING_TO_REVERSE(Stage.SCREENING, Retry.NEVER, "The submission has no transfers that can be reversed."),
    REVERSED_BEFORE(Stage.SCREENING, Retry.NEVER, "The submission was reversed before."),
    ARCHIVED(
            Stage.SCREENING,
            Retry.WITH_NEW_KEY,
            "The submission's transfers are archived: correct it by a transfer, or have its month restored."),
    AMOUNT_OVERFLOW(Stage.SCREENING, Retry.NEVER, "The amount, or its worst case, is more than the books can hold."),
    LIMIT(Stage.SCREENING, Retry.WITH_NEW_KEY, "The party's daily limit does not leave this much."),
    AGENT_LIMIT(Stage.SCREENING, Retry.WITH_NEW_KEY, "The account's own daily cap does not leave this much."),
    FUNDS(Stage.SCREENING, Retry.WITH_NEW_KEY, "The account does not have this much available."),

    // Ends of what waited.
    HOLD_EXPIRED(Stage.END, Retry.WITH_NEW_KEY, "What it waited for did not come by the last date."),
    ORDER_EXPIRED(Stage.END, Retry.WITH_NEW_KEY, "The order's time in force ended with lots open."),
    CANCELLED_BY_SENDER(Stage.END, Retry.WITH_NEW_KEY, "The sender took it back."),
    SELF_TRADE(Stage.END, Retry.WITH_NEW_KEY, "The rest would have met an order of the same party."),
    RIGHT_LOST(Stage.END, Retry.WITH_NEW_KEY, "The account lost the right to keep the order."),
    INSTRUMENT_CHANGED(Stage.END, Retry.WITH_NEW_KEY, "The instrument's lot or tick changed, or its market ended.");

    /** Where a reason arises. */
    public enum Stage {
        FILE,
        DOOR,
        SCREENING,
        END
    }

    /** Whether sending again can help. */
    public enum Retry {
        /** The same will be refused again. */
        NEVER,
        /** Nothing need be sent: it is held and offered again. */
        NOT_NEEDED,
        /** Mend it and send it under the same key. */
        AFTER_MENDING,
        /** When circumstances have changed; the key is used up, so under a new one. */
        WITH_NEW_KEY
    }

    private final Stage stage;
    private final Retry retry;
    private final String sentence;

    Reason(Stage stage, Retry retry, String sentence) {
        this.stage = stage;
        this.retry = retry;
        this.sentence = sentence;
    }

    public Stage stage() {
        return stage;
    }

    public Retry retry() {
        return retry;
    }

    /** One plain sentence for people. */
    public String sentence() {
        return sentence;
    }

    /** The sentence with what it is this time, which may be no more than the sentence. */
    public String sentence(String detail) {
        return detail.isEmpty() || detail.equals(sentence) ? sentence : sentence + " (" + detail + ")";
    }
}
