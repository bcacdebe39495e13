package org.attn4j.models.task;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.attn4j.attention.ops.EngineThreads;
import org.attn4j.common.Require;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.LengthBatches;
import org.attn4j.models.generate.SequenceScorer;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.model.Generation;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextReading;

/**
 * Tells how probable an encoder-decoder model finds targets that are given, such as translations.
 * Several threads may use it at once.
 */
public final class TextScorer {

    /** The logits that are scored together: 128 MB of float32. */
    private static final long LOGITS_TOGETHER = 1L << 25;

    private static final EncodeOptions BARE = EncodeOptions.DEFAULT.withoutSpecialTokens();

    private final LoadedModel loaded;
    private final SequenceToSequenceModel model;
    private final ModelTokenizer tokenizer;
    private final GenerationConfig config;

    /**
     * Creates a scorer.
     *
     * @param generator the model and its tokenizer, which stay the caller's
     * @throws IOException if the model's settings of generation cannot be read
     * @throws IllegalArgumentException if the model has no encoder
     */
    public TextScorer(TextGenerator generator) throws IOException {
        loaded = generator.model();
        tokenizer = generator.tokenizer();
        Require.that(
                generator.isEncoderDecoder(),
                "%s goes on with texts rather than read one and write another: it scores no targets",
                loaded.model().architecture());
        model = (SequenceToSequenceModel) loaded.model();
        config = new Generation(loaded, Map.of(), Generation.TEXT_SETTINGS).config(1);
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
                            ids(tokenizer.encode(sources.get(i)).ids()),
                            ids(tokenizer.encodeTarget(targets.get(i), BARE).ids()));
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
        int target = pair.target().length + 1;
        int room = model.maxTargetTokens().orElse(target);
        Require.that(
                target <= room,
                "the target has %s tokens and a start, but the model has positions for %s: shorten it",
                target - 1,
                room);
    }

    private static int[] ids(long[] ids) {
        return LongStream.of(ids).mapToInt(Math::toIntExact).toArray();
    }
}
