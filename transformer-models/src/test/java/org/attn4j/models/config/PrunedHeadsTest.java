package org.attn4j.models.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonParser;
import java.util.Set;
import org.attn4j.attention.spec.AttentionSlot;
import org.junit.jupiter.api.Test;

class PrunedHeadsTest {

    private static PrunedHeads read(String json) {
        return PrunedHeads.of(JsonParser.parseString(json));
    }

    @Test
    void readsWhatTransformersWrites() {
        PrunedHeads heads = read("{'0': [1, 3], '2': [0], '4': []}");
        heads.requireWithin(3, 4);
        assertEquals(Set.of(1, 3), heads.at(0));
        assertEquals(Set.of(), heads.at(1));
        assertEquals(JsonParser.parseString("{'0': [1, 3], '2': [0]}"), heads.json());
    }

    @Test
    void tellsTheAttentionsOfAnEncoderAndADecoderApart() {
        PrunedHeads heads =
                read("{'encoder.layers.0.self_attn': [1], 'decoder.layers.1.encoder_attn': [0]}");
        heads.requireWithin(1, 2, 2, 2);
        assertEquals(Set.of(1), heads.at(AttentionSlot.ENCODER_SELF, 0));
        assertEquals(Set.of(0), heads.at(AttentionSlot.CROSS, 1));
        assertEquals(Set.of(), heads.at(AttentionSlot.DECODER_SELF, 1));
    }

    @Test
    void addsHeadsOfTheSameAttention() {
        assertEquals(
                read("{'0': [1, 2], '1': [3]}"),
                read("{'0': [2]}").and(read("{'0': [1], '1': [3]}")));
    }

    @Test
    void whatIsNoListOfHeadsIsRefused() {
        assertRefused("must be a list of heads for each attention, got [1]", () -> read("[1]"));
        for (String bad : new String[] {"1", "[-1]", "[1.5]", "['1']", "[1, 1]", "[12345678]"}) {
            IllegalArgumentException refused =
                    assertThrows(
                            IllegalArgumentException.class, () -> read("{'0': " + bad + "}"), bad);
            assertEquals(
                    "must list each head of 0 once, by its number, got " + bad.replace("'", "\""),
                    refused.getMessage().replace(",1", ", 1"));
        }
    }

    @Test
    void headsThatAreNotThereAreRefused() {
        assertRefused(
                "pruned_heads must be of the layers from 0 to 1, got 2",
                () -> read("{'2': [0]}").requireWithin(2, 4));
        assertRefused(
                "pruned_heads must be of the layers from 0 to 1, got 00",
                () -> read("{'00': [0]}").requireWithin(2, 4));
        assertRefused(
                "pruned_heads of 1 must be some of the heads from 0 to 3 and not all, got [4]",
                () -> read("{'1': [4]}").requireWithin(2, 4));
        assertRefused(
                "pruned_heads of 1 must be some of the heads from 0 to 1 and not all, got [0, 1]",
                () -> read("{'1': [0, 1]}").requireWithin(2, 2));
        assertRefused(
                "pruned_heads has keys such as encoder.layers.0.self_attn,"
                        + " decoder.layers.0.self_attn and decoder.layers.0.encoder_attn, got 0",
                () -> read("{'0': [1]}").requireWithin(2, 4, 2, 4));
        assertRefused(
                "pruned_heads must be of the layers from 0 to 0, got decoder.layers.1.self_attn",
                () -> read("{'decoder.layers.1.self_attn': [1]}").requireWithin(2, 4, 1, 4));
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
