package io.quittance.app;

import io.quittance.domain.account.AccountChange;
import io.quittance.domain.cycle.BankStore;
import io.quittance.domain.intake.ClientDirectory;
import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Forms;
import io.quittance.domain.intake.IntakeQueue;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Line;
import io.quittance.domain.intake.Receipt;
import io.quittance.domain.report.AccountRecords;
import io.quittance.domain.report.BankViews;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * What the bank decides about accounts. Each subcommand records one event, or shows what was recorded; nothing counts before
 * the next cut-off.
 */
@Command(
        name = "account",
        mixinStandardHelpOptions = true,
        description = "Shows an account, or freezes, unfreezes, closes or re-levels it from the next cut-off on.",
        subcommands = {
            AccountCommand.Show.class,
            AccountCommand.Freeze.class,
            AccountCommand.Unfreeze.class,
            AccountCommand.Close.class,
            AccountCommand.Level.class,
            AccountCommand.Unclaimed.class
        })
final class AccountCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(System.err);
        return Trouble.WRONG_USAGE;
    }

    /** What all that record an event have. */
    abstract static class Decide implements Callable<Integer> {

        @Mixin
        private CommonOptions common = new CommonOptions();

        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "The account's id.")
        private String account = "";

        @Option(
                names = "--reason",
                required = true,
                paramLabel = "TEXT",
                description = "Why, in words for the bank's own people.")
        private String reason = "";

        @Option(
                names = "--key",
                paramLabel = "KEY",
                description =
                        "Name of the event, so that the same command again records nothing new (default: a new one).")
        private @Nullable String key;

        abstract AccountChange change();

        @Nullable
        String level() {
            return null;
        }

        @Override
        public Integer call() {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("event_key", key == null ? UUID.randomUUID().toString() : key);
            fields.put("account_id", account);
            fields.put("event", change().wireName());
            fields.put("reason", reason);
            String level = level();
            if (level != null) {
                fields.put("kyc_level", level);
            }
            Forms.Result form = Forms.read(Kind.ACCOUNT_EVENTS, fields);
            Line line = form.line();
            if (line == null) {
                throw refusal(form.errors());
            }
            Console console = common.console();
            try (BankSession session = common.openExisting()) {
                var client = LocalClients.operator(session.get(ClientDirectory.class));
                Receipt receipt = accept(session, client, line);
                if (receipt instanceof Receipt.Refused refused) {
                    throw refusal(refused.errors());
                }
                boolean repeated = receipt instanceof Receipt.Recorded recorded && recorded.repeated();
                AccountRecords.Decision decision =
                        session.get(AccountRecords.class).decisions(UUID.fromString(account)).stream()
                                .filter(d -> d.eventKey().equals(fields.get("event_key")))
                                .findFirst()
                                .orElseThrow();
                console.line(
                        "%s %s%s of account %s counts from the cut-off of %s on (event %s)",
                        repeated ? "Recorded before:" : "Recorded:",
                        change().wireName(),
                        decision.level() == null ? "" : " " + decision.level(),
                        account,
                        decision.countsFrom(),
                        decision.eventKey());
                if (common.json) {
                    System.out.println(Json.of(asMap(decision)));
                }
            }
            return Trouble.DONE;
        }

        private static Receipt accept(BankSession session, io.quittance.domain.intake.Client client, Line line) {
            try {
                return session.get(IntakeQueue.class)
                        .accept(client, List.of(line), null)
                        .getFirst();
            } catch (IntakeQueue.NoOpenWindow none) {
                throw Trouble.machineLacks("Nothing can be decided now: " + none.getMessage() + ".");
            }
        }

        private static Trouble refusal(List<FormError> errors) {
            return Trouble.wrongUsage(errors.stream()
                    .map(error -> (error.field().isEmpty() ? "" : error.field() + " ") + error.reason() + ": "
                            + error.reason().sentence(error.detail()))
                    .collect(Collectors.joining("; ")));
        }
    }

    private static Map<String, Object> asMap(AccountRecords.Decision decision) {
        var map = new LinkedHashMap<String, Object>();
        map.put("eventKey", decision.eventKey());
        map.put("event", decision.change().wireName());
        map.put("kycLevel", decision.level() == null ? "" : decision.level().name());
        map.put("reason", decision.reason() == null ? "" : decision.reason());
        map.put("decidedBy", decision.decidedBy());
        map.put("decidedAt", decision.decidedAt().toString());
        map.put("countsFrom", decision.countsFrom().toString());
        map.put("cycle", decision.cycle() == null ? "" : decision.cycle());
        map.put("refusedFor", decision.refusedFor() == null ? "" : decision.refusedFor());
        return map;
    }

    @Command(
            name = "freeze",
            mixinStandardHelpOptions = true,
            description = "It neither gives nor receives; its orders end, and what it reserved is free.")
    static final class Freeze extends Decide {
        @Override
        AccountChange change() {
            return AccountChange.FREEZE;
        }
    }

    @Command(name = "unfreeze", mixinStandardHelpOptions = true, description = "It gives and receives again.")
    static final class Unfreeze extends Decide {
        @Override
        AccountChange change() {
            return AccountChange.UNFREEZE;
        }
    }

    @Command(
            name = "close",
            mixinStandardHelpOptions = true,
            description =
                    "For ever, and only an account with nothing open: no balance, order, task, hold or unclaimed money.")
    static final class Close extends Decide {
        @Override
        AccountChange change() {
            return AccountChange.CLOSE;
        }
    }

    @Command(
            name = "level",
            mixinStandardHelpOptions = true,
            description = "Gives the account's party, with all its accounts, another KYC level.")
    static final class Level extends Decide {

        @Parameters(index = "1", paramLabel = "LEVEL", description = "L0, L1, L2 or L3.")
        private String level = "";

        @Override
        AccountChange change() {
            return AccountChange.LEVEL;
        }

        @Override
        String level() {
            return level;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "How an account stands at the last published cycle, and all that was decided about it.")
    static final class Show implements Callable<Integer> {

        @Mixin
        private CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "ACCOUNT", description = "The account's id.")
        private UUID account = new UUID(0, 0);

        @Override
        public Integer call() {
            Console console = common.console();
            try (BankSession session = common.openExisting()) {
                BankViews.AccountView view = session.get(BankViews.class)
                        .account(account)
                        .orElseThrow(() -> Trouble.wrongUsage("There is no account " + account + "."));
                List<AccountRecords.Decision> decisions =
                        session.get(AccountRecords.class).decisions(account);
                print(console, view, decisions, session.get(BankStore.class).now());
                if (common.json) {
                    System.out.println(Json.of(asMap(view, decisions)));
                }
            }
            return Trouble.DONE;
        }

        private static void print(
                Console console, BankViews.AccountView view, List<AccountRecords.Decision> decisions, Instant now) {
            console.line("%s account %s of party %s", view.accountType(), view.accountId(), view.partyId());
            console.line("  status     %-8s %s", view.status(), since(view.statusSince(), now));
            console.line("  KYC level  %-8s %s", view.kycLevel(), since(view.levelSince(), now));
            view.balances()
                    .forEach(balance -> console.line(
                            "  %-10s %,d posted, %,d reserved", balance.asset(), balance.posted(), balance.reserved()));
            view.unclaimed()
                    .forEach(item -> console.line(
                            "  unclaimed  %,d µToken since cycle %d of %s",
                            item.amountUtoken(), item.sinceCycle(), item.sinceDate()));
            decisions.forEach(d -> console.line(
                    "  %s  %s%s, %s%s%s",
                    d.countsFrom(),
                    d.change().wireName(),
                    d.level() == null ? "" : " " + d.level(),
                    d.cycle() == null
                            ? "not cut off yet"
                            : d.refusedFor() == null ? "cycle " + d.cycle() : "refused in cycle " + d.cycle(),
                    d.refusedFor() == null ? "" : ", open was " + d.refusedFor(),
                    d.reason() == null ? "" : ": " + d.reason()));
        }

        private static String since(@Nullable Instant from, Instant now) {
            return from == null
                    ? "from its first cycle on"
                    : "since " + from + ", "
                            + Math.max(0, Duration.between(from, now).toDays()) + " days";
        }

        private static Map<String, Object> asMap(BankViews.AccountView view, List<AccountRecords.Decision> decisions) {
            var map = new LinkedHashMap<String, Object>();
            map.put("accountId", view.accountId());
            map.put("partyId", view.partyId());
            map.put("accountType", view.accountType());
            map.put("status", view.status());
            map.put("statusSince", String.valueOf(view.statusSince()));
            map.put("kycLevel", view.kycLevel());
            map.put("kycLevelSince", String.valueOf(view.levelSince()));
            map.put("balances", view.balances());
            map.put("unclaimed", view.unclaimed());
            map.put("decisions", decisions.stream().map(AccountCommand::asMap).toList());
            return map;
        }
    }

    @Command(
            name = "unclaimed",
            mixinStandardHelpOptions = true,
            description = "What waits for whom because it could not be received, the oldest first.")
    static final class Unclaimed implements Callable<Integer> {

        @Mixin
        private CommonOptions common = new CommonOptions();

        @Override
        public Integer call() {
            Console console = common.console();
            List<AccountRecords.Unclaimed> waiting;
            try (BankSession session = common.openExisting()) {
                waiting = session.get(AccountRecords.class).unclaimed();
            }
            if (waiting.isEmpty()) {
                console.line("Nothing is unclaimed.");
            }
            waiting.forEach(item -> print(console, item));
            if (common.json) {
                System.out.println(Json.of(Map.of("unclaimed", waiting)));
            }
            return Trouble.DONE;
        }
    }

    /** One line of what waits. */
    static void print(Console console, AccountRecords.Unclaimed item) {
        console.line(
                "       unclaimed of %s: %,d µToken in %d, since cycle %d of %s, %d days",
                item.accountId(),
                item.amountUtoken(),
                item.items(),
                item.sinceCycle(),
                item.sinceDate(),
                item.ageDays());
    }
}
