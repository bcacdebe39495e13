package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Objects;
import java.util.OptionalInt;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.ops.Temporaries;
import org.attn4j.attention.position.LearnedPositions;
import org.attn4j.attention.position.SinusoidalPositions;
import org.attn4j.common.Require;

/**
 * What a stack of layers starts from: {@code projection(dropout(norm(scale · token + type +
 * position)))}, each of the parts optional but the token (Vaswani et al. 2017, §3.4 and §3.5;
 * Devlin et al. 2019, §3, for the types; Lan et al. 2020, §3.1, for the projection of small
 * embeddings to the model's size).
 */
public final class Embeddings extends AbstractBlock implements TokenVectors {

    private static final byte VERSION = 1;

    private final TokenEmbedding tokens;
    private final double scale;
    private final boolean scalesGiven;
    private final SinusoidalPositions sinusoidal; // null for none
    private final LearnedPositions learned; // null for none
    private final TokenEmbedding types; // null for none
    private final Block norm; // null for none
    private final Block projection; // null for none
    private final float dropout;
    private final int maxLength; // 0 for no limit

    private Embeddings(Builder builder) {
        super(VERSION);
        tokens = builder.shared ? builder.tokens : addChildBlock("embed_tokens", builder.tokens);
        scale = builder.scale;
        scalesGiven = builder.scalesGiven;
        sinusoidal = builder.sinusoidal;
        learned =
                builder.learned == null ? null : addChildBlock("embed_positions", builder.learned);
        types = builder.types == null ? null : addChildBlock("embed_token_types", builder.types);
        norm = builder.norm == null ? null : addChildBlock("layernorm_embedding", builder.norm);
        projection =
                builder.projection == null
                        ? null
                        : addChildBlock("embed_projection", builder.projection);
        dropout = Require.rate("dropout", builder.dropout);
        maxLength = learned == null ? builder.maxLength : learned.maxLength();
    }

    /**
     * Creates a builder.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns how many tokens of a sequence there are positions for.
     *
     * @return the number; empty if there is no limit
     */
    public OptionalInt maxLength() {
        return maxLength == 0 ? OptionalInt.empty() : OptionalInt.of(maxLength);
    }

    /**
     * Embeds tokens.
     *
     * @param parameters where the parameters are found
     * @param ids (B, T) int64
     * @param first the position of the first token, more than 0 if others went before it
     * @param training whether dropout applies
     * @return (B, T, D)
     */
    public NDArray embed(ParameterStore parameters, NDArray ids, long first, boolean training) {
        return embed(parameters, EmbeddingInputs.of(ids, first), training);
    }

    /**
     * Embeds tokens with their types and positions.
     *
     * @param parameters where the parameters are found
     * @param in the tokens
     * @param training whether dropout applies
     * @return (B, T, D)
     */
    public NDArray embed(ParameterStore parameters, EmbeddingInputs in, boolean training) {
        NDArray ids = in.tokens().ids();
        if (ids == null) {
            return sum(parameters, in, training); // maybe what is given, which must not be freed
        }
        // The table may be another block's child.
        NDArray table = parameters.getValue(tokens.weight(), ids.getDevice(), training);
        return Temporaries.of(this, parameters, training, ids, table)
                .of(() -> sum(parameters, in, training));
    }

    @Override
    public long vocabularySize() {
        return tokens.vocabularySize();
    }

    @Override
    public NDArray lookUp(ParameterStore parameters, NDArray ids, boolean training) {
        NDArray x = tokens.lookUp(parameters, ids, training);
        return scale == 1 || scalesGiven ? x : Scalars.multiply(x, scale);
    }

    private NDArray sum(ParameterStore parameters, EmbeddingInputs in, boolean training) {
        boolean looksUp = in.tokens().ids() != null;
        NDArray x = tokens.embed(parameters, in.tokens(), training); // (B, T, D)
        if (scale != 1 && (looksUp || scalesGiven)) {
            x = Scalars.multiply(x, scale);
        }
        if (types != null) {
            NDArray typeIds =
                    in.tokenTypes() == null
                            ? in.tokens().manager().zeros(in.tokens().shape(), DataType.INT64)
                            : in.tokenTypes();
            x = x.add(Layers.apply(types, parameters, typeIds, training));
        }
        NDArray positions = positions(parameters, in, training); // (T, D) or (B, T, D)
        if (positions != null) {
            x = x.add(positions);
        }
        if (norm != null) {
            x = Layers.apply(norm, parameters, x, training);
        }
        x = Layers.dropout(x, dropout, training);
        return projection == null ? x : Layers.apply(projection, parameters, x, training);
    }

