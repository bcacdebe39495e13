package org.attn4j.attention.mechanism;

import org.attn4j.common.Require;

/**
 * The settings that builders of multi-head mechanisms share.
 *
 * @param <B> the builder itself
 */
public abstract class ProjectedBuilder<B extends ProjectedBuilder<B>> {

    int modelSize;
    int heads;
    boolean bias = true;
    float dropout;
    private int headSize;

    ProjectedBuilder() {}

    /**
     * Sets D, the features of query and context.
     *
     * @param modelSize at least 1
     * @return this builder
     */
    public B setModelSize(int modelSize) {
        this.modelSize = modelSize;
        return self();
    }

    /**
     * Sets N.
     *
     * @param heads at least 1
     * @return this builder
     */
    public B setHeads(int heads) {
        this.heads = heads;
        return self();
    }

    /**
     * Sets H, the features of a head; D / N unless set.
     *
     * @param headSize at least 1
     * @return this builder
     */
    public B optHeadSize(int headSize) {
        this.headSize = headSize;
        return self();
    }

    /**
     * Sets whether the projections have a bias.
     *
     * @param bias whether they have
     * @return this builder
     */
    public B optBias(boolean bias) {
        this.bias = bias;
        return self();
    }

    /**
     * Sets the rate at which weights are dropped in training; 0 unless set.
     *
     * @param dropout in [0, 1)
     * @return this builder
     */
    public B optDropout(float dropout) {
        this.dropout = dropout;
        return self();
    }

    /** H, as it was set or as it follows from D and N, which are checked. */
    final int headSize() {
        return headSize(heads);
    }

    /** H, as it was set or D / n. */
    final int headSize(int count) {
        Require.that(
                modelSize >= 1 && heads >= 1 && headSize >= 0,
                "modelSize, heads and headSize must be at least 1,"
                        + " got modelSize=%s, heads=%s, headSize=%s",
                modelSize,
                heads,
                headSize);
        return headSize > 0 ? headSize : part(count);
    }

    /** D / n. */
    final int part(int count) {
        Require.that(
                count >= 1 && modelSize % count == 0,
                "modelSize must be divisible by heads, got modelSize=%s, heads=%s",
                modelSize,
                count);
        return modelSize / count;
    }

    @SuppressWarnings("unchecked")
    private B self() {
        return (B) this;
    }
}
