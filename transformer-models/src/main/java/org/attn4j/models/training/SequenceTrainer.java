package org.attn4j.models.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterServer;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Batch;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.OptimizerKernel;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;
import org.attn4j.models.layer.LayerCheckpoints;
import org.attn4j.models.layer.ProjectedStates;
import org.attn4j.models.layer.ProjectingBlock;

/**
 * A DJL trainer that accumulates and clips gradients and updates all parameters in one call.
 *
 * <p>Whatever the number of batches and devices that make a step, the gradient is that of the mean
 * loss over all their tokens (for a loss that is no {@link TokenLoss}: over all their examples),
 * and of the penalties of blocks that are {@link org.attn4j.attention.Penalized}; the losses that
 * are reported are without these. It works with {@link ai.djl.training.EasyTrain}, where every
 * {@code accumulation}-th {@link #step} is one, and by {@link #trainBatch} and {@link #update},
 * which also scope native memory. Devices take their parts of a batch one after the other in the
 * calling thread; an engine whose work is queued runs them side by side.
 */
public class SequenceTrainer extends Trainer {

    private final Optimizer optimizer;
    private final double clipNorm;
    private final int accumulation;
    private final boolean listened;
    private final LayerCheckpoints store;
    private final Map<Device, Long> weights = new ConcurrentHashMap<>();
    private ParameterGroups groups;
    private Replicas replicas;
    private Gradients gradients;
    private Penalties penalties;
    private double pendingWeight;
    private int pendingSteps;
    private long steps;

    /**
     * Constructs a trainer.
     *
     * @param model the model, its block set
     * @param config DJL's training configuration: loss, optimiser, devices, listeners, evaluators,
     *     initialisers
     * @param clipNorm the global norm to which gradients are clipped; 0 for no clipping
     * @param accumulation the number of batches whose gradients make one step
     * @throws IllegalArgumentException if a value is out of range
     */
    public SequenceTrainer(
            Model model, ai.djl.training.TrainingConfig config, double clipNorm, int accumulation) {
        super(model, config);
        Require.that(model.getBlock() != null, "the model has no block to train: set one first");
        Require.that(clipNorm >= 0, "clipNorm must not be negative, got clipNorm=%s", clipNorm);
        Require.that(
                accumulation >= 1,
                "accumulation must be at least 1, got accumulation=%s",
                accumulation);
        this.clipNorm = clipNorm;
        this.accumulation = accumulation;
        listened = !config.getTrainingListeners().isEmpty();
        optimizer = config.getOptimizer();
        config.getInitializers()
                .forEach(pair -> model.getBlock().setInitializer(pair.getKey(), pair.getValue()));
        store = new LayerCheckpoints(getManager());
        store.setParameterServer(new NoServer(), getDevices());
    }

    /**
     * Creates a trainer without listeners.
     *
     * @param model the model, its block set
     * @param loss the loss
     * @param optimizer the optimiser
     * @param clipNorm the global norm to which gradients are clipped; 0 for no clipping
     * @param accumulation the number of batches whose gradients make one step
     * @param devices the devices to train on; none for the one that the model is on
     * @return the trainer
     * @throws IllegalArgumentException if a value is out of range
     */
    public static SequenceTrainer of(
            Model model,
            Loss loss,
            Optimizer optimizer,
            double clipNorm,
            int accumulation,
            Device... devices) {
        Device[] on =
                devices.length > 0 ? devices : new Device[] {model.getNDManager().getDevice()};
        return new SequenceTrainer(
                model,
                new DefaultTrainingConfig(loss).optOptimizer(optimizer).optDevices(on),
                clipNorm,
                accumulation);
    }

    /** The updates are made here, not by a server. */
    private static final class NoServer implements ParameterServer {

        @Override
        public void init(String parameterId, NDArray[] value) {
            // nothing to keep
        }

        @Override
        public void update(String parameterId, NDArray[] gradients, NDArray[] parameters) {
            throw new UnsupportedOperationException("the trainer updates its parameters itself");
        }

        @Override
        public void close() {
            // nothing is held
        }
    }

    @Override
    public void initialize(Shape... shapes) {
        Model model = getModel();
        model.getBlock().initialize(model.getNDManager(), model.getDataType(), shapes);
        replicas();
    }

