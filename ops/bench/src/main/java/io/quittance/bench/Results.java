package io.quittance.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a benchmark found: a table for people, or JSON. {@code machine}, {@code rows} and {@code targets} are part of the
 * interface of {@code bench --json}.
 */
final class Results {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** One figure. */
    record Row(String name, double value, String unit) {}

    /** What a figure has to reach, and which way. */
    enum Wanted {
        AT_LEAST("≥"),
        AT_MOST("≤"),
        BELOW("<");

        private final String sign;

        Wanted(String sign) {
            this.sign = sign;
        }

        boolean isMet(double measured, double target) {
            return switch (this) {
                case AT_LEAST -> measured >= target;
                case AT_MOST -> measured <= target;
                case BELOW -> measured < target;
            };
        }
    }

    /**
     * A target of the design.
     *
     * @param measured null where this run did not measure it; an entry of the same name in {@code skipped} says why
     */
    record Target(
            String name,
            Wanted wanted,
            double target,
            @Nullable Double measured) {

        @Nullable
        Boolean met() {
            return measured == null ? null : wanted.isMet(measured, target);
        }
    }

    /** Something that was not measured. */
    record Skipped(String name, String why) {}

    /** Something that must hold whatever the speed. */
    record Check(String name, boolean passed, String detail) {}

    private final String benchmark;
    private final Map<String, Object> parameters;
    private final Machine machine;
    private final List<Row> rows = new ArrayList<>();
    private final List<Target> targets = new ArrayList<>();
    private final List<Skipped> skipped = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();

    Results(String benchmark, Map<String, Object> parameters, Machine machine) {
        this.benchmark = benchmark;
        this.parameters = parameters;
        this.machine = machine;
    }

    void row(String name, double value, String unit) {
        rows.add(new Row(name, value, unit));
    }

    void target(String name, Wanted wanted, double target, double measured) {
        targets.add(new Target(name, wanted, target, measured));
    }

    /** A target that this run says nothing about. */
    void skippedTarget(String name, Wanted wanted, double target, String why) {
        targets.add(new Target(name, wanted, target, null));
        skipped.add(new Skipped(name, why));
    }

    /** Anything else that was left out, such as a peer that is not there. */
    void skip(String name, String why) {
        skipped.add(new Skipped(name, why));
    }

    void check(String name, boolean passed, String detail) {
        checks.add(new Check(name, passed, detail));
    }

    /**
     * Prints it on standard output.
     *
     * @param json as JSON alone, else as a table
     * @return the exit code: 0 if all checks passed, else 1
     */
    int show(boolean json) {
        if (json) {
            System.out.println(json());
        } else {
            print(System.out);
        }
        return allChecksPassed() ? 0 : 1;
    }

    boolean allChecksPassed() {
        return checks.stream().allMatch(Check::passed);
    }

    String json() {
        var document = new LinkedHashMap<String, Object>();
        document.put("benchmark", benchmark);
        document.put("parameters", parameters);
        document.put("machine", machine.asMap());
        document.put("rows", rows);
        document.put("targets", targets.stream().map(Results::asMap).toList());
        document.put("skipped", skipped);
        document.put("checks", checks);
        return JSON.writeValueAsString(document);
    }

    private static Map<String, Object> asMap(Target target) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", target.name());
        map.put("target", target.target());
        map.put("measured", target.measured());
        map.put("met", target.met());
        return map;
    }

    void print(PrintStream out) {
        line(
                out,
                "%d cores, %.1f GiB, JDK %s, PostgreSQL %s, load %.2f before the run",
                machine.cores(),
                machine.memory() / (double) (1L << 30),
                machine.jdk(),
                machine.postgres(),
                machine.load());
        out.println();
        rows.forEach(row -> line(out, "  %-34s %16s %s", row.name(), number(row.value()), row.unit()));
        out.println();
        for (Target target : targets) {
            String state = target.met() == null ? "-" : target.met() ? "met" : "MISSED";
            String measured = target.measured() == null ? "not measured" : number(target.measured());
            line(
                    out,
                    "  %-22s %s %14s   %14s   %s",
                    target.name(),
                    target.wanted().sign,
                    number(target.target()),
                    measured,
                    state);
        }
        skipped.forEach(left -> line(out, "  %s: %s", left.name(), left.why()));
        out.println();
        checks.forEach(
                check -> line(out, "%-6s %-40s %s", check.passed() ? "ok" : "FAILED", check.name(), check.detail()));
        out.flush();
    }

    private static void line(PrintStream out, String format, @Nullable Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
    }

    /** Whole numbers whole, others to three places. */
    private static String number(double value) {
        return value == Math.rint(value) || Math.abs(value) >= 10_000
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%,.3f", value);
    }
}
