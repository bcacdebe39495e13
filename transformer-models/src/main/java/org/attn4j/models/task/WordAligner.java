package org.attn4j.models.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.EngineThreads;
import org.attn4j.common.Require;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.LengthBatches;
import org.attn4j.models.generate.PaddedIds;
import org.attn4j.models.generate.SequenceToSequenceModel;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelSite;
import org.attn4j.models.tokenizer.TextWords;
import org.attn4j.models.tokenizer.TokenizedText;

/**
 * Reads from an encoder-decoder's attention which words of a source the words of a target came
 * from. The model reads both once, all tokens of the target at a time; what it looked at for a
 * token is summed over the tokens of each source word, and averaged over the tokens of each target
 * word. Several threads may use it at once.
 */
public final class WordAligner {

    /** Bounds the weights of a batch, of which each token of a target has one for each head. */
    private static final int TOKENS_TOGETHER = 1024;

    /** The step of the decoder whose look is taken for a token. */
    public enum Step {
        /** The step that predicts it, as Marian and Garg et al. (2019) take it. */
        PREDICTS,
        /** The step after, which reads it (Shift-Att of Chen et al. 2020, section 3). */
        READS
    }

    /** The step that is looked at unless one has a reason. */
    public static final Step USUAL_STEP = Step.PREDICTS;

    private final LoadedModel loaded;
    private final SequenceToSequenceModel model;
    private final SequencePairEncoder encoder;
    private final GenerationConfig config;
    private final List<String> sites;

    /**
     * Creates an aligner.
     *
     * @param generator the model and its tokenizer, which stay the caller's
     * @param request the task and the languages; the rest is not looked at
     * @throws IOException if the model's settings of generation cannot be read
     * @throws IllegalArgumentException if the model has no encoder, or its decoder shows no weights
     *     of its look at the source
     */
    public WordAligner(TextGenerator generator, GenerationRequest request) throws IOException {
        loaded = generator.model();
        encoder = new SequencePairEncoder(generator, request);
        model = (SequenceToSequenceModel) loaded.model();
        config = encoder.config();
        sites = EngineThreads.compute(loaded.manager(), this::observedSites);
        Require.that(
                !sites.isEmpty(),
                "%s shows no weights with which its decoder looks at the source, from which words"
                        + " could be aligned",
                loaded.model().architecture());
    }

    /** Asks the model for a token of a source of two, and sees where it tells weights. */
    private List<String> observedSites() {
        List<String> found = new ArrayList<>();
        int[] source = {Math.max(0, config.eosId()), Math.max(0, config.eosId())};
        run(
                List.of(source),
                List.of(new int[] {config.decoderStartId()}),
                (site, weights) -> {
                    Shape shape = weights.getShape();
                    if (isCross(site) && shape.get(shape.dimension() - 1) == source.length) {
                        found.add(site);
                    }
                });
        return found;
    }

    private static boolean isCross(String site) {
        return ModelSite.of(site).map(ModelSite::isCross).orElse(false);
    }

    /**
     * Returns how many layers of the decoder show what they look at.
     *
     * @return the number, one at least
     */
    public int layers() {
        return sites.size();
    }

    /**
     * Returns the layer that aligns best as a rule: the last but one (Garg et al. 2019), or the
     * last where there are only one or two.
     *
     * @return the layer, from 0
     */
    public int usualLayer() {
        return layers() < 3 ? layers() - 1 : layers() - 2;
    }

    /**
     * Reads something from the weights of a pair, while they are there.
     *
     * @param <T> what is read
     */
    @FunctionalInterface
    public interface Reader<T> {

        /**
         * Reads the weights of a pair.
         *
         * @param pair which pair it is, from 0
         * @param seen the weights of all layers
         * @return what is read
         */
        T read(int pair, WordAttention seen);
    }

    /** The tokens of a pair, and the words that they are of. */
    private record Row(
            int pair,
            TextWords source,
            int[] sourceIds,
            int[] sourceWords,
            TextWords target,
            int[] targetIds,
            int[] targetWords) {

        int length() {
            return Math.max(sourceIds.length, targetIds.length + 1);
        }
    }

