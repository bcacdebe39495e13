package org.attn4j.models.training;

/**
 * The optimisers that a training run can have, each on every engine, with the equations of
 * PyTorch's.
 */
public enum OptimizerKind {
    /** Adam (Kingma and Ba 2015); weight decay is added to the gradient. */
    ADAM,
    /** Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
    ADAMW,
    /** Stochastic gradient descent, with momentum if there is any. */
    SGD,
    /** Stochastic gradient descent with Nesterov's momentum. */
    NAG,
    /** Adagrad (Duchi et al. 2011). */
    ADAGRAD,
    /** RMSProp (Tieleman and Hinton 2012); {@code beta2} is the decay of the mean of squares. */
    RMSPROP,
    /** Adadelta (Zeiler 2012); {@code beta2} is the decay of the means of squares. */
    ADADELTA;

    /** Whether it has a momentum to set. */
    boolean hasMomentum() {
        return this == SGD || this == NAG;
    }
}
