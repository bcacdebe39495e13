package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.ParameterTracker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;

/**
 * An optimiser whose state can be saved and restored, so that a run that is stopped goes on as if
 * it had not been.
 *
 * <p>A {@link SequenceTrainer} updates all parameters in one call, under their paths in the model,
 * by their {@link ParameterGroups}. With DJL's own trainer it works like DJL's optimisers, a
 * parameter at a time; weight decay then leaves out arrays of fewer than two dimensions, since no
 * more is known of them.
 */
public abstract class StatefulOptimizer extends Optimizer {

    private final ParameterTracker learningRate;
    private final List<String> slots;
    private final Map<String, State> states = new ConcurrentHashMap<>();
    private long steps;

    /** The state of one parameter on one device: an array of its shape for each slot. */
    private static final class State {

        private final NDList arrays;
        private long steps;

        State(NDList arrays, long steps) {
            this.arrays = arrays;
            this.steps = steps;
        }
    }

    /**
     * Parameters that are updated alike.
     *
     * @param weights the parameters, to be changed in place
     * @param gradients their gradients
     * @param states for each slot an array for each parameter, to be changed in place
     */
    protected record Group(NDList weights, NDList gradients, List<NDList> states) {

        static Group empty(int slots) {
            List<NDList> states = new ArrayList<>();
            for (int i = 0; i < slots; i++) {
                states.add(new NDList());
            }
            return new Group(new NDList(), new NDList(), states);
        }

        void add(NDArray weight, NDArray gradient, State state) {
            weights.add(weight);
            gradients.add(gradient);
            for (int i = 0; i < states.size(); i++) {
                states.get(i).add(state.arrays.get(i));
            }
        }
    }

    /**
     * The numbers of one step.
     *
     * @param number its number, from 1
     * @param learningRate the learning rate
     * @param weightDecay the weight decay; 0 for none
     * @param gradientScale what gradients are multiplied by first
     */
    protected record Step(
            long number, float learningRate, float weightDecay, float gradientScale) {}

    /**
     * Constructs an optimiser.
     *
     * @param builder DJL's builder: weight decay, clipping by value
     * @param learningRate the learning rate as a function of the step
     * @param slots what is kept for each parameter, by name
     */
    protected StatefulOptimizer(
            OptimizerBuilder<?> builder, ParameterTracker learningRate, List<String> slots) {
        super(builder);
        this.learningRate = learningRate;
        this.slots = List.copyOf(slots);
    }

    /**
     * Updates parameters.
     *
     * @param group the parameters with their states
     * @param step the numbers of the step
     */
    protected abstract void update(Group group, Step step);

    /** Updates one parameter: the way of DJL's own trainer. */
    @Override
    public void update(String parameterId, NDArray weight, NDArray gradient) {
        String key = parameterId + "@" + weight.getDevice();
        State state = states.computeIfAbsent(key, k -> fresh(weight, null));
        state.steps++;
        steps = Math.max(steps, state.steps);
        Group group = Group.empty(slots.size());
        group.add(weight, gradient, state);
        float decay = weight.getShape().dimension() >= 2 ? getWeightDecay() : 0;
        float rate = learningRate.getNewValue(parameterId, Math.toIntExact(state.steps));
        clipAndUpdate(group, new Step(state.steps, rate, decay, rescaleGrad));
        clearGradient(weight);
    }

    /**
     * What DJL's trainer leaves to the optimiser: on PyTorch a backward pass adds to what is there.
     */
    private static void clearGradient(NDArray weight) {
        if (weight.hasGradient()) {
            try (NDArray gradient = weight.getGradient()) {
                Kernels.of(weight.getManager()).optimizer().zero(new NDList(gradient));
            }
        }
    }

