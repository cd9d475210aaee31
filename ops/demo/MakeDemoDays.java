import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes the three business days that the demo takes in, out of public data, and checks them.
 *
 * <p>{@code java ops/demo/MakeDemoDays.java DATA_DIR OUT_DIR} reads the five sources below {@code DATA_DIR} and writes
 * {@code OUT_DIR/days/DATE/NN-KIND.csv}; existing files of those names are replaced. The same sources give the same
 * bytes: no clock, no randomness, no order of a hash table. A source that is not the pinned one (SHA-256) stops the
 * program before anything is written.
 *
 * <p>{@code java ops/demo/MakeDemoDays.java --check OUT_DIR} reads the files back, knows nothing of the sources, and
 * prints what is in them. Exit code 0: done, and every check passed; 1: a check failed; 2: wrong usage or input.
 *
 * <p>The README beside this file states the rules in words: which column comes from where, and who owns what.
 */
public final class MakeDemoDays {

    private static final List<LocalDate> DATES =
            List.of(LocalDate.of(2025, 4, 1), LocalDate.of(2025, 4, 2), LocalDate.of(2025, 4, 3));
    private static final LocalTime CUT_OFF = LocalTime.of(17, 0);

    private static final long MICRO = 1_000_000; // µToken in a Token, and µUSD in a USD
    private static final long HOUR_MS = 3_600_000;

    public static void main(String[] args) {
        if (args.length != 2) {
            System.err.println("usage: java MakeDemoDays.java DATA_DIR OUT_DIR | --check OUT_DIR");
            System.exit(2);
        }
        try {
            Path out = Path.of(args[1]);
            if (args[0].equals("--check")) {
                System.exit(new Check(out).run() ? 0 : 1);
            }
            new Generator(new Sources(Path.of(args[0]))).make().write(out);
        } catch (IOException | UnusableInputException e) {
            System.err.println(e);
            System.exit(2);
        }
    }

    /** A file that is not what it should be. Anything else that goes wrong is a bug and keeps its stack trace. */
    private static final class UnusableInputException extends Exception {

        private static final long serialVersionUID = 1;

        UnusableInputException(String message) {
            super(message);
        }
    }

    // ---- The files: kinds, columns, control lines ------------------------------------------------------------------

    /** A file kind: its place in the day, the column that the trailer sums ("" for none), its columns. */
    private enum Kind {
        ACCOUNTS(1, "", "account_id,party_id,account_type,owner_account,kyc_level,daily_limit_utoken,name"),
        COMPUTE_RESOURCES(2, "", "resource_id,account_id,compute_class,gpu_count"),
        SERVICES(3, "", "service,payee_account"),
        PRICES(4, "", "service,model,price_version,effective_from,input_utoken_per_mtok,output_utoken_per_mtok"),
        METERING(5, "gpu_ms", "resource_id,metered_from,metered_to,gpu_ms"),
        COMPUTE_DEPOSITS(
                6, "gpu_ms", "submission_key,account_id,resource_id,gpu_ms,mode,metered_from,metered_to,hold_until"),
        TRANSFERS(7, "amount_utoken", "submission_key,account_id,to_account,amount_utoken,memo,hold_until"),
        TASK_PUBLICATIONS(
                8, "reward_utoken", "submission_key,account_id,task_id,reward_utoken,capability,due_at,hold_until"),
        TASK_COMPLETIONS(9, "", "submission_key,account_id,task_id,agent_account,result_sha256,hold_until"),
        SPENDS(
                10,
                "amount_utoken",
                "submission_key,account_id,service,model,used_at,input_tokens,output_tokens,price_version,amount_utoken,"
                    + "compute_class,gpu_ms,hold_until"),
        ORDERS(
                11,
                "lots",
                "submission_key,account_id,compute_class,side,order_type,lots,limit_utoken_per_lot,time_in_force,"
                        + "good_through"),
        CANCELS(12, "", "submission_key,account_id,cancelled_key");

        final int place;
        final String summed;
        final List<String> columns;

        Kind(int place, String summed, String columns) {
            this.place = place;
            this.summed = summed;
            this.columns = List.of(columns.split(","));
        }

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        String fileName() {
            return format("%02d-%s.csv", place, wireName());
        }

        boolean isSubmission() {
            return columns.get(0).equals("submission_key");
        }
    }

    /** The rows of all days, in submission order within each kind. */
    private static final class Days {

        private final List<Map<Kind, List<List<String>>>> rows = new ArrayList<>();

        Days() {
            for (int day = 0; day < DATES.size(); day++) {
                rows.add(new EnumMap<>(Kind.class));
            }
        }

        void add(int day, Kind kind, Object... cells) {
            if (cells.length != kind.columns.size()) {
                throw new IllegalStateException(kind + " has " + cells.length + " cells");
            }
            rows.get(day)
                    .computeIfAbsent(kind, k -> new ArrayList<>())
                    .add(Arrays.stream(cells).map(String::valueOf).toList());
        }

        void write(Path out) throws IOException {
            for (int day = 0; day < DATES.size(); day++) {
                Path folder = Files.createDirectories(
                        out.resolve("days").resolve(DATES.get(day).toString()));
                for (Map.Entry<Kind, List<List<String>>> file : rows.get(day).entrySet()) {
                    Files.write(
                            folder.resolve(file.getKey().fileName()),
                            framed(file.getKey(), DATES.get(day), file.getValue()));
                }
            }
        }

        private static byte[] framed(Kind kind, LocalDate date, List<List<String>> rows) {
            StringBuilder body = new StringBuilder(String.join(",", kind.columns)).append('\n');
            long sum = 0;
            int summed = kind.columns.indexOf(kind.summed);
            for (List<String> row : rows) {
                body.append(String.join(",", row.stream().map(Csv::quoted).toList()))
                        .append('\n');
                if (summed >= 0 && !row.get(summed).isEmpty()) {
                    sum = Math.addExact(sum, Long.parseLong(row.get(summed)));
                }
            }
            String first =
                    "#quittance,1," + kind.wireName() + ",demo-" + date + "-" + kind.wireName() + "," + date + "\n";
            String last = "#end," + rows.size() + "," + sum + "," + sha256(utf8(body.toString())) + "\n";
            return utf8(first + body + last);
        }
    }

    // ---- The sources -----------------------------------------------------------------------------------------------

    /** One CSV source: cells by column name, rows in the source's own order. */
    private record Table(List<String> columns, List<List<String>> rows) {

        int size() {
            return rows.size();
        }

        String cell(int row, String column) {
            int at = columns.indexOf(column);
            if (at < 0) {
                throw new IllegalArgumentException("no column " + column);
            }
            return rows.get(row).get(at);
        }

