package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/** Tells how probable a model finds targets that are given. */
public final class SequenceScorer {

    private final GenerationConfig config;

    /**
     * Creates a scorer.
     *
     * @param config the ids of pad, start and end tokens, and the length penalty
     */
    public SequenceScorer(GenerationConfig config) {
        this.config = config;
    }

    /**
     * Scores a target for each source. What every target begins with by force counts for nothing.
     *
     * @param model the model
     * @param manager says which engine and device to use; nothing is left on it
     * @param sources token ids of each source, an end token included where the model expects one
     * @param targets token ids of each target, without start and end token
     * @return the targets as finished hypotheses, with the log-probability of each token and of the
     *     end token
     * @throws IllegalArgumentException if the lists differ in length
     */
    public List<Hypothesis> score(
            SequenceToSequenceModel model,
            NDManager manager,
            List<int[]> sources,
            List<int[]> targets) {
        Require.that(
                sources.size() == targets.size(),
                "there must be a target for each source, got %s targets for %s sources",
                targets.size(),
                sources.size());
        if (sources.isEmpty()) {
            return List.of();
        }
        float[] logProbabilities = logProbabilities(model, manager, sources, targets);
        int length = logProbabilities.length / targets.size();
        List<Hypothesis> scored = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            int from = i * length;
            int[] ids = targets.get(i);
            scored.add(
                    scored(ids, Arrays.copyOfRange(logProbabilities, from, from + ids.length + 1)));
        }
        return scored;
    }

    private Hypothesis scored(int[] ids, float[] tokenLogProbabilities) {
        double sum = 0;
        for (float value : tokenLogProbabilities) {
            sum += value;
        }
        double score = config.score(sum, tokenLogProbabilities.length);
        return new Hypothesis(
                ids.clone(),
                config.eosId(),
                FinishReason.END_TOKEN,
                sum,
                score,
                tokenLogProbabilities);
    }

    /** The log-probability of each target token and the end token, (B, T), row after row. */
    private float[] logProbabilities(
            SequenceToSequenceModel model,
            NDManager parent,
            List<int[]> sources,
            List<int[]> targets) {
        List<int[]> inputs = targets.stream().map(this::withStart).toList();
        List<int[]> labels = targets.stream().map(this::withEnd).toList();
        int forced = starts().length - 1;
        try (NDManager manager = parent.newSubManager()) {
            NDArray sourceIds = PaddedIds.of(manager, sources, config.padId()); // (B, S)
            NDArray inputIds = PaddedIds.of(manager, inputs, config.padId()); // (B, T)
            NDArray labelIds = PaddedIds.of(manager, labels, config.padId()); // (B, T)
            NDArray logits = model.logits(sourceIds, inputIds, null); // (B, F + T, V)
            if (forced > 0) {
                logits = logits.get(new NDIndex(":, {}:", forced)); // (B, T, V)
            }
            long vocabularySize = logits.getShape().get(2);
            NDArray all =
                    logits.toType(DataType.FLOAT32, false)
                            .logSoftmax(-1)
                            .reshape(-1, vocabularySize); // (B T, V)
            NDIndex picked = new NDIndex(":").addPickDim(labelIds.reshape(-1, 1));
            return all.get(picked).toFloatArray();
        }
    }

    private int[] withStart(int[] target) {
        return IntStream.concat(IntStream.of(starts()), IntStream.of(target)).toArray();
    }

    /** What the decoder reads before the first token that it is free to choose. */
    private int[] starts() {
        return config.forcedBosId() < 0
                ? new int[] {config.decoderStartId()}
                : new int[] {config.decoderStartId(), config.forcedBosId()};
    }

    private int[] withEnd(int[] target) {
        int[] ids = Arrays.copyOf(target, target.length + 1);
        ids[target.length] = config.eosId();
        return ids;
    }
}
