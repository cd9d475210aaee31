package io.quittance.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quittance.domain.seal.Hash32;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignersTest {

    /** The test vector of the format's definition; its password is "testpassword". */
    private static final String PBKDF2 = """
            {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
             "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
             "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256",
              "salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
             "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},
             "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}""";

    /**
     * The same key and password under scrypt, made with Node.js. (The definition's own vector has r = 1, which RFC 7914
     * does not allow with so high a cost, and no wallet writes.)
     */
    private static final String SCRYPT = """
            {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},
             "ciphertext":"a3c5dd4af279f6b897e7d4ccd839e6d904d365da21ffffe424fb93944840a3cf","kdf":"scrypt",
             "kdfparams":{"dklen":32,"n":8192,"r":8,"p":1,
              "salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8da5c6d43190334ba19"},
             "mac":"eba1eaeef8055217d212642bbfb921b2056a9aef34f47fc0c34242f691046680"},
             "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}""";

    private static final String SECRET = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

    @TempDir
    private Path directory;

    private Path file(String content) throws Exception {
        return Files.writeString(directory.resolve("key.json"), content);
    }

    @ParameterizedTest
    @ValueSource(strings = {PBKDF2, SCRYPT})
    void aKeystoreFileGivesItsKey(String content) throws Exception {
        Signer signer = Signers.keystore(file(content), "testpassword");

        assertThat(signer.address()).isEqualTo("0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b");
        assertThat(signer.sign(Hash32.ZERO))
                .isEqualTo(Signers.developmentKey(SECRET, 31337).sign(Hash32.ZERO));
    }

    @ParameterizedTest
    @ValueSource(strings = {PBKDF2, SCRYPT})
    void aWrongPasswordOpensNothing(String content) throws Exception {
        Path file = file(content);

        assertThatThrownBy(() -> Signers.keystore(file, "Testpassword"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the password is wrong")
                .hasMessageNotContaining("Testpassword");
    }

    @Test
    void aFileThatIsNoKeystoreIsSaidSo() throws Exception {
        assertThatThrownBy(() -> Signers.keystore(file("{}"), "x")).hasMessageContaining("no keystore of version 3");
        assertThatThrownBy(() -> Signers.keystore(file("key"), "x")).hasMessageContaining("not JSON");
        assertThatThrownBy(() -> Signers.keystore(directory.resolve("none"), "x"))
                .hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> Signers.keystore(file(SCRYPT.replace("8192", "1073741824")), "testpassword"))
                .hasMessageContaining("scrypt parameters out of range");
    }

    @Test
    void aKeyInTheClearIsForDevelopmentChainsOnly() {
        assertThatThrownBy(() -> Signers.developmentKey(SECRET, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("31337 only")
                .hasMessageNotContaining(SECRET);
        assertThatThrownBy(() -> Signers.developmentKey("12", 31337)).hasMessageContaining("64 hexadecimal digits");
    }

    @Test
    void theSameDigestGivesTheSameSignature() {
        Signer signer = Signers.published(1);

        assertThat(signer.address()).isEqualTo("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
        assertThat(signer.sign(Hash32.ZERO)).isEqualTo(Signers.published(1).sign(Hash32.ZERO));
        assertThat(signer.toString()).doesNotContain("59c6995e");
    }
}