        long number(int row, String column) {
            return Long.parseLong(cell(row, column));
        }
    }

    /** The files of the five sources, each pinned by its SHA-256. */
    private static final class Sources {

        final Table nodes;
        final Table tasks;
        final Table calls;
        final Table runs;
        final Table trades;
        final Table prices;

        Sources(Path dir) throws IOException, UnusableInputException {
            nodes = read(
                    dir.resolve("gpu-openb/nodes.csv"),
                    "6efa0c61fb8f6ef02811fd435d9ab66006387774e7161040381ab80d90dc397e");
            tasks = read(
                    dir.resolve("gpu-openb/tasks.csv"),
                    "ad4c7df49115c2ab1d5620b753fceca80242b47ab36c2a4b9be0bb0b3264f50f");
            calls = read(
                    dir.resolve("aider-analytics/llm_calls.csv"),
                    "b90d1dbb8f152a24cf15083c5bebc6af820d178d0844ac277f840433c35c37f1");
            runs = read(
                    dir.resolve("aider-leaderboards/runs.csv"),
                    "8d7ba2d8ff6dc5eb3e2c510e15e46913369a8d4771e622a0491f0d5100885129");
            trades = read(
                    dir.resolve("bitstamp-trades/trades.csv"),
                    "3e412977f96c13251119ebfdb6a9e96656f8629cbc5cba955e743accacd1325b");
            prices = read(
                    dir.resolve("llm-prices/prices.csv"),
                    "9f1985ea04ee787bde3ae133e92799f9be153e451f24cfd41b25b9e4e9dc3e60");
        }

        private static Table read(Path file, String expectedSha256) throws IOException, UnusableInputException {
            byte[] bytes = Files.readAllBytes(file);
            if (!sha256(bytes).equals(expectedSha256)) {
                throw new UnusableInputException(file + " is not the pinned source: SHA-256 " + sha256(bytes));
            }
            List<List<String>> lines = Csv.parse(new String(bytes, StandardCharsets.UTF_8));
            return new Table(lines.get(0), lines.subList(1, lines.size()));
        }
    }

    // ---- Who is who ------------------------------------------------------------------------------------------------

    private enum Type {
        PERSONAL,
        ENTERPRISE,
        AGENT;

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** An account of the demo. Agents carry their owner's code, party and level; {@code owner} is "" for all others. */
    private record Account(String code, String party, Type type, String owner, int level, String ownCap, String name) {

        String id() {
            return idOf(code);
        }

        static String idOf(String code) {
            return uuid("account/" + code);
        }

        static Account ofParty(String code, Type type, int level, String name) {
            return new Account(code, code, type, "", level, "", name);
        }

        Account agent(String agentCode, String ownCap, String agentName) {
            return new Account(agentCode, party, Type.AGENT, code, level, ownCap, agentName);
        }
    }

    /** The written rule for parties, levels and owners, which the sources do not have. */
    private static final class Register {

        static final int TRADERS = 48;
        static final int PUBLISHERS = 12;
        static final int OWNERS = 48;

        final List<Account> traders = new ArrayList<>();
        final List<Account> publishers = new ArrayList<>();
        final List<Account> owners = new ArrayList<>();
        final List<Account> agents = new ArrayList<>();
        final Map<String, Account> payees = new LinkedHashMap<>();

        /**
         * The traders' list that orders go round. Its length is even, so that an entry is always on one side: with both
         * sides everywhere, nearly all volume would be prevented self-trade. Four traders do stand on both. It is prime to
         * 3 and 5, so that each entry meets every class and every duration.
         */
        final List<Account> tradersList = new ArrayList<>();

        private final Map<String, Account> agentByName = new HashMap<>();

        Register(Table runs, Set<String> services) {
            for (int k = 0; k < TRADERS; k++) {
                int level = k % 17 == 11 ? 0 : k % 5 == 2 ? 1 : k % 5 == 4 ? 3 : 2;
                Type type = level == 3 || k % 3 == 0 ? Type.ENTERPRISE : Type.PERSONAL;
                traders.add(Account.ofParty(code("trader", k), type, level, format("Provider %02d", k)));
            }
            tradersList.addAll(traders);
            for (int k : new int[] {1, 0, 3, 2}) {
                tradersList.add(traders.get(k));
            }
            for (int k = 0; k < PUBLISHERS; k++) {
                int level = k == 11 ? 0 : k % 3 == 2 ? 1 : k % 4 == 0 ? 3 : 2;
                publishers.add(
                        Account.ofParty(code("publisher", k), Type.ENTERPRISE, level, format("Publisher %02d", k)));
            }
            for (int k = 0; k < OWNERS; k++) {
                int level = k % 24 == 13 ? 0 : k % 4 == 1 ? 1 : k % 8 == 0 ? 3 : 2;
                Type type = level == 3 ? Type.ENTERPRISE : Type.PERSONAL;
                owners.add(Account.ofParty(code("owner", k), type, level, format("Owner %02d", k)));
            }
            for (int row = 0; row < runs.size(); row++) {
                String name = agentName(runs, row);
                if (!agentByName.containsKey(name)) {
                    int k = agents.size();
                    String ownCap = k % 9 == 4 ? "200000" : "";
                    Account agent = owners.get(k % OWNERS).agent(code("agent", k), ownCap, name);
                    agents.add(agent);
                    agentByName.put(name, agent);
                }
            }
            for (String service : services) {
                payees.put(service, Account.ofParty("payee-" + service, Type.ENTERPRISE, 3, "Payee of " + service));
            }
        }

        Account agentOfRun(Table runs, int row) {
            return agentByName.get(agentName(runs, row));
        }

        private static String agentName(Table runs, int row) {
            return runs.cell(row, "model") + " / " + runs.cell(row, "edit_format");
        }

        List<Account> all() {
            List<Account> all = new ArrayList<>();
            for (var accounts : List.of(traders, publishers, owners, payees.values(), agents)) {
                all.addAll(accounts);
            }
            return all;
        }

        private static String code(String role, int k) {
            return format("%s-%03d", role, k);
        }
    }

    // ---- The price list --------------------------------------------------------------------------------------------

    /** A row of the price list in exact µToken a million tokens. */
    private record Price(String provider, String model, long input, long output) {}

    /** Finds the list price of a logged model name, by the written name rule. */
    private static final class PriceList {

        private static final String PREFERRED = "anthropic openai deepseek google fireworks mistral cohere openrouter";
        private static final Map<String, String> PROVIDER_OF_PREFIX = Map.of(
                "anthropic", "anthropic",
                "openai", "openai",
                "deepseek", "deepseek",
                "gemini", "google",
                "fireworks_ai", "fireworks",
                "mistral", "mistral",
                "cohere_chat", "cohere",
                "openrouter", "openrouter");
        private static final Pattern DATE_CUT = Pattern.compile("-(\\d{8}|\\d{4}-\\d{2}-\\d{2})$");

