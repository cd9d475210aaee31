package io.quittance.domain.cycle;

import io.quittance.domain.account.KycLevel;
import io.quittance.domain.amount.Asset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the bank has decided: classes and their mint rates, instruments, limits, caps. Frozen for a cycle at its cut-off
 * and sealed with it.
 *
 * @param version counts from 1; a change is a new version
 * @param providerCapUtoken the most µToken that may be minted for one provider's party on one business date
 * @param classes in the order of their asset ids
 * @param dailyLimitUtoken per KYC level, in µToken; {@code Long.MAX_VALUE} is "no limit"
 */
public record BankParameters(
        int version,
        String bank,
        long providerCapUtoken,
        List<ComputeClass> classes,
        List<Instrument> instruments,
        Map<KycLevel, Long> dailyLimitUtoken) {

    /**
     * A compute class.
     *
     * @param mintRateUtokenPerGpuHour µToken issued for 3 600 000 GPU-milliseconds
     */
    public record ComputeClass(Asset asset, long mintRateUtokenPerGpuHour) {}

    /** GPU-milliseconds in a GPU-hour. */
    public static final long GPU_HOUR_MS = 3_600_000;

    /** What {@link #toText} can hold. */
    private static final Pattern CODE = Pattern.compile("[^\\s=]+");

    public BankParameters {
        classes = List.copyOf(classes);
        instruments = List.copyOf(instruments);
        var limits = new EnumMap<KycLevel, Long>(KycLevel.class); // Asked for once per debit.
        limits.putAll(dailyLimitUtoken);
        dailyLimitUtoken = Collections.unmodifiableMap(limits);
        if (providerCapUtoken < 0) {
            throw new IllegalArgumentException("the provider's cap must not be negative");
        }
        if (bank.lines().count() > 1 || bank.endsWith("\n") || bank.endsWith("\r")) {
            throw new IllegalArgumentException("a bank's name is one line");
        }
        for (ComputeClass computeClass : classes) {
            if (!CODE.matcher(computeClass.asset().code()).matches()) {
                throw new IllegalArgumentException("a class's name has no blanks and no '='");
            }
            if (computeClass.mintRateUtokenPerGpuHour() < 0) {
                throw new IllegalArgumentException(
                        computeClass.asset().code() + ": the mint rate must not be negative");
            }
            if (classes.stream()
                            .filter(c ->
                                    c.asset().code().equals(computeClass.asset().code()))
                            .count()
                    > 1) {
                throw new IllegalArgumentException(
                        "the class " + computeClass.asset().code() + " is there twice");
            }
        }
        for (int i = 0; i < classes.size(); i++) {
            if (classes.get(i).asset().id() != i + 1) {
                throw new IllegalArgumentException("asset ids of the classes must count from 1");
            }
        }
        for (Instrument instrument : instruments) {
            if (classes.stream().noneMatch(c -> c.asset().code().equals(instrument.computeClass()))) {
                throw new IllegalArgumentException("no compute class " + instrument.computeClass());
            }
            if (instruments.stream()
                            .filter(i -> i.computeClass().equals(instrument.computeClass()))
                            .count()
                    > 1) {
                throw new IllegalArgumentException("a class has one instrument: " + instrument.computeClass());
            }
        }
    }

    /** The limits that the bank set for its levels. */
    public static Map<KycLevel, Long> defaultDailyLimits() {
        var limits = new EnumMap<KycLevel, Long>(KycLevel.class);
        for (KycLevel level : KycLevel.values()) {
            limits.put(level, level.defaultDailyLimitUtoken());
        }
        return limits;
    }

    public long dailyLimit(KycLevel level) {
        return dailyLimitUtoken.getOrDefault(level, 0L);
    }

    public Optional<ComputeClass> computeClass(String code) {
        return classes.stream().filter(c -> c.asset().code().equals(code)).findFirst();
    }

    public Optional<Instrument> instrument(String computeClass) {
        return instruments.stream()
                .filter(i -> i.computeClass().equals(computeClass))
                .findFirst();
    }

    /** µToken and the classes, in the order of their ids. */
    public List<Asset> assets() {
        var assets = new ArrayList<Asset>();
        assets.add(Asset.UTOKEN);
        classes.forEach(c -> assets.add(c.asset()));
        return assets;
    }

    /** One line per fact, in a fixed order: what is stored, sealed and read back by {@link #parse}. */
    public String toText() {
        var text = new StringBuilder();
        text.append("version=").append(version).append('\n');
        text.append("bank=").append(bank).append('\n');
        text.append("provider_cap_utoken=").append(providerCapUtoken).append('\n');
        for (KycLevel level : KycLevel.values()) {
            text.append("daily_limit_utoken ")
                    .append(level)
                    .append('=')
                    .append(dailyLimit(level))
                    .append('\n');
        }
        for (ComputeClass c : classes) {
            text.append("class ").append(c.asset().code()).append('=');
            text.append(c.mintRateUtokenPerGpuHour()).append('\n');
        }
        for (Instrument i : instruments) {
            text.append("instrument ").append(i.computeClass()).append('=');
            text.append(i.lotGpuMs())
                    .append(' ')
                    .append(i.tickUtoken())
                    .append(' ')
                    .append(i.bandBps())
                    .append(' ');
            text.append(i.initialReferenceTicks())
                    .append(' ')
                    .append(i.priceRule())
                    .append(' ');
            text.append(i.allocation())
                    .append(' ')
                    .append(i.selfTrade())
                    .append(' ')
                    .append(i.feeBps())
                    .append('\n');
        }
        return text.toString();
    }

    /**
     * Reads what {@link #toText} wrote.
     *
     * @throws IllegalArgumentException if it is not such a text
     */
    public static BankParameters parse(String text) {
        int version = 0;
        String bank = "";
        long cap = 0;
        var classes = new ArrayList<ComputeClass>();
        var instruments = new ArrayList<Instrument>();
        var limits = new EnumMap<KycLevel, Long>(KycLevel.class);
        for (String line : text.lines().toList()) {
            int equals = line.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("parameters: no '=' in \"" + line + "\"");
            }
            String[] name = line.substring(0, equals).split(" ", -1);
            String value = line.substring(equals + 1);
            boolean namesWhat =
                    name[0].equals("daily_limit_utoken") || name[0].equals("class") || name[0].equals("instrument");
            if (name.length != (namesWhat ? 2 : 1)) {
                throw new IllegalArgumentException("parameters: \"" + line + "\" names nothing known");
            }
            switch (name[0]) {
                case "version" -> version = Integer.parseInt(value);
                case "bank" -> bank = value;
                case "provider_cap_utoken" -> cap = Long.parseLong(value);
                case "daily_limit_utoken" -> limits.put(KycLevel.valueOf(name[1]), Long.valueOf(value));
                case "class" ->
                    classes.add(new ComputeClass(new Asset(classes.size() + 1, name[1]), Long.parseLong(value)));
                case "instrument" -> {
                    String[] part = value.split(" ", -1);
                    if (part.length != 8) {
                        throw new IllegalArgumentException("parameters: an instrument has 8 values: " + value);
                    }
                    instruments.add(new Instrument(
                            name[1],
                            Long.parseLong(part[0]),
                            Long.parseLong(part[1]),
                            Integer.parseInt(part[2]),
                            Long.parseLong(part[3]),
                            part[4],
                            part[5],
                            part[6],
                            Integer.parseInt(part[7])));
                }
                default -> throw new IllegalArgumentException("parameters: unknown name " + name[0]);
            }
        }
        return new BankParameters(version, bank, cap, classes, instruments, limits);
    }
}
