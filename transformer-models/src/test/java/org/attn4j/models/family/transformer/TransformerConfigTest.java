package org.attn4j.models.family.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.util.Map;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.Tie;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformerConfigTest {

    private static TransformerConfig read(String json) {
        return TinyModels.read(JsonParser.parseString(json).getAsJsonObject());
    }

    @Test
    void whatIsWrittenIsRead() {
        TransformerConfig plain = TransformerConfig.builder().setVocabularySize(100).build();
        TransformerConfig other =
                TransformerConfig.builder()
                        .optModelSize(48)
                        .optEncoderLayers(3)
                        .optDecoderLayers(2)
                        .optEncoderHeads(4)
                        .optDecoderHeads(6)
                        .optEncoderFeedForwardSize(64)
                        .optDecoderFeedForwardSize(96)
                        .optDropout(0.3f)
                        .optAttentionDropout(0.1f)
                        .optActivationDropout(0.2f)
                        .optActivation(Activation.GELU_NEW)
                        .optNormOrder(NormOrder.PRE)
                        .optFinalNorm(false)
                        .optLayerNormEpsilon(1e-6)
                        .optPositions(PositionKind.LEARNED)
                        .optSinusoidLayout(SinusoidLayout.TENSOR2TENSOR)
                        .optFirstPosition(1)
                        .optMaxLength(77)
                        .optScaleEmbedding(false)
                        .optTie(Tie.NONE)
                        .optOutputBias(true)
                        .setSourceVocabularySize(51)
                        .setTargetVocabularySize(43)
                        .optPadId(3)
                        .optBosId(4)
                        .optEosId(5)
                        .optDecoderStartId(6)
                        .optSourceEos(false)
                        .build();
        for (TransformerConfig config : new TransformerConfig[] {plain, other}) {
            assertEquals(config, TinyModels.read(config.json()));
            assertEquals(config, config.toBuilder().build());
        }
    }

    @Test
    void theDescriptionsOfConvertedCheckpointsAreUnderstood() {
        TransformerConfig config =
                read(
                        """
                        {"architectures": ["PreNormSeq2SeqTransformer"], "comment": "any", "d_model": 32,
                         "encoder_attention_heads": 8, "decoder_attention_heads": 8, "normalize_before": true,
                         "positional": "sinusoidal: concat(sin,cos), timescale exp(-i*ln(10000)/(d/2-1)), positions start at 1",
                         "source_vocab_size": 51, "target_vocab_size": 43, "source_has_eos": false,
                         "tie_word_embeddings": false}
                        """);
        assertEquals(PositionKind.SINUSOIDAL, config.positions());
        assertEquals(SinusoidLayout.TENSOR2TENSOR, config.sinusoidLayout());
        assertEquals(1, config.firstPosition());
        assertEquals(NormOrder.PRE, config.normOrder());
        assertEquals(Tie.NONE, config.tie());
        assertTrue(config.outputBias());
        assertTrue(config.finalNorm());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"d_model\": 10, \"vocab_size\": 9} | modelSize must be divisible by encoderHeads",
                "{\"vocab_size\": 9, \"dropout\": 1} | dropout must be at least 0 and below 1, got 1.0",
                "{\"vocab_size\": 9, \"droput\": 0.1} | droput",
                "{\"vocab_size\": 9, \"normalize_before\": \"yes\"} | normalize_before must be true or false",
                "{\"vocab_size\": \"many\"} | vocab_size must be a whole number",
                "{\"vocab_size\": 9, \"activation_function\": \"elu\"} | activation_function must be one of",
                "{\"vocab_size\": 9, \"position_embedding_type\": \"x\"} | position_embedding_type must be one of",
                "{\"vocab_size\": 9, \"model_type\": \"bert\"} | model_type=\"bert\" is not supported, only attn4j-transformer is",
                "{\"vocab_size\": 9, \"pad_token_id\": 9} | padId must be a token of the vocabulary of 9, got 9",
                "{} | sourceVocabularySize must be positive, got 0",
            })
    void mistakesAreNamed(String json, String message) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> read(json));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void theAttentionOfEachPlaceIsWrittenAndRead() {
        TransformerAttention attention =
                new TransformerAttention(
                        new AttentionSpec("sparse", Map.of("window", 2)),
                        new AttentionSpec("multi-head", Map.of("bias", false)),
                        new AttentionSpec("dot-product", Map.of("scale", 0.25, "heads", 4)));
        TransformerConfig config =
                TransformerConfig.builder().setVocabularySize(100).optAttention(attention).build();
        String json = config.json().toString();
        assertEquals(config, read(json));
        assertTrue(json.contains("\"window\":2"), json);
        String plain = TransformerConfig.builder().setVocabularySize(100).build().json().toString();
        assertFalse(plain.contains("attention_mechanisms"), plain);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"crss\": \"multi-head\"}|unknown key 'attention_mechanisms.crss', did you mean 'attention_mechanisms.cross'?",
                "{\"cross\": \"muti-head\"}|did you mean 'multi-head'?",
                "{\"cross\": 3}|attention_mechanisms.cross: an attention specification must be",
                "{\"cross\": {\"window\": 3}}|must name its mechanism",
                "{\"cross\": {\"mechanism\": \"multi-head\", \"bias\": 1}}|option bias",
                "{\"cross\": {\"mechanism\": \"multi-head\", \"bias\": {}}}|option bias must be",
                "{\"cross\": \"intra-decoder\"}|it fits decoder-self",
                "[]|attention_mechanisms must be a section of keys"
            })
    void attentionThatCannotBeIsRefusedByName(String mechanisms, String problem) {
        String json = "{\"vocab_size\": 100, \"attention_mechanisms\": " + mechanisms + "}";
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> read(json));
        assertTrue(e.getMessage().contains(problem), e.getMessage());
    }
}
