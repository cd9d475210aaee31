package io.quittance.domain.cycle;

import io.quittance.domain.seal.Hash32;
import java.time.LocalDate;

/**
 * What never changes about a bank once it is open.
 *
 * @param registry address of its registry contract, {@code 0x} and 40 hexadecimal digits
 * @param genesisHash what the first header names as its predecessor
 * @param firstDate its first business date
 */
public record Bank(
        String name,
        SettlementCalendar calendar,
        long chainId,
        String registry,
        Hash32 genesisHash,
        LocalDate firstDate) {}
