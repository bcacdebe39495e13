package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256SumsTest {

    @TempDir private Path folder;
    private Path record;

    @BeforeEach
    void fill() throws IOException {
        Files.writeString(folder.resolve("model.safetensors"), "weights");
        Files.createDirectories(folder.resolve("training_state"));
        Files.writeString(folder.resolve("training_state/state.json"), "state");
        record = folder.resolve("training_state/SHA256SUMS");
    }

    private String refusal() {
        return assertThrows(
                        CheckpointFormatException.class,
                        () -> Sha256Sums.check(folder, name -> true))
                .getMessage();
    }

    /** The lines that {@code sha256sum} prints, so that it can check them. */
    @Test
    void filesAreRecordedAsOtherProgramsDo() throws IOException {
        Sha256Sums.write(folder);
        assertEquals(
                List.of(
                        "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c  model.safetensors",
                        "4ba69735ca53765ed6a709edb56c6ea236b7193a3b29a6b390c346f0f4340e4e  training_state/state.json"),
                Files.readAllLines(record));
        Sha256Sums.check(folder, name -> true);
    }

    @Test
    void changedAndMissingFilesAreNamed() throws IOException {
        Sha256Sums.write(folder);
        Files.writeString(folder.resolve("model.safetensors"), "weightz");
        assertTrue(refusal().startsWith(folder.resolve("model.safetensors") + " is damaged"));
        Sha256Sums.check(folder, name -> name.endsWith(".json"));
        Files.delete(folder.resolve("model.safetensors"));
        assertTrue(refusal().startsWith(folder.resolve("model.safetensors") + " is missing"));
    }

    /** A record that was cut, or a shard that was put in. */
    @Test
    void weightsAndSettingsThatAreNotRecordedAreRefused() throws IOException {
        Sha256Sums.write(folder);
        Path added = Files.writeString(folder.resolve("model-00001-of-00001.safetensors"), "x");
        assertTrue(refusal().startsWith(added + " is not among the files"));
        Files.delete(added);
        Files.writeString(folder.resolve(".DS_Store"), "somebody else's");
        Sha256Sums.check(folder, name -> true);
        Files.writeString(record, "");
        assertTrue(refusal().endsWith("is not among the files that were saved"));
    }

    @Test
    void aRecordThatIsNoneOrLeadsOutsideIsRefused() throws IOException {
        for (String line :
                List.of("nonsense", "0".repeat(64) + "  ../x", "0".repeat(64) + "  /etc/passwd")) {
            Files.writeString(record, line);
            assertTrue(refusal().startsWith(record + " is damaged"), line);
        }
        Files.write(record, new byte[] {(byte) 0xff});
        assertTrue(refusal().startsWith(record + " is damaged"));
        Files.write(record, new byte[(1 << 20) + 1]);
        assertTrue(refusal().startsWith(record.toString()));
    }

    @Test
    void whatHasNoRecordIsNotChecked() throws IOException {
        assertFalse(Sha256Sums.areIn(folder));
        Sha256Sums.check(folder, name -> true);
    }
}
