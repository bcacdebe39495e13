package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.attention.capture.AttentionObserver;

/** A model that reads a source sequence and predicts a target sequence token by token. */
public interface SequenceToSequenceModel {

    /**
     * Reads the sources and prepares to decode, with one row for each source.
     *
     * @param manager where everything lives that the decoder keeps between steps
     * @param sourceIds (B, S) int64, short rows filled up with the model's padding id
     * @return a decoder whose row i belongs to source i
     */
    StepDecoder start(NDManager manager, NDArray sourceIds);

    /**
     * Reads the sources and prepares to decode, with one row for each source.
     *
     * @param manager where everything lives that the decoder keeps between steps
     * @param sources token ids of each source
     * @param padId what short sources are filled up with
     * @return a decoder whose row i belongs to source i
     */
    default StepDecoder start(NDManager manager, List<int[]> sources, int padId) {
        return start(manager, PaddedIds.of(manager, sources, padId));
    }

    /**
     * Returns how many tokens a source can be of.
     *
     * @return the number of ids that the model reads
     */
    int sourceVocabularySize();

    /**
     * Returns how many tokens there are to choose from.
     *
     * @return V
     */
    int targetVocabularySize();

    /**
     * Returns how many tokens the decoder has positions for, the start token among them.
     *
     * @return the number; empty if there is no limit
     */
    default OptionalInt maxTargetTokens() {
        return OptionalInt.empty();
    }

    /**
     * Returns how many tokens the decoder reads before it gives the first that is generated.
     *
     * @param input what a target is generated from
     * @return the number: a start token and the decoder's prompt, unless a model says otherwise
     */
    default int tokensBefore(SearchInput input) {
        return 1 + input.prompt().length;
    }

    /**
     * Returns whether a source gives the same whatever stands beside it, so that any number of them
     * may be decoded together.
     *
     * @return true, unless those that are given together must be one batch
     */
    default boolean decodesApart() {
        return true;
    }

    /**
     * Predicts every position of given targets at once.
     *
     * @param sourceIds (B, S) int64
     * @param decoderInputIds (B, T) int64: the start token, then the target without its end token
     * @param observer receives the attention weights, or null
     * @return logits (B, T, V), on the manager of {@code decoderInputIds}
     */
    NDArray logits(NDArray sourceIds, NDArray decoderInputIds, AttentionObserver observer);
}
