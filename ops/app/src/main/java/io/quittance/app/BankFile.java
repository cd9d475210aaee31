package io.quittance.app;

import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.BankParameters;
import io.quittance.domain.cycle.Instrument;
import io.quittance.domain.cycle.SettlementCalendar;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** What a bank is opened with: a JSON file; the one inside the program is the default. */
record BankFile(String bank, SettlementCalendar calendar, BankParameters parameters) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private record Content(
            String bank,
            String zone,
            List<String> cutOffTimes,
            long providerCapUtoken,
            List<ClassContent> computeClasses,
            List<InstrumentContent> instruments) {}

    private record ClassContent(String computeClass, long mintRateUtokenPerGpuHour) {}

    private record InstrumentContent(
            String computeClass,
            long lotGpuMs,
            long tickUtoken,
            int bandBps,
            long initialReferenceTicks,
            String priceRule,
            String allocation,
            String selfTrade,
            int feeBps) {}

    /**
     * Reads a bank's file.
     *
     * @param file null for the default inside the program
     * @throws Trouble in one sentence if it cannot be read or says something impossible
     */
    static BankFile read(@Nullable Path file) {
        try (InputStream in = file == null
                ? java.util.Objects.requireNonNull(BankFile.class.getResourceAsStream("/bank.json"))
                : Files.newInputStream(file)) {
            return of(JSON.readValue(in, Content.class));
        } catch (IOException | JacksonException | DateTimeException | IllegalArgumentException wrong) {
            throw Trouble.wrongUsage("The bank's file " + (file == null ? "inside the program" : file)
                    + " is not usable: "
                    + String.valueOf(wrong.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static BankFile of(Content content) {
        var classes = new ArrayList<BankParameters.ComputeClass>();
        for (ClassContent c : content.computeClasses()) {
            classes.add(new BankParameters.ComputeClass(
                    new Asset(classes.size() + 1, c.computeClass()), c.mintRateUtokenPerGpuHour()));
        }
        List<Instrument> instruments = content.instruments().stream()
                .map(i -> new Instrument(
                        i.computeClass(),
                        i.lotGpuMs(),
                        i.tickUtoken(),
                        i.bandBps(),
                        i.initialReferenceTicks(),
                        i.priceRule(),
                        i.allocation(),
                        i.selfTrade(),
                        i.feeBps()))
                .toList();
        var calendar = new SettlementCalendar(
                ZoneId.of(content.zone()),
                content.cutOffTimes().isEmpty()
                        ? List.of()
                        : SettlementCalendar.parseTimes(String.join(",", content.cutOffTimes())));
        var parameters = new BankParameters(
                1,
                content.bank(),
                content.providerCapUtoken(),
                classes,
                instruments,
                BankParameters.defaultDailyLimits());
        return new BankFile(content.bank(), calendar, parameters);
    }
}
