package io.quittance.sql;

import io.quittance.domain.amount.Asset;
import io.quittance.domain.cycle.BankParameters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The words for the numbers by which tables name assets. */
final class AssetCodes {

    private final Map<Integer, String> codes = new HashMap<>();

    private AssetCodes() {}

    /** Of the newest parameters: numbers are never reused, so they know every asset there ever was. */
    static AssetCodes of(NewestParameters parameters) {
        var codes = new AssetCodes();
        List<Asset> assets = parameters.read().map(BankParameters::assets).orElse(List.of(Asset.UTOKEN));
        assets.forEach(asset -> codes.codes.put(asset.id(), asset.code()));
        return codes;
    }

    /** @throws NullPointerException if there is no such asset */
    String of(int asset) {
        return Objects.requireNonNull(codes.get(asset), () -> "asset " + asset + " is not in the parameters");
    }
}
