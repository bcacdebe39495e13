package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class PerplexityTest {

    @Test
    void isTheExponentialOfTheMeanLoss() {
        // a model that gives every token a probability of 1/8
        Perplexity uniform = new Perplexity(100 * Math.log(8), 100);
        assertEquals(Math.log(8), uniform.loss(), 1e-12);
        assertEquals(8, uniform.score(), 1e-12);
        assertEquals("perplexity = 8.00 (loss = 2.0794)", uniform.format());
        assertEquals(100L, uniform.toMap().get("tokens"));
    }

    @Test
    void addsUpByTokens() {
        Perplexity both =
                new Perplexity(10 * Math.log(2), 10).plus(new Perplexity(30 * Math.log(4), 30));
        assertEquals(Math.pow(2, 1.75), both.score(), 1e-12);
        assertEquals(40, both.tokens());
    }

    @Test
    void badInputIsNamedInOneSentence() {
        assertEquals(
                "perplexity needs one token at least, got tokens=0",
                assertThrows(IllegalArgumentException.class, () -> new Perplexity(0, 0))
                        .getMessage());
        assertEquals(
                "negativeLogLikelihood must be a number, got NaN",
                assertThrows(IllegalArgumentException.class, () -> new Perplexity(Double.NaN, 1))
                        .getMessage());
    }
}
