package org.attn4j.models.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalInt;
import org.attn4j.models.model.ModelSite.Side;
import org.attn4j.models.model.ModelSite.Sublayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelSiteTest {

    @ParameterizedTest
    @CsvSource({
        "layers.0.self_attn, ONLY, 0, SELF_ATTENTION, ''",
        "encoder.layers.11.self_attn, ENCODER, 11, SELF_ATTENTION, ''",
        "decoder.layers.2.self_attn, DECODER, 2, SELF_ATTENTION, ''",
        "decoder.layers.2.encoder_attn, DECODER, 2, CROSS_ATTENTION, ''",
        "layers.3.global_attn, ONLY, 3, GLOBAL_ATTENTION, ''",
        "decoder.layers.1.mlp, DECODER, 1, FEED_FORWARD, ''",
        "encoder.layers.0.self_attn.word, ENCODER, 0, SELF_ATTENTION, word"
    })
    void aSiteIsReadAsTheLayersWriteIt(
            String site, Side side, int layer, Sublayer sublayer, String part) {
        assertEquals(
                Optional.of(new ModelSite(side, OptionalInt.of(layer), sublayer, part)),
                ModelSite.of(site));
    }

    @Test
    void aRecurrentDecoderLooksAtItsEncoderFromNoLayer() {
        ModelSite site = ModelSite.of("decoder.attention").orElseThrow();
        assertEquals(Side.DECODER, site.side());
        assertEquals(OptionalInt.empty(), site.layer());
        assertTrue(site.isCross());
        assertTrue(site.isAttention());
    }

    @Test
    void aPartOfAnAttentionIsNotTheWhole() {
        ModelSite part = ModelSite.of("decoder.layers.0.encoder_attn.sentence").orElseThrow();
        assertFalse(part.isCross());
        assertFalse(part.isAttention());
        assertFalse(ModelSite.of("layers.0.mlp").orElseThrow().isAttention());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "layers.x.self_attn", "layers.1234567890.self_attn", "hidden_states.0"})
    void whatIsNoSiteIsNone(String site) {
        assertEquals(Optional.empty(), ModelSite.of(site));
    }
}
