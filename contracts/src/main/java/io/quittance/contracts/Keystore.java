package io.quittance.contracts;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.SCrypt;
import org.web3j.crypto.Hash;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Encrypted key files as Ethereum wallets write them: "Web3 Secret Storage", version 3. Read only; wallets make them.
 */
final class Keystore {

    /** More memory than this is not spent on a file that asks for it: 1 GiB, four times what wallets ask for. */
    private static final long MAX_SCRYPT_BYTES = 1L << 30;

    private Keystore() {}

    /**
     * The 32 bytes of the private key.
     *
     * @throws IllegalArgumentException if the file is not in the format or the password is wrong
     */
    static byte[] decrypt(byte[] file, String password) {
        JsonNode crypto = parse(file);
        byte[] secret = password.getBytes(StandardCharsets.UTF_8);
        byte[] derived = derive(crypto, secret);
        byte[] cipherText = hex(crypto.path("ciphertext"));
        byte[] mac = Hash.sha3(ByteBuffer.allocate(16 + cipherText.length)
                .put(derived, 16, 16)
                .put(cipherText)
                .array());
        if (!MessageDigest.isEqual(mac, hex(crypto.path("mac")))) {
            throw new IllegalArgumentException("the password is wrong, or the file damaged");
        }
        if (!crypto.path("cipher").asString("").equals("aes-128-ctr") || cipherText.length != 32) {
            throw new IllegalArgumentException("the file holds no key of 32 bytes under aes-128-ctr");
        }
        try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(Arrays.copyOf(derived, 16), "AES"),
                    new IvParameterSpec(hex(crypto.path("cipherparams").path("iv"))));
            return cipher.doFinal(cipherText);
        } catch (GeneralSecurityException broken) {
            throw new IllegalArgumentException("the file cannot be decrypted: " + broken.getMessage(), broken);
        }
    }

    private static JsonNode parse(byte[] file) {
        JsonNode wallet;
        try {
            wallet = JsonMapper.builder().build().readTree(file);
        } catch (JacksonException notJson) {
            throw new IllegalArgumentException("the file is not JSON", notJson);
        }
        JsonNode crypto = wallet.has("crypto") ? wallet.path("crypto") : wallet.path("Crypto");
        if (wallet.path("version").asInt(0) != 3 || !crypto.isObject()) {
            throw new IllegalArgumentException("the file is no keystore of version 3");
        }
        return crypto;
    }

    private static byte[] derive(JsonNode crypto, byte[] secret) {
        JsonNode parameters = crypto.path("kdfparams");
        byte[] salt = hex(parameters.path("salt"));
        if (parameters.path("dklen").asInt(0) != 32) {
            throw new IllegalArgumentException("the derived key must have 32 bytes");
        }
        switch (crypto.path("kdf").asString("")) {
            case "scrypt" -> {
                int n = parameters.path("n").asInt(0);
                int r = parameters.path("r").asInt(0);
                int p = parameters.path("p").asInt(0);
                if (n < 2 || r < 1 || p < 1 || 128L * n * r > MAX_SCRYPT_BYTES) {
                    throw new IllegalArgumentException(
                            "scrypt parameters out of range: n " + n + ", r " + r + ", p " + p);
                }
                return SCrypt.generate(secret, salt, n, r, p, 32);
            }
            case "pbkdf2" -> {
                return pbkdf2(secret, salt, parameters);
            }
            default -> throw new IllegalArgumentException("the key derivation is neither scrypt nor pbkdf2");
        }
    }

    private static byte[] pbkdf2(byte[] secret, byte[] salt, JsonNode parameters) {
        int rounds = parameters.path("c").asInt(0);
        if (rounds < 1 || !parameters.path("prf").asString("").equals("hmac-sha256")) {
            throw new IllegalArgumentException("pbkdf2 is expected with hmac-sha256 and a number of rounds");
        }
        try {
            char[] characters = new String(secret, StandardCharsets.UTF_8).toCharArray();
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(characters, salt, rounds, 256))
                    .getEncoded();
        } catch (GeneralSecurityException broken) {
            throw new IllegalArgumentException("the key cannot be derived: " + broken.getMessage(), broken);
        }
    }

    private static byte[] hex(JsonNode text) {
        String digits = text.asString("");
        return Hex.bytes(digits.startsWith("0x") ? digits : "0x" + digits);
    }
}