    private Replicas replicas() {
        if (replicas == null) {
            if (groups == null) {
                groups = ParameterGroups.of(getModel().getBlock(), List.of(), 1);
            }
            replicas = new Replicas(getModel().getBlock(), store, getDevices());
            gradients = new Gradients(getManager(), replicas);
            penalties = new Penalties(getModel().getBlock(), store);
        }
        return replicas;
    }

    /** Returns none: DJL's {@code EasyTrain} does not wait for what it gives to an executor. */
    @Override
    public Optional<ExecutorService> getExecutorService() {
        return Optional.empty();
    }

    /**
     * Runs the model forward and backward on a batch, tells the listeners, and frees what was made
     * on the way. The gradient is kept until {@link #update}. A block or loss that keeps an array
     * which it made takes it out by {@link NDScope#unregister(NDArray)}; what a listener makes is
     * its own.
     *
     * @param batch the batch; the caller closes it
     * @return its loss
     */
    public BatchLoss trainBatch(Batch batch) {
        replicas();
        if (getManager().getEngine() != batch.getManager().getEngine()) {
            throw new IllegalArgumentException(
                    "the batch must be on the engine of the trainer, %s, got one on %s"
                            .formatted(
                                    getManager().getEngine().getEngineName(),
                                    batch.getManager().getEngine().getEngineName()));
        }
        try (ListenerData told = new ListenerData(getManager())) {
            BatchLoss loss = backwardOver(batch, told);
            notifyListeners(listener -> listener.onTrainingBatch(this, told.of(batch)));
            return loss;
        }
    }

