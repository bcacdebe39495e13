package org.attn4j.models.family.opt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.attn4j.attention.mask.AttentionMask;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.norm.LayerNorm;
import org.attn4j.attention.ops.LinearBlock;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.position.LearnedPositions;
import org.attn4j.models.layer.FeedForward;
import org.attn4j.models.layer.LayerInputs;
import org.attn4j.models.layer.LayerLayout;
import org.attn4j.models.layer.Layers;
import org.attn4j.models.layer.NormOrder;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TransformerLayer;
import org.attn4j.models.layer.TransformerStack;
import org.attn4j.models.model.causal.CausalInputs;
import org.attn4j.models.model.causal.DecoderOnlyModel;

/**
 * OPT without its head. Takes {@code input_ids}, {@code attention_mask} (all seen by default) and
 * {@code position_ids}, all (B, T), and gives states (B, T, E). Unless it is given, the position of
 * a token is how many are seen before it; padding has the position -1, and the table of positions
 * begins with -2.
 */
public final class OptModel extends DecoderOnlyModel {

    private static final double EPSILON = 1e-5;
    private static final int OFFSET = 2;

    private final OptConfig config;
    private final TokenEmbedding tokens;
    private final LinearBlock projectIn; // null where E = D
    private final LearnedPositions positions;
    private final TransformerStack layers;
    private final LayerNorm norm; // null for none
    private final LinearBlock projectOut; // null where E = D

    /**
     * Creates the model.
     *
     * @param config the hyperparameters
     */
    public OptModel(OptConfig config) {
        super(
                List.of("input_ids", "attention_mask", "position_ids"),
                config.hiddenSize(),
                config.maxPositions());
        this.config = config;
        tokens =
                addChildBlock(
                        "embed_tokens",
                        new TokenEmbedding(config.vocabularySize(), config.embeddingSize()));
        projectIn =
                config.projected()
                        ? addChildBlock("project_in", linear(config.hiddenSize()))
                        : null;
        positions =
                addChildBlock(
                        "embed_positions",
                        new LearnedPositions(config.maxPositions(), config.hiddenSize(), OFFSET));
        layers =
                addChildBlock(
                        "layers", TransformerStack.of(config.layers(), i -> layer(config, i)));
        norm = config.finalNorm() ? addChildBlock("norm", norm(config)) : null;
        projectOut =
                config.projected()
                        ? addChildBlock("project_out", linear(config.embeddingSize()))
                        : null;
    }

    @Override
    public NDArray forward(ParameterStore parameters, CausalInputs in, boolean training) {
        CausalInputs located = in.positions() == null ? in.withPositions(counted(in)) : in;
        LayerInputs seen = located.forLayers(AttentionMask.none());
        NDArray x = tokens.embed(parameters, in.words(), training); // (B, T, E)
        x = applyIf(projectIn, parameters, x, training); // (B, T, D)
        x = x.add(Layers.apply(positions, parameters, located.positions(), training));
        x = layers.forward(parameters, x, seen, training); // (B, T, D)
        x = applyIf(norm, parameters, x, training); // (B, T, D)
        x = applyIf(projectOut, parameters, x, training); // (B, T, E)
        return layers.tellLast(seen, x);
    }

    /** How many tokens are seen before each, (B, T); -1 for padding. */
    private static NDArray counted(CausalInputs in) {
        NDArray seen = in.seen(); // (B, S)
        NDArray all = Scalars.subtract(seen.cumSum(1).mul(seen), 1); // (B, S)
        long before = all.getShape().get(1) - in.words().shape().get(1);
        return all.get(":, {}:", before);
    }

    private static NDArray applyIf(
            Block block, ParameterStore parameters, NDArray x, boolean training) {
        return block == null ? x : Layers.apply(block, parameters, x, training);
    }

    private static TransformerLayer layer(OptConfig config, int layer) {
        MultiHeadAttention attention =
                MultiHeadAttention.builder()
                        .setModelSize(config.hiddenSize())
                        .setHeads(config.heads())
                        .optBias(config.bias())
                        .optDropout(config.attentionDropout())
                        .optPrunedHeads(config.prunedHeads().at(layer))
                        .build();
        return new TransformerLayer(
                attention,
                new FeedForward(
                        config.hiddenSize(),
                        config.innerSize(),
                        config.activation(),
                        false,
                        config.bias(),
                        0),
                LayerLayout.of(
                        () -> norm(config),
                        config.normBefore() ? NormOrder.PRE : NormOrder.POST,
                        config.dropout()));
    }

    private static LayerNorm norm(OptConfig config) {
        return new LayerNorm(config.hiddenSize(), EPSILON, config.affineNorms());
    }

    private static LinearBlock linear(int units) {
        return LinearBlock.of(units, false);
    }

    @Override
    public int outputSize() {
        return config.embeddingSize();
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        if (projectIn != null) {
            projectIn.initialize(manager, dataType, new Shape(1, 1, config.embeddingSize()));
        }
        super.initializeChildBlocks(manager, dataType, inputShapes);
    }

    @Override
    public TokenEmbedding tokens() {
        return tokens;
    }

    @Override
    protected TransformerStack layers() {
        return layers;
    }
}