    /**
     * Aligns targets that are given.
     *
     * @param <T> what is read from each pair's weights
     * @param sources any number of texts
     * @param targets a target of each
     * @param step which look is taken for a token
     * @param reader takes the weights of all layers
     * @return what was read of each pair
     * @throws IllegalArgumentException if the lists differ in length, or a text is longer than the
     *     model reads
     */
    public <T> List<T> align(
            List<String> sources, List<String> targets, Step step, Reader<T> reader) {
        Require.that(
                sources.size() == targets.size(),
                "there must be a target for each source, got %s targets for %s sources",
                targets.size(),
                sources.size());
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            TextWords target = TextWords.of(targets.get(i));
            TokenizedText tokens = encoder.free(targets.get(i));
            int[] forced = forced();
            rows.add(
                    row(
                            i,
                            sources.get(i),
                            0,
                            target,
                            concat(forced, SequencePairEncoder.ids(tokens.ids())),
                            concat(nowhere(forced.length), target.of(tokens, 0))));
        }
        return read(rows, step, sites, reader);
    }

    /**
     * Aligns a text with what was generated for it.
     *
     * @param sources any number of texts
     * @param generated what was generated for each; of a text that was cut, the part that was read
     *     is aligned
     * @param layer the layer of the decoder, from 0
     * @param step which look is taken for a token
     * @return the mean of the layer's heads, for each text
     * @throws IllegalArgumentException if the lists differ in length, or there is no such layer
     */
    public List<SoftAlignment> align(
            List<String> sources, List<GeneratedText> generated, int layer, Step step) {
        Require.that(
                sources.size() == generated.size(),
                "there must be a target for each source, got %s targets for %s sources",
                generated.size(),
                sources.size());
        requireLayer(layer);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            GeneratedText found = generated.get(i);
            TextWords target = TextWords.of(found.text());
            int[] ids = found.hypothesis().ids();
            rows.add(
                    row(
                            i,
                            sources.get(i),
                            found.reading().cut() ? found.reading().read() : 0,
                            target,
                            ids,
                            encoder.tokenizer().words(ids, target)));
        }
        return read(rows, step, List.of(sites.get(layer)), (pair, seen) -> seen.layer(0));
    }

    /**
     * Checks the number of a layer.
     *
     * @param layer the layer, from 0
     * @throws IllegalArgumentException if there is no such layer
     */
    public void requireLayer(int layer) {
        Require.that(
                layer >= 0 && layer < layers(),
                "the layer must be from 0 to %s, as the model's decoder shows %s, got %s",
                layers() - 1,
                layers() == 1 ? "one" : layers(),
                layer);
    }

    private Row row(int pair, String text, int most, TextWords target, int[] ids, int[] words) {
        TextWords source = TextWords.of(text);
        TokenizedText tokens = encoder.sourceTokens(text, most);
        return new Row(
                pair,
                source,
                SequencePairEncoder.ids(tokens.ids()),
                source.of(tokens, encoder.before().length()),
                target,
                ids,
                words);
    }

    /** The token that every target begins with. */
    private int[] forced() {
        return config.forcedBosId() < 0 ? new int[0] : new int[] {config.forcedBosId()};
    }

    private static int[] nowhere(int tokens) {
        int[] words = new int[tokens];
        Arrays.fill(words, -1);
        return words;
    }

    private static int[] concat(int[] first, int[] second) {
        return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
    }

    private <T> List<T> read(List<Row> rows, Step step, List<String> wanted, Reader<T> reader) {
        long logits = TextScorer.LOGITS_TOGETHER / model.targetVocabularySize();
        return new LengthBatches(Math.max(1, Math.min(TOKENS_TOGETHER, logits)))
                .compute(
                        rows,
                        Row::length,
                        batch ->
                                EngineThreads.compute(
                                        loaded.manager(),
                                        () -> readBatch(batch, step, wanted, reader)));
    }

    private <T> List<T> readBatch(
            List<Row> batch, Step step, List<String> wanted, Reader<T> reader) {
        List<int[]> inputs = batch.stream().map(row -> inputs(row, step)).toList();
        Map<String, Weights> seen = new LinkedHashMap<>();
        run(
                batch.stream().map(Row::sourceIds).toList(),
                inputs,
                (site, weights) -> {
                    if (wanted.contains(site)) {
                        seen.put(site, Weights.of(weights));
                    }
                });
        return IntStream.range(0, batch.size())
                .mapToObj(
                        i ->
                                reader.read(
                                        batch.get(i).pair(),
                                        words(
                                                batch.get(i),
                                                i,
                                                step,
                                                inputs.get(i).length,
                                                wanted.stream().map(seen::get).toList())))
                .toList();
    }

    /** What the decoder reads: the start, and the target as far as its looks are wanted. */
    private int[] inputs(Row row, Step step) {
        int count = row.targetIds().length + (step == Step.READS ? 1 : 0);
        int[] all = concat(new int[] {config.decoderStartId()}, row.targetIds());
        OptionalInt most = model.maxTargetTokens();
        return Arrays.copyOf(all, Math.max(1, Math.min(count, most.orElse(count))));
    }

    private void run(List<int[]> sources, List<int[]> inputs, AttentionObserver observer) {
        try (NDManager manager = loaded.manager().newSubManager()) {
            model.logits(
                    PaddedIds.of(manager, sources, config.padId()), // (B, S)
                    PaddedIds.of(manager, inputs, config.padId()), // (B, T)
                    observer);
        }
    }

    /** The weights of one layer in Java's memory. */
    private record Weights(float[] values, int heads, int steps, int tokens) {

        static Weights of(NDArray weights) { // (B, N, T, S)
            Shape shape = weights.getShape();
            return new Weights(
                    weights.toType(DataType.FLOAT32, false).toFloatArray(),
                    Math.toIntExact(shape.get(1)),
                    Math.toIntExact(shape.get(2)),
                    Math.toIntExact(shape.get(3)));
        }

        /** The weights of some steps, a row of tokens for each. */
        float[][] rows(int row, int head, int first, int end) {
            float[][] rows = new float[Math.max(0, end - first)][];
            for (int i = 0; i < rows.length; i++) {
                int from = ((row * heads + head) * steps + first + i) * tokens;
                rows[i] = Arrays.copyOfRange(values, from, from + tokens);
            }
            return rows;
        }
    }

    private static WordAttention words(
            Row row, int index, Step step, int steps, List<Weights> layers) {
        int first = step == Step.READS ? 1 : 0;
        List<List<SoftAlignment>> all = new ArrayList<>();
        for (Weights layer : layers) {
            List<SoftAlignment> heads = new ArrayList<>();
            for (int head = 0; head < layer.heads(); head++) {
                heads.add(
                        SoftAlignment.ofTokens(
                                layer.rows(index, head, first, steps),
                                row.targetWords(),
                                row.target().size(),
                                row.sourceWords(),
                                row.source().size()));
            }
            all.add(heads);
        }
        return new WordAttention(row.source(), row.target(), all);
    }
}
