package org.attn4j.models.attribution;

import java.util.Arrays;
import java.util.Locale;

/** How a prediction is shared out among the tokens of a text. */
public enum AttributionMethod {
    /**
     * Gradient times input (Simonyan et al. 2014, §3; Shrikumar et al. 2017, §2.1): the gradient of
     * the predicted value with regard to a token's word embedding, times that embedding, summed
     * over its D numbers. In units of the value, with a sign.
     */
    GRADIENT("gradient", true),
    /**
     * The L2 norm of that gradient (Simonyan et al. 2014, §3, whose saliency is its maximum norm):
     * how much the value answers to a small change of the embedding. In units of the value for each
     * unit of the embedding, never negative.
     */
    GRADIENT_NORM("gradient-norm", false),
    /**
     * Integrated gradients (Sundararajan et al. 2017, eq. 1): the gradient's mean on the straight
     * line from a baseline to the text, times their difference, summed over D. In units of the
     * value, with a sign; all of them sum up to the difference that the text makes to the baseline.
     */
    INTEGRATED_GRADIENTS("integrated-gradients", true),
    /**
     * Attention rollout (Abnar and Zuidema 2020, §3): attention weights, the mean of the heads,
     * half of them and half of what goes past them, multiplied over the layers. Shares that sum up
     * to one; the same whatever is predicted.
     */
    ROLLOUT("rollout", false);

    private final String label;
    private final boolean signed;

    AttributionMethod(String label, boolean signed) {
        this.label = label;
        this.signed = signed;
    }

    /**
     * Finds a method by its name.
     *
     * @param name its name, such as {@code integrated-gradients}
     * @return the method
     * @throws IllegalArgumentException if there is none of this name
     */
    public static AttributionMethod of(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(method -> method.label.equals(wanted))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "the method must be one of %s, got %s"
                                                .formatted(Arrays.toString(values()), name)));
    }

    /**
     * Returns whether scores speak for the prediction or against it.
     *
     * @return false if they tell of importance alone
     */
    public boolean isSigned() {
        return signed;
    }

    /** Returns its name. */
    @Override
    public String toString() {
        return label;
    }
}
