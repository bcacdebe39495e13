package org.attn4j.cli.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.option.EngineOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class ParityCommandTest {

    private static final Path DUMPS = Path.of("../parity/src/test/resources/goldens/attention");
    private static final Path GOOD = DUMPS.resolve("mha_key_padding");

    @TempDir Path folder;

    private static Outcome parity(Object... args) {
        List<String> all = new ArrayList<>(List.of("parity", "--engine", Cli.ENGINE, "--fixture"));
        Arrays.stream(args).map(Object::toString).forEach(all::add);
        return Cli.run(all.toArray(String[]::new));
    }

    /** A copy of a dump, with the first number of a tensor changed, or some bytes cut off. */
    private Path copy(String name, String changed, int cut) throws IOException {
        Path copy = Files.createDirectories(folder.resolve(name));
        Files.copy(GOOD.resolve("golden.json"), copy.resolve("golden.json"));
        byte[] tensors = Files.readAllBytes(GOOD.resolve("golden.safetensors"));
        tensors = Arrays.copyOf(tensors, tensors.length - cut);
        if (changed != null) {
            int header = (int) ByteBuffer.wrap(tensors).order(ByteOrder.LITTLE_ENDIAN).getLong();
            JsonObject info =
                    JsonParser.parseString(new String(tensors, 8, header, StandardCharsets.UTF_8))
                            .getAsJsonObject()
                            .getAsJsonObject(changed);
            int begin = info.getAsJsonArray("data_offsets").get(0).getAsInt();
            tensors[8 + header + begin + 3] ^= 0x41; // sign and exponent
        }
        Files.write(copy.resolve("golden.safetensors"), tensors);
        return copy;
    }

    private static void assertOneSentence(Outcome outcome, int code, String... parts) {
        assertEquals(code, outcome.code(), outcome.err());
        List<String> lines = outcome.err().lines().toList();
        for (String part : parts) {
            assertTrue(lines.get(lines.size() - 1).contains(part), outcome.err());
        }
        assertFalse(outcome.err().contains("\tat "), outcome.err());
        assertTrue(outcome.err().contains("attn4j: "), outcome.err());
    }

    @Test
    void everyValueAndGradientIsShown() {
        Outcome outcome = parity(GOOD);
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        List<String> lines = outcome.out().lines().toList();
        assertEquals("mha_key_padding", lines.get(0));
        assertTrue(outcome.out().contains("  out/attn_output "), outcome.out());
        assertTrue(outcome.out().contains("  grad/weight/in_proj_weight "), outcome.out());
        lines.stream()
                .skip(1)
                .forEach(l -> assertTrue(l.matches("  \\S+ +\\d\\.\\de[-+]\\d\\d"), l));
    }

    @Test
    void aFolderOfDumpsStandsForAllInIt() {
        String before = System.getProperty(Kernels.PROPERTY);
        Outcome outcome = parity(DUMPS, "--kernels", "reference");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("sdpa_causal"), outcome.out());
        List<String> lines = outcome.out().lines().toList();
        String last = lines.get(lines.size() - 1);
        assertTrue(last.matches("(\\d+) of \\1 within the tolerance"), last);
        assertEquals(before, System.getProperty(Kernels.PROPERTY), "the policy is as it was");
    }

    @Test
    void jsonHoldsTheSame() {
        Outcome outcome = parity(GOOD, DUMPS.resolve("alibi_pow2"), "--json");
        JsonObject document = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertEquals(Cli.ENGINE, document.get("engine").getAsString());
        assertTrue(document.get("within").getAsBoolean());
        assertEquals(2, document.getAsJsonArray("fixtures").size());
        JsonObject first = document.getAsJsonArray("fixtures").get(0).getAsJsonObject();
        JsonObject value = first.getAsJsonArray("values").get(0).getAsJsonObject();
        assertEquals("out/attn_output", value.get("tensor").getAsString());
        assertTrue(value.get("largest").getAsDouble() < 2e-5);
        assertTrue(value.get("compared").getAsInt() > 0);
        assertFalse(first.getAsJsonArray("gradients").isEmpty());
    }

    @Test
    void kernelsCanBeChosen() {
        assertEquals(ExitCode.DONE, parity(GOOD, "--kernels", "reference").code());
        Outcome fused = parity(GOOD, "--kernels", "fused");
        if (Cli.ENGINE.equals(EngineOptions.PYTORCH)) {
            assertEquals(ExitCode.DONE, fused.code(), fused.err());
        } else {
            assertOneSentence(fused, ExitCode.USAGE, "has no fused kernels");
        }
        assertOneSentence(parity(GOOD, "--kernels", "quick"), ExitCode.USAGE);
    }

    @Test
    void aDifferenceIsShownAndFails() throws IOException {
        Outcome outcome = parity(copy("changed", "out/attn_output", 0), GOOD);
        assertEquals(ExitCode.FAILED, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("beyond the tolerance"), outcome.out());
        assertTrue(outcome.out().contains("] is "), outcome.out());
        assertTrue(outcome.out().contains("1 of 2 within the tolerance"), outcome.out());
    }

    @Test
    void aTruncatedFileIsOneSentenceAndTheOthersAreStillCompared() throws IOException {
        Outcome outcome = parity(copy("cut", null, 5), GOOD);
        assertOneSentence(outcome, ExitCode.FAILED, "truncated", "golden.safetensors");
        assertTrue(outcome.out().contains("mha_key_padding"), outcome.out());
    }

    @Test
    void whatIsNoDumpIsOneSentence() throws IOException {
        assertOneSentence(parity(folder.resolve("nothing")), ExitCode.FAILED, "is no fixture");
        Path unknown = copy("unknown", null, 0);
        String text = Files.readString(unknown.resolve("golden.json"));
        Files.writeString(
                unknown.resolve("golden.json"),
                text.replaceFirst("\"mha_key_padding\"", "\"unheard_of\""));
        assertOneSentence(parity(unknown), ExitCode.FAILED, "no mechanism is known", "unheard_of");
    }

    @Test
    void aMissingTensorIsOneSentence() throws IOException {
        Path missing = copy("missing", null, 0);
        byte[] tensors = Files.readAllBytes(missing.resolve("golden.safetensors"));
        String latin = new String(tensors, StandardCharsets.ISO_8859_1);
        latin = latin.replaceFirst("in/weight/in_proj_bias", "in/weight/in_proj_bi_s");
        Files.write(
                missing.resolve("golden.safetensors"), latin.getBytes(StandardCharsets.ISO_8859_1));
        assertOneSentence(parity(missing), ExitCode.FAILED, "mha_key_padding", "in_proj_bias");
    }

    @Test
    void withoutAFixtureTheUsageIsWrong() {
        assertEquals(ExitCode.USAGE, Cli.run("parity").code());
        assertEquals(ExitCode.USAGE, Cli.run("parity", "--fixture").code());
        assertEquals(
                ExitCode.USAGE,
                Cli.run("parity", "--fixture", GOOD.toString(), "--engine", "Caffe").code());
    }
}
