package org.attn4j.models.metric;

import java.util.Map;
import org.attn4j.common.Require;

/**
 * A model's loss and perplexity on a corpus, from the negative log-likelihood of all its tokens.
 *
 * @param negativeLogLikelihood the sum over the tokens of -ln p, in nats
 * @param tokens the tokens predicted, end tokens included and padding not, one at least
 */
public record Perplexity(double negativeLogLikelihood, long tokens) implements MetricScore {

    public Perplexity {
        Require.that(tokens >= 1, "perplexity needs one token at least, got tokens=%s", tokens);
        Require.that(
                !Double.isNaN(negativeLogLikelihood),
                "negativeLogLikelihood must be a number, got NaN");
    }

    /**
     * The cross-entropy of a token.
     *
     * @return the mean negative log-likelihood, in nats a token
     */
    public double loss() {
        return negativeLogLikelihood / tokens;
    }

    @Override
    public String name() {
        return "perplexity";
    }

    /**
     * The perplexity.
     *
     * @return e to the power of the loss
     */
    @Override
    public double score() {
        return Math.exp(loss());
    }

    @Override
    public String signature() {
        return "tokens:" + tokens;
    }

    @Override
    public String format() {
        return MetricScore.super.format() + " (loss = " + Decimals.fixed(loss(), 4) + ")";
    }

    /**
     * The figure of two corpora together.
     *
     * @param other the other corpus's figure, by the same model
     * @return the perplexity of all their tokens
     */
    public Perplexity plus(Perplexity other) {
        return new Perplexity(
                negativeLogLikelihood + other.negativeLogLikelihood, tokens + other.tokens);
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = MetricScore.super.toMap();
        map.put("loss", loss());
        map.put("tokens", tokens);
        return map;
    }
}
