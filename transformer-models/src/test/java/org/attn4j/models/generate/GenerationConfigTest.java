package org.attn4j.models.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.JsonFiles;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationConfigTest {

    @Test
    void whatIsWrittenIsRead() {
        GenerationConfig other =
                GenerationConfig.DEFAULTS
                        .withSampling(
                                Sampling.DEFAULTS
                                        .withTopK(7)
                                        .withTopP(0.9)
                                        .withTemperature(0.7)
                                        .withMinP(0.1)
                                        .withTopH(0.4)
                                        .withTypicalP(0.8)
                                        .withEpsilonCutoff(0.01)
                                        .withEtaCutoff(0.02)
                                        .withSeed(5L))
                        .withBeams(7, 3)
                        .withLengthPenalty(LengthPenalty.GNMT, 0.6)
                        .withEarlyStopping(EarlyStopping.NEVER)
                        .withLengths(2, 99)
                        .withRelativeLength(1.5, 9)
                        .withSuppressed(List.of(4, 5))
                        .withForced(6, List.of(2))
                        .withRules(
                                TokenRules.NONE
                                        .withSequenceBias(Map.of(List.of(3, 4), 1.5))
                                        .withRepetitionPenalty(1.2)
                                        .withEncoderRepetitionPenalty(1.1)
                                        .withNoRepeatNgramSize(3)
                                        .withEncoderNoRepeatNgramSize(2)
                                        .withBadWords(List.of(List.of(1, 2)))
                                        .withRemoveInvalid(true)
                                        .withLengthDecay(new ExponentialDecay(3, 1.1))
                                        .withBeginSuppressed(List.of(9))
                                        .withRenormalise(true))
                        .withCache(CacheKind.STATIC)
                        .withTokens(3, List.of(8), 3);
        for (GenerationConfig config : List.of(GenerationConfig.DEFAULTS, other)) {
            assertEquals(config, GenerationConfigJson.read(GenerationConfigJson.write(config)));
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
                "{\"num_beams\": 0} | num_beams must be from 1 to 4096, got 0",
                "{\"num_return_sequences\": 2} | nBest must be at least 1 and at most beams",
                "{\"penalty_alpha\": 0.6} | not supported: penalty_alpha",
                "{\"num_beam_groups\": 2} | not supported: num_beam_groups",
                "{\"prompt_lookup_num_tokens\": 3} | not supported: prompt_lookup_num_tokens",
                "{\"do_sample\": true, \"temperature\": 0.0} | temperature must be a number above 0",
                "{\"top_k\": 2.5} | top_k must be a whole number, got 2.5",
                "{\"num_beam\": 2} | not supported: num_beam",
                "{\"num_beams\": \"many\"} | num_beams must be from 1 to 4096, got",
                "{\"early_stopping\": \"soon\"} | early_stopping must be true, false or",
                "{\"length_penalty_type\": \"x\"} | length_penalty_type must be one of power, gnmt",
                "{\"bad_words_ids\": [1, 2]} | bad_words_ids must be a list of lists of tokens",
                "{\"max_new_tokens\": 3, \"min_new_tokens\": 3} | maxLength must be at least 1 and more than",
                "[1] | must hold one JSON object",
                "{ | is not JSON",
            })
    void mistakesAreNamed(String json, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> GenerationConfigJson.read(json));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    private static final String MARIAN =
            """
            {"bad_words_ids": [[100]], "decoder_start_token_id": 100, "eos_token_id": 0,
             "forced_eos_token_id": 0, "max_length": 40, "num_beams": 6, "pad_token_id": 100}
            """;

    private static GenerationConfig published(
            String file, String arguments, int promptLength, boolean encoderDecoder) {
        return GenerationConfigJson.readPublished(
                JsonParser.parseString(file).getAsJsonObject(),
                JsonParser.parseString(arguments).getAsJsonObject().asMap(),
                promptLength,
                encoderDecoder);
    }

    /**
     * All keys that transformers 4.57 and 5.18 write, at the values that they have by themselves.
     */
    @ParameterizedTest
    @ValueSource(strings = {"4.57", "5.18"})
    void settingsThatAreSpelledOutChangeNothing(String version) throws IOException {
        JsonObject all =
                JsonFiles.read(Path.of("src/test/resources/goldens/saved-settings.json"))
                        .getAsJsonObject("generation")
                        .getAsJsonObject(version);
        assertEquals(published("{}", "{}", 0, false), published(all.toString(), "{}", 0, false));
        all.addProperty("output_attentions", true);
        all.addProperty("cache_implementation", "dynamic_full");
        all.add("compile_config", JsonParser.parseString("{'fullgraph': true}"));
        assertEquals(published("{}", "{}", 0, false), published(all.toString(), "{}", 0, false));
    }

    @Test
    void olderLengthsCountWhatStandsBefore() {
        assertEquals(39, published(MARIAN, "{}", 1, true).maxLength());
        assertEquals(36, published(MARIAN, "{}", 4, true).maxLength());
        assertEquals(14, published(MARIAN, "{'max_new_tokens': 14}", 4, true).maxLength());
        assertEquals(19, published("{'bos_token_id': 1}", "{}", 1, true).maxLength());
        assertEquals(20, published("{}", "{}", 7, false).maxLength());
        assertEquals(3, published("{'min_length': 10}", "{}", 7, false).minLength());
        String both = "{'min_length': 10, 'min_new_tokens': 2}";
        assertEquals(2, published(both, "{}", 7, false).minLength());
    }

    @Test
    void argumentsGoBeforeTheFile() {
        GenerationConfig config =
                published(
                        MARIAN,
                        "{'num_beams': 4, 'early_stopping': 'never', 'min_length': 5}",
                        1,
                        true);
        assertEquals(4, config.beams());
        assertEquals(4, config.minLength());
        assertEquals(EarlyStopping.NEVER, config.earlyStopping());
        String file =
                "{'max_new_tokens': 100, 'temperature': 0.6, 'do_sample': true, 'top_p': 0.9}";
        GenerationConfig drawn = published(file, "{'max_length': 30, 'top_p': 0.5}", 10, false);
        assertEquals(20, drawn.maxLength());
        assertEquals(0.6, drawn.sampling().temperature());
        assertEquals(0.5, drawn.sampling().topP());
        assertEquals(50, drawn.sampling().topK());
        assertNull(published(file, "{'do_sample': false}", 1, false).sampling());
    }

    @Test
    void idsMayBeLeftOutOrSeveral() {
        GenerationConfig config =
                published("{'eos_token_id': [7, 9], 'pad_token_id': -1}", "{}", 3, false);
        assertEquals(List.of(7, 9), config.eosIds());
        assertEquals(7, config.padId());
        assertEquals(-1, published("{}", "{}", 3, false).eosId());
        assertEquals(5, published("{'bos_token_id': 5}", "{}", 1, true).decoderStartId());
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> published("{}", "{}", 1, true));
        assertTrue(e.getMessage().contains("decoder_start_token_id"), e.getMessage());
    }

    @Test
    void leastLengthsMayBeGreaterThanTheMost() {
        String late = "{'eos_token_id': 2, 'max_new_tokens': 4, 'min_new_tokens': 9}";
        JsonObject file = JsonParser.parseString(late).getAsJsonObject();
        assertEquals(new Lengths(9, 4), GenerationConfigJson.lengths(file, Map.of(), 3, false));
        assertEquals(4, published(late, "{}", 3, false).maxLength());
    }

    @Test
    void otherWaysToGenerateAreRefusedByName() {
        for (String setting :
                List.of(
                        "'penalty_alpha': 0.6",
                        "'num_beam_groups': 2",
                        "'diversity_penalty': 0.5",
                        "'constraints': [1]",
                        "'force_words_ids': [[1]]",
                        "'forced_decoder_ids': [[1, 2]]",
                        "'prompt_lookup_num_tokens': 3",
                        "'dola_layers': 'high'",
                        "'guidance_scale': 1.5",
                        "'watermarking_config': {}",
                        "'token_healing': true",
                        "'stop_strings': ['x']",
                        "'cache_implementation': 'quantized'",
                        "'some_new_setting': 1")) {
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> published("{" + setting + "}", "{}", 1, false))
                            .getMessage();
            assertTrue(message.contains(setting.split("'")[1]), message);
        }
        String neutral =
                "{'penalty_alpha': 0.0, 'num_beam_groups': 1, 'guidance_scale': 1.0, 'use_cache':"
                        + " false, 'cache_implementation': 'static', 'typical_p': 1.0, 'min_p':"
                        + " null}";
        assertEquals(CacheKind.STATIC, published(neutral, "{}", 1, false).cache());
    }

    @Test
    void modelsWithoutAFileHaveTheirConfigurationsSettings() {
        String config =
                """
                {"model_type": "encoder-decoder", "num_beams": 4, "hidden_size": 8,
                 "decoder": {"eos_token_id": 3, "num_beams": 2}, "max_length": null}
                """;
        JsonObject settings =
                GenerationConfigJson.ofModelConfig(
                        JsonParser.parseString(config).getAsJsonObject());
        assertEquals("{\"eos_token_id\":3,\"num_beams\":4}", sorted(settings));
    }

    private static String sorted(JsonObject object) {
        JsonObject sorted = new JsonObject();
        object.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> sorted.add(entry.getKey(), entry.getValue()));
        return sorted.toString();
    }

    @Test
    void relativeLimitsAreObeyed() {
        GenerationConfig config =
                GenerationConfig.DEFAULTS.withLengths(8, 50).withRelativeLength(1.5, 3);
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
