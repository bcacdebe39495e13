package org.attn4j.attention.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import org.attn4j.attention.ops.Kernels;

/**
 * A layer's input of which only the first features are known beforehand, while the others are fed
 * back at each step: the attentional vector of Luong et al. 2015, section 3.3, or the context of
 * Bahdanau et al. 2015. It computes what the two beside one another would give, but takes the first
 * features of all steps in one matrix product.
 */
public final class FedInput {

    private final NDArray knownWeight; // (gates·h, known)
    private final NDArray fedWeight; // (gates·h, in − known)
    private final NDArray bias; // (gates·h), or null

    /**
     * Splits a weight.
     *
     * @param manager that of the pass
     * @param weight (gates·h, in)
     * @param bias (gates·h), or null
     * @param known how many of the features are known
     */
    FedInput(NDManager manager, NDArray weight, NDArray bias, long known) {
        knownWeight = weight.get(new NDIndex(":, :{}", known));
        fedWeight = weight.get(new NDIndex(":, {}:", known));
        knownWeight.attach(manager); // not to stay with the parameter
        fedWeight.attach(manager);
        this.bias = bias;
    }

    /**
     * Computes what the known features contribute to the gates, for any number of steps at once.
     *
     * @param x (…, known)
     * @return (…, gates·h)
     */
    public NDArray known(NDArray x) {
        return Kernels.of(x.getManager()).linear().linear(x, knownWeight, bias);
    }

    /**
     * Adds what the other features contribute.
     *
     * @param known of one step, (B, gates·h)
     * @param fed (B, in − known)
     * @return the input's share of the gates, (B, gates·h)
     */
    public NDArray plus(NDArray known, NDArray fed) {
        return known.add(Kernels.of(fed.getManager()).linear().linear(fed, fedWeight, null));
    }
}