        private final Map<String, Price> usable = new HashMap<>();
        private final Map<String, List<Price>> byModel = new HashMap<>();

        PriceList(Table list) {
            Map<String, Integer> variants = new HashMap<>();
            for (int row = 0; row < list.size(); row++) {
                variants.merge(key(list.cell(row, "provider"), list.cell(row, "model")), 1, Integer::sum);
            }
            for (int row = 0; row < list.size(); row++) {
                String provider = list.cell(row, "provider");
                String model = list.cell(row, "model");
                long input = exactMicro(list.cell(row, "input_mtok"));
                long output = exactMicro(list.cell(row, "output_mtok"));
                // With several variants the list alone does not say which price a logged call had.
                if (variants.get(key(provider, model)) == 1 && input >= 0 && output >= 0) {
                    Price price = new Price(provider, model, input, output);
                    usable.put(key(provider, model), price);
                    byModel.computeIfAbsent(model, m -> new ArrayList<>()).add(price);
                }
            }
        }

        /** The price of a logged name, or null where the list has none that is plain and exact. */
        Price find(String logged) {
            List<Price> asItStands = byModel.getOrDefault(logged, List.of());
            if (!asItStands.isEmpty()) {
                return preferred(asItStands);
            }
            int slash = logged.indexOf('/');
            String provider = slash < 0 ? "" : PROVIDER_OF_PREFIX.getOrDefault(logged.substring(0, slash), "?");
            String name = provider.equals("fireworks")
                    ? logged.substring(logged.lastIndexOf('/') + 1)
                    : logged.substring(slash + 1);
            List<String> providers = provider.isEmpty() ? List.of(PREFERRED.split(" ")) : List.of(provider);
            String undated = DATE_CUT.matcher(name).replaceFirst("");
            for (String each : providers) {
                for (String candidate : List.of(name, undated, undated + "-latest")) {
                    Price price = usable.get(key(each, candidate));
                    if (price != null) {
                        return price;
                    }
                }
            }
            return null;
        }

        private static Price preferred(List<Price> prices) {
            for (String provider : PREFERRED.split(" ")) {
                for (Price price : prices) {
                    if (price.provider.equals(provider)) {
                        return price;
                    }
                }
            }
            return prices.get(0);
        }

        private static String key(String provider, String model) {
            return provider + "\n" + model;
        }

        /** USD a million tokens as µToken, or -1 where it is tiered, absent or not a whole number of µToken. */
        private static long exactMicro(String usd) {
            if (!usd.matches("\\d+(\\.\\d+)?")) {
                return -1;
            }
            BigDecimal micro = new BigDecimal(usd).movePointRight(6).stripTrailingZeros();
            return micro.scale() > 0 ? -1 : micro.longValueExact();
        }
    }

    // ---- The days --------------------------------------------------------------------------------------------------

    /** Turns the sources into the days. Each method makes one kind, or two that belong together. */
    private static final class Generator {

        private static final String PRICE_VERSION = "2024-01";
        private static final String PRICES_FROM = "2024-01-01T00:00:00Z";
        private static final String UNLISTED = "aider-unlisted";

        private static final LocalDate LAST_DATE = DATES.get(DATES.size() - 1);
        private static final LocalTime METERED_TO = LocalTime.of(15, 30);
        private static final Map<String, Integer> METERED_HOURS =
                Map.of("V100M32", 23, "T4", 10, "G2", 6, "G3", 4, "V100M16", 4, "A10", 4, "P100", 2);

        /** The trace counts seconds; its end is put here, after the last metered interval and before the last cut-off. */
        private static final long TRACE_SECONDS = 12_902_960;

        private static final Instant TRACE_START =
                LAST_DATE.atTime(16, 0).toInstant(ZoneOffset.UTC).minusSeconds(TRACE_SECONDS);

        private static final List<String> TRADED = List.of("GPU-V100M32", "GPU-T4", "GPU-G2");
        private static final LocalDate FIRST_TRADE_DAY = LocalDate.of(2013, 11, 25);

        private static final long REWARD_PER_GPU_HOUR = 800_000;
        private static final long LEAST_REWARD = 10_000;
        private static final long GREATEST_REWARD = 20 * MICRO;
        private static final long REWARD_PER_PASSED_TASK = 50_000;

        private final Sources sources;
        private final PriceList list;
        private final Set<Price> usedPrices = new LinkedHashSet<>();
        private final Register register;
        private final Days days = new Days();

        Generator(Sources sources) {
            this.sources = sources;
            this.list = new PriceList(sources.prices);
            for (int row = 0; row < sources.calls.size(); row++) {
                Price price = list.find(sources.calls.cell(row, "main_model"));
                if (price != null) {
                    usedPrices.add(price);
                }
            }
            Set<String> services = new TreeSet<>();
            usedPrices.forEach(price -> services.add(price.provider));
            this.register = new Register(sources.runs, services);
        }

        Days make() {
            accounts();
            services();
            resourcesMeteringAndDeposits();
            transfers();
            tasksOfTheCluster();
            runsOfTheLeaderboards();
            spends();
            ordersAndCancels();
            return days;
        }

        private void accounts() {
            for (Account account : register.all()) {
                days.add(
                        0,
                        Kind.ACCOUNTS,
                        account.id(),
                        uuid("party/" + account.party),
                        account.type.wireName(),
                        account.owner.isEmpty() ? "" : Account.idOf(account.owner),
                        account.level,
                        account.ownCap,
                        account.name);
            }
        }

        private void services() {
            register.payees.forEach((service, payee) -> days.add(0, Kind.SERVICES, service, payee.id()));
            days.add(0, Kind.SERVICES, UNLISTED, "");
            for (Price price : usedPrices) {
                days.add(
                        0,
                        Kind.PRICES,
                        price.provider,
                        price.model,
                        PRICE_VERSION,
                        PRICES_FROM,
                        price.input,
                        price.output);
            }
        }

