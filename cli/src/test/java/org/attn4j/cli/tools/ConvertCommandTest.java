package org.attn4j.cli.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ByteSize;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertCommandTest {

    private static final String BERT =
            "../transformer-models/src/test/resources/goldens/models/bert_mlm_a";

    @TempDir private Path folder;

    private String out() {
        return folder.resolve("out").toString();
    }

    @Test
    void halvesAModelIntoShards() {
        Outcome outcome =
                Cli.run(
                        "convert",
                        BERT,
                        "--out",
                        out(),
                        "--dtype",
                        "bfloat16",
                        "--shard-size",
                        "20KB");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        assertEquals(
                out()
                        + ": 42 tensors, 23,576 parameters, 47,152 bytes in 3 files"
                        + " (before: 94,304 bytes)",
                outcome.out().strip());
        assertTrue(Files.exists(folder.resolve("out/model-00003-of-00003.safetensors")));
    }

    @Test
    void jsonSaysTheSame() {
        Outcome outcome = Cli.run("convert", BERT, "--out", out(), "--dtype", "float16", "--json");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        JsonObject document = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertEquals("float16", document.get("dtype").getAsString());
        assertEquals(47_152, document.get("bytes").getAsLong());
        assertEquals("[\"model.safetensors\"]", document.get("files").toString());
    }

    @Test
    void wrongUseChangesNothing() throws IOException {
        assertEquals(ExitCode.USAGE, Cli.run("convert", BERT).code());
        for (List<String> wrong :
                List.of(
                        List.of("--dtype", "int8"),
                        List.of("--shard-size", "0"),
                        List.of("--shard-size", "-2GB"),
                        List.of("--shard-size", "9999999999TB"))) {
            Outcome outcome = Cli.run("convert", BERT, "--out", out(), wrong.get(0), wrong.get(1));
            assertEquals(ExitCode.USAGE, outcome.code(), wrong + outcome.err());
        }
        assertFalse(Files.exists(folder.resolve("out")));
        Files.writeString(folder.resolve("mine"), "x");
        Outcome outcome = Cli.run("convert", BERT, "--out", folder.toString());
        assertEquals(ExitCode.USAGE, outcome.code());
        assertTrue(outcome.err().contains("not an empty folder"), outcome.err());
        assertEquals("x", Files.readString(folder.resolve("mine")));
    }

    @Test
    void pickleIsRefusedWithTheMend() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.writeString(folder.resolve("pytorch_model.bin"), "x");
        Outcome outcome = Cli.run("convert", folder.toString(), "--out", out());
        assertEquals(ExitCode.FAILED, outcome.code());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("pickle"), outcome.err());
        assertTrue(outcome.err().contains("save_pretrained"), outcome.err());
    }

    @Test
    void sizesAreReadAsHuggingFaceWritesThem() throws Exception {
        ByteSize size = new ByteSize();
        assertEquals(2_000_000_000L, size.convert("2GB"));
        assertEquals(2L << 30, size.convert("2GiB"));
        assertEquals(500_000L, size.convert("0.5 mb"));
        assertEquals(123L, size.convert("123"));
    }
}
