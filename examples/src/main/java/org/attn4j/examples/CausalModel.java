package org.attn4j.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.attn4j.attention.Attention;
import org.attn4j.attention.AttentionInputs;
import org.attn4j.attention.cache.KeyValueCache;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.TokenEmbedding;

/** A small language model: layers of masked self-attention, of any mechanism. */
final class CausalModel extends AbstractBlock {

    private static final byte VERSION = 1;

    private final TokenEmbedding embedding;
    private final List<Layer> layers = new ArrayList<>();
    private final LayerNorm norm;
    private final LinearBlock output;
    private final int modelSize;
    private final int vocabularySize;

    private record Layer(
            Attention attention, LayerNorm before, FeedForward inner, LayerNorm then) {}

    /**
     * Creates a model.
     *
     * @param vocabularySize V
     * @param modelSize D
     * @param count the number of layers
     * @param attention makes the attention of a layer
     */
    CausalModel(int vocabularySize, int modelSize, int count, IntFunction<Attention> attention) {
        super(VERSION);
        this.modelSize = modelSize;
        this.vocabularySize = vocabularySize;
        embedding = addChildBlock("embedding", new TokenEmbedding(vocabularySize, modelSize));
        for (int i = 0; i < count; i++) {
            layers.add(
                    new Layer(
                            addChildBlock("attention_" + i, attention.apply(i)),
                            addChildBlock("attention_norm_" + i, new LayerNorm(modelSize, 1e-5)),
                            addChildBlock("feed_forward_" + i, feedForward(modelSize)),
                            addChildBlock(
                                    "feed_forward_norm_" + i, new LayerNorm(modelSize, 1e-5))));
        }
        norm = addChildBlock("norm", new LayerNorm(modelSize, 1e-5));
        output = addChildBlock("output", LinearBlock.of(vocabularySize, true));
    }

    private static FeedForward feedForward(int modelSize) {
        return new FeedForward(modelSize, 2 * modelSize, Activation.RELU, 0);
    }

    /**
     * Scores the next token after each position.
     *
     * @param parameters where the parameters are found
     * @param ids (B, T)
     * @param caches one for each layer; null for none
     * @param observer is told the weights of each layer, by its number; null for nobody
     * @param training whether this is a training pass
     * @return (B, T, V)
     */
    NDArray logits(
            ParameterStore parameters,
            NDArray ids,
            List<KeyValueCache> caches,
            AttentionObserver observer,
            boolean training) {
        NDArray x = apply(embedding, parameters, ids, training); // (B, T, D)
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            AttentionInputs inputs =
                    AttentionInputs.self(apply(layer.before(), parameters, x, training))
                            .withMask(AttentionMask.causal())
                            .withCache(caches == null ? null : caches.get(i))
                            .withObserver(observer == null ? null : observer.at("" + i));
            x = x.add(layer.attention().attend(parameters, inputs, training).context());
            NDArray normed = apply(layer.then(), parameters, x, training);
            x = x.add(apply(layer.inner(), parameters, normed, training));
        }
        return apply(output, parameters, apply(norm, parameters, x, training), training);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(logits(parameters, inputs.singletonOrThrow(), null, null, training));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        for (Block child : getChildren().values()) {
            boolean ids = child == embedding;
            child.initialize(manager, dataType, ids ? new Shape(1, 1) : new Shape(1, 1, modelSize));
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(vocabularySize)};
    }

    private static NDArray apply(
            Block block, ParameterStore parameters, NDArray x, boolean training) {
        return block.forward(parameters, new NDList(x), training).singletonOrThrow();
    }
}