        private void resourcesMeteringAndDeposits() {
            Table nodes = sources.nodes;
            Map<String, Integer> ofClass = new HashMap<>();
            for (int n = 0; n < nodes.size(); n++) {
                String model = nodes.cell(n, "model");
                String resource = nodes.cell(n, "sn");
                long gpus = nodes.number(n, "gpu");
                int k = ofClass.merge(model, 1, Integer::sum) - 1;
                Account provider = providerOf(model, k);
                days.add(0, Kind.COMPUTE_RESOURCES, resource, provider.id(), "GPU-" + model, gpus);

                long gpuMs = METERED_HOURS.get(model) * HOUR_MS * gpus;
                for (int day = 0; day < DATES.size(); day++) {
                    Instant to = DATES.get(day).atTime(METERED_TO).toInstant(ZoneOffset.UTC);
                    Instant from = to.minus(Duration.ofHours(METERED_HOURS.get(model)));
                    days.add(
                            day,
                            Kind.COMPUTE_DEPOSITS,
                            "dep-" + lastPart(resource) + "-d" + (day + 1),
                            provider.id(),
                            resource,
                            gpuMs,
                            isKept(model, k) ? "keep" : "mint",
                            from,
                            to,
                            "");
                    if (n % 40 != 7) {
                        days.add(day, Kind.METERING, resource, from, to, gpuMs);
                    } else if (n % 80 == 47) {
                        days.add(day, Kind.METERING, resource, from, to, gpuMs - HOUR_MS);
                    } else if (n % 80 == 7 && day + 1 < DATES.size()) {
                        days.add(day + 1, Kind.METERING, resource, from, to, gpuMs);
                    }
                }
            }
        }

        private Account providerOf(String model, int k) {
            return switch (model) {
                case "V100M32" -> register.traders.get((2 * k + 1) % Register.TRADERS);
                case "T4", "G2" -> register.traders.get(k % Register.TRADERS);
                case "G3", "V100M16", "A10" -> register.publishers.get(k % Register.PUBLISHERS);
                case "P100" -> register.owners.get(k % Register.OWNERS);
                default -> throw new IllegalArgumentException("unknown GPU model " + model);
            };
        }

        /** Sellers, who are the odd ones, keep credits and buyers mint, but for every fourth round of nodes. */
        private static boolean isKept(String model, int k) {
            boolean seller = k % 2 == 1;
            boolean turned = k / Register.TRADERS % 4 == 3;
            return switch (model) {
                case "V100M32" -> true;
                case "T4", "G2" -> seller != turned;
                default -> false;
            };
        }

        private void transfers() {
            for (int day = 0; day < DATES.size(); day++) {
                int number = 0;
                for (int k = 0; k < register.agents.size(); k++) {
                    Account agent = register.agents.get(k);
                    if (day == 0 || k % 3 == day - 1) {
                        long amount = day == 0 ? 1_500_000 : 1_000_000;
                        transfer(day, number++, Account.idOf(agent.owner), agent.id(), amount, "allowance", k % 2 == 0);
                    }
                }
                for (int k = 0; k < register.traders.size(); k++) {
                    Account publisher = register.publishers.get((k + day) % Register.PUBLISHERS);
                    transfer(
                            day,
                            number++,
                            register.traders.get(k).id(),
                            publisher.id(),
                            5 * MICRO,
                            "invoice",
                            k % 4 == 0);
                }
                // One wish a day that no L2 party's daily limit allows.
                Account from = register.traders.get(5 * day);
                Account to = register.traders.get(4);
                transfer(day, number, from.id(), to.id(), 10_001 * MICRO, "over the daily limit", false);
            }
        }

        private void transfer(int day, int number, String from, String to, long amount, String memo, boolean mayWait) {
            String key = format("tra-d%d-%03d", day + 1, number);
            days.add(day, Kind.TRANSFERS, key, from, to, amount, memo, mayWait ? LAST_DATE : "");
        }

        private void tasksOfTheCluster() {
            Table tasks = sources.tasks;
            int succeeded = 0;
            for (int i = 0; i < tasks.size(); i++) {
                int day = dayOf(i, tasks.size());
                String task = tasks.cell(i, "name");
                boolean success = tasks.cell(i, "pod_phase").equals("Succeeded");
                Account publisher = register.publishers.get(i % Register.PUBLISHERS);
                long seconds = 0;
                if (!tasks.cell(i, "scheduled_time").isEmpty()) {
                    seconds = tasks.number(i, "deletion_time") - tasks.number(i, "scheduled_time");
                }
                long milliGpuSeconds = seconds * tasks.number(i, "num_gpu") * tasks.number(i, "gpu_milli");
                long worth = ceilDiv(Math.multiplyExact(milliGpuSeconds, REWARD_PER_GPU_HOUR), HOUR_MS);
                long reward = Math.max(LEAST_REWARD, Math.min(GREATEST_REWARD, worth));
                publish(day, publisher, task, reward, capability(tasks, i), dueAt(tasks, i, day, success), i % 5 < 2);
                if (success) {
                    Account agent = register.agents.get(i % register.agents.size());
                    complete(completionDay(day, succeeded++), publisher, task, agent, tasks.rows.get(i));
                }
            }
        }

        private static String capability(Table tasks, int i) {
            long gpus = tasks.number(i, "num_gpu");
            if (gpus == 0) {
                return "cpu-batch";
            }
            return tasks.number(i, "gpu_milli") < 1000 ? "gpu-share" : gpus == 1 ? "gpu-single" : "gpu-multi";
        }

        /** A finished run has a week; any other is due at its end in the trace, but not before noon of the next day. */
        private static Instant dueAt(Table tasks, int i, int day, boolean success) {
            Instant noon =
                    DATES.get(day).plusDays(success ? 7 : 1).atTime(12, 0).toInstant(ZoneOffset.UTC);
            Instant end = TRACE_START.plusSeconds(tasks.number(i, "deletion_time"));
            return end.isAfter(noon) ? end : noon;
        }

        private void runsOfTheLeaderboards() {
            Table runs = sources.runs;
            for (int i = 0; i < runs.size(); i++) {
                int day = dayOf(i, runs.size());
                String task = format("aider-run-%03d", i);
                Account publisher = register.publishers.get(i % Register.PUBLISHERS);
                long reward = Math.max(LEAST_REWARD, REWARD_PER_PASSED_TASK * passed(runs, i));
                Instant due = DATES.get(day).plusDays(7).atTime(12, 0).toInstant(ZoneOffset.UTC);
                publish(day, publisher, task, reward, "code-" + runs.cell(i, "board"), due, i % 5 < 2);
                complete(completionDay(day, i), publisher, task, register.agentOfRun(runs, i), runs.rows.get(i));
            }
        }

        /**
         * Tasks passed after the second try, or after the first of a run that had only one. Older boards give only the
         * rate, which is rounded half up to a count.
         */
        private static long passed(Table runs, int i) {
            String counted = runs.cell(i, "pass_num_2");
            if (!counted.isEmpty()) {
                return Long.parseLong(counted);
            }
            String rate = runs.cell(i, "pass_rate_2");
            return new BigDecimal(rate.isEmpty() ? runs.cell(i, "pass_rate_1") : rate)
                    .multiply(new BigDecimal(runs.cell(i, "test_cases")))
                    .movePointLeft(2)
                    .setScale(0, RoundingMode.HALF_UP)
                    .longValueExact();
        }

