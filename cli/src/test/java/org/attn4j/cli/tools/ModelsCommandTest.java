package org.attn4j.cli.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.maven.MavenModels;
import org.attn4j.models.checkpoint.hub.Hub;
import org.attn4j.models.checkpoint.hub.HubSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCommandTest {

    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir private Path cache;

    @Test
    void everyFamilyIsListedWithItsModelsAndVerbs() {
        Outcome outcome = Cli.run("models");
        assertEquals(ExitCode.DONE, outcome.code(), outcome.err());
        String out = outcome.out().replaceAll(" +", " ");
        assertTrue(out.contains("bert BertModel embed, similarity"), out);
        assertTrue(out.contains("BertForMaskedLM fill-mask"), out);
        assertTrue(out.contains("gpt2 GPT2Model"), out);
        assertTrue(out.contains("GPT2LMHeadModel generate"), out);
        assertTrue(out.contains("marian MarianModel"), out);
        assertTrue(out.contains("engines: PyTorch"), out);
    }

    @Test
    void jsonNamesOnlyVerbsThatThereAre() {
        JsonArray families =
                JsonParser.parseString(Cli.run("models", "--json").out()).getAsJsonArray();
        Set<String> names = new HashSet<>();
        for (JsonElement family : families) {
            names.add(family.getAsJsonObject().get("family").getAsString());
            for (JsonElement model : family.getAsJsonObject().getAsJsonArray("models")) {
                for (JsonElement verb : model.getAsJsonObject().getAsJsonArray("verbs")) {
                    assertEquals(
                            ExitCode.DONE,
                            Cli.run(verb.getAsString(), "--help").code(),
                            verb.toString());
                }
            }
        }
        assertTrue(names.contains("llama") && names.contains("t5"), names.toString());
    }

    private final List<MavenModels.Cached> artifacts = new ArrayList<>();

    private String listed(boolean json) throws IOException {
        HubSettings settings = HubSettings.fromEnvironment().withCache(cache);
        StringWriter out = new StringWriter();
        ModelsCommand.listCache(new Hub(settings), artifacts, json, new PrintWriter(out, true));
        return out.toString();
    }

    /** A cache as huggingface_hub lays it out. */
    private void fill() throws IOException {
        Path model = Files.createDirectories(cache.resolve("models--acme--tiny"));
        Files.createDirectories(model.resolve("refs"));
        Files.writeString(model.resolve("refs/main"), COMMIT);
        Files.createDirectories(model.resolve("snapshots").resolve(COMMIT));
        Files.createDirectories(model.resolve("blobs"));
        Files.write(model.resolve("blobs/abc"), new byte[1_500_000]);
        Files.createDirectories(cache.resolve("datasets--acme--words"));
    }

    @Test
    void theCacheIsListedWithRevisionsAndSizes() throws IOException {
        assertEquals("0 models, 0.0 MB in " + cache, listed(false).strip());
        fill();
        String out = listed(false).replaceAll(" +", " ");
        assertTrue(out.contains("acme/tiny 1.5 MB main at 0123456789"), out);
        assertTrue(out.contains("1 models, 1.5 MB in " + cache), out);
        artifacts.add(new MavenModels.Cached("maven:a", cache.resolve("a"), 2_000_000));
        out = listed(false).replaceAll(" +", " ");
        assertTrue(out.contains("maven:a 2.0 MB " + cache.resolve("a")), out);
        assertTrue(out.contains("2 models, 3.5 MB in " + cache), out);
        JsonObject document = JsonParser.parseString(listed(true)).getAsJsonObject();
        JsonObject model = document.getAsJsonArray("models").get(0).getAsJsonObject();
        assertEquals("acme/tiny", model.get("id").getAsString());
        assertEquals(COMMIT, model.getAsJsonObject("revisions").get("main").getAsString());
        assertTrue(
                model.getAsJsonArray("folders").get(0).getAsString().endsWith(COMMIT),
                model.toString());
    }
}
