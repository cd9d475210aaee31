package io.quittance.domain.account;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What keeps an account from being closed.
 *
 * @param posted balances that are not zero, by asset code
 * @param orders orders that rest
 * @param tasks tasks of which it is the publisher and whose reward is in escrow
 * @param held submissions that wait
 * @param unclaimedUtoken what waits for it in {@code unclaimed}
 */
public record StillOpen(Map<String, Long> posted, long orders, long tasks, long held, long unclaimedUtoken) {

    public static final StillOpen NOTHING = new StillOpen(Map.of(), 0, 0, 0, 0);

    public StillOpen {
        posted = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(posted));
    }

    public boolean isNothing() {
        return posted.isEmpty() && orders == 0 && tasks == 0 && held == 0 && unclaimedUtoken == 0;
    }

    /** As {@code name=value} pairs with blanks between, such as {@code UTOKEN=70 orders=1}. */
    public String words() {
        var words = new StringJoiner(" ");
        posted.forEach((asset, amount) -> words.add(asset + "=" + amount));
        add(words, "orders", orders);
        add(words, "tasks", tasks);
        add(words, "held", held);
        add(words, "unclaimed", unclaimedUtoken);
        return words.toString();
    }

    private static void add(StringJoiner words, String name, long count) {
        if (count != 0) {
            words.add(name + "=" + count);
        }
    }
}
