package org.attn4j.models.family.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.NormOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformerConfigTest {

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
            assertEquals(config, TransformerConfigJson.read(TransformerConfigJson.write(config)));
            assertEquals(config, config.toBuilder().build());
        }
    }

    @Test
    void theDescriptionsOfConvertedCheckpointsAreUnderstood() {
        TransformerConfig config =
                TransformerConfigJson.read(
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
                "{\"vocab_size\": 9, \"droput\": 0.1} | unknown settings: droput",
                "{\"vocab_size\": 9, \"normalize_before\": \"yes\"} | normalize_before has a value of the wrong kind",
                "{\"vocab_size\": \"many\"} | vocab_size has a value of the wrong kind",
                "{\"vocab_size\": 9, \"activation_function\": \"elu\"} | activation must be one of",
                "{\"vocab_size\": 9, \"position_embedding_type\": \"x\"} | position_embedding_type must be one of",
                "{\"vocab_size\": 9, \"model_type\": \"bert\"} | model_type must be attn4j-transformer, got bert",
                "{\"vocab_size\": 9, \"pad_token_id\": 9} | padId must be a token of the vocabulary of 9, got 9",
                "{} | sourceVocabularySize must be positive, got 0",
                "[] | must hold one JSON object",
                "{ | is not JSON",
            })
    void mistakesAreNamed(String json, String message) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> TransformerConfigJson.read(json));
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
        String json = TransformerConfigJson.write(config);
        assertEquals(config, TransformerConfigJson.read(json));
        assertTrue(json.contains("\"window\": 2\n"), json);
        String plain =
                TransformerConfigJson.write(
                        TransformerConfig.builder().setVocabularySize(100).build());
        assertFalse(plain.contains("attention_mechanisms"), plain);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"crss\": \"multi-head\"}|attention_mechanisms has unknown places: crss",
                "{\"cross\": \"muti-head\"}|did you mean 'multi-head'?",
                "{\"cross\": 3}|attention_mechanisms.cross: an attention specification must be",
                "{\"cross\": null}|attention_mechanisms.cross: null is no value",
                "{\"cross\": {\"window\": 3}}|must name its mechanism",
                "{\"cross\": {\"mechanism\": \"multi-head\", \"bias\": 1}}|option bias",
                "{\"cross\": {\"mechanism\": \"multi-head\", \"bias\": {}}}|option bias must be",
                "{\"cross\": \"intra-decoder\"}|it fits decoder-self",
                "[]|attention_mechanisms has a value of the wrong kind"
            })
    void attentionThatCannotBeIsRefusedByName(String mechanisms, String problem) {
        String json = "{\"vocab_size\": 100, \"attention_mechanisms\": " + mechanisms + "}";
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> TransformerConfigJson.read(json));
        assertTrue(e.getMessage().contains(problem), e.getMessage());
    }
}
