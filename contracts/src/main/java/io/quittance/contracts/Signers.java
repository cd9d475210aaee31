package io.quittance.contracts;

import io.quittance.domain.seal.Hash32;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Sign;

/** Keys that this process itself holds. For a key in a device or a service, implement {@link Signer}. */
public final class Signers {

    /** The chain id of development chains, on which published keys are accepted. */
    public static final long DEVELOPMENT_CHAIN = 31337;

    /** Keys that every anvil and hardhat node knows; worthless anywhere else. In the order of the node's accounts. */
    private static final List<String> PUBLISHED = List.of(
            "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
            "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
            "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a");

    private Signers() {}

    /**
     * The key of an encrypted keystore file (version 3, as wallets write it). Decrypts once; takes about a second.
     *
     * @param password cleared by no one; give it a short life
     * @throws IllegalArgumentException if the file cannot be read or the password is wrong; the message names the file only
     */
    public static Signer keystore(Path file, String password) {
        try {
            byte[] key = Keystore.decrypt(Files.readAllBytes(file), password);
            return new KeyPairSigner(ECKeyPair.create(new BigInteger(1, key)));
        } catch (IOException unreadable) {
            throw new IllegalArgumentException("keystore file cannot be read: " + file, unreadable);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("keystore file " + file + ": " + wrong.getMessage(), wrong);
        }
    }

    /**
     * A key given in the clear, for development chains only.
     *
     * @param privateKey 64 hexadecimal digits, {@code 0x} before them or not
     * @param chainId the chain that it is to sign for
     * @throws IllegalArgumentException if the chain is not a development chain, or the key is none
     */
    public static Signer developmentKey(String privateKey, long chainId) {
        if (chainId != DEVELOPMENT_CHAIN) {
            throw new IllegalArgumentException("a key in the clear is accepted on chain id " + DEVELOPMENT_CHAIN
                    + " only, not on " + chainId + ": use a keystore file");
        }
        String digits = privateKey.startsWith("0x") ? privateKey.substring(2) : privateKey;
        if (!digits.matches("[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException("a private key has 64 hexadecimal digits");
        }
        return new KeyPairSigner(ECKeyPair.create(new BigInteger(digits, 16)));
    }

    /** @param index 0 deploys and is the registry's admin, 1 commits, 2 is the guardian */
    static Signer published(int index) {
        return developmentKey(PUBLISHED.get(index), DEVELOPMENT_CHAIN);
    }

    private static final class KeyPairSigner implements Signer {

        private final ECKeyPair pair;
        private final String address;

        KeyPairSigner(ECKeyPair pair) {
            this.pair = pair;
            this.address = Credentials.create(pair).getAddress();
        }

        @Override
        public String address() {
            return address;
        }

        @Override
        public Signature sign(Hash32 digest) {
            Sign.SignatureData signature = Sign.signMessage(digest.bytes(), pair, false);
            return new Signature(
                    Hash32.of(signature.getR()),
                    Hash32.of(signature.getS()),
                    signature.getV()[0] - Sign.LOWER_REAL_V);
        }

        @Override
        public String toString() {
            return "key of " + address;
        }
    }
}
