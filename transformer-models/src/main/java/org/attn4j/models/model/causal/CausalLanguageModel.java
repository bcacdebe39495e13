package org.attn4j.models.model.causal;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.generate.BranchingStepDecoder;
import org.attn4j.models.generate.CausalModel;
import org.attn4j.models.generate.SourceRows;
import org.attn4j.models.generate.StepDecoder;
import org.attn4j.models.layer.DecoderCache;
import org.attn4j.models.layer.TokenInput;
import org.attn4j.models.model.head.ModelWithHead;

/** A decoder-only model that predicts the next token, and so continues prompts. */
final class CausalLanguageModel extends ModelWithHead implements CausalModel {

    private final DecoderOnlyModel model;
    private final LanguageHead head;
    private final Branches network = new Branches();

    private CausalLanguageModel(
            String architecture,
            DecoderOnlyModel model,
            LanguageHead head,
            WeightTable weights,
            double initializerRange) {
        super(architecture, model, head, weights, initializerRange);
        this.model = model;
        this.head = head;
    }

    static CausalLanguageModel of(String architecture, CausalFamily.Body body) {
        return new CausalLanguageModel(
                architecture,
                body.model(),
                new LanguageHead(body.model().tokens(), body.tied()),
                body.weights().build(),
                body.initializerRange());
    }

    @Override
    public StepDecoder start(NDManager manager, NDArray promptIds, NDArray visible) {
        if (!model.branches()) {
            return new CausalStepDecoder(model, head, manager, promptIds, visible);
        }
        NDManager own = manager.newSubManager();
        try {
            List<int[]> prompts = prompts(promptIds, visible);
            return new BranchingStepDecoder(
                    own, network, model.layers().newCache(own), null, prompts);
        } catch (RuntimeException e) {
            own.close();
            throw e;
        }
    }

    /** Without what they are filled up with. */
    private static List<int[]> prompts(NDArray ids, NDArray visible) {
        int length = Math.toIntExact(ids.getShape().get(1));
        long[] all = ids.toLongArray();
        Number[] seen = visible == null ? null : visible.toArray();
        List<int[]> prompts = new ArrayList<>();
        for (int from = 0; from < all.length; from += length) {
            prompts.add(
                    IntStream.range(from, from + length)
                            .filter(i -> seen == null || seen[i].intValue() != 0)
                            .map(i -> Math.toIntExact(all[i]))
                            .toArray());
        }
        return prompts;
    }

    /** The model, for continuations that share rows. */
    private final class Branches implements BranchingStepDecoder.Network {

        @Override
        public NDArray states(
                ParameterStore parameters,
                BranchingStepDecoder.Tokens tokens,
                SourceRows sources,
                DecoderCache cache) {
            CausalInputs in =
                    new CausalInputs(
                            TokenInput.of(tokens.ids()),
                            null,
                            tokens.positions(),
                            tokens.visible(),
                            cache,
                            null);
            return model.forward(parameters, in, false); // (B, T, D)
        }

        @Override
        public NDArray logits(ParameterStore parameters, NDArray states) {
            return head.project(parameters, states, false); // (R, V)
        }

        @Override
        public void requirePositions(int tokens) {
            model.requirePositions(tokens);
        }
    }

    @Override
    public int vocabularySize() {
        return Math.toIntExact(model.tokens().vocabularySize());
    }
}
