package org.attn4j.models.task;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.attn4j.attention.ops.EngineThreads;
import org.attn4j.common.Require;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.LengthBatches;
import org.attn4j.models.generate.SequenceScorer;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.tokenizer.TextReading;

/**
 * Tells how probable an encoder-decoder model finds targets that are given, such as translations.
 * Several threads may use it at once.
 */
public final class TextScorer {

    /** The logits that are scored together: 128 MB of float32. */
    static final long LOGITS_TOGETHER = 1L << 25;

    private final LoadedModel loaded;
    private final SequenceToSequenceModel model;
    private final SequencePairEncoder encoder;
    private final GenerationConfig config;

    /**
     * Creates a scorer.
     *
     * @param generator the model and its tokenizer, which stay the caller's
     * @throws IOException if the model's settings of generation cannot be read
     * @throws IllegalArgumentException if the model has no encoder
     */
    public TextScorer(TextGenerator generator) throws IOException {
        this(generator, GenerationRequest.DEFAULT);
    }

    /**
     * Creates a scorer.
     *
     * @param generator the model and its tokenizer, which stay the caller's
     * @param request the task and the languages; the rest is not looked at
     * @throws IOException if the model's settings of generation cannot be read
     * @throws IllegalArgumentException if the model has no encoder, or no such languages
     */
    public TextScorer(TextGenerator generator, GenerationRequest request) throws IOException {
        loaded = generator.model();
        Require.that(
                generator.isEncoderDecoder(),
                "%s goes on with texts rather than read one and write another: it scores no"
                        + " targets",
                loaded.model().architecture());
        model = (SequenceToSequenceModel) loaded.model();
        encoder = new SequencePairEncoder(generator, request);
        config = encoder.config();
    }

    /** The tokens of a source and of its target. */
    private record Pair(int[] source, int[] target) {

        int length() {
            return Math.max(source.length, target.length + 1);
        }
    }

    /**
     * Scores a target for each source, in batches of like length. A pair of which a text has more
     * tokens than the model reads does not keep the others back.
     *
     * @param sources any number of texts
     * @param targets a target of each
     * @return the log-probabilities of each target's tokens and end, or why there are none
     * @throws IllegalArgumentException if the lists differ in length
     */
    public List<Outcome<Hypothesis>> score(List<String> sources, List<String> targets) {
        Require.that(
                sources.size() == targets.size(),
                "there must be a target for each source, got %s targets for %s sources",
                targets.size(),
                sources.size());
        List<TextReading> readings = new ArrayList<>();
        List<Pair> pairs = new ArrayList<>(); // of those that are read
        for (int i = 0; i < sources.size(); i++) {
            Pair pair =
                    new Pair(
                            encoder.source(sources.get(i), 0),
                            SequencePairEncoder.ids(encoder.free(targets.get(i)).ids()));
            try {
                requireRoom(pair);
                pairs.add(pair);
                readings.add(TextReading.whole(pair.source().length));
            } catch (IllegalArgumentException e) {
                int longer = Math.max(pair.source().length, pair.target().length);
                readings.add(TextReading.refused(longer, e.getMessage()));
            }
        }
        Iterator<Hypothesis> scored =
                LengthBatches.ofNumbers(LOGITS_TOGETHER, model.targetVocabularySize())
                        .compute(pairs, Pair::length, this::scored)
                        .iterator();
        return readings.stream()
                .map(it -> new Outcome<>(it.refused() ? null : scored.next(), it))
                .toList();
    }

    private List<Hypothesis> scored(List<Pair> batch) {
        NDManager manager = loaded.manager();
        return EngineThreads.compute(
                manager,
                () ->
                        new SequenceScorer(config)
                                .score(
                                        model,
                                        manager,
                                        batch.stream().map(Pair::source).toList(),
                                        batch.stream().map(Pair::target).toList()));
    }

    private void requireRoom(Pair pair) {
        int source = pair.source().length;
        int most = loaded.model().maxTokens().orElse(source);
        Require.that(
                source <= most,
                "the text has %s tokens, but the model has positions for %s: shorten it",
                source,
                most);
        int target = pair.target().length + (config.forcedBosId() < 0 ? 1 : 2);
        int room = model.maxTargetTokens().orElse(target);
        Require.that(
                target <= room,
                "the target has %s tokens and a start, but the model has positions for %s: shorten"
                        + " it",
                target - 1,
                room);
    }
}