        private void publish(
                int day, Account publisher, String task, long reward, String capability, Instant due, boolean mayWait) {
            days.add(
                    day,
                    Kind.TASK_PUBLICATIONS,
                    "pub-" + task,
                    publisher.id(),
                    task,
                    reward,
                    capability,
                    due,
                    mayWait ? LAST_DATE : "");
        }

        private void complete(int day, Account publisher, String task, Account agent, List<String> source) {
            String result = sha256(utf8(String.join("\n", source)));
            days.add(day, Kind.TASK_COMPLETIONS, "com-" + task, publisher.id(), task, agent.id(), result, "");
        }

        /** Every other completion comes with its publication, and so is early; the rest a date later where there is one. */
        private static int completionDay(int day, int ordinal) {
            return ordinal % 2 == 0 ? day : Math.min(day + 1, DATES.size() - 1);
        }

        private void spends() {
            Table calls = sources.calls;
            for (int i = 0; i < calls.size(); i++) {
                int day = dayOf(i, calls.size());
                Account agent = spender(calls.cell(i, "user_id"), calls.cell(i, "session_no"));
                String model = calls.cell(i, "main_model");
                Price price = list.find(model);
                long logged = new BigDecimal(calls.cell(i, "cost_usd"))
                        .movePointRight(6)
                        .setScale(0, RoundingMode.CEILING)
                        .longValueExact();
                days.add(
                        day,
                        Kind.SPENDS,
                        format("use-%04d", i),
                        agent.id(),
                        price == null ? UNLISTED : price.provider,
                        price == null ? model : price.model,
                        Instant.ofEpochSecond(calls.number(i, "time")),
                        calls.cell(i, "prompt_tokens"),
                        calls.cell(i, "completion_tokens"),
                        price == null ? "" : PRICE_VERSION,
                        price == null ? logged : "",
                        "",
                        "",
                        // On the first date no agent has Tokens yet: its allowance counts from the next cycle.
                        day == 0 ? LAST_DATE : "");
            }
        }

        private Account spender(String user, String session) {
            byte[] hash = digest(utf8(user + "/" + session));
            long number = Integer.toUnsignedLong(ByteBuffer.wrap(hash).getInt());
            return register.agents.get((int) (number % register.agents.size()));
        }

        private void ordersAndCancels() {
            Table trades = sources.trades;
            for (int i = 0; i < trades.size(); i++) {
                LocalDate traded = Instant.ofEpochSecond(trades.number(i, "timestamp"))
                        .atOffset(ZoneOffset.UTC)
                        .toLocalDate();
                int day = (int) (traded.toEpochDay() - FIRST_TRADE_DAY.toEpochDay());
                if (day >= DATES.size()) {
                    break;
                }
                Account trader = register.tradersList.get(i % register.tradersList.size());
                boolean market = trader.level >= 2 && i % 97 == 96;
                String duration = trader.level < 2 || market ? "IOC" : duration(i);
                LocalDate goodThrough = DATES.get(day).plusDays(i % 5 == 2 ? 1 : 0);
                days.add(
                        day,
                        Kind.ORDERS,
                        orderKey(i),
                        trader.id(),
                        TRADED.get(i / 2 % TRADED.size()),
                        i % 2 == 0 ? "buy" : "sell",
                        market ? "MARKET" : "LIMIT",
                        new BigDecimal(trades.cell(i, "amount"))
                                .movePointRight(1)
                                .setScale(0, RoundingMode.CEILING)
                                .longValueExact(),
                        market
                                ? ""
                                : new BigDecimal(trades.cell(i, "price"))
                                        .movePointRight(2)
                                        .longValueExact(),
                        duration,
                        duration.equals("GTD") ? goodThrough : "");
                if (duration.equals("GTC") && i % 101 == 50 && day + 1 < DATES.size()) {
                    days.add(day + 1, Kind.CANCELS, "can-" + orderKey(i), trader.id(), orderKey(i));
                }
            }
        }

        private static String duration(int i) {
            return switch (i % 5) {
                case 0, 1 -> "GTC";
                case 2, 3 -> "GTD";
                default -> "IOC";
            };
        }

        private static String orderKey(int i) {
            return format("ord-%05d", i);
        }

        private static String lastPart(String name) {
            return name.substring(name.lastIndexOf('-') + 1);
        }

        /** Equal parts in the source's own order. */
        private static int dayOf(int row, int rows) {
            return (int) ((long) row * DATES.size() / rows);
        }
    }

    // ---- The check -------------------------------------------------------------------------------------------------

    /** Reads the files as a stranger would: nothing here comes from the generator but the columns of each kind. */
    private static final class Check {

        private static final Pattern UUID_FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        private static final Pattern AMOUNT_FORM = Pattern.compile("0|[1-9][0-9]{0,17}");
        private static final Pattern SHA_FORM = Pattern.compile("[0-9a-f]{64}");
        private static final Pattern KEY_FORM = Pattern.compile("[a-z]{3}-[0-9a-z-]{1,40}");
        private static final int SHOWN = 50;

        private static final Set<String> AMOUNTS = Set.of(
                "gpu_count",
                "gpu_ms",
                "amount_utoken",
                "reward_utoken",
                "lots",
                "limit_utoken_per_lot",
                "daily_limit_utoken",
                "input_tokens",
                "output_tokens",
                "input_utoken_per_mtok",
                "output_utoken_per_mtok");
        private static final Set<String> IDS =
                Set.of("account_id", "party_id", "owner_account", "to_account", "agent_account", "payee_account");
        private static final Set<String> INSTANTS =
                Set.of("metered_from", "metered_to", "due_at", "used_at", "effective_from");
        private static final Set<String> DATE_COLUMNS = Set.of("hold_until", "good_through");
        private static final Set<String> OPTIONAL = Set.of(
                "owner_account",
                "daily_limit_utoken",
                "payee_account",
                "price_version",
                "amount_utoken",
                "compute_class",
                "gpu_ms",
                "hold_until");

        private final Path out;
        private final List<String> problems = new ArrayList<>();
        private final Map<Kind, List<Row>> rows = new EnumMap<>(Kind.class);
        private final Map<String, Row> accounts = new HashMap<>();
        private final Map<String, Row> resources = new HashMap<>();
        private final Map<String, Long> notes = new LinkedHashMap<>();

        Check(Path out) {
            this.out = out;
        }

        /** A line of a file; {@code day} counts from 0. */
        private record Row(Kind kind, int day, int line, List<String> cells) {

            String get(String column) {
                return cells.get(kind.columns.indexOf(column));
            }

            boolean has(String column) {
                return !get(column).isEmpty();
            }

            long number(String column) {
                return Long.parseLong(get(column));
            }

