package org.attn4j.attention.ops;

import ai.djl.ndarray.NDArray;

/**
 * One step of the optimisers beside Adam for one parameter, in plain array operations, so that
 * every engine has them. Equations and the place of epsilon are those of PyTorch's optimisers.
 * Parameters and states are changed in place and keep their identity; nothing is recorded for a
 * gradient, and gradients are left as they are. What is made on the way is for the caller's {@link
 * ai.djl.ndarray.NDScope} to free.
 */
public final class OptimizerSteps {

    private OptimizerSteps() {}

    /**
     * Gradient descent: {@code p ← p − lr · g}.
     *
     * @param parameter p, changed
     * @param gradient g
     * @param rate lr
     */
    public static void descend(NDArray parameter, NDArray gradient, float rate) {
        subtract(parameter, Scalars.multiply(gradient.stopGradient(), rate));
    }

    /**
     * Gradient descent with momentum (Sutskever et al. 2013): {@code m ← μ · m + g} and {@code p ←
     * p − lr · m}; looking ahead, {@code p ← p − lr · (g + μ · m)} (Nesterov).
     *
     * @param parameter p, changed
     * @param gradient g
     * @param momenta m, of the shape of the parameter, zeros at first; changed
     * @param rate lr
     * @param momentum μ
     * @param nesterov whether it looks ahead
     */
    public static void momentum(
            NDArray parameter,
            NDArray gradient,
            NDArray momenta,
            float rate,
            float momentum,
            boolean nesterov) {
        NDArray slope = gradient.stopGradient();
        Scalars.scale(momenta, momentum);
        momenta.addi(slope);
        NDArray direction = nesterov ? slope.add(Scalars.multiply(momenta, momentum)) : momenta;
        subtract(parameter, Scalars.multiply(direction, rate));
    }

    /**
     * Adagrad (Duchi et al. 2011): {@code s ← s + g²} and {@code p ← p − lr · g / (√s + ε)}.
     *
     * @param parameter p, changed
     * @param gradient g
     * @param sums s, of the shape of the parameter, zeros at first; changed
     * @param rate lr
     * @param epsilon ε
     */
    public static void adagrad(
            NDArray parameter, NDArray gradient, NDArray sums, float rate, float epsilon) {
        NDArray slope = gradient.stopGradient();
        sums.addi(slope.square());
        subtract(parameter, Scalars.multiply(slope.div(root(sums, epsilon)), rate));
    }

    /**
     * RMSProp (Tieleman and Hinton 2012): {@code v ← α · v + (1 − α) · g²} and {@code p ← p − lr ·
     * g / (√v + ε)}.
     *
     * @param parameter p, changed
     * @param gradient g
     * @param squares v, of the shape of the parameter, zeros at first; changed
     * @param rate lr
     * @param decay α
     * @param epsilon ε
     */
    public static void rmsProp(
            NDArray parameter,
            NDArray gradient,
            NDArray squares,
            float rate,
            float decay,
            float epsilon) {
        NDArray slope = gradient.stopGradient();
        average(squares, slope, decay);
        subtract(parameter, Scalars.multiply(slope.div(root(squares, epsilon)), rate));
    }

    /**
     * Adadelta (Zeiler 2012): {@code v ← ρ · v + (1 − ρ) · g²}, {@code d = √(u + ε) / √(v + ε) ·
     * g}, {@code u ← ρ · u + (1 − ρ) · d²} and {@code p ← p − lr · d}.
     *
     * @param parameter p, changed
     * @param gradient g
     * @param squares v, of the shape of the parameter, zeros at first; changed
     * @param updates u, of the same shape, zeros at first; changed
     * @param rate lr, 1 in the paper
     * @param decay ρ
     * @param epsilon ε
     */
    public static void adadelta(
            NDArray parameter,
            NDArray gradient,
            NDArray squares,
            NDArray updates,
            float rate,
            float decay,
            float epsilon) {
        NDArray slope = gradient.stopGradient();
        average(squares, slope, decay);
        NDArray ratio = Scalars.add(updates, epsilon).div(Scalars.add(squares, epsilon));
        NDArray update = ratio.sqrt().mul(slope);
        average(updates, update, decay);
        subtract(parameter, Scalars.multiply(update, rate));
    }

    /** Takes the running mean of squares one value on. */
    private static void average(NDArray mean, NDArray value, float decay) {
        Scalars.scale(mean, decay);
        mean.addi(Scalars.multiply(value.square(), 1 - decay));
    }

    private static NDArray root(NDArray squares, float epsilon) {
        return Scalars.add(squares.sqrt(), epsilon);
    }

    /** Through an alias that shares the memory: a parameter refuses to be changed in place. */
    private static void subtract(NDArray parameter, NDArray update) {
        parameter.stopGradient().subi(update);
    }
}
