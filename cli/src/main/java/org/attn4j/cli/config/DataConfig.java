package org.attn4j.cli.config;

import org.attn4j.common.Require;
import org.attn4j.datasets.SymbolTaskConfig;
import org.attn4j.datasets.grammar.EmbeddedCorpus;

/**
 * Where the sentence pairs of a run come from.
 *
 * @param corpus which corpus
 * @param sourceLanguage the language translated from: the ending of the files of a named corpus
 * @param targetLanguage the language translated into
 * @param folder the folder that relative paths below start from; for a named corpus, the folder
 *     that holds its files already, so that nothing is downloaded
 * @param train what to learn from
 * @param valid what to choose the best weights by
 * @param test what to report on
 * @param embedded the size of the embedded corpus
 * @param synthetic the sequences of the copy and reverse tasks
 */
public record DataConfig(
        Corpus corpus,
        String sourceLanguage,
        String targetLanguage,
        String folder,
        PairFiles train,
        PairFiles valid,
        PairFiles test,
        Embedded embedded,
        SymbolTaskConfig synthetic) {

    /** The corpora that need no files named. */
    enum Corpus {
        /** The files named by train, valid and test. */
        FILES,
        /** English to French sentences of a small grammar, made from a seed. */
        EMBEDDED,
        /** Sequences of symbols to be repeated. */
        COPY,
        /** Sequences of symbols to be reversed. */
        REVERSE,
        /** Multi30k: captions in English, German and French. */
        MULTI30K,
        /** English and French sentences of tatoeba.org. */
        TATOEBA
    }

    /**
     * The files of a split: two aligned ones, or one of pairs.
     *
     * @param source a file with a source sentence in each line
     * @param target a file with the translations, line by line
     * @param pairs instead of both, a TSV or JSON-lines file
     * @param sourceField the column (from 1) or key of the source in {@code pairs}
     * @param targetField the column or key of the target
     */
    record PairFiles(
            String source, String target, String pairs, String sourceField, String targetField) {

        static final PairFiles NONE = new PairFiles("", "", "", "1", "2");

        PairFiles {
            Require.that(
                    source.isEmpty() == target.isEmpty(),
                    "source and target go together, got source='%s', target='%s'",
                    source,
                    target);
            Require.that(
                    pairs.isEmpty() || source.isEmpty(),
                    "give either pairs or source and target, got pairs='%s', source='%s'",
                    pairs,
                    source);
        }

        boolean isEmpty() {
            return source.isEmpty() && pairs.isEmpty();
        }
    }

    /**
     * The size of the embedded corpus.
     *
     * @param trainSize the number of training pairs
     * @param seed what its sentences are drawn by
     */
    record Embedded(int trainSize, long seed) {}

    public static DataConfig defaults() {
        return new DataConfig(
                Corpus.FILES,
                "",
                "",
                "",
                PairFiles.NONE,
                PairFiles.NONE,
                PairFiles.NONE,
                new Embedded(EmbeddedCorpus.DEFAULT_TRAIN_SIZE, EmbeddedCorpus.DEFAULT_SEED),
                SymbolTaskConfig.DEFAULT);
    }
}