            Instant instant(String column) {
                return Instant.parse(get(column));
            }

            LocalDate date() {
                return DATES.get(day);
            }

            @Override
            public String toString() {
                return date() + " " + kind.fileName() + ":" + line;
            }
        }

        boolean run() throws IOException {
            for (Kind kind : Kind.values()) {
                rows.put(kind, new ArrayList<>());
            }
            Set<Path> unknown = new TreeSet<>();
            try (Stream<Path> files = Files.walk(out.resolve("days"))) {
                files.filter(Files::isRegularFile).forEach(unknown::add);
            }
            for (int day = 0; day < DATES.size(); day++) {
                for (Kind kind : Kind.values()) {
                    Path file = out.resolve("days")
                            .resolve(DATES.get(day).toString())
                            .resolve(kind.fileName());
                    if (unknown.remove(file)) {
                        file(day, kind, Files.readString(file, StandardCharsets.UTF_8));
                    }
                }
            }
            unknown.forEach(file -> problems.add(file + ": no file of the demo"));
            // A file that cannot be read as its kind makes every later finding noise.
            if (problems.isEmpty()) {
                keysAreUnique();
                accountsAndParties();
                resourcesAndClasses();
                meteringAndDeposits();
                tasks();
                services();
                orders();
                transfers();
                enough();
            }
            print();
            return problems.isEmpty();
        }

        private void file(int day, Kind kind, String text) {
            String name = DATES.get(day) + "/" + kind.fileName();
            int bodyStart = text.indexOf('\n') + 1;
            int bodyEnd = text.lastIndexOf("\n#end,") + 1;
            if (bodyStart == 0 || bodyEnd <= bodyStart || text.indexOf('\r') >= 0 || !text.endsWith("\n")) {
                problems.add(name + ": not framed by control lines with LF");
                return;
            }
            String[] first = text.substring(0, bodyStart - 1).split(",", -1);
            String[] last = text.substring(bodyEnd, text.length() - 1).split(",", -1);
            String body = text.substring(bodyStart, bodyEnd);
            List<List<String>> lines;
            try {
                lines = Csv.parse(body);
            } catch (UnusableInputException e) {
                problems.add(name + ": " + e.getMessage());
                return;
            }
            if (first.length != 5
                    || !first[0].equals("#quittance")
                    || !first[1].equals("1")
                    || !first[2].equals(kind.wireName())
                    || first[3].isEmpty()
                    || !first[4].equals(DATES.get(day).toString())) {
                problems.add(name + ": first control line " + String.join(",", first));
            }
            if (!lines.get(0).equals(kind.columns)) {
                problems.add(name + ": columns " + lines.get(0));
                return;
            }
            int before = problems.size();
            long sum = 0;
            for (int line = 1; line < lines.size(); line++) {
                Row row = new Row(kind, day, line + 2, lines.get(line));
                if (formIsRight(row)) {
                    rows.get(kind).add(row);
                    if (!kind.summed.isEmpty() && row.has(kind.summed)) {
                        sum = Math.addExact(sum, row.number(kind.summed));
                    }
                }
            }
            String expected = "#end," + (lines.size() - 1) + "," + sum + "," + sha256(utf8(body));
            if (problems.size() == before && !String.join(",", last).equals(expected)) {
                problems.add(name + ": trailer " + String.join(",", last) + " should be " + expected);
            }
        }

        private boolean formIsRight(Row row) {
            if (row.cells.size() != row.kind.columns.size()) {
                problems.add(row + ": " + row.cells.size() + " cells");
                return false;
            }
            int before = problems.size();
            for (String column : row.kind.columns) {
                String cell = row.get(column);
                if (cell.isEmpty() ? !mayBeEmpty(row.kind, column) : !hasForm(column, cell)) {
                    problems.add(row + ": " + column + " \"" + cell + "\"");
                }
            }
            return problems.size() == before;
        }

        private static boolean mayBeEmpty(Kind kind, String column) {
            return switch (kind) {
                case COMPUTE_DEPOSITS, TRANSFERS, TASK_PUBLICATIONS, TASK_COMPLETIONS -> column.equals("hold_until");
                case COMPUTE_RESOURCES, METERING, PRICES, CANCELS -> false;
                case ORDERS -> column.equals("limit_utoken_per_lot") || column.equals("good_through");
                case ACCOUNTS, SERVICES, SPENDS -> OPTIONAL.contains(column);
            };
        }

        private static boolean hasForm(String column, String cell) {
            if (AMOUNTS.contains(column)) {
                return AMOUNT_FORM.matcher(cell).matches();
            }
            if (IDS.contains(column)) {
                return UUID_FORM.matcher(cell).matches();
            }
            try {
                if (INSTANTS.contains(column)) {
                    return cell.endsWith("Z") && Instant.parse(cell).toString().equals(cell);
                }
                if (DATE_COLUMNS.contains(column)) {
                    return LocalDate.parse(cell).toString().equals(cell);
                }
            } catch (DateTimeException e) {
                return false;
            }
            return switch (column) {
                case "submission_key", "cancelled_key" -> KEY_FORM.matcher(cell).matches();
                case "result_sha256" -> SHA_FORM.matcher(cell).matches();
                case "kyc_level" -> cell.matches("[0-3]");
                case "account_type" -> Set.of("personal", "enterprise", "agent").contains(cell);
                case "mode" -> Set.of("mint", "keep").contains(cell);
                case "side" -> Set.of("buy", "sell").contains(cell);
                case "order_type" -> Set.of("LIMIT", "MARKET").contains(cell);
                case "time_in_force" -> Set.of("IOC", "GTC", "GTD").contains(cell);
                default -> true;
            };
        }

        private void keysAreUnique() {
            Set<String> keys = new HashSet<>();
            rows.forEach((kind, list) -> list.stream()
                    .filter(row -> kind.isSubmission())
                    .filter(row -> !keys.add(row.get("submission_key")))
                    .forEach(row -> problems.add(row + ": key used before")));
        }

        private void accountsAndParties() {
            Map<String, String> levelOfParty = new HashMap<>();
            for (Row row : rows.get(Kind.ACCOUNTS)) {
                require(row, accounts.put(row.get("account_id"), row) == null, "account twice");
                String level = levelOfParty.putIfAbsent(row.get("party_id"), row.get("kyc_level"));
                require(row, level == null || level.equals(row.get("kyc_level")), "party with two KYC levels");
            }
            for (Row row : rows.get(Kind.ACCOUNTS)) {
                boolean agent = row.get("account_type").equals("agent");
                require(row, agent == row.has("owner_account"), "owner of an agent, and only of an agent");
                if (agent) {
                    Row owner = accounts.get(row.get("owner_account"));
                    require(
                            row,
                            owner != null
                                    && !owner.get("account_type").equals("agent")
                                    && owner.get("party_id").equals(row.get("party_id")),
                            "owner outside of the party");
                }
                note("accounts: " + row.get("account_type") + " L" + row.get("kyc_level"));
            }
            rows.forEach((kind, list) -> list.forEach(row -> {
                for (String column : List.of("account_id", "to_account", "agent_account", "payee_account")) {
                    if (kind != Kind.ACCOUNTS && kind.columns.contains(column) && row.has(column)) {
                        Row account = accounts.get(row.get(column));
                        require(row, account != null && account.day <= row.day, "unknown " + column);
                    }
                }
            }));
        }