    private NDArray positions(ParameterStore parameters, EmbeddingInputs in, boolean training) {
        NDManager manager = in.tokens().manager();
        long count = in.tokens().shape().get(1);
        if (sinusoidal != null) {
            if (in.positions() != null) {
                return sinusoidal.encode(manager, in.positions());
            }
            requirePositions(in.first() + count);
            return sinusoidal.encode(manager, in.first(), count);
        }
        if (learned == null) {
            return null;
        }
        return in.positions() == null
                ? learned.encode(parameters, manager, in.first(), count, training)
                : Layers.apply(learned, parameters, in.positions(), training);
    }

    private void requirePositions(long count) {
        Require.that(
                maxLength <= 0 || count <= maxLength,
                "there are positions for %s tokens, but the sequence has %s: shorten it",
                maxLength,
                count);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Takes token ids (B, T) and gives (B, T, D).
     */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(embed(parameters, inputs.singletonOrThrow(), 0, training));
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape vectors = tokens.getOutputShapes(inputShapes)[0];
        for (Block child : getChildren().values()) {
            boolean afterwards = child == norm || child == projection;
            child.initialize(manager, dataType, afterwards ? vectors : inputShapes[0]);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape[] vectors = tokens.getOutputShapes(inputShapes);
        return projection == null ? vectors : projection.getOutputShapes(vectors);
    }

    /** Builds {@link Embeddings}. */
    public static final class Builder {

        private TokenEmbedding tokens;
        private boolean shared;
        private double scale = 1;
        private boolean scalesGiven;
        private SinusoidalPositions sinusoidal;
        private LearnedPositions learned;
        private TokenEmbedding types;
        private Block norm;
        private Block projection;
        private float dropout;
        private int maxLength;

        Builder() {}

        /**
         * Sets the token embedding.
         *
         * @param tokens a block that becomes a child of the embeddings
         * @return this builder
         */
        public Builder setTokens(TokenEmbedding tokens) {
            this.tokens = tokens;
            shared = false;
            return this;
        }

        /**
         * Sets a token embedding that is another block's child, and is listed and saved there.
         *
         * @param tokens the embedding
         * @return this builder
         */
        public Builder setSharedTokens(TokenEmbedding tokens) {
            this.tokens = tokens;
            shared = true;
            return this;
        }

        /**
         * Sets what token vectors are multiplied by when they are looked up.
         *
         * @param scale the factor, √D in the paper; 1 by default
         * @return this builder
         */
        public Builder optScale(double scale) {
            this.scale = scale;
            return this;
        }

        /**
         * Sets whether vectors that are given in place of ids are multiplied too, as Big Bird's
         * are.
         *
         * @param scalesGiven false, the default, takes them as they are, as BART does
         * @return this builder
         */
        public Builder optScalesGiven(boolean scalesGiven) {
            this.scalesGiven = scalesGiven;
            return this;
        }

        /**
         * Sets fixed positions.
         *
         * @param sinusoidal the positions; none by default
         * @return this builder
         */
        public Builder optSinusoidal(SinusoidalPositions sinusoidal) {
            this.sinusoidal = sinusoidal;
            return this;
        }

        /**
         * Sets how many tokens a sequence may have where no table of trained positions tells.
         *
         * @param maxLength the number; 0, by default, for any
         * @return this builder
         */
        public Builder optMaxLength(int maxLength) {
            this.maxLength = maxLength;
            return this;
        }

        /**
         * Sets trained positions.
         *
         * @param learned the positions; none by default
         * @return this builder
         */
        public Builder optLearned(LearnedPositions learned) {
            this.learned = learned;
            return this;
        }

        /**
         * Sets a vector for each type of token, such as the segment it belongs to.
         *
         * @param types the vectors; none by default
         * @return this builder
         */
        public Builder optTokenTypes(TokenEmbedding types) {
            this.types = types;
            return this;
        }

        /**
         * Sets a map from the size of the embeddings to the model's.
         *
         * @param projection from (B, T, E) to (B, T, D); none by default
         * @return this builder
         */
        public Builder optProjection(Block projection) {
            this.projection = projection;
            return this;
        }

        /**
         * Sets a norm of the sum.
         *
         * @param norm from (B, T, D) to (B, T, D); none by default
         * @return this builder
         */
        public Builder optNorm(Block norm) {
            this.norm = norm;
            return this;
        }

        /**
         * Sets the dropout of the result.
         *
         * @param dropout the rate; 0 by default
         * @return this builder
         */
        public Builder optDropout(float dropout) {
            this.dropout = dropout;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         * @throws IllegalArgumentException if there are two kinds of positions
         */
        public Embeddings build() {
            Objects.requireNonNull(tokens, "tokens");
            Require.that(
                    sinusoidal == null || learned == null,
                    "embeddings take sinusoidal or learned positions, got both");
            return new Embeddings(this);
        }
    }
}
