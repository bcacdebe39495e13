package org.attn4j.models.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.common.Require;

/**
 * Finds continuations of prompts by the same searches that find targets of sources. Prompts of
 * different lengths are filled up at their beginning, so that they all end where the continuations
 * begin.
 */
public final class PromptSearch {

    private final GenerationConfig config;
    private final GenerationHooks hooks;

    /**
     * Creates a search.
     *
     * @param config beams, scoring, lengths, rules and ids; lengths count the tokens that are
     *     generated, without the prompt
     */
    public PromptSearch(GenerationConfig config) {
        this(config, GenerationHooks.NONE);
    }

    /**
     * Creates a search that a caller adds to.
     *
     * @param config beams, scoring, lengths, rules and ids
     * @param hooks what is added
     */
    public PromptSearch(GenerationConfig config, GenerationHooks hooks) {
        Search.of(config, hooks); // refuses hooks that do not go with it
        Require.that(
                hooks.shortlist() == null,
                "a shortlist tells how a source is translated: it goes with models that read one,"
                        + " not with those that continue a prompt");
        this.config = config;
        this.hooks = hooks;
    }

    /**
     * Continues prompts. What is found for one does not depend on the others: a model that looks at
     * the longest of a batch is asked for prompts of one length at a time.
     *
     * @param model the model
     * @param manager says which engine and device to use; nothing is left on it
     * @param prompts token ids of each prompt, at least one
     * @return for each prompt its continuations, the best first
     * @throws IllegalArgumentException if a prompt is empty
     */
    public List<List<Hypothesis>> search(
            CausalModel model, NDManager manager, List<int[]> prompts) {
        return find(model, manager, prompts.stream().map(SearchInput::of).toList());
    }

    /**
     * Continues prompts that rules may see in another form, such as filled up.
     *
     * @param model the model
     * @param manager says which engine and device to use; nothing is left on it
     * @param inputs each prompt as the source; the context is the prompt as rules see it, the same
     *     if there is none
     * @return for each prompt its continuations, the best first
     * @throws IllegalArgumentException if a prompt is empty
     */
    public List<List<Hypothesis>> find(
            CausalModel model, NDManager manager, List<SearchInput> inputs) {
        return LengthBatches.asFewAsCanBe()
                .compute(
                        IntStream.range(0, inputs.size()).boxed().toList(),
                        index -> inputs.get(index).source().length,
                        model::batchClass,
                        indices ->
                                search(
                                        hooks.of(indices.stream().mapToInt(i -> i).toArray()),
                                        model,
                                        manager,
                                        indices.stream().map(inputs::get).toList(),
                                        true));
    }

    /**
     * Continues a batch of prompts in one call, as transformers' {@code generate} does with a
     * batch: where positions scale with the length, that of the longest prompt counts for all.
     *
     * @param model the model
     * @param manager says which engine and device to use; nothing is left on it
     * @param inputs each prompt as the source
     * @return for each prompt its continuations, the best first
     * @throws IllegalArgumentException if a prompt is empty
     */
    public List<List<Hypothesis>> findInOneBatch(
            CausalModel model, NDManager manager, List<SearchInput> inputs) {
        return search(hooks, model, manager, inputs, false);
    }

    private List<List<Hypothesis>> search(
            GenerationHooks told,
            CausalModel model,
            NDManager manager,
            List<SearchInput> inputs,
            boolean apart) {
        Require.that(
                !inputs.stream().anyMatch(input -> input.source().length == 0),
                "a prompt must have at least one token, such as the one that begins texts");
        List<SearchInput> prompts =
                inputs.stream()
                        .map(it -> it.context() == null ? it.withContext(it.source()) : it)
                        .toList();
        return Search.of(config, told).find(new Continued(model, apart), manager, prompts);
    }

    /** Prompts in the index of sources. */
    private record Continued(CausalModel model, boolean decodesApart)
            implements SequenceToSequenceModel {

        @Override
        public int sourceVocabularySize() {
            return model.vocabularySize();
        }

        @Override
        public int targetVocabularySize() {
            return model.vocabularySize();
        }

        @Override
        public OptionalInt maxTargetTokens() {
            return model.maxTokens();
        }

        @Override
        public int tokensBefore(SearchInput input) {
            return input.source().length;
        }

        @Override
        public StepDecoder start(NDManager manager, NDArray sourceIds) {
            return model.start(manager, sourceIds, null);
        }

        @Override
        public StepDecoder start(NDManager manager, List<int[]> sources, int padId) {
            int length = sources.stream().mapToInt(source -> source.length).max().orElse(0);
            long[] ids = new long[Math.multiplyExact(sources.size(), length)];
            long[] seen = new long[ids.length];
            Arrays.fill(ids, padId);
            boolean padded = false;
            for (int i = 0; i < sources.size(); i++) {
                int[] source = sources.get(i);
                int from = (i + 1) * length - source.length;
                for (int j = 0; j < source.length; j++) {
                    ids[from + j] = source[j];
                    seen[from + j] = 1;
                }
                padded |= source.length < length;
            }
            Shape shape = new Shape(sources.size(), length);
            try (NDManager scratch = manager.newSubManager()) {
                NDArray visible = padded ? HostArrays.of(scratch, seen, shape) : null;
                return model.start(manager, HostArrays.of(scratch, ids, shape), visible);
            }
        }

        @Override
        public NDArray logits(
                NDArray sourceIds, NDArray decoderInputIds, AttentionObserver observer) {
            throw new UnsupportedOperationException("a prompt is continued step by step");
        }
    }
}
