package io.quittance.intake.http;

import io.quittance.domain.seal.Hash32;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A client's keys. A key is 32 random bytes, so its plain SHA-256 can be stored: there is nothing to guess, and a slow
 * hash would only slow the door.
 */
public final class ApiKeys {

    /** Tells a leaked key in a log or a repository for what it is. */
    public static final String PREFIX = "qk_";

    private static final int BYTES = 32;
    private static final Pattern FORM = Pattern.compile("qk_[A-Za-z0-9_-]{43}");

    private ApiKeys() {}

    /** A new key: {@code qk_} and 43 characters of base64url. */
    public static String generate(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Whether a text has the form of a key. */
    static boolean isKey(String text) {
        return FORM.matcher(text).matches();
    }

    /** What is stored of a key: the SHA-256 of its characters. */
    public static Hash32 sha256(String key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return Hash32.of(digest.digest(key.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
