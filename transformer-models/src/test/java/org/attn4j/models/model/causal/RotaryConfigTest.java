package org.attn4j.models.model.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.attention.position.RotaryEmbedding;
import org.attn4j.attention.position.RotaryScaling;
import org.attn4j.models.config.ConfigReader;
import org.junit.jupiter.api.Test;

class RotaryConfigTest {

    private static RotaryConfig read(String json) {
        return RotaryConfig.of(
                new ConfigReader(JsonParser.parseString(json).getAsJsonObject(), "config.json"),
                64);
    }

    private static void assertRefused(String json, String message) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> read(json));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void olderAndNewerFilesSayTheSame() {
        RotaryConfig expected = new RotaryConfig(5e5, 1, new RotaryScaling.Linear(2), 1);
        assertEquals(
                expected,
                read("{'rope_theta': 5e5, 'rope_scaling': {'type': 'linear', 'factor': 2.0}}"));
        assertEquals(
                expected,
                read(
                        "{'rope_parameters': {'rope_type': 'linear', 'factor': 2,"
                                + " 'rope_theta': 500000}}"));
        assertEquals(
                new RotaryConfig(10000, 1, new RotaryScaling.Linear(1), 1),
                read("{'rope_scaling': null}"));
    }

    @Test
    void yarnTakesItsFactorFromTheLengthsIfNoneIsGiven() {
        RotaryConfig config =
                read(
                        "{'rope_scaling': {'rope_type': 'yarn', 'factor': null,"
                                + " 'original_max_position_embeddings': 16}}");
        assertEquals(
                new RotaryScaling.Yarn(4, 16, 32, 1, true, 0.1 * Math.log(4) + 1),
                config.scaling());
        assertEquals(1, config.scoreFactor());
    }

    @Test
    void theScoresOfDeepSeekGrowWithTheSquareOfItsFactor() {
        RotaryConfig config =
                read(
                        "{'rope_scaling': {'type': 'yarn', 'factor': 40, 'beta_fast': 32,"
                                + " 'beta_slow': 1, 'mscale': 1.0, 'mscale_all_dim': 1.0,"
                                + " 'original_max_position_embeddings': 4096}}");
        double factor = 0.1 * Math.log(40) + 1;
        assertEquals(factor * factor, config.scoreFactor(), 1e-12);
        assertEquals(1, config.scaling().factor(), 1e-12);
    }

    /** Pair i of R / 2 turns by base^(−2i / R) a place, divided by the factor of linear scaling. */
    @Test
    void eachTypeOfLayersHasFrequenciesOfItsOwn() {
        ConfigReader reader =
                new ConfigReader(
                        JsonParser.parseString(
                                        """
                                        {"rope_theta": 7.0, "rope_parameters": {
                                          "full_attention": {"rope_type": "linear", "factor": 4.0,
                                            "rope_theta": 1e6},
                                          "sliding_attention": {"rope_type": "default"}}}
                                        """)
                                .getAsJsonObject(),
                        "config.json");
        Map<String, RotaryConfig> configs =
                RotaryConfig.ofTypes(reader, 64, Set.of("full_attention", "sliding_attention"));
        reader.finish();
        float[] full = frequencies(configs.get("full_attention"));
        float[] sliding = frequencies(configs.get("sliding_attention"));
        for (int i = 0; i < 4; i++) {
            assertEquals(Math.pow(1e6, -2.0 * i / 8) / 4, full[i], 1e-7);
            assertEquals(Math.pow(7, -2.0 * i / 8), sliding[i], 1e-6);
        }
    }

    private static float[] frequencies(RotaryConfig config) {
        return config.embedding(8, RotaryEmbedding.Layout.HALVES).frequencies();
    }

    @Test
    void whatMadeAModelLongerAndKindsThatNeedNoLengthChangeNothing() {
        assertEquals(
                read("{'rope_scaling': {'type': 'yarn', 'factor': 2.0}}"),
                read("{'rope_scaling': {'type': 'yarn', 'factor': 2.0, 'finetuned': true}}"));
        for (String kind : List.of("linear", "dynamic")) {
            assertEquals(
                    read("{'rope_scaling': {'type': '" + kind + "', 'factor': 2.0}}"),
                    read(
                            "{'rope_scaling': {'type': '"
                                    + kind
                                    + "', 'factor': 2.0, 'original_max_position_embeddings': 32}}"));
        }
    }

    @Test
    void whatIsNotKnownIsRefused() {
        assertRefused("{'rope_scaling': {'type': 'spiral'}}", "type must be default, linear");
        assertRefused("{'rope_scaling': {'type': 'linear'}}", "factor is missing");
        assertRefused("{'rope_scaling': {'type': 'linear', 'factor': 2, 'twist': 1}}", "twist");
        assertRefused(
                "{'rope_scaling': {'type': 'linear', 'factor': 2}, 'rope_parameters': {'rope_type':"
                        + " 'default'}}",
                "rope_scaling and rope_parameters differ");
        assertRefused(
                "{'rope_parameters': {'sliding_attention': {'rope_type': 'default'}}}",
                "full_attention must be an object");
        assertRefused(
                "{'rope_parameters': {'full_attention': {'rope_type': 'default'}, 'twist': 1}}",
                "twist");
        assertRefused("{'partial_rotary_factor': 0.5}", "partial_rotary_factor must be 1");
        assertRefused(
                "{'rope_scaling': {'type': 'longrope', 'long_factor': [1]}}",
                "short_factor must be a list of numbers");
    }
}