        private void resourcesAndClasses() throws IOException {
            Set<String> classes = new LinkedHashSet<>();
            Set<String> traded = new LinkedHashSet<>();
            String bank = Files.readString(out.resolve("bank.json"), StandardCharsets.UTF_8);
            int instruments = bank.indexOf("\"instruments\"");
            Matcher named =
                    Pattern.compile("\"compute_class\"\\s*:\\s*\"([^\"]+)\"").matcher(bank);
            while (named.find()) {
                (named.start() < instruments ? classes : traded).add(named.group(1));
            }
            for (Row row : rows.get(Kind.COMPUTE_RESOURCES)) {
                require(row, resources.put(row.get("resource_id"), row) == null, "resource twice");
                require(row, classes.contains(row.get("compute_class")), "compute class that the bank does not have");
                require(row, row.number("gpu_count") > 0, "no GPU");
            }
            for (Row row : rows.get(Kind.ORDERS)) {
                require(row, traded.contains(row.get("compute_class")), "no such instrument");
            }
        }

        private void meteringAndDeposits() {
            Map<String, Row> evidence = new HashMap<>();
            for (Row row : rows.get(Kind.METERING)) {
                interval(row);
                require(row, evidence.put(intervalOf(row), row) == null, "interval metered twice");
            }
            for (Row row : rows.get(Kind.COMPUTE_DEPOSITS)) {
                interval(row);
                Row resource = resources.get(row.get("resource_id"));
                require(
                        row,
                        resource != null && resource.get("account_id").equals(row.get("account_id")),
                        "deposit by another than the resource's owner");
                Row found = evidence.get(intervalOf(row));
                boolean equal = found != null && found.get("gpu_ms").equals(row.get("gpu_ms"));
                note("deposits: "
                        + (found == null
                                ? "never metered"
                                : !equal
                                        ? "metered with another figure"
                                        : found.day > row.day ? "metered a date later" : "metered"));
            }
            doNotOverlap(rows.get(Kind.METERING));
            doNotOverlap(rows.get(Kind.COMPUTE_DEPOSITS));
        }

        private void interval(Row row) {
            Row resource = resources.get(row.get("resource_id"));
            require(row, resource != null && resource.day <= row.day, "unknown resource");
            Instant cutOff = row.date().atTime(CUT_OFF).toInstant(ZoneOffset.UTC);
            require(row, row.instant("metered_to").isBefore(cutOff), "ends after the cut-off");
            long length = Duration.between(row.instant("metered_from"), row.instant("metered_to"))
                    .toMillis();
            require(row, length > 0 && row.number("gpu_ms") > 0, "empty interval");
            if (resource != null) {
                require(
                        row,
                        row.number("gpu_ms") <= Math.multiplyExact(length, resource.number("gpu_count")),
                        "more GPU time than the interval holds");
            }
        }

        private void doNotOverlap(List<Row> intervals) {
            Map<String, TreeMap<Instant, Row>> byResource = new HashMap<>();
            for (Row row : intervals) {
                byResource
                        .computeIfAbsent(row.get("resource_id"), r -> new TreeMap<>())
                        .put(row.instant("metered_from"), row);
            }
            for (TreeMap<Instant, Row> ofResource : byResource.values()) {
                Instant free = Instant.MIN;
                for (Row row : ofResource.values()) {
                    require(row, !row.instant("metered_from").isBefore(free), "overlaps");
                    free = row.instant("metered_to");
                }
            }
            int distinct = byResource.values().stream().mapToInt(TreeMap::size).sum();
            if (distinct != intervals.size()) {
                problems.add("two intervals of one resource begin at the same instant");
            }
        }

        private static String intervalOf(Row row) {
            return row.get("resource_id") + " " + row.get("metered_from") + " " + row.get("metered_to");
        }

        private void tasks() {
            Map<String, Row> published = new HashMap<>();
            for (Row row : rows.get(Kind.TASK_PUBLICATIONS)) {
                require(row, published.put(row.get("task_id"), row) == null, "task published twice");
                require(row, row.number("reward_utoken") > 0, "no reward");
                Instant cutOff = row.date().atTime(CUT_OFF).toInstant(ZoneOffset.UTC);
                require(row, row.instant("due_at").isAfter(cutOff), "due before it is listed");
            }
            Set<String> completed = new HashSet<>();
            for (Row row : rows.get(Kind.TASK_COMPLETIONS)) {
                Row task = published.get(row.get("task_id"));
                require(row, task != null && task.day <= row.day, "completion of a task not published");
                require(row, completed.add(row.get("task_id")), "task completed twice");
                if (task != null) {
                    require(row, task.get("account_id").equals(row.get("account_id")), "accepted by another");
                    note("completions: " + (task.day == row.day ? "same date" : "a date later"));
                }
                Row agent = accounts.get(row.get("agent_account"));
                require(row, agent != null && agent.get("account_type").equals("agent"), "paid to no agent");
            }
        }

        private void services() {
            Map<String, Row> services = new HashMap<>();
            for (Row row : rows.get(Kind.SERVICES)) {
                require(row, services.put(row.get("service"), row) == null, "service twice");
            }
            Map<String, Row> prices = new HashMap<>();
            for (Row row : rows.get(Kind.PRICES)) {
                require(row, services.containsKey(row.get("service")), "unknown service");
                require(row, prices.put(priceOf(row), row) == null, "price twice");
            }
            for (Row row : rows.get(Kind.SPENDS)) {
                require(row, services.containsKey(row.get("service")), "unknown service");
                require(row, !row.has("compute_class") && !row.has("gpu_ms"), "no source pays in credits");
                require(row, row.has("price_version") != row.has("amount_utoken"), "either a price or an amount");
                require(
                        row,
                        row.instant("used_at")
                                .isBefore(row.date().atTime(CUT_OFF).toInstant(ZoneOffset.UTC)),
                        "not used yet");
                if (row.has("price_version")) {
                    Row price = prices.get(priceOf(row));
                    require(
                            row,
                            price != null && !price.instant("effective_from").isAfter(row.instant("used_at")),
                            "no price in force");
                    note("spends: by the price list");
                } else {
                    note("spends: by logged cost" + (row.number("amount_utoken") == 0 ? ", zero" : ""));
                }
            }
        }

