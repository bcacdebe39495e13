package org.attn4j.attention.ops;

/**
 * The numbers of one Adam step (Kingma and Ba 2015, algorithm 1; decoupled decay: Loshchilov and
 * Hutter 2019, algorithm 2).
 *
 * @param learningRate the learning rate of this step
 * @param beta1 the decay of the first moment, in [0, 1)
 * @param beta2 the decay of the second moment, in [0, 1)
 * @param epsilon what is added to the square root of the bias-corrected second moment
 * @param weightDecay the weight decay; 0 for none
 * @param decoupled whether the decay shrinks the parameter directly (AdamW) or is added to the
 *     gradient (Adam)
 */
public record AdamSettings(
        float learningRate,
        float beta1,
        float beta2,
        float epsilon,
        float weightDecay,
        boolean decoupled) {

    public AdamSettings {
        require(Float.isFinite(learningRate) && learningRate >= 0, "learningRate", learningRate);
        require(beta1 >= 0 && beta1 < 1, "beta1", beta1);
        require(beta2 >= 0 && beta2 < 1, "beta2", beta2);
        require(Float.isFinite(epsilon) && epsilon >= 0, "epsilon", epsilon);
        require(Float.isFinite(weightDecay) && weightDecay >= 0, "weightDecay", weightDecay);
    }

    /**
     * Plain Adam with the usual moments: 0.9, 0.999, epsilon 1e-8, no decay.
     *
     * @param learningRate the learning rate
     * @return the settings
     */
    public static AdamSettings of(float learningRate) {
        return new AdamSettings(learningRate, 0.9f, 0.999f, 1e-8f, 0, false);
    }

    /**
     * These settings with another learning rate.
     *
     * @param rate the learning rate
     * @return the settings
     */
    public AdamSettings withLearningRate(float rate) {
        return new AdamSettings(rate, beta1, beta2, epsilon, weightDecay, decoupled);
    }

    private static void require(boolean holds, String name, float value) {
        if (!holds) {
            String range = name.startsWith("beta") ? "in [0, 1)" : "finite and not negative";
            throw new IllegalArgumentException(
                    name + " must be " + range + ", got " + name + "=" + value);
        }
    }
}
