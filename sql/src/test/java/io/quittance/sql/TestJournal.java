package io.quittance.sql;

import io.quittance.domain.account.SystemAccount;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Published cycles made by hand, with their positions and balances, and a plain record of them to compare with. */
final class TestJournal {

    static final UUID ISSUANCE = SystemAccount.ISSUANCE.id(0);

    /** A transfer that a cycle is to have. */
    record Move(
            UUID from,
            UUID to,
            int asset,
            long amount,
            int type,
            @Nullable Long intakeNo) {

        static Move transfer(UUID from, UUID to, long amount) {
            return new Move(from, to, 0, amount, 9, null);
        }

        static Move mint(UUID to, long amount) {
            return new Move(ISSUANCE, to, 0, amount, 1, null);
        }
    }

    /** A transfer that a cycle has. */
    record Moved(long seq, long cycle, LocalDate date, Instant cutOff, Move move) {}

    private record Balance(UUID account, int asset) {}

    private static final class State {
        long posted;
        long lastCycle;
    }

    private static final class Position {
        long debits;
        long credits;
        final List<Integer> entries = new ArrayList<>();
        final List<Long> netAtEach256th = new ArrayList<>();

        void enter(int place) {
            entries.add(place);
            if (entries.size() % 256 == 0) {
                netAtEach256th.add(credits - debits);
            }
        }
    }

    final List<Moved> all = new ArrayList<>();

    private final TestBank bank;
    private final JdbcClient owner;
    private final Map<Balance, State> balances = new LinkedHashMap<>();
    private long cycle;
    private long seq;

    TestJournal(TestBank bank) {
        this.bank = bank;
        this.owner = bank.owner;
    }

    /** Publishes a cycle with a cut-off of its own. */
    void cycle(LocalDate date, Instant cutOff, Move... moves) {
        cycle(bank.window(date, cutOff), List.of(), moves);
    }

    /** Publishes the cycle of a window that is there. Of the accounts named, it also changes what is reserved. */
    void cycle(long window, List<UUID> reserving, Move... moves) {
        load(window, reserving, moves);
        publish();
    }

    /** Does all but publish it. */
    void load(long window, List<UUID> reserving, Move... moves) {
        cycle++;
        owner.sql("""
                        INSERT INTO settlement_cycles (cycle, window_no, business_date, cut_off, rules_version,
                            secret_version, parameters_version, first_seq, received, received_of_kind)
                        SELECT :cycle, window_no, business_date, cut_off, 1, 1, 1, :first, 0, '{}'
                        FROM settlement_windows WHERE window_no = :window
                        """)
                .param("cycle", cycle)
                .param("first", seq + 1)
                .param("window", window)
                .update();
        Moved when = owner.sql("""
                        SELECT business_date, cut_off, journal_partition(cut_off) FROM settlement_cycles WHERE cycle = :cycle
                        """)
                .param("cycle", cycle)
                .query((row, n) -> new Moved(
                        0,
                        cycle,
                        JdbcValues.date(row, "business_date"),
                        JdbcValues.instant(row, "cut_off"),
                        Move.mint(ISSUANCE, 0)))
                .single();
        Map<Balance, Position> positions = new LinkedHashMap<>();
        reserving.forEach(account -> positions.put(new Balance(account, 0), new Position()));
        for (int i = 0; i < moves.length; i++) {
            Move move = moves[i];
            Position from =
                    positions.computeIfAbsent(new Balance(move.from(), move.asset()), balance -> new Position());
            Position to = positions.computeIfAbsent(new Balance(move.to(), move.asset()), balance -> new Position());
            from.debits += move.amount();
            from.enter(i);
            to.credits += move.amount();
            to.enter(i);
            seq++;
            all.add(new Moved(seq, cycle, when.date(), when.cutOff(), move));
            owner.sql("""
                            INSERT INTO token_transactions (id, cycle, position, asset, from_account, to_account, amount,
                                transaction_type, leg, intake_no, created_at)
                            VALUES (:id, :cycle, :position, :asset, :from, :to, :amount, :type, 0, :intakeNo, :cutOff)
                            """)
                    .param("id", seq)
                    .param("cycle", cycle)
                    .param("position", i)
                    .param("asset", move.asset())
                    .param("from", move.from())
                    .param("to", move.to())
                    .param("amount", move.amount())
                    .param("type", move.type())
                    .param("intakeNo", JdbcValues.bigint(move.intakeNo()))
                    .param("cutOff", when.cutOff().atOffset(ZoneOffset.UTC))
                    .update();
        }
        positions.forEach(this::keep);
    }

    private void keep(Balance balance, Position position) {
        State state = balances.computeIfAbsent(balance, fresh -> new State());
        long opening = state.posted;
        List<Long> running =
                position.netAtEach256th.stream().map(net -> opening + net).toList();
        state.posted += position.credits - position.debits;
        owner.sql("""
                        INSERT INTO net_positions VALUES (:cycle, :asset, :account, :debits, :credits, :closing, 0, :before,
                            :entries::integer[], nullif(:running::bigint[], '{}'))
                        """)
                .param("cycle", cycle)
                .param("asset", balance.asset())
                .param("account", balance.account())
                .param("debits", position.debits)
                .param("credits", position.credits)
                .param("closing", state.posted)
                .param("before", state.lastCycle)
                .param("entries", array(position.entries))
                .param("running", array(running))
                .update();
        state.lastCycle = cycle;
    }

    private static String array(List<?> values) {
        return values.toString().replace('[', '{').replace(']', '}');
    }

    /** Makes visible what was loaded. */
    void publish() {
        balances.forEach((balance, state) -> {
            if (state.lastCycle == cycle) {
                owner.sql("""
                                INSERT INTO account_balances
                                VALUES (:account, :asset, CASE WHEN :posted < 0 THEN '-' ELSE '+' END, :posted, 0, :cycle)
                                ON CONFLICT (account_id, asset) DO UPDATE SET sign = excluded.sign,
                                    posted = excluded.posted, last_position = excluded.last_position
                                """)
                        .param("account", balance.account())
                        .param("asset", balance.asset())
                        .param("posted", state.posted)
                        .param("cycle", cycle)
                        .update();
            }
        });
        owner.sql("UPDATE books_head SET last_cycle = :cycle, last_seq = :seq")
                .param("cycle", cycle)
                .param("seq", seq)
                .update();
    }

    long lastSeq() {
        return seq;
    }
}
