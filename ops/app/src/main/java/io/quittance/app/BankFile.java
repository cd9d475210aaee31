package io.quittance.app;

import io.quittance.domain.amount.Asset;
import io.quittance.domain.auction.Allocation;
import io.quittance.domain.auction.PriceRule;
import io.quittance.domain.auction.SelfTradePrevention;
import io.quittance.domain.cycle.Bank;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.cycle.SettlementCalendar;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a bank is opened with: a JSON file; the one inside the program is the default.
 *
 * @param source the file; null for the one inside the program
 */
record BankFile(@Nullable Path source, String bank, SettlementCalendar calendar, BankParameters parameters) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private record Content(
            @Nullable String bank,
            @Nullable String zone,
            @Nullable List<@Nullable String> cutOffTimes,
            @Nullable Long providerCapUtoken,
            @Nullable List<@Nullable ClassContent> computeClasses,
            @Nullable List<@Nullable InstrumentContent> instruments) {}

    private record ClassContent(
            @Nullable String computeClass, @Nullable Long mintRateUtokenPerGpuHour) {}

    private record InstrumentContent(
            @Nullable String computeClass,
            @Nullable Long lotGpuMs,
            @Nullable Long tickUtoken,
            @Nullable Integer bandBps,
            @Nullable Long initialReferenceTicks,
            @Nullable String priceRule,
            @Nullable String allocation,
            @Nullable String selfTrade,
            @Nullable Integer feeBps) {}

    /**
     * Reads a bank's file.
     *
     * @param file null for the default inside the program
     * @throws Trouble in one sentence if it cannot be read or says something impossible
     */
    static BankFile read(@Nullable Path file) {
        try (InputStream in = file == null
                ? Objects.requireNonNull(BankFile.class.getResourceAsStream("/bank.json"))
                : Files.newInputStream(file)) {
            return of(file, JSON.readValue(in, Content.class));
        } catch (NoSuchFileException missing) {
            throw Trouble.wrongUsage("There is no file " + file + ".");
        } catch (IOException unreadable) {
            throw Trouble.wrongUsage("The bank's file " + file + " cannot be read: " + Trouble.firstLine(unreadable));
        } catch (JacksonException wrong) {
            throw unusable(file, words(wrong));
        } catch (IllegalArgumentException wrong) {
            throw unusable(file, Trouble.firstLine(wrong));
        }
    }

    private static Trouble unusable(@Nullable Path file, String why) {
        return Trouble.wrongUsage("The bank's file " + (file == null ? "inside the program" : file) + " is not usable: "
                + why + "; ops/demo/bank.json is an example.");
    }

    private static String words(JacksonException wrong) {
        StringBuilder at = new StringBuilder();
        for (JacksonException.Reference step : wrong.getPath()) {
            if (step.getPropertyName() == null) {
                at.append('[').append(step.getIndex()).append(']');
            } else {
                at.append(at.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        if (wrong instanceof UnrecognizedPropertyException unknown) {
            return at + " is no field of it; there are "
                    + Stream.ofNullable(unknown.getKnownPropertyIds())
                            .flatMap(java.util.Collection::stream)
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", "));
        }
        if (wrong instanceof MismatchedInputException mismatched) {
            Class<?> wanted = mismatched.getTargetType();
            String kind = wanted == null || wanted.isRecord()
                    ? "an object"
                    : Number.class.isAssignableFrom(wanted)
                            ? "a whole number"
                            : List.class.isAssignableFrom(wanted) ? "a list" : "a text";
            return (at.isEmpty() ? "it" : at) + " must be " + kind;
        }
        var place = wrong.getLocation();
        return "it is no JSON that can be read, at line " + place.getLineNr() + ", column " + place.getColumnNr();
    }

    private static BankFile of(@Nullable Path source, Content content) {
        String bank = needed("bank", content.bank());
        if (bank.isBlank()) {
            throw new IllegalArgumentException("bank, its name, is blank");
        }
        var calendar = new SettlementCalendar(
                zone(needed("zone", content.zone())), times(elements("cut_off_times", content.cutOffTimes())));
        var classes = new ArrayList<BankParameters.ComputeClass>();
        for (ClassContent c : elements("compute_classes", content.computeClasses())) {
            String at = "compute_classes[" + classes.size() + "].";
            classes.add(new BankParameters.ComputeClass(
                    new Asset(classes.size() + 1, needed(at + "compute_class", c.computeClass())),
                    needed(at + "mint_rate_utoken_per_gpu_hour", c.mintRateUtokenPerGpuHour())));
        }
        var instruments = new ArrayList<Instrument>();
        for (InstrumentContent i : elements("instruments", content.instruments())) {
            String at = "instruments[" + instruments.size() + "].";
            instruments.add(new Instrument(
                    needed(at + "compute_class", i.computeClass()),
                    needed(at + "lot_gpu_ms", i.lotGpuMs()),
                    needed(at + "tick_utoken", i.tickUtoken()),
                    needed(at + "band_bps", i.bandBps()),
                    needed(at + "initial_reference_ticks", i.initialReferenceTicks()),
                    oneOf(at + "price_rule", i.priceRule(), PriceRule.values()),
                    oneOf(at + "allocation", i.allocation(), Allocation.values()),
                    oneOf(at + "self_trade", i.selfTrade(), SelfTradePrevention.values()),
                    needed(at + "fee_bps", i.feeBps())));
        }
        var parameters = new BankParameters(
                1,
                bank,
                needed("provider_cap_utoken", content.providerCapUtoken()),
                classes,
                instruments,
                BankParameters.defaultDailyLimits());
        return new BankFile(source, bank, calendar, parameters);
    }

    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException unknown) {
            throw new IllegalArgumentException("zone is a name such as UTC or Europe/Berlin, not \"" + name + "\"");
        }
    }

    private static List<LocalTime> times(List<String> times) {
        try {
            return times.stream().map(LocalTime::parse).toList();
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException("cut_off_times are times such as 17:00, none for every hour");
        }
    }

    private static <T> T needed(String field, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value;
    }

    private static <T> List<T> elements(String field, @Nullable List<@Nullable T> values) {
        List<T> elements = new ArrayList<>();
        for (T value : needed(field, values)) {
            elements.add(needed(field + "[" + elements.size() + "]", value));
        }
        return elements;
    }

    private static String oneOf(String field, @Nullable String word, Enum<?>[] words) {
        String given = needed(field, word);
        List<String> names = Stream.of(words).map(Enum::name).toList();
        if (!names.contains(given)) {
            throw new IllegalArgumentException(field + " is one of " + String.join(", ", names));
        }
        return given;
    }

    /**
     * That a bank which is open already is the one of this file; the default inside the program describes any.
     *
     * @param first the parameters that the bank was opened with
     * @throws Trouble if it is another one
     */
    void requireDescribes(Bank open, BankParameters first) {
        if (source != null
                && !(bank.equals(open.name())
                        && calendar.equals(open.calendar())
                        && parameters.toText().equals(first.toText()))) {
            throw Trouble.wrongUsage(
                    "The bank \"" + open.name() + "\" is open already and was opened with something else" + " than "
                            + source + "; start without --bank to go on with it, or name an empty --data-dir.");
        }
    }
}
