package org.attn4j.models.generate;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.attn4j.common.Require;

/** Holds the ids of a configuration against a vocabulary, before anything is computed with them. */
final class TokenIds {

    private final String where;
    private final int vocabularySize;

    private TokenIds(String where, int vocabularySize) {
        this.where = where;
        this.vocabularySize = vocabularySize;
    }

    /**
     * Refuses ids that no token has, and searches whose scores no array holds. Tokens that are
     * never generated may be any.
     *
     * @param where what errors call the configuration
     * @param config the configuration
     * @param sourceVocabularySize how many tokens there are for sources and what fills them up
     * @param vocabularySize how many tokens there are to choose from, V
     * @throws IllegalArgumentException if an id is not below V, or there are too many rows
     */
    static void check(
            String where, GenerationConfig config, int sourceVocabularySize, int vocabularySize) {
        TokenIds ids = new TokenIds(where, vocabularySize);
        ids.require("eos_token_id", config.eosIds());
        ids.require("decoder_start_token_id", List.of(config.decoderStartId()));
        if (config.forcedBosId() >= 0) {
            ids.require("forced_bos_token_id", List.of(config.forcedBosId()));
        }
        ids.require("forced_eos_token_id", config.forcedEosIds());
        config.rules().badWords().forEach(word -> ids.require("bad_words_ids", word));
        config.rules().sequenceBias().keySet().forEach(it -> ids.require("sequence_bias", it));
        new TokenIds(where, sourceVocabularySize).require("pad_token_id", List.of(config.padId()));
        ids.requireRoom("num_beams", config.beams());
        ids.requireRoom("num_return_sequences", config.nBest());
    }

    /**
     * Refuses a source with ids that no token has, which engines read as another token or as any
     * memory.
     *
     * @param source the ids
     * @param vocabularySize how many tokens there are for sources
     * @throws IllegalArgumentException if an id is not below V
     */
    static void check(int[] source, int vocabularySize) {
        new TokenIds("source", vocabularySize)
                .require("an id", Arrays.stream(source).boxed().toList());
    }

    private void require(String key, Collection<Integer> tokens) {
        for (int token : tokens) {
            Require.that(
                    token >= 0 && token < vocabularySize,
                    "%s: %s must be one of the model's %s tokens, from 0 to %s, got %s",
                    where,
                    key,
                    vocabularySize,
                    vocabularySize - 1,
                    token);
        }
    }

    /** The scores of one step are one array. */
    private void requireRoom(String key, int rows) {
        int most = Integer.MAX_VALUE / vocabularySize;
        Require.that(
                rows <= most,
                "%s: %s must be at most %s with a vocabulary of %s tokens, got %s",
                where,
                key,
                most,
                vocabularySize,
                rows);
    }
}
