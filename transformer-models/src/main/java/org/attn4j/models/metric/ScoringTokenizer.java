package org.attn4j.models.metric;

import java.util.List;

/**
 * Splits plain text into the tokens that BLEU compares. {@link BleuTokenizer} has the standard
 * ones; a figure made with another is comparable only with figures made with the same.
 */
public interface ScoringTokenizer {

    /**
     * The name that the signature gives.
     *
     * @return the name, for example {@code 13a}
     */
    String label();

    /**
     * Splits one line.
     *
     * @param line the text, without white space at its end
     * @return the tokens
     */
    List<String> tokenize(String line);
}
