package io.quittance.contracts;

import io.quittance.domain.commitment.Fees;
import io.quittance.domain.seal.Hash32;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.web3j.rlp.RlpEncoder;
import org.web3j.rlp.RlpList;
import org.web3j.rlp.RlpString;
import org.web3j.rlp.RlpType;

/** Signed transactions of type 2 (EIP-1559) that move no ether. The same input gives the same bytes. */
final class Transactions {

    private static final byte TYPE = 2;

    private Transactions() {}

    /** @param to the contract's address; null to create one from {@code data} */
    static byte[] signed(
            Signer signer, long chainId, long nonce, Fees fees, long gasLimit, @Nullable String to, byte[] data) {
        List<RlpType> fields = new ArrayList<>();
        fields.add(RlpString.create(chainId));
        fields.add(RlpString.create(nonce));
        fields.add(RlpString.create(fees.tip()));
        fields.add(RlpString.create(fees.cap()));
        fields.add(RlpString.create(gasLimit));
        fields.add(RlpString.create(to == null ? new byte[0] : Hex.bytes(to)));
        fields.add(RlpString.create(BigInteger.ZERO));
        fields.add(RlpString.create(data));
        fields.add(new RlpList());
        Signer.Signature signature = signer.sign(Keccak.hash(typed(fields)));
        fields.add(RlpString.create(signature.yParity()));
        fields.add(RlpString.create(number(signature.r())));
        fields.add(RlpString.create(number(signature.s())));
        return typed(fields);
    }

    private static byte[] typed(List<RlpType> fields) {
        byte[] list = RlpEncoder.encode(new RlpList(fields));
        byte[] typed = new byte[list.length + 1];
        typed[0] = TYPE;
        System.arraycopy(list, 0, typed, 1, list.length);
        return typed;
    }

    /** Leading zero bytes of a signature's part are not written. */
    private static BigInteger number(Hash32 word) {
        return new BigInteger(1, word.bytes());
    }
}
