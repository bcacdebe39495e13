package org.attn4j.models.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublishedGenerationTest {

    private static final String MARIAN =
            "{'bad_words_ids': [[100]], 'decoder_start_token_id': 100, 'eos_token_id': 0,"
                    + " 'forced_eos_token_id': 0, 'max_length': 40, 'num_beams': 6, 'pad_token_id': 100}";

    @Test
    void lengthsOfFilesCountTheStartToken() {
        GenerationConfig config = config(MARIAN, Map.of());
        assertEquals(39, config.maxLength());
        assertEquals(6, config.beams());
        assertEquals(List.of(100), config.suppressedIds());
        assertEquals(EarlyStopping.HEURISTIC, config.earlyStopping());
        assertEquals(0, config.forcedEosId());
        assertEquals(-1, config.forcedBosId());
    }

    @Test
    void argumentsGoBeforeTheFile() {
        GenerationConfig config =
                config(
                        MARIAN,
                        Map.of(
                                "max_new_tokens", json("14"),
                                "num_beams", json("4"),
                                "early_stopping", json("'never'"),
                                "min_length", json("5")));
        assertEquals(14, config.maxLength());
        assertEquals(4, config.beams());
        assertEquals(4, config.minLength());
        assertEquals(EarlyStopping.NEVER, config.earlyStopping());
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() {
        for (String setting :
                List.of(
                        "'do_sample': true",
                        "'repetition_penalty': 1.2",
                        "'no_repeat_ngram_size': 3",
                        "'bad_words_ids': [[3, 4]]",
                        "'some_new_setting': 1")) {
            String file = "{'eos_token_id': 1, 'decoder_start_token_id': 0, " + setting + "}";
            String message =
                    assertThrows(IllegalArgumentException.class, () -> config(file, Map.of()))
                            .getMessage();
            assertTrue(message.contains(setting.split("'")[1]), message);
        }
    }

    @Test
    void sequencesBeginWithTheStartTokenAndAreFilledUp() {
        GenerationConfig config = config(MARIAN, Map.of("num_beams", json("1")));
        Hypothesis ended = new Hypothesis(new int[] {5, 6}, true, -1, -1, new float[3]);
        Hypothesis cut = new Hypothesis(new int[] {7, 8, 9, 4}, false, -1, -1, new float[4]);
        long[][] rows =
                PublishedGeneration.sequences(List.of(List.of(ended), List.of(cut)), config);
        assertArrayEquals(new long[] {100, 5, 6, 0, 100}, rows[0]);
        assertArrayEquals(new long[] {100, 7, 8, 9, 4}, rows[1]);
    }

    private static GenerationConfig config(String file, Map<String, JsonElement> arguments) {
        JsonObject json = JsonParser.parseString(file).getAsJsonObject();
        return PublishedGeneration.config(json, arguments);
    }

    private static JsonElement json(String text) {
        return JsonParser.parseString(text);
    }
}
