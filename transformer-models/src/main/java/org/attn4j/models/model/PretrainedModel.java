package org.attn4j.models.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.Optional;
import java.util.OptionalInt;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.layer.ProjectedStates;

/**
 * A model of a published family with the head of a task: a DJL block that runs, trains, and is read
 * from and written to Hugging Face's files.
 *
 * <p>{@link #run} is the entry that all of them share; families have typed methods beside it. As a
 * block, {@code forward} takes {@code input_ids} and what may follow it in the order of the
 * family's documentation, and gives the outputs of {@link #run} without the loss.
 */
public interface PretrainedModel extends Block {

    /**
     * Calls the model.
     *
     * @param parameters where the parameters are found
     * @param in the inputs by name, and who observes the call
     * @param training whether dropout applies
     * @return the outputs by name, on the manager of the inputs
     * @throws IllegalArgumentException if an input is missing, unknown or does not fit
     */
    ModelOutputs run(ParameterStore parameters, ModelInputs in, boolean training);

    /**
     * Calls a model for what its logits would be made of.
     *
     * @param parameters where the parameters are found
     * @param in the inputs by name, and who observes the call
     * @param training whether dropout applies
     * @return the states with their projection; empty, and nothing is computed, if an output
     *     projection does not make the logits of this model
     */
    default Optional<ProjectedStates> runBeforeProjection(
            ParameterStore parameters, ModelInputs in, boolean training) {
        return Optional.empty();
    }

    /**
     * Looks tokens up: what {@link #run} may be given as {@code inputs_embeds} in place of {@code
     * input_ids}.
     *
     * @param parameters where the parameters are found
     * @param ids (B, T) of int64
     * @return (B, T, D), without types and positions
     * @throws IllegalArgumentException if an id is negative or too high, or the model takes no
     *     {@code inputs_embeds}, as it is unless a family says otherwise
     */
    default NDArray inputEmbeddings(ParameterStore parameters, NDArray ids) {
        throw new IllegalArgumentException(
                architecture() + " takes token ids alone, and no inputs_embeds");
    }

    /**
     * Returns which tensor of a checkpoint is which parameter of this block.
     *
     * @return the table, with the old names and the names without prefix that published files use
     */
    WeightTable weights();

    /**
     * Returns what the model is, in transformers' terms.
     *
     * @return the name of the class, such as {@code BertForMaskedLM}
     */
    String architecture();

    /**
     * Returns how many tokens of a text there are positions for, special ones included.
     *
     * @return the number; empty if there is no limit
     */
    default OptionalInt maxTokens() {
        return OptionalInt.empty();
    }

    /**
     * Tells which sequences may stand in one batch and still give what each gives alone: those
     * whose lengths are of one class, however they are filled up.
     *
     * @param tokens how many tokens a sequence has
     * @return the class; the same for all lengths unless a model looks at the longest
     */
    default int batchClass(int tokens) {
        return 0;
    }

    /**
     * Returns whether the model is decoder-only: a token sees itself and those before it.
     *
     * @return false unless a family says otherwise
     */
    default boolean isCausal() {
        return false;
    }

    /**
     * Returns how the model generates where no {@code generation_config.json} tells.
     *
     * @return the settings; null for those of transformers
     */
    default GenerationConfig generationDefaults() {
        return null;
    }

    /**
     * Returns shapes of inputs by which the block can be initialised.
     *
     * @return the shapes of a smallest input; one sequence of one token unless a family says
     *     otherwise
     */
    default Shape[] smallestInput() {
        return new Shape[] {new Shape(1, 1)};
    }
}
