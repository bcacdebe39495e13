package org.attn4j.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.cli.training.TrainingTasks;
import org.attn4j.models.family.transformer.TransformerAttention;
import org.junit.jupiter.api.Test;

class AttentionKeysTest {

    private static TransformerAttention attention(String... assignments) throws Exception {
        return TrainingTasks.readTranslation("copy", List.of(assignments))
                .config()
                .transformer()
                .attention();
    }

    private static String refusal(String... assignments) {
        return assertThrows(IllegalArgumentException.class, () -> attention(assignments))
                .getMessage();
    }

    @Test
    void multiHeadStandsEverywhereUnlessToldOtherwise() throws Exception {
        assertEquals(TransformerAttention.multiHead(), attention());
    }

    @Test
    void selfStandsForEncoderAndDecoder() throws Exception {
        TransformerAttention attention =
                attention("model.attention.self=dot-product", "model.attention.cross=multi-query");
        assertEquals("dot-product", attention.encoderSelf().mechanism());
        assertEquals("dot-product", attention.decoderSelf().mechanism());
        assertEquals("multi-query", attention.cross().mechanism());
    }

    @Test
    void whatIsSetLastCounts() throws Exception {
        assertEquals(
                "multi-query",
                attention(
                                "model.attention.self=dot-product",
                                "model.attention.decoderSelf=multi-query")
                        .decoderSelf()
                        .mechanism());
        assertEquals(
                "dot-product",
                attention(
                                "model.attention.decoderSelf=multi-query",
                                "model.attention.self=dot-product")
                        .decoderSelf()
                        .mechanism());
    }

    @Test
    void optionsAreAMapOrSetOneByOne() throws Exception {
        AttentionSpec wanted = new AttentionSpec("grouped-query", Map.of("keyValueHeads", 2));
        assertEquals(
                wanted,
                attention("model.attention.cross={mechanism: grouped-query, keyValueHeads: 2}")
                        .cross());
        TransformerAttention both =
                attention(
                        "model.attention.self=grouped-query",
                        "model.attention.self.keyValueHeads=2");
        assertEquals(wanted, both.encoderSelf());
        assertEquals(wanted, both.decoderSelf());
    }

    @Test
    void theResolvedConfigurationReadsBack() throws Exception {
        TranslationConfig config =
                TrainingTasks.readTranslation(
                                "copy",
                                List.of(
                                        "model.attention.self={mechanism: grouped-query, keyValueHeads: 2}"))
                        .config();
        assertEquals(config, TranslationConfig.bind(config.tree(), "again"));
    }

    @Test
    void whatIsWrongIsNamed() {
        assertTrue(refusal("model.attention.cross=mutli-head").contains("multi-head"));
        assertTrue(refusal("model.attention.cross=mutli-head").contains("copy: model.attention"));
        assertTrue(
                refusal("model.attention.self={mechanism: multi-head, bais: false}")
                        .contains("did you mean 'bias'"));
        assertTrue(refusal("model.attention.cros=multi-head").contains("model.attention.cross"));
        assertTrue(refusal("model.attention.self=7").contains("must be a name or a map"));
        assertTrue(
                refusal("model.attention.self={mechanism: grouped-query, keyValueHeads: 3}")
                        .contains("keyValueHeads=3"));
        assertTrue(refusal("model.attention=multi-head").contains("must be a section of keys"));
    }
}