    private BatchLoss backwardOver(Batch batch, ListenerData told) {
        List<NDArray> losses = new ArrayList<>();
        List<NDList> outputs = new ArrayList<>();
        long weight = 0;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Batch[] parts = parts(batch);
            try (GradientCollector collector = super.newGradientCollector()) {
                for (Batch part : parts) {
                    long partWeight = weightOf(part.getLabels());
                    outputs.add(
                            getLoss() instanceof GradientCache cache
                                    ? cachedPass(collector, cache, part, partWeight, losses)
                                    : pass(collector, part, partWeight, losses));
                    weight += partWeight;
                }
            }
            pendingWeight += weight;
            double sum = 0;
            for (int i = 0; i < parts.length; i++) {
                sum += losses.get(i).getFloat();
                if (listened) {
                    told.add(parts[i].getLabels(), outputs.get(i));
                }
            }
            return new BatchLoss(sum, weight);
        }
    }

    private NDList pass(
            GradientCollector collector, Batch part, long weight, List<NDArray> losses) {
        Device device = part.getData().head().getDevice();
        Optional<ProjectedStates> states = beforeProjection(part.getData());
        NDList output = states.isPresent() ? new NDList() : run(part.getData(), part.getLabels());
        NDArray loss =
                states.isPresent()
                        ? ((LabelSmoothedCrossEntropy) getLoss())
                                .sum(part.getLabels(), states.get())
                        : lossSum(part.getLabels(), output);
        backward(collector, device, penalties.added(loss, weight));
        losses.add(loss);
        return output;
    }

    /** Logits that nobody but the loss would look at are not made. */
    private Optional<ProjectedStates> beforeProjection(NDList data) {
        // a subclass of the loss may look at more than logits
        boolean skipped = !listened && getLoss().getClass() == LabelSmoothedCrossEntropy.class;
        if (!skipped || !(getModel().getBlock() instanceof ProjectingBlock block)) {
            return Optional.empty();
        }
        long begin = System.nanoTime();
        store.begin();
        try {
            return block.beforeProjection(store, data, true);
        } finally {
            addMetric("forward", begin);
        }
    }

    private NDList cachedPass(
            GradientCollector collector,
            GradientCache cache,
            Batch part,
            long weight,
            List<NDArray> losses) {
        Device device = part.getData().head().getDevice();
        GradientCache.Passes passes =
                cache.new Passes(part.getData(), data -> run(data, part.getLabels()));
        NDList output = passes.outputs();
        NDArray loss = lossSum(part.getLabels(), output);
        collector.backward(loss);
        losses.add(loss);
        passes.again(output, sum -> backward(collector, device, sum));
        penalties.of(loss, weight).ifPresent(penalty -> backward(collector, device, penalty));
        return output;
    }

    /** The parts of a batch, one for each device, on it. */
    Batch[] parts(Batch batch) {
        Device[] devices = getDevices();
        boolean inPlace =
                devices.length == 1 && batch.getData().head().getDevice().equals(devices[0]);
        return inPlace ? new Batch[] {batch} : batch.split(devices, false);
    }

    private NDList run(NDList data, NDList labels) {
        long begin = System.nanoTime();
        store.begin();
        try {
            return getModel().getBlock().forward(store, data, labels, null);
        } finally {
            addMetric("forward", begin);
        }
    }

    private void backward(GradientCollector collector, Device device, NDArray loss) {
        long begin = System.nanoTime();
        gradients.beforeBackward(indexOf(device));
        collector.backward(loss);
        store.backward(collector::backward);
        addMetric("backward", begin);
    }

    private int indexOf(Device device) {
        Device[] devices = getDevices();
        for (int i = 0; i < devices.length; i++) {
            if (devices[i].equals(device)) {
                return i;
            }
        }
        throw new IllegalArgumentException(
                "the trainer does not train on " + device + ": move the data to its device");
    }

    private NDArray lossSum(NDList labels, NDList predictions) {
        Loss loss = getLoss();
        return loss instanceof TokenLoss tokens
                ? tokens.sum(labels, predictions)
                : Scalars.multiply(loss.evaluate(labels, predictions), weightOf(labels));
    }

    private long weightOf(NDList labels) {
        return getLoss() instanceof TokenLoss tokens
                ? tokens.count(labels)
                : labels.head().getShape().get(0);
    }

    @Override
    public NDList forward(NDList input) {
        replicas();
        long begin = System.nanoTime();
        store.begin();
        try {
            return getModel().getBlock().forward(store, input, true);
        } finally {
            addMetric("forward", begin);
        }
    }

    /** Runs the model forward and notes what the loss will be a mean of. */
    @Override
    public NDList forward(NDList data, NDList labels) {
        replicas();
        weights.put(data.head().getDevice(), weightOf(labels));
        return run(data, labels);
    }

    @Override
    public NDList evaluate(NDList input) {
        replicas();
        return getModel().getBlock().forward(store, input, false, null);
    }

    /**
     * Returns a collector whose backward passes add up until the next update, each mean loss with
     * its weight.
     */
    @Override
    public GradientCollector newGradientCollector() {
        replicas();
        GradientCollector collector = super.newGradientCollector();
        return new GradientCollector() {
            @Override
            public void backward(NDArray loss) {
                Long weight = weights.remove(loss.getDevice());
                pendingWeight += weight == null ? 1 : weight;
                NDArray sum = weight == null ? loss : Scalars.multiply(loss, weight);
                SequenceTrainer.this.backward(
                        collector,
                        loss.getDevice(),
                        penalties.added(sum, weight == null ? 1 : weight));
            }

            @Override
            public void zeroGradients() {
                collector.zeroGradients();
            }

            @Override
            public void close() {
                collector.close();
            }
        };
    }

    /** Makes an update at every {@code accumulation}-th call. */
    @Override
    public void step() {
        pendingSteps++;
        if (pendingSteps >= accumulation) {
            update();
        }
    }

    /**
     * Updates the parameters with the gradient of everything since the last update.
     *
     * @return what was done
     * @throws NonFiniteException if the gradient is not finite; the parameters are then unchanged
     *     and the gradient is dropped
     * @throws IllegalStateException if there was no backward pass, or no token to learn from
     */
    public StepReport update() {
        long begin = System.nanoTime();
        replicas();
        if (gradients.isEmpty() || pendingWeight == 0) {
            throw new IllegalStateException(
                    "there is no gradient: run a backward pass over a batch with at least one token before the step");
        }
        try {
            return update(gradients.total());
        } finally {
            gradients.clear();
            pendingWeight = 0;
            pendingSteps = 0;
            addMetric("step", begin);
        }
    }

    /**
     * Sets whether the layers of transformers keep nothing of what they make and are run again for
     * their gradient, with the same dropout: less memory for about a third more time. Gradients are
     * the same (default: everything is kept).
     *
     * @param checkpointing whether they are run again
     * @throws IllegalArgumentException on MXNet
     */
    public void setCheckpointing(boolean checkpointing) {
        store.enable(checkpointing);
    }

    /**
     * Sets what is kept for the gradient, and which parameters are trained and how fast, before the
     * first step.
     *
     * @throws IllegalArgumentException if a pattern of the configuration names no parameter
     */
    void group(TrainingConfig config) {
        setCheckpointing(config.checkpointing());
        groups = ParameterGroups.of(getModel().getBlock(), config.freeze(), config.layerDecay());
        replicas = null;
        replicas();
    }

    /**
     * Returns how many numbers are trained.
     *
     * @return the count, tied ones once
     */
    public long trainedParameters() {
        return replicas().arrays(0).stream().mapToLong(array -> array.getShape().size()).sum();
    }

    /**
     * Returns how many numbers the model has, trained or frozen.
     *
     * @return the count, tied ones once
     */
    public long allParameters() {
        replicas();
        return groups.all();
    }

    /** The paths and shapes of what is trained. */
    Map<String, Shape> trained() {
        Map<String, Shape> trained = new LinkedHashMap<>();
        for (int i = 0; i < replicas.names().size(); i++) {
            trained.put(replicas.names().get(i), replicas.arrays(0).get(i).getShape());
        }
        return trained;
    }

    private StepReport update(NDList total) {
        double norm = norm(total);
        double clip = clipNorm > 0 ? Math.min(1, clipNorm / (norm + 1e-6)) : 1;
        float scale = (float) (clip / pendingWeight);
        float learningRate = Float.NaN;
        if (optimizer instanceof StatefulOptimizer ours) {
            ours.step(
                    replicas.names(),
                    replicas.arrays(0),
                    total,
                    scale,
                    groups::ruleOf,
                    getManager());
            learningRate = ours.learningRateAt(ours.steps());
            steps = ours.steps();
        } else {
            updateBy(optimizer, total, scale);
            steps++;
        }
        penalties.constrain(getManager(), getDevices()[0]);
        replicas.broadcast();
        return new StepReport(steps, norm, learningRate);
    }

    private double norm(NDList total) {
        try (NDArray sumNorm = kernel().globalNorm(total)) {
            double norm = sumNorm.getFloat() / pendingWeight;
            if (!Double.isFinite(norm)) {
                throw new NonFiniteException("the gradient norm is " + norm + culprits(total));
            }
            return norm;
        }
    }

    private OptimizerKernel kernel() {
        return Kernels.of(replicas.arrays(0).head().getManager()).optimizer();
    }

    /**
     * Updates by an optimiser that is not ours, in no scope: it may keep whatever it makes. Only
     * DJL's own are known to detach what they keep: what they leave behind is freed.
     */
    private void updateBy(Optimizer foreign, NDList total, float scale) {
        kernel().scale(total, scale);
        NDList parameters = replicas.arrays(0);
        boolean detaches = foreign.getClass().getPackage().equals(Optimizer.class.getPackage());
        try (NDManager scratch = getManager().newSubManager()) {
            for (int i = 0; i < parameters.size(); i++) {
                String name = replicas.names().get(i);
                NDArray weight = parameters.get(i);
                NDArray gradient = total.get(i);
                if (detaches) {
                    foreign.update(name, alias(weight, scratch), alias(gradient, scratch));
                } else {
                    foreign.update(name, weight, gradient);
                }
            }
        }
    }

    private static NDArray alias(NDArray array, NDManager manager) {
        NDArray alias = array.stopGradient();
        alias.attach(manager);
        return alias;
    }

    private String culprits(NDList total) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < total.size() && names.size() < 3; i++) {
            try (NDArray sum = total.get(i).sum()) {
                if (!Float.isFinite(sum.getFloat())) {
                    names.add(replicas.names().get(i));
                }
            }
        }
        return names.isEmpty() ? "" : " (first in " + String.join(", ", names) + ")";
    }

    /**
     * Copies the trained weights to the model, where it lies on a device that is not trained on.
     */
    public void synchronise() {
        if (replicas != null) {
            replicas.synchronise();
        }
    }

    /** Takes the weights of the model over to the devices, after they were loaded. */
    void reload() {
        replicas().reload();
    }

    /**
     * Returns the optimiser.
     *
     * @return the optimiser
     */
    public Optimizer getOptimizer() {
        return optimizer;
    }

    @Override
    public void close() {
        synchronise();
        super.close();
    }
}
