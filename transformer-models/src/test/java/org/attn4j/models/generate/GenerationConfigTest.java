package org.attn4j.models.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationConfigTest {

    @Test
    void whatIsWrittenIsRead() {
        GenerationConfig other =
                GenerationConfig.builder()
                        .optBeams(7)
                        .optNBest(3)
                        .optLengthPenalty(LengthPenalty.GNMT)
                        .optAlpha(0.6)
                        .optEarlyStopping(EarlyStopping.NEVER)
                        .optMinLength(2)
                        .optMaxLength(99)
                        .optMaxLengthFactor(1.5)
                        .optMaxLengthOffset(9)
                        .optSuppressedIds(List.of(4, 5))
                        .optForcedBosId(6)
                        .optForcedEosId(2)
                        .optPadId(3)
                        .optEosId(8)
                        .optDecoderStartId(3)
                        .build();
        for (GenerationConfig config : List.of(GenerationConfig.builder().build(), other)) {
            assertEquals(config, GenerationConfigJson.read(GenerationConfigJson.write(config)));
            assertEquals(config, config.toBuilder().build());
        }
    }

    @Test
    void huggingFacesKeysAreUnderstood() {
        GenerationConfig config =
                GenerationConfigJson.read(
                        """
                        {"_from_model_config": true, "num_beams": 4, "max_length": 20, "min_length": 3,
                         "length_penalty": 2.0, "early_stopping": true, "bad_words_ids": [[7], [9]],
                         "eos_token_id": 2, "pad_token_id": 1, "decoder_start_token_id": 2,
                         "forced_eos_token_id": 2, "forced_bos_token_id": null, "do_sample": false,
                         "repetition_penalty": 1.0, "transformers_version": "4.37.0"}
                        """);
        assertEquals(4, config.beams());
        assertEquals(19, config.maxLength()); // the start token counts there
        assertEquals(2, config.minLength());
        assertEquals(2.0, config.alpha());
        assertEquals(EarlyStopping.ALWAYS, config.earlyStopping());
        assertEquals(List.of(List.of(7), List.of(9)), config.rules().badWords());
        assertEquals(-1, config.forcedBosId());
        assertEquals(1, config.padId());
        assertEquals(19, config.maxLengthFor(1000));
        assertEquals(1, GenerationConfigJson.read("{}").beams());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"num_beams\": 0} | beams must be at least 1, got 0",
                "{\"num_return_sequences\": 2} | nBest must be at least 1 and at most beams",
                "{\"penalty_alpha\": 0.6} | not supported: penalty_alpha",
                "{\"num_beam_groups\": 2} | not supported: num_beam_groups",
                "{\"prompt_lookup_num_tokens\": 3} | not supported: prompt_lookup_num_tokens",
                "{\"do_sample\": true, \"temperature\": 0.0} | temperature must be a number above 0",
                "{\"top_k\": 2.5} | top_k has a value of the wrong kind",
                "{\"num_beam\": 2} | not supported: num_beam",
                "{\"num_beams\": \"many\"} | num_beams has a value of the wrong kind",
                "{\"early_stopping\": \"soon\"} | early_stopping has a value of the wrong kind",
                "{\"length_penalty_type\": \"x\"} | length_penalty_type has a value of the wrong kind",
                "{\"bad_words_ids\": [1, 2]} | bad_words_ids has a value of the wrong kind",
                "{\"max_new_tokens\": 3, \"min_new_tokens\": 3} | maxLength must be at least 1 and more than",
                "[1] | must hold one JSON object",
                "{ | is not JSON",
            })
    void mistakesAreNamed(String json, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> GenerationConfigJson.read(json));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void relativeLimitsAreObeyed() {
        GenerationConfig config =
                GenerationConfig.builder()
                        .optMaxLength(50)
                        .optMaxLengthFactor(1.5)
                        .optMaxLengthOffset(3)
                        .optMinLength(8)
                        .build();
        assertEquals(9, config.maxLengthFor(0));
        assertEquals(10, config.maxLengthFor(5));
        assertEquals(50, config.maxLengthFor(1000));
    }

    /** ((5 + 10) / 6)^0.6 = 2.5^0.6, Wu et al. 2016, equation 14. */
    @Test
    void penaltiesAreThePublishedFormulas() {
        assertEquals(1.732862, LengthPenalty.GNMT.divisor(10, 0.6), 1e-6);
        assertEquals(1, LengthPenalty.GNMT.divisor(1, 0.6));
        assertEquals(100, LengthPenalty.POWER.divisor(10, 2));
        assertEquals(1, LengthPenalty.POWER.divisor(10, 0));
    }

    @Test
    void theFilesOfPublishedEncoderDecodersAreRead() throws IOException {
        Path models =
                Path.of(System.getProperty("attn4j.shared", "../../shared"), "goldens", "models");
        Assumptions.assumeTrue(
                Files.isDirectory(models), "skipped: goldens/models is not on this machine");
        try (Stream<Path> folders = Files.list(models)) {
            for (Path folder : folders.toList()) {
                String name = folder.getFileName().toString();
                Path file = folder.resolve("generation_config.json");
                if (name.matches("(bart|mbart|marian|t5).*") && Files.exists(file)) {
                    GenerationConfigJson.read(Files.readString(file));
                }
            }
        }
    }
}
