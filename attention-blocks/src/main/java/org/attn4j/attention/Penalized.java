package org.attn4j.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

/**
 * A block whose parameters cost something in training: what is added to the loss so that they do
 * not grow for nothing, and the range that they are kept in.
 *
 * <p>A trainer finds such blocks among a model's children, adds their penalties to the mean loss,
 * and constrains them after each update. {@link ai.djl.training.EasyTrain} with a plain DJL trainer
 * does neither.
 */
public interface Penalized extends Block {

    /**
     * Returns what is added to the loss.
     *
     * @param parameters where the block's parameters are found
     * @param manager where the result lives; its device counts
     * @param training whether this is a training pass
     * @return one number, through which gradients reach the parameters
     */
    NDArray penalty(ParameterStore parameters, NDManager manager, boolean training);

    /**
     * Puts the parameters back into their range, in place.
     *
     * @param parameters where the block's parameters are found
     * @param manager where arrays on the way live; its device counts
     */
    void constrain(ParameterStore parameters, NDManager manager);
}
