package org.attn4j.models.family.recurrent;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.attention.recurrent.Steps;

/**
 * What the steps of one decoding pass read: the vectors of the given tokens, all at once, or with
 * scheduled sampling (Bengio et al. 2015) some of tokens that the decoder drew from its own
 * prediction of the step before, one step after the other.
 */
final class StepInputs {

    private final UnaryOperator<NDArray> embed; // ids (…) to vectors (…, E)
    private final UnaryOperator<NDArray> project; // vectors to their share of the gates
    private final List<NDArray> given; // ids (B) of each step; null if nothing is drawn
    private final List<NDArray> drawn; // which rows draw, (B) of each step; null if none
    private final List<NDArray> vectors; // (B, E) of each step
    private final List<NDArray> gates; // (B, gates·h) of each step; null where they come later
    private final NDArray all; // (B, T, E); null where they come later

    /**
     * Prepares the inputs.
     *
     * @param target the tokens
     * @param embed the vectors (…, E) of tokens (…)
     * @param project what vectors (…, E) contribute to the gates, (…, gates·h)
     */
    StepInputs(DecoderTarget target, UnaryOperator<NDArray> embed, UnaryOperator<NDArray> project) {
        this.embed = embed;
        this.project = project;
        if (target.drawn() == null) {
            given = null;
            drawn = null;
            all = embed.apply(target.ids());
            vectors = Steps.of(all);
            gates = Steps.of(project.apply(all));
        } else {
            given = Steps.of(target.ids());
            drawn = Steps.of(target.drawn());
            all = null;
            vectors = new ArrayList<>();
            gates = null;
        }
    }

    /**
     * What the input of a step contributes to the gates, (B, gates·h).
     *
     * @param step the step; they are asked for in order
     * @param logits gives those of the step before, (B, V)
     */
    NDArray gates(int step, Supplier<NDArray> logits) {
        if (gates != null) {
            return gates.get(step);
        }
        NDArray ids = given.get(step);
        if (step > 0) {
            NDArray own = draw(logits.get()).toType(ids.getDataType(), false);
            ids = NDArrays.where(drawn.get(step).neq(0), own, ids);
        }
        NDArray vector = embed.apply(ids);
        vectors.add(vector);
        return project.apply(vector);
    }

    /** The vector of a step whose gates were asked for, (B, E). */
    NDArray vector(int step) {
        return vectors.get(step);
    }

    /** The vectors of all steps, (B, T, E). */
    NDArray vectors() {
        return all != null ? all : Steps.together(vectors);
    }

    /**
     * Draws a token of each row with its probability: the largest of the logits with Gumbel noise
     * (Maddison, Tarlow and Minka 2014). The engine's generator, which a training run seeds by its
     * step, gives the noise.
     */
    private static NDArray draw(NDArray logits) {
        NDArray scores = logits.stopGradient(); // (B, V)
        NDArray uniform =
                scores.getManager().randomUniform(1e-9f, 1, scores.getShape(), DataType.FLOAT32);
        NDArray noise = Scalars.multiply(Scalars.multiply(uniform.log(), -1).log(), -1);
        return scores.add(noise).argMax(1); // (B)
    }
}
