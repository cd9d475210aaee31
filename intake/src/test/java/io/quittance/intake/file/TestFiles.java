package io.quittance.intake.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quittance.domain.intake.Kind;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Files as a sender's own program would write them. */
public final class TestFiles {

    private TestFiles() {}

    /** Control lines around a body, computed here anew and not by the code under test. */
    public static String withControl(Kind kind, String fileId, String date, String body, int count, String sum) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(body.replace("\r\n", "\n").getBytes(UTF_8));
            return "#quittance,1," + kind.wireName() + "," + fileId + "," + date + "\n" + body + "#end," + count + ","
                    + sum + "," + HexFormat.of().formatHex(hash) + "\n";
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
