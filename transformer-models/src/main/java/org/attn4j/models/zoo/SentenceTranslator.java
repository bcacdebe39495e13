package org.attn4j.models.zoo;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.attn4j.attention.ops.EngineThreads;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.generate.BatchedSearch;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.LengthBatches;
import org.attn4j.models.generate.SequenceScorer;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextReading;

/**
 * Translates text: encodes it, searches, and decodes what was found. Keeps nothing of a call, so
 * any number of threads may share it.
 */
public final class SentenceTranslator {

    /** The logits that are scored together: 128 MB of float32. */
    private static final long LOGITS_TOGETHER = 1L << 25;

    private final TransformerModel model;
    private final ModelTokenizer tokenizer;
    private final GenerationConfig generation;

    /**
     * Creates a translator.
     *
     * @param model the model
     * @param tokenizer its tokenizer
     * @param generation how to search
     */
    public SentenceTranslator(
            TransformerModel model, ModelTokenizer tokenizer, GenerationConfig generation) {
        this.model = model;
        this.tokenizer = tokenizer;
        // A target has no more places than the model knows.
        int longest = Math.min(generation.maxLength(), model.config().maxLength());
        this.generation =
                generation.withLengths(Math.min(generation.minLength(), longest - 1), longest);
    }

    /**
     * Translates sentences, in batches of like length.
     *
     * @param manager says which engine and device to use; nothing is left on it
     * @param sentences any number of sentences
     * @return for each sentence its translations, the best first, as many as the search is asked
     *     for
     * @throws IllegalArgumentException if a sentence has more tokens than the model reads
     */
    public List<List<Translation>> translate(NDManager manager, List<String> sentences) {
        return Outcome.values(outcomes(manager, sentences));
    }

    /**
     * Translates sentences, in batches of like length. One that has more tokens than the model
     * reads is refused and does not keep the others back.
     *
     * @param manager says which engine and device to use; nothing is left on it
     * @param sentences any number of sentences
     * @return for each sentence its translations, the best first, or why there are none
     */
    public List<Outcome<List<Translation>>> outcomes(NDManager manager, List<String> sentences) {
        List<TextReading> readings = new ArrayList<>();
        List<int[]> sources = new ArrayList<>(); // of those that are read
        for (String sentence : sentences) {
            int[] ids = ids(sentence);
            try {
                sources.add(checked(ids, 0));
                readings.add(TextReading.whole(ids.length));
            } catch (IllegalArgumentException e) {
                readings.add(TextReading.refused(ids.length, e.getMessage()));
            }
        }
        BatchedSearch search = new BatchedSearch(generation);
        Iterator<List<Hypothesis>> found =
                EngineThreads.compute(manager, () -> search.search(model, manager, sources))
                        .iterator();
        List<Outcome<List<Translation>>> outcomes = new ArrayList<>();
        for (TextReading reading : readings) {
            List<Translation> translations =
                    reading.refused()
                            ? null
                            : found.next().stream().map(this::translation).toList();
            outcomes.add(new Outcome<>(translations, reading));
        }
        return outcomes;
    }

    /**
     * Tells how probable the model finds given translations.
     *
     * @param manager says which engine and device to use; nothing is left on it
     * @param sentences any number of sentences
     * @param translations a translation of each
     * @return the scores of each translation's tokens and end
     * @throws IllegalArgumentException if the lists differ in length, or a text has more tokens
     *     than the model reads
     */
    public List<Hypothesis> score(
            NDManager manager, List<String> sentences, List<String> translations) {
        return Outcome.values(scores(manager, sentences, translations));
    }

    /**
     * Tells how probable the model finds given translations. A pair of which a text has more tokens
     * than the model reads does not keep the others back.
     *
     * @param manager says which engine and device to use; nothing is left on it
     * @param sentences any number of sentences
     * @param translations a translation of each
     * @return the scores of each translation's tokens and end, or why there are none
     * @throws IllegalArgumentException if the lists differ in length
     */
    public List<Outcome<Hypothesis>> scores(
            NDManager manager, List<String> sentences, List<String> translations) {
        if (sentences.size() != translations.size()) {
            throw new IllegalArgumentException(
                    "there must be a translation of each sentence, got "
                            + translations.size()
                            + " translations of "
                            + sentences.size()
                            + " sentences");
        }
        List<TextReading> readings = new ArrayList<>();
        List<Pair> pairs = new ArrayList<>(); // of those that are read
        for (int i = 0; i < sentences.size(); i++) {
            int[] read = ids(sentences.get(i));
            int[] written = tokenizer.targetIds(translations.get(i));
            try {
                pairs.add(new Pair(checked(read, 0), checked(written, 1)));
                readings.add(TextReading.whole(read.length));
            } catch (IllegalArgumentException e) {
                int longer = Math.max(read.length, written.length);
                readings.add(TextReading.refused(longer, e.getMessage()));
            }
        }
        SequenceScorer scorer = new SequenceScorer(generation);
        Iterator<Hypothesis> scored =
                LengthBatches.ofNumbers(LOGITS_TOGETHER, model.config().targetVocabularySize())
                        .compute(
                                pairs,
                                Pair::length,
                                batch ->
                                        EngineThreads.compute(
                                                manager,
                                                () ->
                                                        scorer.score(
                                                                model,
                                                                manager,
                                                                batch.stream()
                                                                        .map(Pair::source)
                                                                        .toList(),
                                                                batch.stream()
                                                                        .map(Pair::target)
                                                                        .toList())))
                        .iterator();
        return readings.stream()
                .map(it -> new Outcome<>(it.refused() ? null : scored.next(), it))
                .toList();
    }

    private record Pair(int[] source, int[] target) {

        int length() {
            return Math.max(source.length, target.length + 1);
        }
    }

    /**
     * Returns the token ids that the model reads for a sentence.
     *
     * @param sentence the sentence
     * @return its ids, with the end token where the model expects one
     * @throws IllegalArgumentException if they are more than the model reads
     */
    public int[] encode(String sentence) {
        return checked(ids(sentence), 0);
    }

    private int[] ids(String sentence) {
        int[] ids = tokenizer.ids(sentence);
        if (model.config().sourceEos()) {
            ids = Arrays.copyOf(ids, ids.length + 1);
            ids[ids.length - 1] = model.config().eosId();
        }
        return ids;
    }

    private int[] checked(int[] ids, int further) {
        int most = model.config().maxLength() - further;
        if (ids.length > most) {
            throw new IllegalArgumentException(
                    "the text has "
                            + ids.length
                            + " tokens, more than the "
                            + most
                            + " that the model reads; split it into sentences");
        }
        return ids;
    }

    private Translation translation(Hypothesis hypothesis) {
        return new Translation(tokenizer.decode(hypothesis.ids()), hypothesis);
    }
}