    /**
     * Makes one step with all parameters.
     *
     * @param names the names under which the state is kept
     * @param weights the parameters, updated in place
     * @param gradients the gradients
     * @param scale what the gradients are multiplied with first
     * @param rules how fast each is trained, and whether it decays, by its name
     * @param manager the manager that keeps the state
     */
    void step(
            List<String> names,
            NDList weights,
            NDList gradients,
            float scale,
            Function<String, ParameterGroups.Rule> rules,
            NDManager manager) {
        steps++;
        Map<ParameterGroups.Rule, Group> alike = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            NDArray weight = weights.get(i);
            State state = states.computeIfAbsent(names.get(i), k -> fresh(weight, manager));
            state.steps = steps;
            ParameterGroups.Rule rule = rules.apply(names.get(i));
            alike.computeIfAbsent(
                            getWeightDecay() == 0 ? rule.withoutDecay() : rule,
                            k -> Group.empty(slots.size()))
                    .add(weight, gradients.get(i), state);
        }
        float rate = learningRate.getNewValue(names.get(0), Math.toIntExact(steps));
        alike.forEach(
                (rule, group) ->
                        clipAndUpdate(
                                group,
                                new Step(
                                        steps,
                                        rate * rule.rateFactor(),
                                        rule.decays() ? getWeightDecay() : 0,
                                        scale * rescaleGrad)));
    }

    private void clipAndUpdate(Group group, Step step) {
        if (clipGrad <= 0) {
            update(group, step);
            return;
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDList clipped = new NDList();
            for (NDArray gradient : group.gradients) {
                clipped.add(
                        Scalars.multiply(gradient, step.gradientScale).clip(-clipGrad, clipGrad));
            }
            update(
                    new Group(group.weights, clipped, group.states),
                    new Step(step.number, step.learningRate, step.weightDecay, 1));
        }
    }

    private State fresh(NDArray weight, NDManager manager) {
        NDList arrays = new NDList();
        slots.forEach(slot -> arrays.add(keep(weight.zerosLike(), manager)));
        return new State(arrays, 0);
    }

    /** Takes an array out of the step that makes it. */
    private static NDArray keep(NDArray array, NDManager manager) {
        NDScope.unregister(array);
        if (manager == null) {
            array.detach();
        } else {
            array.attach(manager);
        }
        return array;
    }

    /**
     * Returns the learning rate of a step.
     *
     * @param step the step, from 1
     * @return the rate
     */
    public float learningRateAt(long step) {
        return learningRate.getNewValue("", Math.toIntExact(step));
    }

    /**
     * Returns the number of steps made.
     *
     * @return the number
     */
    public long steps() {
        return steps;
    }

    /**
     * Returns the state to be saved, beside {@link #steps}.
     *
     * @return what is kept of each parameter, as {@code SLOT/NAME}, such as {@code mean/NAME} and
     *     {@code variance/NAME} of Adam; the arrays themselves, not copies
     */
    public Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        states.keySet().stream()
                .sorted()
                .forEach(
                        name -> {
                            NDList arrays = states.get(name).arrays;
                            for (int i = 0; i < slots.size(); i++) {
                                state.put(slots.get(i) + "/" + name, arrays.get(i));
                            }
                        });
        return state;
    }

    /**
     * Puts back a state.
     *
     * @param state what {@link #state} gave; copied
     * @param steps the number of steps made
     * @param manager the manager that keeps the state
     * @throws IllegalArgumentException if something is of no slot, or a parameter lacks one or has
     *     them in different shapes; nothing is changed then
     */
    public void restore(Map<String, NDArray> state, long steps, NDManager manager) {
        Map<String, NDList> whole = new LinkedHashMap<>();
        state.keySet().forEach(key -> whole.computeIfAbsent(nameIn(key), n -> whole(state, n)));
        states.clear();
        this.steps = steps;
        whole.forEach(
                (name, arrays) -> {
                    NDList own = new NDList();
                    // A copy lies where the engine allocates, aligned as it was in the first run.
                    arrays.forEach(array -> own.add(keep(array.duplicate(), manager)));
                    states.put(name, new State(own, steps));
                });
    }

    private String nameIn(String key) {
        for (String slot : slots) {
            if (key.startsWith(slot + "/")) {
                return key.substring(slot.length() + 1);
            }
        }
        throw new IllegalArgumentException(
                "the state of the optimiser must hold %s, got %s"
                        .formatted(slots.isEmpty() ? "nothing" : String.join(" and ", slots), key));
    }

    private NDList whole(Map<String, NDArray> state, String name) {
        NDList arrays = new NDList();
        for (String slot : slots) {
            NDArray array = state.get(slot + "/" + name);
            Require.that(
                    array != null
                            && (arrays.isEmpty()
                                    || array.getShape().equals(arrays.head().getShape())),
                    "the optimiser state of %s is incomplete",
                    name);
            arrays.add(array);
        }
        return arrays;
    }

    /**
     * Puts back a state that has to be whole.
     *
     * @throws IllegalArgumentException if it is not that of these parameters after these steps
     */
    void restore(
            Map<String, NDArray> state, long steps, NDManager manager, Map<String, Shape> shapes) {
        if (steps > 0 && !slots.isEmpty()) {
            String slot = slots.get(0);
            shapes.forEach(
                    (name, shape) -> {
                        NDArray found = state.get(slot + "/" + name);
                        if (found == null || !found.getShape().equals(shape)) {
                            throw new IllegalArgumentException(
                                    "the state of the optimiser must hold the %s of %s, of shape %s, got %s"
                                            .formatted(
                                                    slot,
                                                    name,
                                                    shape,
                                                    found == null ? "none" : found.getShape()));
                        }
                    });
        }
        restore(state, steps, manager);
    }
}
