package io.quittance.domain.auction;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * A real auction: every offer for one hour of the Iberian day-ahead market (OMEL, 2 January 2009, hour 1).
 *
 * <p>A lot is 0.1 MWh. A tick is 0.001 cent a kWh, counted from 1, because offers at price 0 exist: tick = price + 1.
 */
class OmieBookTest {

    private static final long CAP = tick("18,030");

    @Test
    void theIberianHourCrossesAt25347MegawattHours() throws IOException {
        AuctionOrders orders = offers();

        AuctionResult result = CallAuction.run(orders, AuctionRules.of(1, 1, CAP, 0));

        assertThat(result.volume()).isEqualTo(253_471);
        assertThat(result.price()).isBetween(tick("4,994"), tick("5,100"));
        assertThat(volumeAt(orders, tick("4,993"))).isLessThan(253_471);
        assertThat(volumeAt(orders, tick("4,994"))).isEqualTo(253_471);
        assertThat(volumeAt(orders, tick("5,100"))).isEqualTo(253_471);
        assertThat(volumeAt(orders, tick("5,101"))).isLessThan(253_471);
    }

    @Test
    void theIberianHourIsSharedToTheLot() throws IOException {
        AuctionOrders orders = offers();

        for (Allocation mode : Allocation.values()) {
            AuctionResult result = CallAuction.run(
                    orders, AuctionRules.of(1, 1, CAP, tick("5,000")).withAllocation(mode));

            long bought = 0;
            long sold = 0;
            for (int i = 0; i < orders.size(); i++) {
                bought += orders.isBuy(i) ? result.fill(i) : 0;
                sold += orders.isBuy(i) ? 0 : result.fill(i);
            }
            assertThat(bought).as(mode.name()).isEqualTo(253_471);
            assertThat(sold).as(mode.name()).isEqualTo(253_471);
        }
    }

    /** In a band of one tick that tick is the price, so its volume is that of the curves there. */
    private static long volumeAt(AuctionOrders orders, long tick) {
        return CallAuction.run(orders, AuctionRules.of(1, tick, tick, 0)).volume();
    }

    private static AuctionOrders offers() throws IOException {
        List<String> lines;
        try (InputStream file =
                OmieBookTest.class.getResourceAsStream("/omie/OfferAndDemandCurve_1_20090102_offered.TXT")) {
            byte[] bytes = Objects.requireNonNull(file).readAllBytes();
            lines = new String(bytes, StandardCharsets.ISO_8859_1).lines().toList();
        }
        AuctionOrders.Builder orders = AuctionOrders.builder(lines.size());
        long buyLots = 0;
        int line = 0;
        for (String text : lines) {
            String[] field = text.split(";", -1);
            line++;
            if (field.length < 8 || !"O".equals(field[7])) {
                continue;
            }
            boolean buy = "C".equals(field[4]);
            long lots = decimal(field[5], 1);
            buyLots += buy ? lots : 0;
            orders.add(buy, false, tick(field[6]), lots, line, line, 1);
        }
        AuctionOrders built = orders.build();
        assertThat(built.size()).isEqualTo(1_241);
        assertThat(buyLots).isEqualTo(299_117);
        return built;
    }

    private static long tick(String price) {
        return decimal(price, 3) + 1;
    }

    /** Reads {@code 3.922,0} in units of its last decimal; a plain {@code 0} has none. */
    private static long decimal(String text, int decimals) {
        String digits = text.replace(".", "");
        int comma = digits.indexOf(',');
        if (comma < 0) {
            return Long.parseLong(digits) * (long) Math.pow(10, decimals);
        }
        assertThat(digits.length() - comma - 1).as(text).isEqualTo(decimals);
        return Long.parseLong(digits.replace(",", ""));
    }
}
