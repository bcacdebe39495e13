package org.attn4j.models.metric;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The tokenizations of sacreBLEU that need no model and no dictionary. */
public enum BleuTokenizer implements ScoringTokenizer {

    /** That of NIST's mteval-v13a, which WMT uses: ASCII punctuation apart. The default. */
    V13A("13a", Tokenization::mteval13a),

    /** That of mteval-v14's international mode: all Unicode punctuation and symbols apart. */
    INTL("intl", Tokenization::international),

    /** White space alone, for text that is tokenized already. */
    NONE("none", UnaryOperator.identity()),

    /** Each character by itself. */
    CHAR("char", Tokenization::characters),

    /** Each Chinese character by itself, the rest as in 13a. */
    ZH("zh", Tokenization::chinese);

    private final String label;
    private final UnaryOperator<String> spacing;

    BleuTokenizer(String label, UnaryOperator<String> spacing) {
        this.label = label;
        this.spacing = spacing;
    }

    /**
     * Finds a tokenization by its label.
     *
     * @param label one of 13a, intl, none, char, zh
     * @return the tokenization
     * @throws IllegalArgumentException if there is none of that name
     */
    public static BleuTokenizer of(String label) {
        return Arrays.stream(values())
                .filter(tokenizer -> tokenizer.label.equals(label))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "tokenize must be one of %s, got tokenize=%s"
                                                .formatted(labels(), label)));
    }

    private static String labels() {
        return Arrays.stream(values()).map(BleuTokenizer::label).collect(Collectors.joining(", "));
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public List<String> tokenize(String line) {
        return UnicodeText.words(spacing.apply(line));
    }
}
