package org.attn4j.models.family.bigbird;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.attn4j.attention.pattern.PatternExtent;
import org.attn4j.models.config.ConfigReader;
import org.junit.jupiter.api.Test;

class BigBirdTest {

    private static final Path GOLDENS = Path.of("src/test/resources/goldens");

    @Test
    void randomBlocksOfTrainingAreThoseOfTransformers() throws IOException {
        String file = Files.readString(GOLDENS.resolve("bigbird/random_blocks.json"));
        for (JsonElement each :
                JsonParser.parseString(file).getAsJsonObject().getAsJsonArray("cases")) {
            JsonObject drawn = each.getAsJsonObject();
            int length = drawn.remove("length").getAsInt();
            int layer = drawn.remove("layer").getAsInt();
            JsonElement expected = drawn.remove("blocks");
            drawn.addProperty("hidden_size", 12);
            int[][][] blocks = RandomBlocks.draw(config(drawn), layer, length);
            for (int head = 0; head < blocks.length; head++) {
                for (int block = 1; block < blocks[head].length - 1; block++) {
                    JsonElement row =
                            expected.getAsJsonArray().get(head).getAsJsonArray().get(block - 1);
                    assertEquals(
                            row.toString().replace(",", ", "),
                            Arrays.toString(blocks[head][block]),
                            () -> "length " + length + ", layer " + layer);
                }
            }
        }
    }

    @Test
    void blocksAreWorthWhileAboveTheirOwnSpan() {
        JsonObject json = new JsonObject();
        json.addProperty("block_size", 4);
        json.addProperty("num_random_blocks", 1);
        BigBirdPattern pattern = new BigBirdPattern(config(json), 0);
        assertEquals(true, pattern.isFull(new PatternExtent(0, 28, 28, false)));
        assertEquals(false, pattern.isFull(new PatternExtent(0, 29, 29, false)));
        assertEquals(3, config(json).padding(29));
        assertEquals(0, config(json).padding(27));
        json.addProperty("attention_type", "original_full");
        assertEquals(false, config(json).inBlocks(4000));
        json.addProperty("attention_type", "sparse");
        assertThrows(IllegalArgumentException.class, () -> config(json));
    }

    private static BigBirdConfig config(JsonObject json) {
        return BigBirdConfig.of(new ConfigReader(json, "config.json"));
    }
}
