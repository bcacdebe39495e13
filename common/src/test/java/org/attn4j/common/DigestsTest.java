package org.attn4j.common;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestsTest {

    /** The digests that sha256sum and git hash-object give. */
    @Test
    void digestsAreThoseOfOtherPrograms(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "abc");
        assertEquals(
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                Digests.sha256(file));
        assertEquals("f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f", Digests.gitSha1(file));
    }
}