        private static String priceOf(Row row) {
            return row.get("service") + "\n" + row.get("model") + "\n" + row.get("price_version");
        }

        private void orders() {
            Map<String, Row> orders = new HashMap<>();
            for (Row row : rows.get(Kind.ORDERS)) {
                orders.put(row.get("submission_key"), row);
                boolean limit = row.get("order_type").equals("LIMIT");
                require(row, limit == row.has("limit_utoken_per_lot"), "a limit belongs to LIMIT and only to it");
                require(
                        row,
                        !row.has("limit_utoken_per_lot") || row.number("limit_utoken_per_lot") >= 1,
                        "limit below a tick");
                require(row, limit || row.get("time_in_force").equals("IOC"), "a MARKET order that rests");
                boolean dated = row.get("time_in_force").equals("GTD");
                require(row, dated == row.has("good_through"), "good_through belongs to GTD and only to it");
                require(
                        row,
                        !row.has("good_through")
                                || !LocalDate.parse(row.get("good_through")).isBefore(row.date()),
                        "good through the past");
                Row account = accounts.get(row.get("account_id"));
                if (account != null && account.get("kyc_level").equals("1")) {
                    require(
                            row,
                            limit && row.get("time_in_force").equals("IOC"),
                            "L1 sends limit orders for one round");
                }
                note("orders: " + row.get("compute_class") + " " + row.get("side"));
                note("orders: " + row.get("order_type") + " " + row.get("time_in_force"));
                if (row.number("lots") == 0) {
                    note("orders: 0 lots");
                }
            }
            for (Row row : rows.get(Kind.CANCELS)) {
                Row order = orders.get(row.get("cancelled_key"));
                require(
                        row,
                        order != null
                                && order.day < row.day
                                && order.get("account_id").equals(row.get("account_id")),
                        "no earlier order of the sender");
            }
        }

        private void transfers() {
            for (Row row : rows.get(Kind.TRANSFERS)) {
                require(row, row.number("amount_utoken") > 0, "moves nothing");
                require(row, !row.get("account_id").equals(row.get("to_account")), "to itself");
            }
            rows.forEach((kind, list) -> list.stream()
                    .filter(row -> kind.columns.contains("hold_until") && row.has("hold_until"))
                    .forEach(row -> {
                        require(
                                row,
                                !LocalDate.parse(row.get("hold_until")).isBefore(row.date()),
                                "held until the past");
                        note("may be held: " + kind.wireName());
                    }));
        }

        private void enough() {
            long submissions = 0;
            for (Kind kind : Kind.values()) {
                submissions += kind.isSubmission() ? rows.get(kind).size() : 0;
            }
            Set<String> types = new TreeSet<>();
            Set<String> levels = new TreeSet<>();
            accounts.values().forEach(row -> {
                types.add(row.get("account_type"));
                levels.add(row.get("kyc_level"));
            });
            for (int day = 0; day < DATES.size(); day++) {
                int wanted = day;
                if (rows.get(Kind.ORDERS).stream().noneMatch(row -> row.day == wanted)) {
                    problems.add("no orders on " + DATES.get(day));
                }
            }
            if (submissions < 30_000 || accounts.size() < 200 || types.size() != 3 || levels.size() != 4) {
                problems.add("too little: " + submissions + " submissions, " + accounts.size() + " accounts, " + types
                        + ", levels " + levels);
            }
            notes.put("submissions", submissions);
            notes.put("accounts", (long) accounts.size());
            notes.put("resources", (long) resources.size());
        }

        private void require(Row row, boolean holds, String problem) {
            if (!holds) {
                problems.add(row + ": " + problem);
            }
        }

        private void note(String what) {
            notes.merge(what, 1L, Long::sum);
        }

        private void print() {
            System.out.printf(Locale.ROOT, "%-20s", "rows");
            DATES.forEach(date -> System.out.printf(Locale.ROOT, "%12s", date));
            System.out.printf(Locale.ROOT, "%12s%n", "all");
            rows.forEach((kind, list) -> {
                System.out.printf(Locale.ROOT, "%-20s", kind.wireName());
                for (int day = 0; day < DATES.size(); day++) {
                    int wanted = day;
                    System.out.printf(
                            Locale.ROOT,
                            "%12d",
                            list.stream().filter(row -> row.day == wanted).count());
                }
                System.out.printf(Locale.ROOT, "%12d%n", list.size());
            });
            System.out.println();
            new TreeMap<>(notes).forEach((what, count) -> System.out.printf(Locale.ROOT, "%-44s%8d%n", what, count));
            System.out.println();
            problems.stream().limit(SHOWN).forEach(problem -> System.out.println("WRONG " + problem));
            System.out.println(problems.isEmpty() ? "every check passed" : problems.size() + " checks failed");
        }
    }

    // ---- Small things ----------------------------------------------------------------------------------------------

    /** RFC 4180 as far as the sources need it: quoted cells may hold commas, doubled quotes and line ends. */
    private static final class Csv {

        static List<List<String>> parse(String text) throws UnusableInputException {
            List<List<String>> lines = new ArrayList<>();
            List<String> line = new ArrayList<>();
            StringBuilder cell = new StringBuilder();
            boolean quoted = false;
            for (int at = 0; at < text.length(); at++) {
                char c = text.charAt(at);
                if (quoted) {
                    if (c != '"') {
                        cell.append(c);
                    } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
                        cell.append('"');
                        at++;
                    } else {
                        quoted = false;
                    }
                } else if (c == '"') {
                    quoted = true;
                } else if (c == ',' || c == '\n') {
                    line.add(cell.toString());
                    cell.setLength(0);
                    if (c == '\n') {
                        lines.add(Collections.unmodifiableList(line));
                        line = new ArrayList<>();
                    }
                } else if (c != '\r') {
                    cell.append(c);
                }
            }
            if (quoted || cell.length() > 0 || !line.isEmpty()) {
                throw new UnusableInputException("text ends within a line");
            }
            return lines;
        }

        static String quoted(String cell) {
            return cell.matches("[^,\"\r\n]*") ? cell : '"' + cell.replace("\"", "\"\"") + '"';
        }
    }

    /** A UUID of version 3 of the written name {@code quittance-demo/NAME}. */
    private static String uuid(String name) {
        return UUID.nameUUIDFromBytes(utf8("quittance-demo/" + name)).toString();
    }

    private static long ceilDiv(long dividend, long divisor) {
        return -Math.floorDiv(-dividend, divisor);
    }

    /** Formats with the digits of no language, whatever the machine speaks. */
    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest(bytes));
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private MakeDemoDays() {}
}
