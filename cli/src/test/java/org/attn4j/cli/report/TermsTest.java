package org.attn4j.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.attn4j.cli.report.Terms.Term;
import org.junit.jupiter.api.Test;

class TermsTest {

    @Test
    void scoresHaveWordsAndUnits() {
        assertEquals(new Term("BLEU", "points of 100"), Terms.of("bleu"));
        assertEquals(new Term("nDCG@10", "from 0 to 1"), Terms.of("ndcg@10"));
        assertEquals(new Term("recall of the first 5", "from 0 to 1"), Terms.of("recall@5"));
        assertEquals(new Term("MRR@10 before reranking", "from 0 to 1"), Terms.of("before_mrr@10"));
        assertEquals(new Term("my own score", ""), Terms.of("my_own_score"));
        assertEquals("my own score", Terms.of("my_own_score").axis());
    }

    @Test
    void placesHaveAKindAndALayer() {
        assertEquals("cross-attention, layer 2", Terms.place("decoder.layers.2.encoder_attn"));
        assertEquals("encoder self-attention, layer 0", Terms.place("encoder.layers.0.self_attn"));
        assertEquals("self-attention, layer 11", Terms.place("layers.11.self_attn"));
        assertEquals("cross-attention", Terms.place("decoder.attention"));
        assertEquals("some.other place", Terms.place("some.other place"));
    }
}
