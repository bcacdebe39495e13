package org.attn4j.models.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import org.attn4j.attention.position.RotaryScaling;
import org.attn4j.models.pretrained.ConfigReader;
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

    @Test
    void whatIsNotKnownIsRefused() {
        assertRefused("{'rope_scaling': {'type': 'spiral'}}", "type must be default, linear");
        assertRefused("{'rope_scaling': {'type': 'linear'}}", "factor is missing");
        assertRefused("{'rope_scaling': {'type': 'linear', 'factor': 2, 'twist': 1}}", "twist");
        assertRefused(
                "{'rope_scaling': {'type': 'linear', 'factor': 2}, 'rope_parameters': {}}",
                "remove one");
        assertRefused("{'partial_rotary_factor': 0.5}", "partial_rotary_factor must be 1");
        assertRefused(
                "{'rope_scaling': {'type': 'longrope', 'long_factor': [1]}}",
                "short_factor must be a list of numbers");
    }
}
